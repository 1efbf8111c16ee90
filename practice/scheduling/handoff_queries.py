"""What is asked of the record when a caseload changes hands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from practice.store.work import Reader, Row


def coming_visits(reader: Reader, provider_id: str, first: date, now: datetime) -> list[Row]:
    """The provider's visits from that day on that have not begun, with everybody in them, in the order of start.

    Columns of appointments, service_name, location_name, client_ids, client_names, statuses, is_charged.
    """
    return reader.rows(
        "select a.*, s.name as service_name, l.name as location_name,"
        " list(t.client_id order by t.attendee_id) as client_ids,"
        " list(c.given_name || ' ' || c.family_name order by t.attendee_id) as client_names,"
        " list(t.status order by t.attendee_id) as statuses,"
        " bool_or(g.charge_id is not null) as is_charged"
        " from appointments a join services s using (service_id) join locations l on l.location_id = a.location_id"
        " join attendees t on t.appointment_id = a.appointment_id"
        " and t.status not in ('cancelled', 'rescheduled', 'entered_in_error')"
        " join clients c on c.client_id = t.client_id left join charges g on g.live_key = t.attendee_id"
        " where a.provider_id = ? and a.start_date >= ? and a.starts_at >= ? and a.status = 'scheduled'"
        " group by all order by a.starts_at, a.appointment_id",
        provider_id,
        first,
        now,
    )


def room_ids(reader: Reader, location_ids: Sequence[Any]) -> list[str]:
    """The active rooms of these locations."""
    marks = ", ".join("?" * len(location_ids)) or "null"
    rows = reader.rows(f"select room_id from rooms where is_active and location_id in ({marks})", *location_ids)
    return [row["room_id"] for row in rows]
