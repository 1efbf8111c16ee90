"""Whether the record still arrives, and as much of it as usual. Warnings: a practice may well have a quiet day."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median

import duckdb

from expectations.check import WARNING, Check
from expectations.concerns import EVERYTHING, OF_TABLE
from expectations.suites.reading import parquet, values
from practice.clock import local_date, stored, to_instant
from practice.home import Home
from practice.store.tables import TABLES

LATE_HOURS = 26
"""A working day and a little: the newest change may be so old before somebody should look."""
HISTORY_DAYS = 42
STEADY_DAYS = 10
"""A table that brought rows on each of so many working days is expected to do so on the next."""
USUAL_FACTOR = 10
FEWEST_ROWS = 50
"""A jump below so many rows is nothing to speak of."""
QUIET_SHARE = 0.5
"""A weekday that brings less than this share of a usual day is not a working day."""
WATCHED = {
    "visits_arrive_as_usual": ("Visits", ("appointments", "attendees", "appointment_events")),
    "money_arrives_as_usual": ("Charges, payments and ledger entries",
        ("charges", "payments", "allocations", "adjustments", "transfers", "ledger_transactions", "postings")),
    "the_rest_arrives_as_usual": ("Clients, policies and invoices",
        ("clients", "policies", "invoices", "invoice_lines")),
}  # fmt: skip

Counts = dict[str, dict[date, int]]
"""Table → local day → rows that became known on it."""


def arrival_checks(home: Home, now: datetime, zone: str) -> list[Check]:
    """Freshness, and the volume of each subject, as of `now` (naive UTC) in the practice's `zone`."""
    today = local_date(now, zone)
    try:
        counts, newest = _counts(home, today, zone), _newest(home)
    except duckdb.Error:  # a file that can't be read: another check refuses it by name
        return []
    days = working_days(counts, today)
    late = hours_late(newest, now, zone, days)
    freshness = Check(
        "the_record_keeps_arriving",
        f"The newest change is at most {LATE_HOURS} hours old, days off not counted.",
        f"select {late:.1f}::double as hours",
        severity=WARNING,
        expectation="ExpectColumnMaxToBeBetween",
        arguments={"column": "hours", "max_value": LATE_HOURS},
        concerns=EVERYTHING,
    )
    return [freshness, *(_volume(name, counts, days, today) for name in WATCHED)]


def working_days(counts: Counts, today: date) -> list[date]:
    """The days before `today` on which the practice worked: those of its usual weekdays that brought anything."""
    totals = {today - timedelta(back): 0 for back in range(1, HISTORY_DAYS + 1)}
    for by_day in counts.values():
        for day in by_day.keys() & totals.keys():
            totals[day] += by_day[day]
    usual = median(totals.values())
    by_weekday: dict[int, list[int]] = {}
    for day, rows in totals.items():
        by_weekday.setdefault(day.weekday(), []).append(rows)
    working = {weekday for weekday, rows in by_weekday.items() if median(rows) > QUIET_SHARE * usual}
    return sorted(day for day, rows in totals.items() if rows and day.weekday() in working)


def hours_late(newest: datetime | None, now: datetime, zone: str, days: Iterable[date]) -> float:
    """Hours since the newest change, without those of the whole days off in between. 0 before anything has arrived."""
    if newest is None:
        return 0.0
    weekdays = {day.weekday() for day in days}
    first, last = local_date(newest, zone), local_date(now, zone)
    between = [first + timedelta(n) for n in range(1, (last - first).days)]
    off = sum(day.weekday() not in weekdays for day in between) if weekdays else 0
    return max(0.0, (now - newest).total_seconds() / 3600 - 24 * off)


def oddities(counts: Counts, tables: Iterable[str], days: list[date], today: date) -> list[tuple[str, str, int, int]]:
    """Tables that bring nothing on the last working day, or ten times their usual on it or today.

    Rows of (table, day, rows, usual rows). Only steady tables are judged: they grew on every working day before.
    """
    if len(days) <= STEADY_DAYS:
        return []
    last, before = days[-1], days[-1 - STEADY_DAYS : -1]
    found = []
    for table in tables:
        by_day = counts.get(table, {})
        usual = round(median(by_day.get(day, 0) for day in before))
        is_steady = all(by_day.get(day, 0) for day in before)
        if is_steady and not by_day.get(last, 0):
            found.append((table, last.isoformat(), 0, usual))
        for day in (last, today):
            rows = by_day.get(day, 0)
            if is_steady and rows >= max(FEWEST_ROWS, USUAL_FACTOR * usual):
                found.append((table, day.isoformat(), rows, usual))
    return found


def _volume(name: str, counts: Counts, days: list[date], today: date) -> Check:
    what, tables = WATCHED[name]
    found = oddities(counts, tables, days, today)
    tokens = dict.fromkeys(token for table, *_ in found for token in OF_TABLE[table])
    return Check(
        name,
        f"{what} arrive as on other working days: not none, and not {USUAL_FACTOR} times as many.",
        values([tuple(row) for row in found], "table_name", "day", "rows_landed", "usual_rows"),
        severity=WARNING,
        concerns=tuple(tokens) or tuple(dict.fromkeys(token for table in tables for token in OF_TABLE.get(table, ()))),
    )


def _files(home: Home, table: str) -> Path:
    return home.landing / "record" / table / "*.parquet"


def _landed(home: Home, tables: Iterable[str]) -> list[str]:
    return [table for table in tables if any((home.landing / "record" / table).glob("*.parquet"))]


def _counts(home: Home, today: date, zone: str) -> Counts:
    """Rows by table and local day: the days' bounds are instants, so that nothing here converts zones."""
    tables = _landed(home, (table for _, group in WATCHED.values() for table in group))
    if not tables:
        return {}
    bounds = []
    for back in range(HISTORY_DAYS, -1, -1):
        day = today - timedelta(back)
        ends = [stored(to_instant(datetime.combine(at, datetime.min.time()), zone)) for at in (day, day + timedelta(1))]
        bounds.append(f"(date '{day}', timestamp '{ends[0]}', timestamp '{ends[1]}')")
    first = stored(to_instant(datetime.combine(today - timedelta(HISTORY_DAYS), datetime.min.time()), zone))
    rows = " union all ".join(
        f"select '{table}' as name, _known_at from {parquet([_files(home, table)])}"
        f" where _known_at >= timestamp '{first}'"
        for table in tables
    )
    query = (
        f"with days(day, starts, ends) as (values {', '.join(bounds)})"
        f" select name, day, count(*) from ({rows}) join days on _known_at >= starts and _known_at < ends group by all"
    )
    found: Counts = {table: {} for table in tables}
    with closing(duckdb.connect()) as connection:
        for table, day, landed in connection.execute(query).fetchall():
            found[table][day] = landed
    return found


def _newest(home: Home) -> datetime | None:
    tables = _landed(home, (name for name, table in TABLES.items() if table.fed))
    if not tables:
        return None
    rows = " union all ".join(f"select max(_known_at) as at_ from {parquet([_files(home, table)])}" for table in tables)
    with closing(duckdb.connect()) as connection:
        (found,) = connection.execute(f"select max(at_) from ({rows})").fetchone() or (None,)
    return found if isinstance(found, datetime) else None
