"""What statements are made of: clients' receivables (1110) and credit, by the day they were posted, some at a time.

Every answer is by party. No permission is asked here: the command has asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from practice.billing.queries.items import PARTIES, among
from practice.store.work import Reader, Row


def places(reader: Reader, parties: Sequence[str]) -> dict[str, set[str]]:
    """Every location at which something was posted about each."""
    condition, values = among("party", parties)
    rows = reader.rows(f"select distinct party, location_id from postings where true{condition}", *values)
    return {party: {row["location_id"] for row in mine} for party, mine in _by_party(parties, rows).items()}


def balances(reader: Reader, parties: Sequence[str], *, before: date) -> dict[str, int]:
    """What each owed at the end of the day before, in minor units."""
    return _sums(reader, parties, "account = '1110' and post_date < ?", before)


def held(reader: Reader, parties: Sequence[str], as_of: date) -> dict[str, int]:
    """What is held of each as deposits or for packages (2110, 2120) at the end of a day, in minor units."""
    found = _sums(reader, parties, "account in ('2110', '2120') and post_date <= ?", as_of)
    return {party: -minor for party, minor in found.items()}


def lines(reader: Reader, parties: Sequence[str], first: date, last: date) -> dict[str, list[Row]]:
    """What moved each one's balance between two days, both included, in the order of posting.

    Rows: party, post_date, kind (of the transaction), transaction_id, charge_id, payment_id, amount_minor (positive
    raises what is owed), description, service_date, client_name, method, received_date, class, other_name (the other
    party of a transfer).
    """
    condition, values = among("p.party", parties)
    rows = reader.rows(
        f"""
        with moved as (
            select p.party, p.post_date, t.kind, t.known_at, p.transaction_id, p.charge_id, p.payment_id,
                cast(sum(p.debit_minor - p.credit_minor) as bigint) as amount_minor
            from postings p join ledger_transactions t using (transaction_id)
            where p.account = '1110'{condition} and p.post_date between ? and ? group by all
        ), classes as (
            select transaction_id, charge_id, any_value(class) as class from adjustments
            where transaction_id in (select transaction_id from moved) group by all
        ), others as (
            select m.party, f.transaction_id, f.charge_id, any_value(n.party_name) as other_name
            from moved m join transfers f on f.transaction_id = m.transaction_id and f.charge_id = m.charge_id
            join ({PARTIES}) n on n.party = case when f.from_party = m.party then f.to_party else f.from_party end
            group by all
        )
        select m.party, m.post_date, m.kind, m.transaction_id, m.charge_id, m.payment_id, m.amount_minor,
            h.description, h.service_date, c.given_name || ' ' || c.family_name as client_name, y.method,
            y.received_date, a.class, o.other_name
        from moved m
        left join charges h on h.charge_id = m.charge_id
        left join clients c on c.client_id = h.client_id
        left join payments y on y.payment_id = m.payment_id
        left join classes a on a.transaction_id = m.transaction_id and a.charge_id = m.charge_id
        left join others o on o.party = m.party and o.transaction_id = m.transaction_id and o.charge_id = m.charge_id
        where m.amount_minor <> 0
        order by m.post_date, m.known_at, m.transaction_id, m.charge_id
        """,
        *values,
        first,
        last,
    )
    return _by_party(parties, rows)


def open_items(reader: Reader, parties: Sequence[str], as_of: date) -> dict[str, list[Row]]:
    """What each owed at the end of a day, by charge, the oldest visit first.

    Rows: party, charge_id, service_date, client_name, description, share_minor (what was theirs to pay), open_minor.
    """
    condition, values = among("p.party", parties)
    rows = reader.rows(
        f"""
        with items as (
            select p.party, p.charge_id, cast(sum(p.debit_minor - p.credit_minor) as bigint) as open_minor,
                cast(coalesce(sum(p.debit_minor - p.credit_minor)
                    filter (t.kind in ('charge', 'void_charge', 'transfer')), 0) as bigint) as share_minor
            from postings p join ledger_transactions t using (transaction_id)
            where p.account = '1110'{condition} and p.post_date <= ? group by all
        )
        select i.party, i.charge_id, h.service_date, c.given_name || ' ' || c.family_name as client_name,
            h.description, i.share_minor, i.open_minor
        from items i join charges h using (charge_id) join clients c on c.client_id = h.client_id
        where i.open_minor <> 0 order by h.service_date, i.charge_id
        """,
        *values,
        as_of,
    )
    return _by_party(parties, rows)


def credit(reader: Reader, parties: Sequence[str], first: date, last: date) -> dict[str, dict[str, int]]:
    """Each one's money that was not applied (2100): what there was before `first`, and what moved it since.

    {opening, received, applied, refunded, other}, signed as they move it; their sum is what there is at the end of
    `last`.
    """
    condition, values = among("p.party", parties)
    rows = reader.rows(
        f"""
        select p.party, case when p.post_date < ? then 'opening'
                when t.kind in ('payment', 'void_payment') then 'received'
                when t.kind in ('allocation', 'deallocation') then 'applied'
                when t.kind = 'refund' then 'refunded' else 'other' end as move,
            cast(sum(p.credit_minor - p.debit_minor) as bigint) as minor
        from postings p join ledger_transactions t using (transaction_id)
        where p.account = '2100'{condition} and p.post_date <= ? group by all
        """,
        first,
        *values,
        last,
    )
    moves = {party: dict.fromkeys(("opening", "received", "applied", "refunded", "other"), 0) for party in parties}
    for row in rows:
        moves[row["party"]][row["move"]] = row["minor"]
    return moves


def _sums(reader: Reader, parties: Sequence[str], condition: str, day: date) -> dict[str, int]:
    """Debit − credit of each, in minor units; 0 where there is nothing."""
    mine, values = among("party", parties)
    rows = reader.rows(
        "select party, cast(sum(debit_minor - credit_minor) as bigint) as minor from postings"
        f" where {condition}{mine} group by party",
        day,
        *values,
    )
    return dict.fromkeys(parties, 0) | {row["party"]: row["minor"] for row in rows}


def _by_party(parties: Iterable[str], rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {party: [] for party in parties}
    for row in rows:
        found[row["party"]].append(row)
    return found
