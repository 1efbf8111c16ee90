"""Notes as they stand, for who may read them; and which visits wait for a signature, without a word of them."""

from __future__ import annotations

from datetime import date

from practice.access.permissions import Actor, Permission, require, require_own
from practice.notes.commands import SINCE, is_locked
from practice.store.work import Reader, Row

# A couple or family is one unit: its note is that of the identified client.
_UNSIGNED = """
    select t.attendee_id, t.appointment_id, a.start_date as service_date, a.wall_start, t.client_id,
        c.given_name || ' ' || c.family_name as client_name, a.provider_id, v.name as provider_name, a.location_id,
        s.name as service_name, n.status is not null as has_draft
    from attendees t join appointments a using (appointment_id) join clients c using (client_id)
    join providers v on v.provider_id = a.provider_id join services s on s.service_id = a.service_id
    left join notes n on n.attendee_id = t.attendee_id and n.position = 1
    where t.status = 'completed' and a.start_date >= ? and n.signed_at is null
        and (t.billing_unit <> 'appointment' or t.is_identified)
"""


def notes_of(reader: Reader, actor: Actor, attendee_id: str) -> list[Row]:
    """The note and its addenda, each with `signed_by_name` and `is_locked`; nothing without a note."""
    require(actor, Permission.WRITE_NOTES)
    attendee = reader.get("attendees", attendee_id, "visit")
    require_own(actor, {reader.get("appointments", attendee["appointment_id"], "visit")["provider_id"]})
    rows = reader.rows(
        "select n.*, coalesce(u.name, n.signed_by) as signed_by_name from notes n"
        " left join users u on u.user_id = n.signed_by where n.attendee_id = ? order by n.position",
        attendee_id,
    )
    return [row | {"is_locked": is_locked(reader, row)} for row in rows]


def unsigned(reader: Reader, actor: Actor) -> list[Row]:
    """Completed visits that still need a signed note, the oldest first; nothing where the practice asks for none.

    A provider sees their own, others those of their locations.
    """
    require(actor, Permission.SEE_SCHEDULE)
    since = reader.setting(SINCE)
    if not since:
        return []
    condition, values = "", list[object]()
    if actor.role == "provider":
        condition, values = " and a.provider_id = ?", [actor.provider_id]
    elif actor.location_ids:
        condition, values = " and list_contains(?, a.location_id)", [sorted(actor.location_ids)]
    return reader.rows(
        _UNSIGNED + condition + " order by a.starts_at, t.attendee_id", date.fromisoformat(since), *values
    )
