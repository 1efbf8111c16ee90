"""What superbills and estimates are made of: charges of visits that took place, and what was paid for them.

No permission is asked here: the command has asked.
"""

from __future__ import annotations

from datetime import date

from practice.billing.queries.items import among
from practice.store.work import Reader, Row

_ATTENDED = """
    select h.charge_id, h.attendee_id, h.client_id, h.provider_id, h.location_id, h.payer_id, h.service_id, h.code,
        h.description, h.units, h.amount_minor, h.service_date, h.modifiers, h.place_of_service, a.mode
    from charges h
    join attendees t using (attendee_id)
    join appointments a on a.appointment_id = t.appointment_id
    where h.status = 'posted' and h.kind = 'service'
        and (t.status = 'completed' or (t.billing_unit = 'appointment' and t.appointment_id in
            (select appointment_id from attendees where billing_unit = 'appointment' and status = 'completed')))
"""
"""Posted charges of visits that took place. Missed visits are charges of another kind; what was charged and turned out
not to have taken place is none of these either."""


def attended(reader: Reader, client_id: str, first: date, last: date) -> list[Row]:
    """A client's charged visits from one day to another that took place, the oldest first."""
    return reader.rows(
        f"{_ATTENDED} and h.client_id = ? and h.service_date between ? and ? order by h.service_date, h.charge_id",
        client_id,
        first,
        last,
    )


def attended_visit(reader: Reader, attendee_id: str) -> list[Row]:
    """The charge of one visit, if it took place."""
    return reader.rows(f"{_ATTENDED} and h.attendee_id = ?", attendee_id)


def paid_by_clients(reader: Reader, charge_ids: list[str]) -> dict[str, Row]:
    """By charge: paid_minor (of clients' money), adjusted_minor and open_minor (of everybody's)."""
    if not charge_ids:
        return {}
    mine, ids = among("p.charge_id", charge_ids)
    rows = reader.rows(
        "select p.charge_id, cast(sum(p.debit_minor - p.credit_minor) as bigint) as open_minor,"
        " cast(coalesce(sum(p.credit_minor - p.debit_minor)"
        "   filter (t.kind in ('adjustment', 'adjustment_reversal')), 0) as bigint) as adjusted_minor,"
        " cast(coalesce(sum(p.credit_minor - p.debit_minor)"
        "   filter (t.kind in ('allocation', 'deallocation') and p.account = '1110'), 0) as bigint) as paid_minor"
        " from postings p join ledger_transactions t using (transaction_id)"
        f" where p.account in ('1100', '1110'){mine} group by p.charge_id",
        *ids,
    )
    return {row["charge_id"]: row for row in rows}


def superbill_choices(reader: Reader, client_id: str) -> list[Row]:
    """A client's visits that a superbill could be about, the newest first: attendee_id, service_date, description."""
    rows = reader.rows(
        f"{_ATTENDED} and h.client_id = ? and h.payer_id is null order by h.service_date desc, h.charge_id desc",
        client_id,
    )
    return [{name: row[name] for name in ("attendee_id", "service_date", "description")} for row in rows]


def policies_on(reader: Reader, client_id: str, day: date) -> list[Row]:
    """Who covers a client that day, in the order of rank: payer_name, member_number."""
    return reader.rows(
        "select y.name as payer_name, p.member_number from policies p join payers y using (payer_id)"
        " where p.client_id = ? and p.effective_from <= ? and (p.effective_to is null or p.effective_to >= ?)"
        " order by p.rank",
        client_id,
        day,
        day,
    )
