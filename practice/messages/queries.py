"""Reads of the outbox, templates, consent, and of what a message states."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from practice.store.work import Reader, Row

SETTINGS = ("messages_on", "messages_text_on", "messages_sender", "public_url", "practice_name", "zone")


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values)) or "null"


def settings(reader: Reader) -> dict[str, str]:
    """The settings that messages depend on, as JSON text; a name without a row is left out."""
    return {row["name"]: row["value"] for row in reader.those("settings", "name", *SETTINGS)}


def contacts(reader: Reader, client_ids: Sequence[str], purpose: str) -> dict[str, Row]:
    """Client → contact, zone, and what was said last about each channel: email_given, text_given (None: nothing)."""
    shown = ("client_id", "given_name", "email", "phone", "zone", "is_active")
    found = {
        row["client_id"]: {name: row[name] for name in shown} | {"email_given": None, "text_given": None}
        for row in reader.those("clients", "client_id", *client_ids)
    }
    said = [row for row in reader.those("consents", "client_id", *client_ids) if row["purpose"] == purpose]
    for row in sorted(said, key=lambda row: (row["effective_at"], row["known_at"])):  # a later row of one moment counts
        found[row["client_id"]][f"{row['channel']}_given"] = row["is_given"]
    return found


def consents_of(reader: Reader, client_id: str) -> list[Row]:
    """Every statement about consent of a client, newest first."""
    return reader.rows(
        "select * from consents where client_id = ? order by effective_at desc, known_at desc, rowid desc",
        client_id,
    )


def newest_template(reader: Reader, kind: str, channel: str) -> Row | None:
    """The version that is sent now."""
    return reader.one(
        "select * from message_templates where kind = ? and channel = ? and is_active order by version desc limit 1",
        kind,
        channel,
    )


def templates(reader: Reader, kind: str, channel: str) -> list[Row]:
    """Every version, newest first."""
    return reader.rows(
        "select * from message_templates where kind = ? and channel = ? order by version desc", kind, channel
    )


def by_key(reader: Reader, dedupe_key: str) -> Row | None:
    """The message under a key, if something was said under it."""
    return reader.one("select message_id, status from messages where dedupe_key = ?", dedupe_key)


def thread(reader: Reader, client_id: str, thread_id: str) -> list[Row]:
    """What was or will be said to a client about one visit and its moves, newest first."""
    return reader.rows(
        "select message_id, kind, appointment_id, known_appointment_id, status, status_reason, not_before_at,"
        " dedupe_key from messages where client_id = ? and thread_id = ? order by audit_seq desc, message_id desc",
        client_id,
        thread_id,
    )


def attendance(reader: Reader, appointment_id: str, client_id: str) -> Row | None:
    """The client's newest row in an appointment, with what decides whether a message is due."""
    return reader.one(
        "select t.attendee_id, t.status, t.moved_to_attendee_id, a.* exclude (status) from attendees t"
        " join appointments a using (appointment_id) where t.appointment_id = ? and t.client_id = ?"
        " order by t.booked_at desc, t.attendee_id desc limit 1",
        appointment_id,
        client_id,
    )


def appointment_of(reader: Reader, attendee_id: str) -> str | None:
    """The appointment that an attendee is in."""
    found: str | None = reader.value("select appointment_id from attendees where attendee_id = ?", attendee_id)
    return found


def moved_from(reader: Reader, appointment_id: str) -> str | None:
    """The appointment that this one is the successor of."""
    found: str | None = reader.value("select moved_from_id from appointments where appointment_id = ?", appointment_id)
    return found


def visits(reader: Reader, appointment_ids: Sequence[str]) -> dict[str, Row]:
    """Appointment → what a message says about it: names, place, directions, preparation, start, zone, mode, link."""
    found = reader.rows(
        "select a.appointment_id, a.starts_at, a.zone, a.mode, a.location_id, a.provider_id, a.service_id,"
        " coalesce(a.video_link, p.video_link) as video_link, s.name as service, s.preparation, p.name as provider,"
        " l.name as location, l.address, l.directions, l.phone, l.slug from appointments a"
        " join services s using (service_id) join providers p on p.provider_id = a.provider_id"
        " join locations l on l.location_id = a.location_id"
        f" where a.appointment_id in ({_marks(appointment_ids)})",
        *appointment_ids,
    )
    return {row["appointment_id"]: row for row in found}


def place(reader: Reader, location_id: str, provider_id: str | None, service_id: str | None) -> Row:
    """The same words for something that is no visit yet: an offer, a recall. What is not given is None."""
    found = reader.one(
        "select l.zone, l.name as location, l.address, l.directions, l.phone, l.slug,"
        " (select name from providers where provider_id = ?) as provider,"
        " (select video_link from providers where provider_id = ?) as video_link,"
        " (select name from services where service_id = ?) as service,"
        " (select preparation from services where service_id = ?) as preparation"
        " from locations l where l.location_id = ?",
        provider_id,
        provider_id,
        service_id,
        service_id,
        location_id,
    )
    assert found is not None, "a message about a place that does not exist"
    return found


