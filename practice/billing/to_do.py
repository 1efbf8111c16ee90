"""What is left to do before money can come: derived from the record, so that each entry closes by itself.

Nothing is stored of it but the decision that a visit is not to be charged (`uncharged`).
"""

from __future__ import annotations

from datetime import date

from practice.access.permissions import Actor, Permission, require
from practice.billing.queries import missed_to_charge, to_charge, work_left
from practice.billing.suggesting import priced
from practice.notes.queries import unsigned
from practice.people.setup import practice_today
from practice.store.work import Reader, Row

KINDS = {
    "uncharged": "No charge",
    "no_diagnosis": "No diagnosis",
    "unsigned_note": "Unsigned note",
    "zero_fee": "No fee",
    "missed_fee": "Missed-visit fee",
}
"""Kind → what people call it, the most urgent first: payers have deadlines, a fee for a missed visit has none."""

BILLING = "Billing"


def to_do(reader: Reader, actor: Actor) -> list[Row]:
    """Everything that is left: the most urgent kind first, of each the oldest first.

    {kind, attendee_id, charge_id, client_id, client_name, provider_name, service_name, service_date, age_days, owner,
    amount_minor, note}: `owner` is who has to do something, `amount_minor` what waits for it, where that is known.
    """
    require(actor, Permission.SEE_MONEY)
    today = practice_today(reader)
    seen = priced(reader, to_charge(reader, actor))
    rows = [
        _entry("uncharged" if row["amount_minor"] else "zero_fee", row, BILLING, today, row["note"]) for row in seen
    ]
    missed = priced(reader, missed_to_charge(reader, actor), missed=True)
    rows += [_entry("missed_fee", row, BILLING, today) for row in missed if row["amount_minor"]]
    if work_left.codes_diagnoses(reader):
        rows += [_undiagnosed(row, today) for row in work_left.charges_without_diagnosis(reader, actor)]
    rows += [
        _entry("unsigned_note", row, row["provider_name"], today, "A draft is there." if row["has_draft"] else None)
        for row in unsigned(reader, actor)
    ]
    return sorted(rows, key=lambda row: (list(KINDS).index(row["kind"]), row["service_date"], row["attendee_id"] or ""))


def _undiagnosed(row: Row, today: date) -> Row:
    """Whoever saw the client makes the diagnosis; once it is there, billing lets the charge point to it."""
    if row["is_diagnosed"]:
        return _entry("no_diagnosis", row, BILLING, today, "The client has one; the charge does not point to it.")
    return _entry("no_diagnosis", row, row["provider_name"] or BILLING, today)


def _entry(kind: str, row: Row, owner: str, today: date, note: str | None = None) -> Row:
    names = ("attendee_id", "charge_id", "client_id", "client_name", "provider_name", "service_name", "service_date")
    said = {name: row.get(name) for name in (*names, "amount_minor")}
    return (
        {"kind": kind, "what": KINDS[kind]}
        | said
        | {
            "age_days": (today - row["service_date"]).days,
            "owner": owner,
            "note": note,
        }
    )
