"""Which numbers a check concerns: declared with each check, resolved to metrics through the catalogue.

A token is a mart (every metric whose rows lie there), a metric's name, or a pattern of names.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

EVERYTHING = ("*",)
VISITS = ("fct_appointments",)
CAPACITY = ("fct_availability", "*_minutes", "*_fill_rate*", "kept_utilization*", "buffer_share", "capacity_forecast")
RECEIVABLES = ("ar_daily", "ar_*", "days_in_ar_*", "months_in_ar_*", "unapplied_credit")
COLLECTION = ("*_collection_rate*", "point_of_service_share", "collection_curve")
CLAIMS = (
    "fct_claims",
    "clearinghouse_acceptance_rate",
    "claims_sent",
    "claim_*",
    "claimed_*",
    "initial_denial_rate*",
    "primary_denial_rate",
    "first_pass_resolution_rate*",
)
CHECKS = ("fct_claim_checks", "clean_claim_rate*")
LEAKS = ("revenue_leakage", "revenue_leaked", "leakage_rate")
MONEY = ("fct_ledger_entries", "revenue_per_*", *RECEIVABLES, *COLLECTION, *LEAKS)

OF_TABLE = {
    "clients": ("dim_client", "new_clients", "active_clients", "returning_*", "lead_time_days_*"),
    "appointments": (*VISITS, *CAPACITY, *LEAKS),
    "attendees": (*VISITS, *LEAKS),
    "appointment_events": (*VISITS, "fct_appointment_events"),
    "availability": CAPACITY,
    "availability_exceptions": CAPACITY,
    "time_off": CAPACITY,
    "charges": ("fct_charges", "charged_*", *MONEY),
    "invoices": ("invoiced*", "invoice_lag_*", "fct_invoice_lines", "revenue_per_*_invoiced", *LEAKS),
    "invoice_lines": ("invoiced*", "invoice_lag_*", "fct_invoice_lines", "revenue_per_*_invoiced", *LEAKS),
    "payments": ("fct_payments", "collected*", "unapplied_credit", *COLLECTION),
    "allocations": ("fct_allocations", "collected_applied", *RECEIVABLES, *COLLECTION, *LEAKS),
    "adjustments": ("contractual_adjustments", "write_off*", *RECEIVABLES, *COLLECTION, *LEAKS),
    "insurance_claims": CLAIMS,
    "claim_events": CLAIMS,
    "claim_checks": CHECKS,
    "card_charges": ("fct_card_charges",),
    "remittances": CLAIMS,
    "remittance_claims": CLAIMS,
    "transfers": RECEIVABLES,
    "refunds": ("refunds", "collected*", *COLLECTION),
    "ledger_transactions": MONEY,
    "postings": MONEY,
}
"""Fed table → what is made of it. What is not here (places, people, services) names and slices every number."""


def is_concerned(metric: str, tables: Iterable[str], tokens: Iterable[str]) -> bool:
    """Whether a check with these tokens concerns a metric whose rows lie in `tables` (marts)."""
    marts = set(tables)
    return any(token in marts or fnmatchcase(metric, token) for token in tokens)


def of_models(models: Iterable[str]) -> tuple[str, ...]:
    """The concerns of a dbt test on these models: a mart is itself, what lies before it is what is made of it."""
    found: list[str] = []
    for model in models:
        layer, _, table = model.partition("__")
        if layer == "stg_practice":
            found += OF_TABLE.get(table, ())
        elif layer.startswith("int_"):
            found += MONEY if layer == "int_billing" else (*VISITS, *CAPACITY)
        elif model in ("metric_daily", "metric_catalogue"):
            found += EVERYTHING
        elif not model.startswith("stg_"):
            found.append(model)
    return tuple(dict.fromkeys(found))
