"""What is open, by age: on any day, by either clock, and whether it ties out with the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from dashboards.metrics.definitions import DIMENSIONS
from dashboards.metrics.slices import Slice, conditions
from dashboards.warehouse import Warehouse

BUCKETS = ("0-30", "31-60", "61-90", "91-120", "120+")
CLOCKS = {
    "service_date": "bucket",
    "responsibility_date": "responsibility_bucket",
    "billed_date": "bill_bucket",
    "activity_date": "activity_bucket",
    "due_date": "overdue_bucket",
}
"""What ages an item: the day of the service, that the party came to owe it, that it was asked for it, of the last
posting, or that it is due; and the item's column for it. Of the first two `ar_daily` has every day added up already."""
DAILY = ("service_date", "responsibility_date")
FORWARD = "balance_forward"
"""The view that ages no items: what was paid goes against the oldest service of each account first."""
NOT_YET = ("not billed", "not due")
"""Buckets of items that a clock has not begun to age."""
_ACCOUNTS = "('1100', '1110')"


@dataclass(frozen=True)
class TieOut:
    """Law 6 on one day, in minor units: Σ buckets (+ put off) = AR, and AR − credits = the ledger's balance."""

    buckets: int
    items: int
    credits: int
    ledger: int
    put_off: int = 0  # by payment plans, where the buckets have what is due only
    is_net: bool = False  # of balance forward: an account's credits have lowered its buckets already

    @property
    def is_even(self) -> bool:
        """Whether they agree to the cent."""
        open_minor = self.items - self.credits if self.is_net else self.items
        return self.buckets + self.put_off == open_minor and self.items - self.credits == self.ledger


def aging(
    warehouse: Warehouse,
    asked: Slice,
    clock: str,
    by: str,
    is_due_only: bool = False,
    *,
    known_until: datetime | None = None,
) -> pd.DataFrame:
    """Open minor units on the last day by `bucket` and `member`: a payer (None: clients themselves) or a client.

    All that is open, or what is due only: without what payment plans put off.

    Balance forward is by whole accounts: it can be cut by payer only, and its clients are those who owe. With
    `known_until` (UTC) as it was known then, else as it is known today.
    """
    narrowed, members = conditions(dict(asked.filters), DIMENSIONS)
    values = {"source": asked.source, "last": asked.last} | members
    if clock == FORWARD:
        sql = (
            f"select {by}_id as member, bucket, sum(open_minor)::bigint as open_minor"
            f" from marts.balance_forward_as_of($last::date) where source = $source and open_minor > 0 {narrowed}"
            " group by all"
        )
        return warehouse.query_named(sql, values)
    if by == "client" or clock not in DAILY or known_until or is_due_only:
        amount = "due_minor" if is_due_only else "open_minor"
        known, values = (", known_until := $known", values | {"known": known_until}) if known_until else ("", values)
        sql = (
            f"select {by}_id as member, {CLOCKS[clock]} as bucket, sum({amount})::bigint as open_minor"
            f" from marts.ar_as_of($last::date{known}) where source = $source and {amount} > 0 {narrowed}"
            " group by all"
        )
        return warehouse.query_named(sql, values)
    sql = (
        "select payer_id as member, bucket, sum(open_minor)::bigint as open_minor from marts.ar_daily"
        " where source = $source and as_of_date = $last and aging_clock = $clock and open_minor > 0"
        f" {narrowed} group by all"
    )
    return warehouse.query_named(sql, values | {"clock": clock})


def ledger_balance(warehouse: Warehouse, asked: Slice) -> int:
    """What the receivable accounts come to at the end of the last day, from the postings alone, in minor units."""
    narrowed, members = conditions(dict(asked.filters), DIMENSIONS)
    sql = (
        "select coalesce(sum(debit_minor - credit_minor), 0)::bigint as balance from marts.fct_ledger_entries"
        f" where source = $source and account in {_ACCOUNTS} and post_date <= $last {narrowed}"
    )
    return int(warehouse.query_named(sql, {"source": asked.source, "last": asked.last} | members).balance[0])


def receivable_charges(warehouse: Warehouse) -> int:
    """How many charges anybody ever owed for."""
    return int(warehouse.query("select count(*) as n from marts.fct_charges").n[0])


def put_off(warehouse: Warehouse, asked: Slice) -> int:
    """What payment plans put off at the end of the last day until later instalments, in minor units."""
    narrowed, members = conditions(dict(asked.filters), DIMENSIONS)
    sql = (
        "select coalesce(sum(put_off_minor), 0)::bigint as put_off from marts.ar_as_of($last::date)"
        f" where source = $source {narrowed}"
    )
    return int(warehouse.query_named(sql, {"source": asked.source, "last": asked.last} | members).put_off[0])


def tie_out(warehouse: Warehouse, asked: Slice, clock: str, is_due_only: bool = False) -> TieOut:
    """The same balance from three places: the buckets, the open items, the postings to the receivable accounts."""
    narrowed, members = conditions(dict(asked.filters), DIMENSIONS)
    buckets, what = "marts.ar_daily where as_of_date = $last and aging_clock = $clock", "open_minor"
    if clock == FORWARD:
        buckets, what = "marts.balance_forward_as_of($last::date) where $clock is not null", "open_minor - credit_minor"
    elif clock not in DAILY or is_due_only:
        what = "due_minor" if is_due_only else what
        buckets = f"marts.ar_as_of($last::date) where {CLOCKS[clock]} is not null and $clock is not null"
    sql = f"""
        select
            (select coalesce(sum({what}), 0) from {buckets} and source = $source {narrowed})::bigint as buckets,
            (select coalesce(sum(open_minor), 0) from marts.ar_as_of($last::date)
                where source = $source {narrowed})::bigint as items,
            (select coalesce(sum(credit_minor), 0) from marts.ar_as_of($last::date)
                where source = $source {narrowed})::bigint as credits,
            (select coalesce(sum(debit_minor - credit_minor), 0) from marts.fct_ledger_entries
                where source = $source and account in {_ACCOUNTS} and post_date <= $last {narrowed})::bigint as ledger
    """
    row = warehouse.query_named(sql, {"source": asked.source, "last": asked.last, "clock": clock} | members).iloc[0]
    later = put_off(warehouse, asked) if is_due_only else 0
    return TieOut(int(row.buckets), int(row["items"]), int(row.credits), int(row.ledger), later, clock == FORWARD)
