"""What each table's key is and which of its columns may leave the record by the change feed.

No names of people, contacts or free text are ever listed here: landing and marts are safe by construction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

SCHEMA_VERSION = 8
"""Raised whenever a fed column is added, dropped or changes its meaning."""


@dataclass(frozen=True)
class Table:
    """`fed` is empty for tables that never leave the record; `secret` columns are kept out of the audit trail too.

    `told` are fed columns that the table has not: name → the columns of which it says whether any holds something, so
    that the warehouse knows that there is a phone number without seeing it.
    """

    key: str
    fed: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()
    told: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def row_to_feed(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """What of a row leaves the record."""
        fed = {name: row.get(name) for name in self.fed}
        for name, columns in self.told.items():
            fed[name] = any(row.get(column) is not None for column in columns)
        return fed

    def columns_to_feed(self, present: Collection[str]) -> dict[str, str]:
        """The same in SQL, over rows that have the columns `present`: name → expression."""
        fed = {name: f'"{name}"' for name in self.fed if name in present}
        for name, columns in self.told.items():
            fed[name] = " or ".join(f'"{column}" is not null' for column in columns if column in present) or "false"
        return fed


def _columns(text: str) -> tuple[str, ...]:
    return tuple(text.split())


TABLES: dict[str, Table] = {
    "settings": Table("name", _columns("name value")),
    "users": Table("user_id", secret=("password_hash",)),
    "sessions": Table("session_hash", secret=("session_hash",)),
    "locations": Table("location_id", _columns("location_id name zone is_active")),
    "rooms": Table("room_id", _columns("room_id location_id name capacity is_active")),
    "providers": Table("provider_id", _columns("provider_id code discipline started_date ended_date is_active")),
    "services": Table(
        "service_id",
        _columns(
            "service_id name code duration_minutes buffer_before_minutes buffer_after_minutes fee_minor capacity"
            " needs_room is_for_new_clients is_active billing_unit modes online"
        ),
    ),
    "provider_services": Table("provider_service_id", _columns("provider_service_id provider_id service_id is_active")),
    "payers": Table("payer_id", _columns("payer_id name kind is_active missed_fee_rule filing_days")),
    "payer_contracts": Table(
        "payer_contract_id",
        _columns("payer_contract_id payer_id service_id allowed_minor effective_from effective_to"),
    ),
    "referral_sources": Table("referral_source_id", _columns("referral_source_id name kind is_active")),
    "clients": Table(
        "client_id",
        _columns(
            "client_id guarantor_client_id referral_source_id location_id provider_id created_at created_date is_active"
            " has_birth_date has_contact"
        ),
        told={"has_birth_date": ("birth_date",), "has_contact": ("phone", "email")},
    ),
    "self_payers": Table("client_id", _columns("client_id is_self_pay known_at")),
    "policies": Table(
        "policy_id", _columns("policy_id client_id payer_id rank copay_minor effective_from effective_to")
    ),
    "availability": Table(
        "availability_id",
        _columns("availability_id provider_id location_id weekday start_time end_time effective_from effective_to"),
    ),
    "availability_exceptions": Table(
        "availability_exception_id",
        _columns(
            "availability_exception_id provider_id location_id exception_date start_time end_time is_open is_withdrawn"
        ),
    ),
    "time_off": Table("time_off_id", _columns("time_off_id provider_id start_date end_date is_withdrawn")),
    "overlap_policies": Table("overlap_policy_id"),
    "cancellation_policies": Table(
        "cancellation_policy_id",
        _columns("cancellation_policy_id service_id notice_minutes fee_minor effective_from effective_to"),
    ),
    "appointments": Table(
        "appointment_id",
        _columns(
            "appointment_id series_id original_start location_id provider_id room_id service_id wall_start wall_end"
            " zone starts_at ends_at start_date duration_minutes mode capacity status channel moved_from_id"
            " moved_to_id booked_at known_at"
        ),
    ),
    "attendees": Table(
        "attendee_id",
        _columns(
            "attendee_id appointment_id client_id billing_unit status booked_at booked_date first_booked_at"
            " first_booked_date confirmed_at arrived_at seated_at ended_at outcome_at cancelled_at cancelled_by"
            " cancel_code notice_minutes is_late moved_to_attendee_id is_identified roomed_at checked_in_by known_at"
        ),
    ),
    "appointment_events": Table(
        "event_id",
        _columns("event_id appointment_id attendee_id kind happened_at event_date known_at actor_id"),
    ),
    "claims": Table("claim_id"),
    "slots": Table("claim_id"),
    "equipment": Table("equipment_id", _columns("equipment_id location_id name capacity is_active")),
    "pools": Table("pool_id"),
    "pool_members": Table("pool_member_id"),
    "needs": Table("need_id"),
    "holds": Table(
        "hold_id",
        _columns(
            "hold_id location_id provider_id service_id room_id wall_start wall_end zone starts_at ends_at start_date"
            " purpose held_at expires_at outcome settled_at"
        ),
        secret=("held_by",),
    ),
    "blocks": Table(
        "block_id",
        _columns(
            "block_id resource_kind resource_id location_id kind wall_start wall_end zone starts_at ends_at start_date"
            " is_withdrawn known_at"
        ),
    ),
    "booking_rules": Table("booking_rule_id"),
    "travel_times": Table("travel_time_id"),
    "series": Table(
        "series_id",
        _columns(
            "series_id split_from_id renewed_from_id location_id provider_id service_id room_id rule wall_start zone"
            " duration_minutes mode first_date last_date occurrence_count status created_at known_at"
        ),
    ),
    "series_exceptions": Table(
        "series_exception_id",
        _columns("series_exception_id series_id original_start kind appointment_id known_at"),
    ),
    "message_templates": Table("message_template_id"),
    "consents": Table("consent_id"),
    "messages": Table(
        "message_id",
        _columns(
            "message_id client_id channel kind message_template_id appointment_id offer_id recall_id queued_at"
            " not_before_at status attempts sent_at known_at"
        ),
        secret=("address", "subject", "body", "link_hash"),
    ),
    "waitlist_entries": Table(
        "waitlist_entry_id",
        _columns(
            "waitlist_entry_id client_id service_id earliest_date expires_date notice_minutes urgency"
            " fallback_appointment_id status created_at closed_at known_at"
        ),
    ),
    "offer_rounds": Table(
        "offer_round_id",
        _columns(
            "offer_round_id freed_appointment_id freed_by freed_at location_id provider_id service_id room_id"
            " wall_start wall_end zone starts_at ends_at start_date batch_size answer_minutes status opened_at"
            " closed_at filled_appointment_id known_at"
        ),
    ),
    "offers": Table(
        "offer_id",
        _columns(
            "offer_id offer_round_id waitlist_entry_id client_id rank score status sent_at expires_at answered_at"
            " appointment_id known_at"
        ),
        secret=("token_hash",),
    ),
    "recall_types": Table("recall_type_id"),
    "recalls": Table(
        "recall_id",
        _columns(
            "recall_id recall_type_id client_id trigger_appointment_id due_date status contacts last_contacted_at"
            " appointment_id known_at"
        ),
    ),
    "manage_links": Table("manage_link_id", secret=("token_hash",)),
    "api_keys": Table("api_key_id", secret=("key_hash",)),
    "client_reviews": Table("client_review_id"),
    "calendar_feeds": Table("calendar_feed_id", secret=("token_hash",)),
    "external_calendars": Table("external_calendar_id"),
    "kiosks": Table("kiosk_id", secret=("token_hash",)),
    "charges": Table(
        "charge_id",
        _columns(
            "charge_id attendee_id appointment_id client_id guarantor_client_id payer_id provider_id location_id"
            " service_id kind code units amount_minor service_date post_date transaction_id known_at status"
            " void_transaction_id is_fee_agreed"
        ),
    ),
    # What somebody is diagnosed with is nobody's number: it stays in the record.
    "code_lists": Table("code_list_id"),
    "listed_codes": Table("listed_code_id"),
    "client_diagnoses": Table("diagnosis_id"),
    "charge_diagnoses": Table("charge_diagnosis_id"),
    "tax_rates": Table("tax_rate_id"),
    "products": Table("product_id"),
    "product_charges": Table("charge_id"),
    "authorisations": Table("authorisation_id"),
    "charge_authorisations": Table("charge_id"),
    # Of a note only whose visit it is of, whether it is signed, and when.
    "notes": Table(
        "note_id", _columns("note_id attendee_id position status signed_at locked_at known_at"), secret=("text",)
    ),
    "fees": Table("fee_id", _columns("fee_id service_id payer_id fee_minor effective_from effective_to")),
    "time_codes": Table("time_code_id"),
    "uncharged_visits": Table("attendee_id", _columns("attendee_id kind amount_minor is_withdrawn known_at")),
    "invoices": Table(
        "invoice_id",
        _columns("invoice_id number party client_id issued_date due_date total_minor known_at status"),
    ),
    "invoice_lines": Table(
        "invoice_line_id", _columns("invoice_line_id invoice_id charge_id party amount_minor live_key")
    ),
    "payments": Table(
        "payment_id",
        _columns(
            "payment_id party client_id payer_id location_id method amount_minor received_date transaction_id known_at"
            " status void_transaction_id"
        ),
    ),
    "allocations": Table(
        "allocation_id",
        _columns("allocation_id payment_id charge_id party amount_minor post_date reverses_id transaction_id known_at"),
    ),
    "adjustments": Table(
        "adjustment_id",
        _columns(
            "adjustment_id charge_id party class amount_minor post_date reverses_id transaction_id known_at denial_kind"
        ),
    ),
    "transfers": Table(
        "transfer_id",
        _columns("transfer_id charge_id from_party to_party amount_minor post_date transaction_id known_at"),
    ),
    "refunds": Table(
        "refund_id", _columns("refund_id payment_id method amount_minor post_date transaction_id known_at")
    ),
    "deposit_rules": Table("deposit_rule_id"),
    "deposits": Table("deposit_id"),
    "package_offers": Table("package_offer_id"),
    "packages": Table("package_id"),
    "held_moves": Table(
        "held_move_id", _columns("held_move_id held_id kind amount_minor charge_id post_date reverses_id known_at")
    ),
    # Of a plan when it was agreed and ended; why it was ended is free text and stays.
    "payment_plans": Table(
        "payment_plan_id",
        _columns("payment_plan_id party client_id total_minor agreed_date status ended_date known_at"),
    ),
    "plan_items": Table("plan_item_id", _columns("plan_item_id payment_plan_id charge_id party amount_minor")),
    "instalments": Table("instalment_id", _columns("instalment_id payment_plan_id number due_date amount_minor")),
    "drawer_counts": Table("drawer_count_id"),
    "drawer_floats": Table("drawer_float_id"),
    # Tokens of a processor and digits of cards stay here: of a charge is fed what was asked and answered.
    "card_customers": Table("client_id", secret=("customer_token",)),
    "saved_cards": Table("saved_card_id", secret=("customer_token", "card_token")),
    "pay_links": Table("pay_link_id", secret=("token_hash",)),
    "card_setups": Table("card_setup_id", secret=("page_token",)),
    "card_charges": Table(
        "card_charge_id",
        _columns(
            "card_charge_id client_id location_id amount_minor way state refusal payment_id requested_at known_at"
        ),
        secret=("page_token",),
    ),
    "card_charge_items": Table("card_charge_item_id"),
    "card_refunds": Table("card_refund_id"),
    "card_disputes": Table("dispute_token"),
    "autopays": Table("client_id"),
    "processor_events": Table("event_id"),
    # What the bank writes into a line can be anybody's name.
    "bank_mappings": Table("bank_mapping_id"),
    "bank_lines": Table("bank_line_id"),
    "bank_matches": Table("bank_match_id"),
    "dunning_steps": Table("dunning_step_id"),
    "dunning_reminders": Table("dunning_reminder_id"),
    "dunning_stops": Table("dunning_stop_id"),
    "period_locks": Table("period_lock_id"),
    "approval_limits": Table("approval_limit_id"),
    "approvals": Table("approval_id"),
    # Papers name people and what they came for; logos are pictures: both stay in the record.
    "documents": Table("document_id", secret=("content",)),
    "logos": Table("logo_id", secret=("content",)),
    "paper_identities": Table("subject"),
    "estimate_requests": Table("estimate_request_id"),
    "document_schedules": Table("document_schedule_id"),
    "document_runs": Table("document_run_id"),
    "run_papers": Table("run_paper_id"),
    "paper_mails": Table("paper_mail_id", secret=("token_hash",)),
    "ledger_transactions": Table(
        "transaction_id", _columns("transaction_id kind document_id post_date known_at actor_id reverses_id")
    ),
    "postings": Table(
        "posting_id",
        _columns(
            "posting_id transaction_id account party client_id payer_id charge_id payment_id provider_id location_id"
            " service_date post_date known_at debit_minor credit_minor"
        ),
    ),
    # What payers sent back names people and says why they were not paid for: that stays in the record.
    "payer_identifiers": Table("identifier"),
    "remittances": Table(
        "remittance_id",
        _columns("remittance_id payer_id payment_id location_id amount_minor payment_date status known_at"),
        secret=("content",),
    ),
    "remittance_claims": Table(
        "remittance_claim_id",
        _columns(
            "remittance_claim_id remittance_id control_number claim_status charge_minor paid_minor denied_minor status"
            " reverses_id known_at"
        ),
    ),
    "remittance_lines": Table("remittance_line_id"),
    "remittance_adjustments": Table("remittance_adjustment_id"),
    "remittance_entries": Table("remittance_entry_id"),
    "provider_adjustments": Table("provider_adjustment_id"),
    "remittance_rules": Table("remittance_rule_id"),
    "denials": Table("remittance_claim_id", _columns("remittance_claim_id outcome decided_at known_at")),
    "payer_insurance": Table("payer_id"),
    # What claims say of people, and what was sent: that, too.
    "claim_senders": Table("claim_sender_id"),
    "postal_addresses": Table("subject"),
    "provider_claims": Table("provider_id"),
    "client_sexes": Table("client_id"),
    "policy_holders": Table("policy_id"),
    "claim_files": Table("claim_file_id", secret=("content",)),
    "insurance_claims": Table(
        "insurance_claim_id",
        _columns(
            "insurance_claim_id control_number payer_id client_id provider_id location_id rank service_date sent_date"
            " frequency original_id total_minor status known_at"
        ),
        secret=("document",),
    ),
    "insurance_claim_lines": Table(
        "insurance_claim_line_id", _columns("insurance_claim_line_id insurance_claim_id charge_id amount_minor")
    ),
    "claim_events": Table("claim_event_id", _columns("claim_event_id insurance_claim_id kind known_at")),
    # Which edits a claim failed at the first look, as their codes.
    "claim_checks": Table(
        "claim_check_id",
        _columns(
            "claim_check_id client_id provider_id location_id payer_id rank service_date entered_date total_minor"
            " is_clean failed known_at"
        ),
    ),
    "claim_exclusions": Table("claim_exclusion_id"),
    "eligibility_files": Table("eligibility_file_id", secret=("content",)),
    "eligibility_checks": Table(
        "eligibility_check_id",
        _columns("eligibility_check_id policy_id client_id payer_id asked_date status answered_at known_at"),
        secret=("answer",),
    ),
    "payer_connections": Table("connection_id"),
    "files_sent": Table("file_sent_id"),
    "files_fetched": Table("file_fetched_id"),
}
