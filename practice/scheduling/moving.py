"""Move a visit. Another start or provider makes a successor; another room or length changes the visit in place."""

from __future__ import annotations

from datetime import datetime, timedelta

from practice.access.permissions import Permission, require_location
from practice.clock import local_date, stored, to_wall
from practice.errors import Conflict, Refusal
from practice.scheduling import booking_queries as facts
from practice.scheduling.model import GONE, OUTCOMES, Claim, instant_of, judge_notice, spelled, wall_time
from practice.scheduling.planning import appointment_row, attendee_row, bookable, minutes_of, rooms_for
from practice.scheduling.plans import Plan, require_working
from practice.scheduling.steps import (
    WORDS,
    is_empty_group,
    no_longer_standing,
    note,
    refuse_if_charged,
    require_reason,
    scheduled_only,
    settle_status,
    visit_of,
)
from practice.scheduling.taking import keep_only, put, standing_claims, take
from practice.store.record import command
from practice.store.work import Row, Work


@command(Permission.BOOK)
def move_appointment(
    work: Work,
    *,
    appointment_id: str,
    wall_start: str | None = None,
    provider_id: str | None = None,
    room_id: str | None = None,
    duration_minutes: int | None = None,
    moved_by: str = "client",
    override_reason: str | None = None,
    location_id: str | None = None,
    channel: str | None = None,
) -> Row:
    """Move a visit with everybody in it; what is left out stays as it is.

    `channel` says through what the successor came about, where that is not how the visit was first booked.

    Answers {appointment_id, attendee_id, attendee_ids, room_id, starts_at, is_late}: the successor's ids after another
    start or provider, the same ids after another room or length. Refuses like booking does; never moves a visit that
    has begun, has an outcome, was cancelled or is charged.
    """
    if moved_by not in ("client", "provider", "practice"):
        raise Refusal("Say who moves the visit: client, provider or practice.", rule="moved_by", field="moved_by")
    appointment, attendees = visit_of(work, appointment_id)
    refuse_if_charged(work, attendees, "move it")
    wall = appointment["wall_start"] if wall_start is None else wall_time(wall_start)
    provider_id = provider_id or appointment["provider_id"]
    location_id = location_id or appointment["location_id"]
    require_location(work.actor, location_id)
    ours, theirs = (wall, provider_id, location_id), ("wall_start", "provider_id", "location_id")
    is_elsewhen = ours != tuple(appointment[name] for name in theirs)
    minutes = appointment["duration_minutes"] if duration_minutes is None else duration_minutes
    if not is_elsewhen and minutes == appointment["duration_minutes"] and room_id in (None, appointment["room_id"]):
        raise Refusal("Nothing would change; choose another time, provider, room or length.", rule="no_change")
    has_outcome = [row for row in attendees if row["status"] in OUTCOMES]
    if has_outcome:
        raise Conflict(
            f"This visit is {WORDS[has_outcome[0]['status']]}; it stays where it was. Book another one instead.",
            rule="already_settled",
        )
    if not is_elsewhen:
        return _change(work, appointment, attendees, minutes, room_id, override_reason)
    is_empty = is_empty_group(appointment, attendees)
    waiting = [] if is_empty else scheduled_only(attendees, "moved")
    plan = _plan(work, appointment, waiting, wall, provider_id, location_id, minutes, room_id, override_reason)
    return _succeed(work, appointment, waiting, plan, moved_by, override_reason, channel or appointment["channel"])


def _plan(
    work: Work,
    appointment: Row,
    waiting: list[Row],
    wall: datetime,
    provider_id: str,
    location_id: str,
    minutes: int,
    room_id: str | None,
    override_reason: str | None,
) -> Plan:
    location, provider, service = bookable(work, location_id, provider_id, appointment["service_id"], wall.date())
    starts_at = instant_of(wall, location["zone"])
    if starts_at < stored(work.now):
        require_reason(work, "a visit is moved into the past")
    return Plan(
        appointment_id=work.new_id(),
        location=location,
        provider=provider,
        service=service,
        client_ids=tuple(row["client_id"] for row in waiting),
        wall_start=wall,
        starts_at=starts_at,
        minutes=minutes_of(service, minutes),
        rooms=rooms_for(work, location, service, appointment["mode"], room_id, appointment["room_id"]),
        is_override=bool(override_reason),
        ignoring=(appointment["appointment_id"],),
    )


def _succeed(
    work: Work,
    appointment: Row,
    waiting: list[Row],
    plan: Plan,
    moved_by: str,
    override_reason: str | None,
    channel: str,
) -> Row:
    """A successor with its own attendees; the old ones say where they went, and how late."""
    is_outside = require_working(work, plan)
    taken = take(work, plan)
    successor = appointment_row(
        work,
        plan,
        taken.room_id,
        appointment["mode"],
        channel,
        override_reason if taken.is_overridden or is_outside else None,
        moved_from_id=appointment["appointment_id"],
        series_id=appointment["series_id"],
        original_start=appointment["original_start"],
        capacity=appointment["capacity"],
        is_standing=appointment["is_standing"],
        client_place=appointment["client_place"],
    )
    kept = ("first_booked_at", "first_booked_date", "billing_unit", "is_identified")
    fresh = [
        attendee_row(
            work, plan.appointment_id, row["client_id"], successor["zone"], **{name: row[name] for name in kept}
        )
        for row in waiting
    ]
    work.insert("appointments", successor)
    work.insert("attendees", *fresh)
    notice, is_late = judge_notice(
        facts.cancellation_policies(work),
        appointment["service_id"],
        appointment["starts_at"],
        stored(work.now),
        local_date(work.now, appointment["zone"]),
    )
    is_late = is_late if moved_by == "client" else None
    for old, new in zip(waiting, fresh, strict=True):
        work.update(
            "attendees",
            old["attendee_id"],
            status="rescheduled",
            notice_minutes=notice,
            is_late=is_late,
            outcome_at=work.now,
            moved_to_attendee_id=new["attendee_id"],
            known_at=work.now,
        )
    moved: Row = {"moved_by": moved_by, "notice_minutes": notice, "is_late": is_late}
    note(
        work, appointment, "moved", [row["attendee_id"] for row in waiting],
        moved_to_id=plan.appointment_id, wall_start=spelled(plan.wall_start), **moved,
    )  # fmt: skip
    note(work, successor, "booked", [row["attendee_id"] for row in fresh], moved_from_id=appointment["appointment_id"])
    settle_status(work, no_longer_standing(work, appointment), moved_to_id=plan.appointment_id)
    work.release(appointment["appointment_id"])
    put(work, taken)
    return _answer(successor, fresh, is_late)


def _change(
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
    return _answer(after, live, None)


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


def _answer(appointment: Row, attendees: list[Row], is_late: bool | None) -> Row:
    ids = [row["attendee_id"] for row in attendees]
    return {
        "appointment_id": appointment["appointment_id"],
        "attendee_id": ids[0] if ids else None,
        "attendee_ids": ids,
        "room_id": appointment["room_id"],
        "starts_at": appointment["starts_at"],
        "is_late": is_late,
    }
