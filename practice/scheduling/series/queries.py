"""What is asked of the record about series."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from practice.store.work import Reader, Row


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values)) or "null"


def occurrence_row(reader: Reader, appointment_id: str) -> Row:
    """One appointment's row."""
    row: Row = reader.get("appointments", appointment_id, "visit")
    return row


def occurrences(reader: Reader, series_id: str) -> list[Row]:
    """The visits of a series in the order of their dates, as they are now: where one was moved, its successor.

    Columns of appointments, `statuses` of everybody in it, `is_charged`.
    """
    return reader.rows(
        "select a.*, coalesce(t.statuses, []) as statuses, coalesce(t.is_charged, false) as is_charged"
        " from appointments a left join (select n.appointment_id, list(n.status) as statuses,"
        " bool_or(g.live_key is not null) as is_charged from attendees n"
        " left join charges g on g.live_key = n.attendee_id"
        " where n.appointment_id in (select appointment_id from appointments where series_id = ?)"
        " group by n.appointment_id) t on t.appointment_id = a.appointment_id"
        " where a.series_id = ? and a.status not in ('rescheduled', 'entered_in_error')"
        " order by a.original_start, a.starts_at, a.appointment_id",
        series_id,
        series_id,
    )


def exceptions_of(reader: Reader, series_id: str) -> list[Row]:
    """The dates of a series that have no occurrence of their own, in order."""
    return reader.rows("select * from series_exceptions where series_id = ? order by original_start", series_id)


def ending(reader: Reader, location_ids: Sequence[str], now: datetime, fewer_than: int) -> list[Row]:
    """Series with fewer than n visits left that nobody has renewed, those that end first first.

    Columns of series, visits_left, next_wall_start, last_wall_start, provider_name, service_name, client_names.
    """
    return reader.rows(
        "select s.*, cast(count(a.appointment_id) as integer) as visits_left, min(a.wall_start) as next_wall_start,"
        " p.name as provider_name, v.name as service_name"
        " from series s join providers p using (provider_id) join services v on v.service_id = s.service_id"
        " left join appointments a on a.series_id = s.series_id and a.status = 'scheduled' and a.starts_at >= ?"
        f" where s.location_id in ({_marks(location_ids)}) and s.status = 'active'"
        " and s.last_date between cast(? as date) - interval 28 day and cast(? as date) + interval 400 day"
        " and s.occurrence_count > 1"
        " group by all having visits_left < ? order by s.last_date, s.series_id",
        now,
        *location_ids,
        now,
        now,
        fewer_than,
    )


def names_of(reader: Reader, client_ids: Sequence[str]) -> dict[str, str]:
    """Clients' names by id."""
    rows = reader.rows(
        "select client_id, given_name || ' ' || family_name as name from clients"
        f" where client_id in ({_marks(client_ids)})",
        *client_ids,
    )
    return {row["client_id"]: row["name"] for row in rows}


def holds_of(reader: Reader, held_by: str, now: datetime) -> list[Row]:
    """The places that are kept by that holder and still count."""
    return reader.rows(
        "select * from holds where held_by = ? and purpose = 'renewal' and outcome is null and expires_at > ?",
        held_by,
        now,
    )


def kept_until(reader: Reader, holders: Sequence[str], now: datetime) -> dict[str, datetime]:
    """By holder: until when its places are kept."""
    rows = reader.rows(
        f"select held_by, max(expires_at) as expires_at from holds where held_by in ({_marks(holders)})"
        " and outcome is null and expires_at > ? group by held_by",
        *holders,
        now,
    )
    return {row["held_by"]: row["expires_at"] for row in rows}


def place_in_series(reader: Reader, appointment_id: str) -> Row | None:
    """Of a visit that is one of a series: series_id, rule, zone, wall_start, status, number, of; else None."""
    return reader.one(
        "select s.series_id, s.rule, s.zone, s.wall_start, s.status, s.room_id,"
        " cast(count(distinct o.original_start) filter (o.original_start <= a.original_start) as integer) as number,"
        " cast(count(distinct o.original_start) as integer) as of"
        " from appointments a join series s using (series_id) join appointments o on o.series_id = s.series_id"
        " and o.status not in ('rescheduled', 'entered_in_error') where a.appointment_id = ? group by all",
        appointment_id,
    )
