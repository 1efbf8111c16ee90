"""What a statement is made of: one client's receivable (1110) and credit, by the day it was posted.

No permission is asked here: the command has asked.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from practice.billing.queries.items import PARTIES
from practice.store.work import Reader, Row


def places(reader: Reader, party: str) -> list[str]:
    """Every location at which something was posted about the party."""
    return [
        row["location_id"] for row in reader.rows("select distinct location_id from postings where party = ?", party)
    ]


def balance(reader: Reader, party: str, *, before: date) -> int:
    """What the party owed at the end of the day before, in minor units."""
    found: int = reader.value(
        "select cast(coalesce(sum(debit_minor - credit_minor), 0) as bigint) from postings"
        " where account = '1110' and party = ? and post_date < ?",
        party,
        before,
    )
    return found


def lines(reader: Reader, party: str, first: date, last: date) -> list[Row]:
    """What moved the party's balance between two days, both included, in the order of posting.

    Rows: post_date, kind (of the transaction), transaction_id, charge_id, payment_id, amount_minor (positive raises
    what is owed), description, service_date, client_name, method, received_date, class, other_name (the other
    party of a transfer).
    """
    return reader.rows(
        f"""
        with moved as (
            select p.post_date, t.kind, t.known_at, p.transaction_id, p.charge_id, p.payment_id,
                cast(sum(p.debit_minor - p.credit_minor) as bigint) as amount_minor
            from postings p join ledger_transactions t using (transaction_id)
            where p.account = '1110' and p.party = ? and p.post_date between ? and ? group by all
        ), classes as (
            select transaction_id, charge_id, any_value(class) as class from adjustments where party = ? group by all
        ), others as (
            select transaction_id, charge_id, any_value(party_name) as other_name
            from transfers join ({PARTIES}) n on n.party = case when from_party = ? then to_party else from_party end
            where ? in (from_party, to_party) group by all
        )
        select m.post_date, m.kind, m.transaction_id, m.charge_id, m.payment_id, m.amount_minor, h.description,
            h.service_date, c.given_name || ' ' || c.family_name as client_name, y.method, y.received_date, a.class,
            o.other_name
        from moved m
        left join charges h on h.charge_id = m.charge_id
        left join clients c on c.client_id = h.client_id
        left join payments y on y.payment_id = m.payment_id
        left join classes a on a.transaction_id = m.transaction_id and a.charge_id = m.charge_id
        left join others o on o.transaction_id = m.transaction_id and o.charge_id = m.charge_id
        where m.amount_minor <> 0
        order by m.post_date, m.known_at, m.transaction_id, m.charge_id
        """,
        party,
        first,
        last,
        *[party] * 3,
    )


def open_items(reader: Reader, party: str, as_of: date) -> list[Row]:
    """What the party owed at the end of a day, by charge, the oldest visit first.

    Rows: charge_id, service_date, client_name, description, share_minor (what was theirs to pay), open_minor.
    """
    return reader.rows(
        """
        with items as (
            select p.charge_id, cast(sum(p.debit_minor - p.credit_minor) as bigint) as open_minor,
                cast(coalesce(sum(p.debit_minor - p.credit_minor)
                    filter (t.kind in ('charge', 'void_charge', 'transfer')), 0) as bigint) as share_minor
            from postings p join ledger_transactions t using (transaction_id)
            where p.account = '1110' and p.party = ? and p.post_date <= ? group by p.charge_id
        )
        select i.charge_id, h.service_date, c.given_name || ' ' || c.family_name as client_name, h.description,
            i.share_minor, i.open_minor
        from items i join charges h using (charge_id) join clients c on c.client_id = h.client_id
        where i.open_minor <> 0 order by h.service_date, i.charge_id
        """,
        party,
        as_of,
    )


def credit(reader: Reader, party: str, first: date, last: date) -> dict[str, int]:
    """Money of the party that was not applied (2100): what there was before `first`, and what moved it since.

    {opening, received, applied, refunded, other}, signed as they move it; their sum is what there is at the end of
    `last`.
    """
    [row] = reader.rows(
        """
        with moved as (
            select p.post_date < ? as is_before, t.kind, p.credit_minor - p.debit_minor as minor
            from postings p join ledger_transactions t using (transaction_id)
            where p.account = '2100' and p.party = ? and p.post_date <= ?
        )
        select
            cast(coalesce(sum(minor) filter (is_before), 0) as bigint) as opening,
            cast(coalesce(sum(minor) filter (not is_before and kind in ('payment', 'void_payment')), 0) as bigint)
                as received,
            cast(coalesce(sum(minor) filter (not is_before and kind in ('allocation', 'deallocation')), 0) as bigint)
                as applied,
            cast(coalesce(sum(minor) filter (not is_before and kind = 'refund'), 0) as bigint) as refunded,
            cast(coalesce(sum(minor) filter (not is_before and kind not in
                ('payment', 'void_payment', 'allocation', 'deallocation', 'refund')), 0) as bigint) as other
        from moved
        """,
        first,
        party,
        last,
    )
    return row


def held(reader: Reader, party: str, as_of: date) -> int:
    """Money of the party that is held as deposits or for packages (2110, 2120) at the end of a day, in minor units."""
    found: Any = reader.value(
        "select cast(coalesce(sum(credit_minor - debit_minor), 0) as bigint) from postings"
        " where account in ('2110', '2120') and party = ? and post_date <= ?",
        party,
        as_of,
    )
    return int(found)
