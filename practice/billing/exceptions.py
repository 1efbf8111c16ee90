"""What was attended and is on no invoice: why, who sees to it, and for how long. For invoicing on the same day."""

from __future__ import annotations

from datetime import date

from practice.access.permissions import Actor, Permission, require
from practice.billing.queries.worklists import to_charge, to_invoice, today
from practice.billing.suggesting import priced
from practice.scheduling.queries import unresolved
from practice.store.work import Reader, Row

SAID = {
    "no_outcome": "Nobody has said whether it took place",
    "zero_fee": "Its service has no fee",
    "not_charged": "Not charged yet",
    "not_asked": "Charged, but on no invoice",
}


def not_invoiced(reader: Reader, actor: Actor, until: date | None = None) -> list[Row]:
    """Visits up to a day (today) that should be on an invoice and are not, the oldest first.

    Rows: service_date, client_name, service_name, why (a key of SAID), owner, amount_minor (None while unknown),
    age_days, and attendee_id or charge_id. What a payer is asked for, or was paid at the desk, is not among them.
    """
    require(actor, Permission.SEE_MONEY)
    day = until or today(reader)
    rows = [
        _row(visit, "no_outcome", visit["provider_name"], visit["start_date"], None)
        for visit in unresolved(reader, actor)
        if visit["start_date"] <= day
    ]
    for visit in priced(reader, to_charge(reader, actor)):
        if visit["service_date"] <= day:
            fee = visit["amount_minor"]
            why, owner = ("not_charged", "Billing") if fee else ("zero_fee", "Whoever sets fees (Set-up, Services)")
            rows.append(_row(visit, why, owner, visit["service_date"], fee))
    for item in to_invoice(reader, actor):
        if item["service_date"] <= day:
            about = item | {"service_name": item["description"]}
            rows.append(_row(about, "not_asked", "Billing", item["service_date"], item["open_minor"]))
    for row in rows:
        row["age_days"] = (day - row["service_date"]).days
    return sorted(rows, key=lambda row: (row["service_date"], row["client_name"], row["why"]))


def _row(about: Row, why: str, owner: str, day: date, amount_minor: int | None) -> Row:
    return {
        "service_date": day,
        "client_name": about["client_name"],
        "service_name": about["service_name"],
        "why": why,
        "owner": owner,
        "amount_minor": amount_minor,
        "attendee_id": about.get("attendee_id"),
        "charge_id": about.get("charge_id"),
    }
