"""Who stands in the way: a visit, a hold or a block, in the words that a refusal needs; and the holds themselves."""

from __future__ import annotations

from datetime import datetime

from practice.clock import stored
from practice.store.work import Reader, Row


def words_for(reader: Reader, holder_id: str) -> Row:
    """What a sentence about a visit, a hold or a block needs.

    `holder` (appointment, hold or block), place, provider, service, room, thing (equipment), wall times, zone, the
    clients' names, `what` (a block's kind) and `expires_at` (a hold's). What does not apply is None.
    """
    rehearsed = getattr(reader, "words_rehearsed", None)  # see series/rehearsal.py
    known: Row | None = rehearsed(holder_id) if rehearsed else None
    if known is not None:
        return known
    found = reader.one(
        "with holder as ("
        " select 'appointment' as holder, appointment_id as holder_id, location_id, provider_id, room_id, service_id,"
        " wall_start, wall_end, zone, null as what, null as expires_at from appointments where appointment_id = $1"
        " union all select 'hold', hold_id, location_id, provider_id, room_id, service_id, wall_start, wall_end, zone,"
        " null, expires_at from holds where hold_id = $1 and not exists"
        " (select 1 from appointments where appointment_id = $1)"
        " union all select 'block', block_id, location_id, case when resource_kind = 'provider' then resource_id end,"
        " case when resource_kind = 'room' then resource_id end, null, wall_start, wall_end, zone, kind, null"
        " from blocks where block_id = $1)"
        " select h.*, p.name as provider, s.name as service, r.name as room,"
        " list(c.given_name || ' ' || c.family_name order by c.family_name) filter (c.client_id is not null) as clients"
        " from holder h left join providers p using (provider_id) left join services s using (service_id)"
        " left join rooms r using (room_id) left join attendees t on t.appointment_id = h.holder_id"
        " and t.status not in ('cancelled', 'rescheduled', 'entered_in_error')"
        " left join clients c using (client_id) group by all",
        holder_id,
    )
    assert found is not None, "a claim always belongs to a visit, a hold or a block"
    return found


def name_of(reader: Reader, kind: str, resource_id: str) -> str:
    """The name of a provider, a room or a piece of equipment."""
    table = {"provider": "providers", "room": "rooms", "equipment": "equipment"}[kind]
    return str(reader.get(table, resource_id, kind)["name"])


def open_holds(reader: Reader, held_by: str | None = None) -> list[Row]:
    """Holds that are not settled: those that have expired, and those of the holder named."""
    return reader.rows(
        "select * from holds where outcome is null and (expires_at <= ? or held_by = ?) order by held_at",
        stored(reader.now),
        held_by,
    )


def seats_held(
    reader: Reader, provider_id: str, service_id: str, location_id: str, starts_at: datetime, but: str | None
) -> int:
    """Seats of a group's occurrence that are held while somebody types, `but` one hold."""
    found = reader.value(
        "select count(*) from holds where outcome is null and expires_at > ? and provider_id = ? and service_id = ?"
        " and location_id = ? and starts_at = ? and hold_id is distinct from ?",
        stored(reader.now),
        provider_id,
        service_id,
        location_id,
        starts_at,
        but,
    )
    return int(found)
