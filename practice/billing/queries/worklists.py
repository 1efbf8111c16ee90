"""A biller's lists: what to charge, what to invoice, what is open, which invoices are unpaid."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from practice.access.permissions import Actor, Permission, require, require_location
from practice.billing.aging import bucket_of
from practice.billing.queries.items import MADE_OF, OPEN, PARTIES, also, here, not_here
from practice.clock import local_date
from practice.errors import NotFound
from practice.store.work import Reader, Row

# A couple or family took place when one of them was seen, whatever became of the one who is charged.
_SEEN = """(t.billing_unit = 'appointment' and t.appointment_id in
    (select appointment_id from attendees where billing_unit = 'appointment' and status = 'completed'))"""

_VISITS = f"""
    select t.attendee_id, t.appointment_id, a.start_date as service_date, a.wall_start,
        case when {_SEEN} then 'completed' else t.status end as status, t.client_id,
        c.given_name || ' ' || c.family_name as client_name, a.provider_id, v.name as provider_name, a.location_id,
        l.name as location_name, a.service_id, s.name as service_name, s.fee_minor, t.cancelled_at, a.zone
    from attendees t
    join appointments a using (appointment_id)
    join clients c using (client_id)
    join providers v on v.provider_id = a.provider_id
    join locations l on l.location_id = a.location_id
    join services s on s.service_id = a.service_id
    where t.attendee_id not in (select live_key from charges where live_key is not null)
        and not (t.billing_unit = 'appointment'
            and (not t.is_identified
                or t.appointment_id in (select live_key from charges where live_key is not null)))
        and not exists (select 1 from uncharged_visits u where u.attendee_id = t.attendee_id and not u.is_withdrawn)
"""

_OPEN_ITEMS = f"""
    select o.charge_id, o.party, n.party_name, h.client_id, c.given_name || ' ' || c.family_name as client_name,
        h.guarantor_client_id, h.payer_id, h.provider_id, v.name as provider_name, h.location_id, h.kind, h.code,
        h.description, h.service_date, h.post_date, h.amount_minor, o.open_minor, i.invoice_id,
        i.number as invoice_number
    from ({OPEN}) o
    join charges h using (charge_id)
    join clients c on c.client_id = h.client_id
    join ({PARTIES}) n on n.party = o.party
    left join providers v on v.provider_id = h.provider_id
    left join invoice_lines l on l.live_key = o.charge_id || '|' || o.party
    left join invoices i on i.invoice_id = l.invoice_id
    where true
"""

_INVOICES = f"""
    with chosen as (
        select i.*, n.party_name from invoices i join ({PARTIES}) n on n.party = i.party
        where not exists (select 1 from invoice_lines l join charges h using (charge_id)
            where l.invoice_id = i.invoice_id {{elsewhere}}) {{condition}}
    ), asked as (
        select l.invoice_id, count(distinct l.charge_id) as line_count, {MADE_OF}
        from invoice_lines l join postings p on p.charge_id = l.charge_id and p.party = l.party
        join ledger_transactions t using (transaction_id)
        where p.account in ('1100', '1110') and l.invoice_id in (select invoice_id from chosen)
        group by l.invoice_id
    )
    select i.invoice_id, i.number, i.party, i.party_name, i.client_id, i.issued_date, i.due_date, i.total_minor,
        a.line_count, i.void_reason, i.known_at,
        case when i.status = 'void' then 0 else a.paid_minor end as paid_minor,
        case when i.status = 'void' then 0 else a.adjusted_minor end as adjusted_minor,
        case when i.status = 'void' then 0 else a.open_minor end as due_minor,
        case when i.status = 'void' then 'void' when a.open_minor <= 0 then 'paid'
            when a.paid_minor > 0 then 'part_paid' else 'open' end as status
    from chosen i join asked a using (invoice_id) order by i.number desc
"""


def today(reader: Reader) -> date:
    """The practice's calendar day."""
    return local_date(reader.now, reader.setting("zone", "UTC"))


def to_charge(reader: Reader, actor: Actor) -> list[Row]:
    """Completed visits without a live charge, the oldest first."""
    return _visits(reader, actor, f" and (t.status = 'completed' or {_SEEN})")


def missed_to_charge(reader: Reader, actor: Actor) -> list[Row]:
    """No-shows and clients' late cancellations without a live charge, the oldest first. `fee_minor` is the visit's."""
    missed = " and (t.status = 'no_show' or (t.status = 'cancelled' and t.cancelled_by = 'client' and t.is_late))"
    return _visits(reader, actor, f"{missed} and not {_SEEN}")


def _visits(reader: Reader, actor: Actor, condition: str) -> list[Row]:
    require(actor, Permission.SEE_MONEY)
    scope, values = here(actor, "a.location_id")
    return reader.rows(_VISITS + condition + scope + " order by a.starts_at, t.attendee_id", *values)


def open_items(reader: Reader, actor: Actor, party: str | None = None, client_id: str | None = None) -> list[Row]:
    """What is owed now, one row per charge × party, the oldest service first, with its age in days and bucket.

    `client_id` is the client who was seen. `invoice_number` is of the live invoice that asks for it, or None.
    """
    require(actor, Permission.SEE_MONEY)
    conditions = (here(actor, "h.location_id"), also("o.party", party), also("h.client_id", client_id))
    sql = (
        _OPEN_ITEMS
        + "".join(condition for condition, _ in conditions)
        + " order by h.service_date, o.charge_id, o.party"
    )
    rows = reader.rows(sql, *(value for _, values in conditions for value in values))
    day = today(reader)
    for row in rows:
        row["age_days"] = (day - row["service_date"]).days
        row["bucket"] = bucket_of(row["age_days"])
    return rows


def to_invoice(reader: Reader, actor: Actor) -> list[Row]:
    """Open items of clients that no live invoice asks for, by who owes them."""
    rows = [row for row in open_items(reader, actor) if not row["invoice_id"] and row["party"].startswith("client:")]
    return sorted(rows, key=lambda row: (row["party_name"], row["party"], row["service_date"], row["charge_id"]))


def invoices(reader: Reader, actor: Actor, only_unpaid: bool = False, client_id: str | None = None) -> list[Row]:
    """Invoices, the newest first. `status` is open, part_paid, paid or void, from what is owed on their lines now.

    total_minor is what was asked; due_minor is what is still open on its items; is_overdue: due before today.
    `client_id` is whom it is addressed to.
    """
    require(actor, Permission.SEE_MONEY)
    elsewhere, places = not_here(actor, "h.location_id")
    condition, values = also("i.client_id", client_id)
    rows = reader.rows(_INVOICES.format(elsewhere=elsewhere, condition=condition), *places, *values)
    day = today(reader)
    for row in rows:
        row["is_overdue"] = row["status"] in ("open", "part_paid") and row["due_date"] < day
    return [row for row in rows if not only_unpaid or row["status"] in ("open", "part_paid")]


def invoice_document(reader: Reader, actor: Actor, invoice_id: str) -> dict[str, Any]:
    """The frozen document of an invoice, as it was issued."""
    require(actor, Permission.SEE_MONEY)
    invoice = reader.get("invoices", invoice_id, "invoice")
    for place in reader.rows(
        "select distinct location_id from invoice_lines join charges using (charge_id) where invoice_id = ?", invoice_id
    ):
        require_location(actor, place["location_id"])
    document = json.loads(invoice["document"])
    if not isinstance(document, dict):
        raise NotFound("This invoice has no document; void it and issue it again.")
    return document
