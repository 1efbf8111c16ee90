"""What each table's key is and which of its columns may leave the record by the change feed.

No names of people, contacts or free text are ever listed here: landing and marts are safe by construction.
"""

from __future__ import annotations

from dataclasses import dataclass

SCHEMA_VERSION = 1
"""Raised whenever a fed column is added, dropped or changes its meaning."""


@dataclass(frozen=True)
class Table:
    """`fed` is empty for tables that never leave the record; `secret` columns are kept out of the audit trail too."""

    key: str
    fed: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()


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
            " needs_room is_for_new_clients is_active"
        ),
    ),
    "provider_services": Table("provider_service_id", _columns("provider_service_id provider_id service_id is_active")),
    "payers": Table("payer_id", _columns("payer_id name kind is_active")),
    "payer_contracts": Table(
        "payer_contract_id",
        _columns("payer_contract_id payer_id service_id allowed_minor effective_from effective_to"),
    ),
    "referral_sources": Table("referral_source_id", _columns("referral_source_id name kind is_active")),
    "clients": Table(
        "client_id",
        _columns(
            "client_id guarantor_client_id referral_source_id location_id provider_id created_at created_date is_active"
        ),
    ),
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
            "appointment_id series_id location_id provider_id room_id service_id wall_start wall_end zone starts_at"
            " ends_at start_date duration_minutes mode capacity status channel moved_from_id moved_to_id booked_at"
            " known_at"
        ),
    ),
    "attendees": Table(
        "attendee_id",
        _columns(
            "attendee_id appointment_id client_id billing_unit status booked_at booked_date first_booked_at"
            " first_booked_date confirmed_at arrived_at seated_at ended_at outcome_at cancelled_at cancelled_by"
            " notice_minutes is_late moved_to_attendee_id known_at"
        ),
    ),
    "appointment_events": Table(
        "event_id",
        _columns("event_id appointment_id attendee_id kind happened_at event_date known_at actor_id"),
    ),
    "claims": Table("claim_id"),
    "slots": Table("claim_id"),
    "charges": Table(
        "charge_id",
        _columns(
            "charge_id attendee_id appointment_id client_id guarantor_client_id payer_id provider_id location_id"
            " service_id kind code units amount_minor service_date post_date transaction_id known_at status"
            " void_transaction_id"
        ),
    ),
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
        _columns("adjustment_id charge_id party class amount_minor post_date reverses_id transaction_id known_at"),
    ),
    "transfers": Table(
        "transfer_id",
        _columns("transfer_id charge_id from_party to_party amount_minor post_date transaction_id known_at"),
    ),
    "refunds": Table(
        "refund_id", _columns("refund_id payment_id method amount_minor post_date transaction_id known_at")
    ),
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
}
