"""What the drawer of a group asks: to which other occurrences one of its clients could move."""

from __future__ import annotations

from datetime import date, timedelta

from practice.access.permissions import Actor, Permission, require
from practice.clock import stored
from practice.store.work import Reader, Row

MOST = 30
_AHEAD = timedelta(weeks=13)


def other_occurrences(reader: Reader, actor: Actor, appointment: Row, client_id: str) -> list[Row]:
    """Coming groups of the same service with a free seat that the client is not in, in the actor's locations, by start.

    Rows: appointment_id, wall_start, wall_end, zone, provider_name, location_name, seats_left.
    """
    require(actor, Permission.SEE_SCHEDULE)
    now = stored(reader.now)
    first, last = now.date() - timedelta(days=1), _until(now.date())
    places = sorted(actor.location_ids)
    return reader.rows(
        "with seats as (select appointment_id, count(*) as taken, bool_or(client_id = ?) as is_in from attendees"
        " where status not in ('cancelled', 'rescheduled', 'entered_in_error') and appointment_id in"
        " (select appointment_id from appointments where service_id = ? and start_date between ? and ?)"
        " group by appointment_id)"
        " select a.appointment_id, a.wall_start, a.wall_end, a.zone, p.name as provider_name, l.name as location_name,"
        " cast(a.capacity - coalesce(s.taken, 0) as integer) as seats_left"
        " from appointments a join providers p using (provider_id) join locations l using (location_id)"
        " left join seats s on s.appointment_id = a.appointment_id"
        " where a.service_id = ? and a.start_date between ? and ? and a.starts_at > ? and a.status = 'scheduled'"
        " and a.appointment_id <> ? and a.capacity > coalesce(s.taken, 0) and not coalesce(s.is_in, false)"
        " and (? or list_contains(?, a.location_id)) order by a.starts_at, a.appointment_id limit ?",
        client_id,
        appointment["service_id"],
        first,
        last,
        appointment["service_id"],
        first,
        last,
        now,
        appointment["appointment_id"],
        not places,
        places,
        MOST,
    )


def _until(day: date) -> date:
    return day + _AHEAD
