"""Another room or length: the same visit, changed in place and noted. Another start or provider is a move."""

from __future__ import annotations

from datetime import timedelta

from practice.clock import to_wall
from practice.errors import Conflict
from practice.scheduling.model import GONE, Claim
from practice.scheduling.planning import minutes_of, rooms_for
from practice.scheduling.plans import Plan, require_working
from practice.scheduling.steps import WORDS, is_empty_group, note
from practice.scheduling.taking import keep_only, put, standing_claims, take
from practice.store.work import Row, Work


def change_in_place(
    work: Work, appointment: Row, attendees: list[Row], minutes: int, room_id: str | None, override_reason: str | None
) -> Row:
    """Another room or length: the same visit, changed in place and noted."""
    live = [row for row in attendees if row["status"] in ("scheduled", "arrived")]
    is_empty = is_empty_group(appointment, attendees)
    if not (live or is_empty) or len(live) < len([row for row in attendees if row["status"] not in GONE]):
        raise Conflict(f"This visit is {WORDS[appointment['status']]}; it cannot be changed.", rule="already_settled")
    location = work.get("locations", appointment["location_id"], "location")
    service = work.get("services", appointment["service_id"], "service")
    plan = Plan(
        appointment_id=appointment["appointment_id"],
        location=location,
        provider=work.get("providers", appointment["provider_id"], "provider"),
        service=service,
        client_ids=tuple(row["client_id"] for row in live),
        wall_start=appointment["wall_start"],
        starts_at=appointment["starts_at"],
        minutes=minutes_of(service, minutes),
        rooms=rooms_for(work, location, service, appointment["mode"], room_id, appointment["room_id"]),
        is_override=bool(override_reason),
        ignoring=(appointment["appointment_id"],),
        mode=appointment["mode"],
        is_room_pinned=room_id is not None,
        is_ruled=False,
    )
    standing = standing_claims(work, appointment["appointment_id"])
    shorter_by = timedelta(minutes=appointment["duration_minutes"] - minutes)
    is_outside, taken, kept = False, None, shortened(standing, shorter_by)
    # A no-show gives the rest of its time back; taken back later, such a visit may hold less than it lasts.
    is_cut = not any(
        claim.resource_kind == "provider" and claim.kind == "care" and claim.ends_at == appointment["ends_at"]
        for claim in standing
    )
    if shorter_by < timedelta() or is_cut:
        is_outside = shorter_by < timedelta() and require_working(work, plan)
        taken, kept = take(work, plan), []
    elif room_id not in (None, appointment["room_id"]):
        taken, kept = take(work, plan, ("room",)), [claim for claim in kept if claim.resource_kind != "room"]
    is_reasoned = is_outside or (taken is not None and taken.is_overridden)
    changed = {
        "room_id": taken.room_id if taken else appointment["room_id"],
        "is_room_pinned": _stays_pinned(appointment, room_id, taken.room_id if taken else appointment["room_id"]),
        "duration_minutes": minutes,
        "ends_at": plan.ends_at,
        "wall_end": to_wall(plan.ends_at, appointment["zone"]),
        "override_reason": override_reason if is_reasoned else appointment["override_reason"],
    }
    before = {name: appointment[name] for name in ("room_id", "duration_minutes")}
    after = work.update("appointments", appointment["appointment_id"], known_at=work.now, **changed)
    note(work, after, "changed", before=before, after={name: changed[name] for name in before})
    keep_only(work, appointment["appointment_id"], kept)
    if taken:
        put(work, taken)
    return moved_answer(after, live, None)


def _stays_pinned(appointment: Row, asked: str | None, room_id: str | None) -> bool:
    """Whether a person chose the room: now, or before and it is still the same."""
    return asked is not None or bool(appointment["is_room_pinned"] and room_id == appointment["room_id"])


def shortened(claims: list[Claim], by: timedelta) -> list[Claim]:
    """The same claims with the care ending earlier and the turnaround following it: never outside what is held."""
    return [
        claim
        if claim.kind == "before"
        else claim._replace(
            starts_at=claim.starts_at - by if claim.kind == "after" else claim.starts_at, ends_at=claim.ends_at - by
        )
        for claim in claims
    ]


def moved_answer(appointment: Row, attendees: list[Row], is_late: bool | None) -> Row:
    """What a move or a change says."""
    ids = [row["attendee_id"] for row in attendees]
    return {
        "appointment_id": appointment["appointment_id"],
        "attendee_id": ids[0] if ids else None,
        "attendee_ids": ids,
        "room_id": appointment["room_id"],
        "starts_at": appointment["starts_at"],
        "is_late": is_late,
    }
