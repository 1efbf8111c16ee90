"""What is owed as of any past day: by client, by payer and by each clock, beside one pass over the postings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from dashboards.bench.measure import Measure, against, percentile, run_laps
from dashboards.metrics.receivables import CLOCKS, aging, ledger_balance, receivable_charges
from dashboards.metrics.slices import Slice
from dashboards.warehouse import Warehouse
from practice.errors import Refusal
from practice.home import Home

AREA = "warehouse"
AGO = (1, 30, 91, 182, 364)
"""Days back from the published one."""
ROUNDS = 3


def measure_receivables(home: Home) -> list[Measure]:
    """Median and 95th percentile over past days and clocks, with today's knowledge and with that of the day itself."""
    warehouse = Warehouse(home)
    published = warehouse.published()
    if published is None:
        raise Refusal("Nothing is published, so nothing can be measured.")
    today = date.fromisoformat(published.today)
    days = [today - timedelta(ago) for ago in AGO] * ROUNDS
    asked = [Slice(day, day) for day in days]
    charges = receivable_charges(warehouse)
    passes = run_laps([lambda one=one: ledger_balance(warehouse, one) for one in asked])
    pass_name, pass_seconds = "one pass over the postings", percentile(passes.each, 0.5)
    found = []
    for what, calls in _questions(warehouse, asked).items():
        laps = run_laps(calls)
        for word, share in (("p50", 0.5), ("p95", 0.95)):
            name = f"receivables of {charges:,} charges as of a past day, {what}, {word}"
            found.append(against(AREA, name, "ms", percentile(laps.each, share) * 1000, pass_name, pass_seconds * 1000))
    return found


def _questions(warehouse: Warehouse, asked: list[Slice]) -> dict[str, list[Callable[[], object]]]:
    def known(one: Slice) -> datetime:
        return datetime.combine(one.last, time.max)

    return {
        "by client and clock": [
            lambda one=one, clock=clock: aging(warehouse, one, clock, "client") for one in asked for clock in CLOCKS
        ],
        "by payer and clock": [
            lambda one=one, clock=clock: aging(warehouse, one, clock, "payer") for one in asked for clock in CLOCKS
        ],
        "by client as known then": [
            lambda one=one: aging(warehouse, one, "service_date", "client", known_until=known(one)) for one in asked
        ],
    }
