"""Appointments of a file: what each row says, judged against the moment at which the file was exported."""

from __future__ import annotations

from datetime import datetime

import duckdb

from ingestion.imports.columns import in_range, odd_ids, table
from ingestion.imports.mapping import Entity, Mapping
from ingestion.imports.shapes import facts, hash_of
from ingestion.landing import quoted
from practice.clock import stored, to_instant

HAPPENED = ("completed", "no_show", "left_unseen", "late_cancelled")


def latest_appointment(connection: duckdb.DuckDBPyConnection, file_no: int, entity: Entity) -> datetime | None:
    """The latest wall time at which the file shows something to have happened: a booking, a cancellation, a visit that
    was kept or missed. A visit still to come says nothing about when the file was written."""
    stated = [text for text, status in entity.statuses.items() if status.outcome in HAPPENED]
    known = ", ".join(map(quoted, stated)) or "null"
    (latest,) = connection.execute(
        f"""select max(greatest(booked_at_given, booked_date_given, cancelled_at_given, case
                when lower(status) in ({known}) then greatest(starts_at_given, start_date_given) end))
            from {table("parsed", file_no, entity)} where problem is null"""
    ).fetchone() or (None,)
    return latest


def judge_appointments(
    connection: duckdb.DuckDBPyConnection,
    mapping: Mapping,
    file_no: int,
    entity: Entity,
    source: str,
    known_wall: datetime,
) -> None:
    """Add one canonical row per row of `timed` to `judged_appointments`."""
    statuses = ", ".join(
        f"({quoted(text)}, {quoted(status.outcome)}, {quoted(status.cancelled_by) if status.cancelled_by else 'null'},"
        f" {quoted(status.basis)})"
        for text, status in entity.statuses.items()
    )
    known_at = stored(to_instant(known_wall, mapping.zone))
    late = "null::bigint" if mapping.late_notice_hours is None else str(mapping.late_notice_hours * 60)
    connection.execute(f"""
    insert into judged_appointments by name
    with statuses(status, outcome, cancelled_by, basis) as (values {statuses}),
    told as (
        select t.* exclude (start_date, booked_date), t.status as source_status, {quoted(source)} as source,
            coalesce(t.starts_at_wall::date, t.start_date) as start_date,
            coalesce(t.booked_at_wall::date, t.booked_date) as booked_date,
            coalesce(t.ends_at, t.starts_at + to_minutes(case when {in_range("t.duration_minutes")} then
                t.duration_minutes end)) as ends,
            coalesce(t.attendee_id, t.appointment_id) as attendee,
            coalesce(t.duration_minutes, date_diff('minute', t.starts_at, t.ends_at)) as stated_minutes,
            case when {in_range("stated_minutes")} then stated_minutes end as minutes,
            date_diff('minute', t.cancelled_at, t.starts_at) as notice_minutes,
            s.outcome as stated, s.cancelled_by, coalesce(s.basis, 'default') as outcome_basis,
            s.status is null as is_unknown
        from {table("timed", file_no, entity)} t left join statuses s on s.status = lower(t.status)
    ),
    placed as (
        select *, coalesce(starts_at < timestamp '{known_at}', start_date <= date '{known_wall.date()}') as is_past
        from told
    ),
    resolved as (
        select *, case
            when is_unknown then 'unresolved'
            when stated in ('completed', 'scheduled') and outcome_basis = 'default' or stated = 'scheduled'
                then case when is_past then 'unresolved' else 'scheduled' end
            when stated = 'cancelled' and notice_minutes < {late} and coalesce(cancelled_by, 'client') = 'client'
                then 'late_cancelled'
            else stated end as outcome
        from placed
    ),
    flagged as ({_flagged(entity)}),
    canonical as (
        select * exclude (attendee_id, ends_at, duration_minutes), attendee as attendee_id, ends as ends_at,
            minutes as duration_minutes,
            case when outcome = 'late_cancelled' then true when outcome = 'cancelled' then notice_minutes < {late} end
                as is_late
        from flagged
    )
    select {", ".join(facts("appointments"))}, {file_no} as file_no, file_row, {quoted(entity.name)} as entity,
        attendee_id as key, {hash_of(facts("appointments"))} as _row_hash from canonical""")


def _flagged(entity: Entity) -> str:
    """SQL: the rows with what is odd about them; visits overlap an earlier one of the same provider that stands."""
    stands = "outcome in ('scheduled', 'completed', 'no_show', 'unresolved')"
    return f"""
        select *, nullif(concat_ws(',', nullif({odd_ids(entity)}, ''),
            case when booked_date > start_date then 'booked_after_visit' end,
            case when ends <= starts_at then 'ends_before_start' end,
            case when duration_minutes is not null and minutes is null then 'odd_duration' end,
            case when ended_at < seated_at or ended_at < arrived_at then 'left_before_arriving' end,
            case when outcome in ('completed', 'no_show', 'left_unseen') and not is_past
                then 'outcome_before_visit' end,
            case when is_unknown then 'unknown_status' end,
            case when {stands} and provider_id is not null and starts_at < max(case when {stands} then ends end) over (
                partition by provider_id order by starts_at, file_row rows between unbounded preceding and 1 preceding)
                then 'overlaps' end), '') as flags
        from resolved"""
