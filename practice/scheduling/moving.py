"""Move a visit. Another start or provider makes a successor; another room or length changes the visit in place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from practice.access.permissions import Permission, require_location
from practice.clock import local_date, stored
from practice.errors import Conflict, Refusal
from practice.scheduling import booking_queries as facts
from practice.scheduling.changing import change_in_place, moved_answer
from practice.scheduling.converting import at_held_place, hold_to_convert
from practice.scheduling.model import OUTCOMES, instant_of, judge_notice, spelled, wall_time
from practice.scheduling.planning import appointment_row, attendee_row, bookable, minutes_of, rooms_for
from practice.scheduling.plans import Plan, require_working
from practice.scheduling.reasons import OWN_CODES, require_who, require_why
from practice.scheduling.ruling import require_change_in_time
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
from practice.scheduling.taking import put, take
from practice.store.record import command
from practice.store.work import Row, Work


@dataclass(frozen=True)
class Said:
    """Who moves a visit, the coded reason if any, the reason for an overlap if any, and by which channel."""

    moved_by: str
    code: str | None
    override_reason: str | None
    channel: str


@command(Permission.BOOK)
def move_appointment(
    work: Work,
    *,
    appointment_id: str,
    wall_start: str | None = None,
    provider_id: str | None = None,
    room_id: str | None = None,
    duration_minutes: int | None = None,
    moved_by: str | None = None,
    code: str | None = None,
    override_reason: str | None = None,
    location_id: str | None = None,
    channel: str | None = None,
    hold_id: str | None = None,
    held_by: str | None = None,
) -> Row:
    """Move a visit with everybody in it; what is left out stays as it is.

    Another start, provider or location needs who moved it (`moved_by`) and why: a `code` (see reasons.py) or a reason
    in words. `channel` says through what the successor came about, where that is not how the visit was first booked;
    `hold_id` is the place that `held_by` (default: the actor) holds for it.

    Answers {appointment_id, attendee_id, attendee_ids, room_id, starts_at, is_late}: the successor's ids after another
    start or provider, the same ids after another room or length. Refuses like booking does; never moves a visit that
    has begun, has an outcome, was cancelled or is charged.
    """
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
        return change_in_place(work, appointment, attendees, minutes, room_id, override_reason)
    who = require_who(moved_by, "moves the visit", "moved_by")
    require_why(work, code, "the visit is moved")
    if work.actor.role == "online" and code not in OWN_CODES and attendees:
        require_change_in_time(work, appointment, attendees[0]["client_id"], "moved")
    is_empty = is_empty_group(appointment, attendees)
    waiting = [] if is_empty else scheduled_only(attendees, "moved")
    plan = _plan(work, appointment, waiting, wall, provider_id, location_id, minutes, room_id, override_reason)
    if channel == "waitlist":  # the practice offered the place: the rules for strangers who book online do not bear
        plan = replace(plan, audience="everyone")
    if hold_id:
        plan = at_held_place(work, plan, hold_to_convert(work, hold_id, held_by or work.actor.user_id))
    said = Said(who, code, override_reason, channel or appointment["channel"])
    return succeed(work, appointment, waiting, plan, said)


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
        mode=appointment["mode"],
        is_room_pinned=room_id is not None,
        audience="online" if work.actor.role == "online" else "everyone",
    )


def succeed(
    work: Work, appointment: Row, waiting: list[Row], plan: Plan, said: Said, known: dict[str, Row] | None = None
) -> Row:
    """A successor with its own attendees; the old ones say where they went, and how late.

    `known` are columns of the successor's attendees by client, beside what each keeps of the first booking.
    """
    is_outside = require_working(work, plan)
    taken = take(work, plan)
    successor = appointment_row(
        work,
        plan,
        taken.room_id,
        appointment["mode"],
        said.channel,
        said.override_reason if taken.is_overridden or is_outside else None,
        moved_from_id=appointment["appointment_id"],
        series_id=appointment["series_id"],
        original_start=appointment["original_start"],
        capacity=appointment["capacity"],
        is_standing=appointment["is_standing"],
        is_room_pinned=plan.is_room_pinned
        or bool(appointment["is_room_pinned"] and taken.room_id == appointment["room_id"]),
        client_place=appointment["client_place"],
    )
    kept = ("first_booked_at", "first_booked_date", "billing_unit", "is_identified")
    fresh = [
        attendee_row(
            work,
            plan.appointment_id,
            row["client_id"],
            successor["zone"],
            **{name: row[name] for name in kept} | (known or {}).get(row["client_id"], {}),
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
    is_late = is_late if said.moved_by == "client" and said.code != "undone" else None
    for old, new in zip(waiting, fresh, strict=True):
        work.update(
            "attendees",
            old["attendee_id"],
            status="rescheduled",
            cancel_code=said.code,
            notice_minutes=notice,
            is_late=is_late,
            outcome_at=work.now,
            moved_to_attendee_id=new["attendee_id"],
            known_at=work.now,
        )
    moved: Row = {"moved_by": said.moved_by, "code": said.code, "notice_minutes": notice, "is_late": is_late}
    note(
        work, appointment, "moved", [row["attendee_id"] for row in waiting],
        moved_to_id=plan.appointment_id, wall_start=spelled(plan.wall_start), **moved,
    )  # fmt: skip
    note(work, successor, "booked", [row["attendee_id"] for row in fresh], moved_from_id=appointment["appointment_id"])
    settle_status(work, no_longer_standing(work, appointment), moved_to_id=plan.appointment_id)
    work.release(appointment["appointment_id"])
    put(work, taken)
    return moved_answer(successor, fresh, is_late)
