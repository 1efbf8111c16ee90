"""What the practice's accountant gets: account balances by day and location, on accrual and on cash basis."""

from __future__ import annotations

from datetime import date
from typing import Any

from practice.access.permissions import Actor, Permission, require
from practice.billing.queries.items import here
from practice.store.work import Reader, Row

NEVER_CASH = "('1100', '1110', '1190', '4000', '4010', '4020', '4100', '4105', '4110', '4120', '4130', '4140', '5100')"
"""What is owed, what it was earned or written off with, and the estimates beside it: none of it is money."""

_ACCRUAL = "select transaction_id, post_date, location_id, account, debit_minor - credit_minor as moved from postings"

# What a transaction moved between money (or what we owe) and open items is income, of the charge's kind, that day.
_CASH = f"""
    {_ACCRUAL} where account not in {NEVER_CASH}
    union all
    select p.transaction_id, p.post_date, p.location_id,
        case c.kind when 'missed_visit' then '4010' when 'product' then '4020' else '4000' end,
        p.debit_minor - p.credit_minor
    from postings p left join charges c on c.charge_id = p.charge_id where p.account in {NEVER_CASH}
"""

BETWEEN = "1900"
"""Stands only in what is exported: a payment taken at one location and put towards a charge of another."""


def moved(reader: Reader, actor: Actor, *, basis: str, first: date | None, last: date) -> list[Row]:
    """What each account moved by, for each day (post_date) and location: moved_minor = debit − credit, never 0.

    A location's accounts balance by themselves each day: what a transaction moves between locations stands on 1900.
    """
    require(actor, Permission.EXPORT_BOOKS)
    scope, values = here(actor, "location_id")
    return reader.rows(
        f"""
        with legs as ({_ACCRUAL if basis == "accrual" else _CASH}),
        balanced as (
            select post_date, location_id, account, moved from legs
            union all
            select any_value(post_date), location_id, '{BETWEEN}', -sum(moved) from legs
            group by transaction_id, location_id
        )
        select post_date, location_id, account, cast(sum(moved) as bigint) as moved_minor from balanced
        where post_date <= ? and (? is null or post_date >= ?){scope}
        group by all having sum(moved) <> 0 order by post_date, location_id, account
        """,
        last,
        first,
        first,
        *values,
    )


def names(reader: Reader) -> tuple[dict[str, Row], dict[str, Row]]:
    """Accounts by number (name, kind), and locations by id (name, place: their place in the order of their making)."""
    accounts = {row["account"]: row for row in reader.rows("select account, name, kind from accounts")}
    accounts[BETWEEN] = {"account": BETWEEN, "name": "Between locations", "kind": "asset"}
    rows: list[Any] = reader.rows("select location_id, name from locations order by location_id")
    return accounts, {row["location_id"]: row | {"place": number} for number, row in enumerate(rows, 1)}
