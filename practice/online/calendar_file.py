"""One visit as a calendar file (RFC 5545), for the client's own calendar."""

from __future__ import annotations

from icalendar import Calendar, Event

from practice.clock import as_utc
from practice.online.offering import mode_words
from practice.store.work import Reader, Row


def calendar_file(reader: Reader, visit: Row, practice: str) -> bytes:
    """The visit's event. Its instants are in UTC, so that every calendar shows them in its own zone; its UID stays with
    the booking, so that the same file read again replaces the event."""
    calendar = Calendar()
    calendar.add("prodid", "-//Daybook//Booking//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    event = Event()
    event.add("uid", f"{visit['attendee_id']}@daybook")
    event.add("dtstamp", as_utc(reader.now))
    event.add("dtstart", as_utc(visit["starts_at"]))
    event.add("dtend", as_utc(visit["ends_at"]))
    event.add("summary", f"{visit['service']}, {practice}" if practice else visit["service"])
    event.add("status", "CANCELLED" if visit["status"] == "cancelled" else "CONFIRMED")
    where = (
        [visit["location"], visit["address"]] if visit["mode"] == "in_person" else [mode_words("video").capitalize()]
    )
    event.add("location", ", ".join(part for part in where if part))
    about = [f"With {visit['provider']}.", visit["preparation"], visit["directions"]]
    event.add("description", "\n".join(part for part in about if part))
    calendar.add_component(event)
    return bytes(calendar.to_ical())
