"""What is open, by age: on any day, by either clock, and whether it ties out with the ledger."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dashboards.metrics.definitions import DIMENSIONS
from dashboards.metrics.slices import Slice, conditions
from dashboards.warehouse import Warehouse

BUCKETS = ("0-30", "31-60", "61-90", "91-120", "120+")
CLOCKS = {"service_date": "bucket", "responsibility_date": "responsibility_bucket"}
"""What ages an item: the day of the service, or the day that the party came to owe it; and the item's column for it."""
_ACCOUNTS = "('1100', '1110')"


@dataclass(frozen=True)
class TieOut:
    """Law 6 on one day, in minor units: Σ buckets = AR, and AR − credits = the ledger's balance."""

    buckets: int
    items: int
    credits: int
    ledger: int

    @property
    def is_even(self) -> bool:
        """Whether they agree to the cent."""
        return self.buckets == self.items and self.items - self.credits == self.ledger


def aging(warehouse: Warehouse, asked: Slice, clock: str, by: str) -> pd.DataFrame:
    """Open minor units on the last day by `bucket` and `member`: a payer (None: clients themselves) or a client."""
    narrowed, members = conditions(dict(asked.filters), DIMENSIONS)
    values = {"source": asked.source, "last": asked.last} | members
    if by == "client":
        sql = (
            f"select client_id as member, {CLOCKS[clock]} as bucket, sum(open_minor)::bigint as open_minor"
            f" from marts.ar_as_of($last::date) where source = $source and open_minor > 0 {narrowed} group by all"
        )
        return warehouse.query_named(sql, values)
    sql = (
        "select payer_id as member, bucket, sum(open_minor)::bigint as open_minor from marts.ar_daily"
        " where source = $source and as_of_date = $last and aging_clock = $clock and open_minor > 0"
        f" {narrowed} group by all"
    )
    return warehouse.query_named(sql, values | {"clock": clock})


def tie_out(warehouse: Warehouse, asked: Slice, clock: str) -> TieOut:
    """The same balance from three places: the buckets, the open items, the postings to the receivable accounts."""
    narrowed, members = conditions(dict(asked.filters), DIMENSIONS)
    sql = f"""
        select
            (select coalesce(sum(open_minor), 0) from marts.ar_daily where source = $source and as_of_date = $last
                and aging_clock = $clock {narrowed})::bigint as buckets,
            (select coalesce(sum(open_minor), 0) from marts.ar_as_of($last::date)
                where source = $source {narrowed})::bigint as items,
            (select coalesce(sum(credit_minor), 0) from marts.ar_as_of($last::date)
                where source = $source {narrowed})::bigint as credits,
            (select coalesce(sum(debit_minor - credit_minor), 0) from marts.fct_ledger_entries
                where source = $source and account in {_ACCOUNTS} and post_date <= $last {narrowed})::bigint as ledger
    """
    row = warehouse.query_named(sql, {"source": asked.source, "last": asked.last, "clock": clock} | members).iloc[0]
    return TieOut(int(row.buckets), int(row["items"]), int(row.credits), int(row.ledger))
