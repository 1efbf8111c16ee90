"""What the flow board, its commands and the kiosk ask: who is in the house, in a room, and whom a name may mean."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from practice.access.permissions import Actor
from practice.clock import local_date, stored
from practice.scheduling.queries import visits
from practice.store.work import Reader, Row

_STEPS = "('arrived', 'roomed', 'started', 'completed', 'no_show', 'left_unseen', 'corrected', 'cancelled', 'moved')"


def in_the_house(
    reader: Reader, actor: Actor, location_id: str | None = None, provider_id: str | None = None
) -> list[Row]:
    """Today's attendees, by each location's own day, in the order of start; only those of the actor's scope.

    Columns as in `queries.day`. Cancelled and moved ones are left out. The two filters narrow everything alike, so that
    what is counted is what is shown.
    """
    today = stored(reader.now).date()
    chosen = "a.start_date between ? and ?"
    values: list[object] = [today - timedelta(days=1), today + timedelta(days=1)]
    for column, value in (("location_id", location_id), ("provider_id", provider_id)):
        if value is not None:
            chosen += f" and a.{column} = ?"
            values.append(value)
    gone = "t.status not in ('cancelled', 'rescheduled', 'entered_in_error')"
    rows = visits(reader, actor, chosen, gone, *values)
    days: dict[str, date] = {}
    return [
        row for row in rows if row["start_date"] == days.setdefault(row["zone"], local_date(reader.now, row["zone"]))
    ]


def last_step(reader: Reader, attendee_id: str) -> Row | None:
    """The newest event that stated something about an attendee: kind, actor_id, known_at."""
    return reader.one(
        "select kind, actor_id, known_at from appointment_events where attendee_id = ?"
        f" and kind in {_STEPS} order by known_at desc, rowid desc limit 1",
        attendee_id,
    )


def own_steps(reader: Reader, user_id: str, since: datetime) -> set[str]:
    """Attendees whose newest step was taken by this person, after `since`."""
    rows = reader.rows(
        "select attendee_id, arg_max(actor_id, known_at) as actor_id from appointment_events"
        f" where known_at >= ? and attendee_id is not null and kind in {_STEPS} group by attendee_id",
        since,
    )
    return {row["attendee_id"] for row in rows if row["actor_id"] == user_id}


def in_room(reader: Reader, room_id: str, day: date, except_appointment_id: str) -> list[Row]:
    """Visits of that local day whose clients are in the room now, one row each: status, client_name of the first."""
    return reader.rows(
        "select a.appointment_id, min(t.status) as status, min(c.given_name || ' ' || c.family_name) as client_name"
        " from appointments a join attendees t using (appointment_id) join clients c using (client_id)"
        " where a.start_date = ? and a.appointment_id <> ? and t.status in ('arrived', 'in_session')"
        " and coalesce(t.roomed_in_id, case when t.status = 'in_session' then a.room_id end) = ?"
        " group by a.appointment_id order by a.appointment_id",
        day,
        except_appointment_id,
        room_id,
    )


def expected_at(
    reader: Reader, location_id: str, birth_date: date, day: date, earliest: datetime, latest: datetime
) -> list[Row]:
    """Whom a birth date may mean at a kiosk: attendees in person of that local day whose visit starts in the window.

    Rows: attendee_id, appointment_id, client_id, given_name, family_name, status, starts_at. For the kiosk's command
    alone, which shows none of it.
    """
    return reader.rows(
        "select t.attendee_id, t.appointment_id, t.client_id, c.given_name, c.family_name, t.status, a.starts_at"
        " from appointments a join attendees t using (appointment_id) join clients c using (client_id)"
        " where a.location_id = ? and a.start_date = ? and a.starts_at between ? and ? and a.mode = 'in_person'"
        " and t.status in ('scheduled', 'arrived') and c.birth_date = ? order by a.starts_at, t.attendee_id",
        location_id,
        day,
        earliest,
        latest,
        birth_date,
    )


def of_provider(reader: Reader, provider_id: str, day: date) -> list[Row]:
    """The provider's attendees of a local day who hold a place: what `flow.expected_start` looks at."""
    return reader.rows(
        "select a.appointment_id, a.starts_at, a.duration_minutes, t.status, t.arrived_at, t.seated_at"
        " from appointments a join attendees t using (appointment_id) where a.provider_id = ? and a.start_date = ?"
        " and t.status not in ('cancelled', 'rescheduled', 'entered_in_error') order by a.starts_at",
        provider_id,
        day,
    )


def kiosk_by_hash(reader: Reader, token_hash: str) -> Row | None:
    """A kiosk that is in use, with its location's name and zone."""
    return reader.one(
        "select k.*, l.name as location_name, l.zone from kiosks k join locations l using (location_id)"
        " where k.token_hash = ? and k.revoked_at is null and l.is_active",
        token_hash,
    )


def kiosks(reader: Reader, location_ids: list[str]) -> list[Row]:
    """Kiosks of these locations, those in use first: kiosk_id, name, location_name, seating, created_at, revoked_at."""
    return reader.rows(
        "select k.kiosk_id, k.location_id, k.name, k.seating, l.name as location_name, k.created_at, k.revoked_at"
        " from kiosks k join locations l using (location_id) where list_contains(?, k.location_id)"
        " order by k.revoked_at is not null, l.name, k.name",
        location_ids,
    )
