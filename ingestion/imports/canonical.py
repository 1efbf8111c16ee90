"""From the file's text to canonical appointments, as SQL over the table `raw` (see `reading`).

Steps, each a table: `parsed` (ids, times as given, the first reason to reject), `judged` (instants, outcome, flags).
"""

from __future__ import annotations

from datetime import date, datetime

import duckdb

from ingestion.imports.mapping import DATES, IDS, TIMES, UNIX_MILLISECONDS, Column, Mapping
from ingestion.imports.shapes import FACTS
from ingestion.imports.zones import to_utc, to_wall
from ingestion.landing import quoted
from practice.clock import stored, to_instant

FIRST_YEAR, LAST_YEAR = 1950, 2150
SCIENTIFIC = r"[+-]?\d+([.]\d+)?[eE][+-]?\d+"
HAPPENED = ("completed", "no_show", "left_unseen", "late_cancelled")


def parse(connection: duckdb.DuckDBPyConnection, mapping: Mapping) -> None:
    """Make the table `parsed`: ids, `<time>_given`, dates, duration, status, and `problem` for rows to reject."""
    columns = {name: _text(column, mapping) for name, column in mapping.columns.items()}
    ids = [f"{_id(columns[name]) if name in columns else 'null::varchar'} as {name}" for name in IDS]
    moments = [
        f"{_moment(columns[name], mapping.columns[name]) if name in columns else 'null::timestamp'} as {name}_given"
        for name in (*TIMES, *DATES)
    ]
    duration = f"try_cast({columns['duration_minutes']} as bigint)" if "duration_minutes" in columns else "null::bigint"
    connection.execute(
        f"create table parsed as select file_row, {', '.join(ids)}, {', '.join(moments)}, {duration} as duration_given,"
        f" {columns['status']} as source_status, coalesce(problem, {_first_problem(columns, mapping)}) as problem"
        " from raw"
    )


def latest_moment(connection: duckdb.DuckDBPyConnection, mapping: Mapping) -> datetime | None:
    """The latest wall time at which the file shows something to have happened: a booking, a cancellation, a visit that
    was kept or missed. A visit still to come says nothing about when the file was written."""
    stated = [text for text, status in mapping.statuses.items() if status.outcome in HAPPENED]
    known = ", ".join(map(quoted, stated)) or "null"
    (latest,) = connection.execute(
        f"""select max(greatest(booked_at_given, booked_date_given, cancelled_at_given, case
                when lower(source_status) in ({known}) then greatest(starts_at_given, start_date_given) end))
            from parsed where problem is null"""
    ).fetchone() or (None,)
    return latest


def judge(connection: duckdb.DuckDBPyConnection, mapping: Mapping, source: str, known_wall: datetime) -> None:
    """Make the table `judged`: one canonical row per row of `parsed` without a problem, with `_row_hash`."""
    connection.execute(f"create table localised as {_localised(connection, mapping)}")
    connection.execute(f"create table judged as {_judged(mapping, source, known_wall)}")


def _text(column: Column, mapping: Mapping) -> str:
    parts = [f"trim(c{mapping.file_columns.index(name)})" for name in column.columns]
    return f"nullif(trim(concat_ws(' ', {', '.join(parts)})), '')"


def _id(text: str) -> str:
    return rf"regexp_replace({text}, '^(-?\d+)[.]0$', '\1')"


def _moment(text: str, column: Column) -> str:
    tried = [
        f"try_cast(epoch_ms(try_cast({text} as bigint)) as timestamp)"
        if form == UNIX_MILLISECONDS
        else f"try_strptime({text}, {quoted(form)})"
        for form in column.formats
    ]
    return f"coalesce({', '.join(tried)})"


def _first_problem(columns: dict[str, str], mapping: Mapping) -> str:
    """The first reason why a row can't be used, named after the canonical column it is in."""
    cases = [
        (f"regexp_full_match({columns[name]}, {quoted(SCIENTIFIC)})", f"scientific_notation_{name}")
        for name in IDS
        if name in columns
    ]
    cases += [(f"{columns[name]} is null", f"missing_{name}") for name in ("appointment_id", "client_id")]
    for name in (*TIMES, *DATES):
        if name in columns:
            moment = _moment(columns[name], mapping.columns[name])
            is_broken = f"{moment} is null or year({moment}) not between {FIRST_YEAR} and {LAST_YEAR}"
            cases.append((f"{columns[name]} is not null and ({is_broken})", f"broken_{name}"))
    start = " or ".join(f"{columns[name]} is not null" for name in ("starts_at", "start_date") if name in columns)
    cases.append((f"not ({start})", "missing_start"))
    if "duration_minutes" in columns:
        text = columns["duration_minutes"]
        is_broken = f"coalesce(try_cast({text} as bigint), 0) not between 1 and 1440"
        cases.append((f"{text} is not null and {is_broken}", "broken_duration_minutes"))
    return "case " + " ".join(f"when {test} then {quoted(reason)}" for test, reason in cases) + " end"