def queued(
    reader: Reader, appointment_id: str | None, offer_id: str | None, recall_id: str | None, kinds: Sequence[str] | None
) -> list[Row]:
    """Messages that wait to leave and match everything that is given."""
    narrow, values = "", []
    for column, value in (("appointment_id", appointment_id), ("offer_id", offer_id), ("recall_id", recall_id)):
        if value is not None:
            narrow += f" and {column} = ?"
            values.append(value)
    if kinds is not None:
        narrow += f" and kind in ({_marks(kinds)})"
        values += kinds
    return reader.rows(f"select message_id, dedupe_key from messages where status = 'queued'{narrow}", *values)


def is_any_due(reader: Reader, now: datetime) -> bool:
    """Whether something may leave now."""
    return bool(reader.value("select 1 from messages where status = 'queued' and not_before_at <= ? limit 1", now))


def message_of_link(reader: Reader, link_hash: str, since: datetime) -> Row | None:
    """The message whose link to stop such messages has that secret, if it is not too old."""
    return reader.one(
        "select client_id, kind, channel from messages where link_hash = ? and queued_at >= ? limit 1", link_hash, since
    )


def home_location(reader: Reader, client_id: str) -> str | None:
    """The location that a client belongs to."""
    found: str | None = reader.value("select location_id from clients where client_id = ?", client_id)
    return found


def clients_of(reader: Reader, attendee_ids: Sequence[str]) -> list[str]:
    """The clients behind attendees."""
    new = reader.waiting("attendees", attendee_ids)
    known = [one for one in attendee_ids if one not in new]
    sql = f"select distinct client_id from attendees where attendee_id in ({_marks(known)})"
    found = reader.rows(sql, *known) if known else []
    return sorted({row["client_id"] for row in (*new.values(), *found)})


def visit(reader: Reader, appointment_id: str) -> Row | None:
    """An appointment as it stands."""
    return reader.one("select * from appointments where appointment_id = ?", appointment_id)


def due(reader: Reader, now: datetime, limit: int) -> list[Row]:
    """What may leave now, a client's rows side by side: all that is due about one client's visits, within about
    `limit` rows; with visit_starts_at and offer_expires_at."""
    return reader.rows(
        "with first as (select message_id, client_id from messages where status = 'queued' and not_before_at <= ?"
        " order by not_before_at, audit_seq, message_id limit ?)"
        " select m.message_id, m.client_id, m.channel, m.kind, m.appointment_id, m.known_appointment_id, m.attempts,"
        " a.starts_at as visit_starts_at, o.expires_at as offer_expires_at from messages m"
        " left join appointments a using (appointment_id) left join offers o using (offer_id)"
        " where m.status = 'queued' and m.not_before_at <= ? and (m.message_id in (select message_id from first)"
        " or (m.thread_id is not null and m.client_id in (select client_id from first)))"
        " order by m.client_id, m.thread_id is null, coalesce(a.starts_at, m.not_before_at), m.audit_seq, m.message_id",
        now,
        limit,
        now,
    )


def carried(reader: Reader, message_id: str, status: str) -> list[str]:
    """The messages that this one says too, with the status."""
    found = reader.rows("select message_id from messages where carried_by = ? and status = ?", message_id, status)
    return [row["message_id"] for row in found]


def sending(reader: Reader) -> list[str]:
    """What is marked as being sent."""
    return [row["message_id"] for row in reader.rows("select message_id from messages where status = 'sending'")]


def in_words(reader: Reader, message_id: str) -> Row:
    """A message as it is sent: channel, address, subject, body."""
    found = reader.one("select channel, address, subject, body from messages where message_id = ?", message_id)
    assert found is not None, "a message that was taken is there"
    return found


def message_counts(reader: Reader) -> Row:
    """messages_queued and messages_failed: how many wait, and how many were not delivered and are nobody's work yet."""
    found = reader.one(
        "select count(*) filter (status = 'queued') as messages_queued,"
        " count(*) filter (status = 'failed') as messages_failed from messages"
    )
    assert found is not None
    return found


def any_place(reader: Reader) -> Row | None:
    """A location, a provider and a service of the practice, for a preview."""
    return reader.one(
        "select l.zone, l.name as location, l.address, l.directions, l.phone, p.name as provider, p.video_link,"
        " s.name as service, s.preparation from locations l"
        " left join (select * from providers where is_active order by name limit 1) p on true"
        " left join (select * from services where is_active order by name limit 1) s on true"
        " where l.is_active order by l.name limit 1"
    )


def clients_expected(reader: Reader, appointment_id: str) -> list[str]:
    """The clients of an appointment who are still to come."""
    found = reader.rows(
        "select client_id from attendees where appointment_id = ? and status = 'scheduled' order by client_id",
        appointment_id,
    )
    return [row["client_id"] for row in found]