def _localised(connection: duckdb.DuckDBPyConnection, mapping: Mapping) -> str:
    """Each time both as the file's wall time (`<time>_wall`) and as an instant in UTC (`<time>`)."""
    everything = ", ".join(f"{name}_given" for name in (*TIMES, *DATES))
    first, last = connection.execute(
        f"select min(least({everything}))::date, max(greatest({everything}))::date from parsed where problem is null"
    ).fetchone() or (None, None)
    span = (first or date(FIRST_YEAR, 1, 1), last or date(FIRST_YEAR, 1, 1))
    pairs = []
    for name in TIMES:
        given, column = f"{name}_given", mapping.columns.get(name)
        if column and (column.is_utc or UNIX_MILLISECONDS in column.formats):
            pairs.append(f"{given} as {name}, {to_wall(given, mapping.zone, *span)} as {name}_wall")
        else:
            pairs.append(f"{to_utc(given, mapping.zone, *span)} as {name}, {given} as {name}_wall")
    return f"select *, {', '.join(pairs)} from parsed where problem is null"


def _judged(mapping: Mapping, source: str, known_wall: datetime) -> str:
    statuses = ", ".join(
        f"({quoted(text)}, {quoted(status.outcome)}, {quoted(status.cancelled_by) if status.cancelled_by else 'null'},"
        f" {quoted(status.basis)})"
        for text, status in mapping.statuses.items()
    )
    known_at = stored(to_instant(known_wall, mapping.zone))
    late = "null::bigint" if mapping.late_notice_hours is None else str(mapping.late_notice_hours * 60)
    packed = ", ".join(f"'{name}': {name}" for name in FACTS)
    stands = "outcome in ('scheduled', 'completed', 'no_show', 'unresolved')"
    return f"""
    with statuses(status, outcome, cancelled_by, basis) as (values {statuses}),
    timed as (
        select l.*, coalesce(l.starts_at_wall::date, l.start_date_given::date) as start_date,
            coalesce(l.booked_at_wall::date, l.booked_date_given::date) as booked_date,
            coalesce(l.ends_at, l.starts_at + to_minutes(l.duration_given)) as ends,
            coalesce(l.attendee_id, l.appointment_id) as attendee,
            coalesce(l.duration_given, date_diff('minute', l.starts_at, l.ends_at)) as duration_minutes,
            date_diff('minute', l.cancelled_at, l.starts_at) as notice_minutes,
            s.outcome as stated, s.cancelled_by, coalesce(s.basis, 'default') as outcome_basis,
            s.status is null as is_unknown,
            coalesce(l.starts_at < timestamp '{known_at}', start_date <= date '{known_wall.date()}') as is_past
        from localised l left join statuses s on s.status = lower(l.source_status)
    ),
    resolved as (
        select *, case
            when is_unknown then 'unresolved'
            when stated in ('completed', 'scheduled') and outcome_basis = 'default' or stated = 'scheduled'
                then case when is_past then 'unresolved' else 'scheduled' end
            when stated = 'cancelled' and notice_minutes < {late} and coalesce(cancelled_by, 'client') = 'client'
                then 'late_cancelled'
            else stated end as outcome
        from timed
    ),
    flagged as (
        select *, nullif(concat_ws(',',
            case when regexp_matches(concat_ws(' ', {", ".join(IDS)}), '(^| )-?[0-9]+[.][0-9]+( |$)')
                then 'fractional_id' end,
            case when {" or ".join(f"length({name}) > 64 or regexp_matches({name}, '[[:cntrl:]]')" for name in IDS)}
                then 'odd_id' end,
            case when booked_date > start_date then 'booked_after_visit' end,
            case when ends <= starts_at then 'ends_before_start' end,
            case when outcome in ('completed', 'no_show', 'left_unseen') and not is_past
                then 'outcome_before_visit' end,
            case when is_unknown then 'unknown_status' end,
            case when {stands} and provider_id is not null and starts_at < max(case when {stands} then ends end) over (
                partition by provider_id order by starts_at, file_row rows between unbounded preceding and 1 preceding)
                then 'overlaps' end), '') as flags
        from resolved
    ),
    canonical as (
        select * exclude (attendee_id, ends_at), {quoted(source)} as source, attendee as attendee_id, ends as ends_at,
            case when outcome = 'late_cancelled' then true when outcome = 'cancelled' then notice_minutes < {late} end
                as is_late
        from flagged
    )
    select {", ".join(FACTS)}, file_row, md5(cast(to_json({{{packed}}}) as varchar)) as _row_hash from canonical"""
