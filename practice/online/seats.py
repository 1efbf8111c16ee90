"""Move one client's seat from a group to another one: the others stay where they are."""

from __future__ import annotations

from practice.clock import local_date, stored
from practice.errors import Refusal
from practice.online.booking import channel_of
from practice.scheduling import booking_queries as facts
from practice.scheduling.booking import book_appointment
from practice.scheduling.model import GONE, judge_notice, wall_time
from practice.scheduling.steps import note, refuse_if_charged, settle_status
from practice.scheduling.taking import leave
from practice.store.work import Row, Work


def move_seat(work: Work, visit: Row, wall_start: str) -> Row:
    """Give the seat back, take one at the other time, and link the two. Answers what booking answers.

    `visit` is a row of `queries.visit`. The new seat keeps the day of the first booking, as a moved visit does.
    """
    old = work.get("attendees", visit["attendee_id"], "visit")
    group = work.get("appointments", visit["appointment_id"], "visit")
    if wall_time(wall_start) == group["wall_start"]:
        raise Refusal("Nothing would change; choose another time.", rule="no_change", field="wall_start")
    refuse_if_charged(work, [old], "move it")
    notice, is_late = judge_notice(
        facts.cancellation_policies(work),
        group["service_id"],
        group["starts_at"],
        stored(work.now),
        local_date(work.now, group["zone"]),
    )
    changed = {
        "status": "rescheduled",
        "notice_minutes": notice,
        "is_late": is_late,
        "outcome_at": work.now,
        "known_at": work.now,
    }
    work.update("attendees", old["attendee_id"], **changed)
    status = settle_status(work, group)
    leave(work, group, {old["client_id"]}, is_over=status in GONE)
    booked: Row = book_appointment.function(
        work,
        client_id=old["client_id"],
        provider_id=group["provider_id"],
        service_id=group["service_id"],
        location_id=group["location_id"],
        wall_start=wall_start,
        mode=group["mode"],
        channel=channel_of(work.actor),
    )
    kept = {name: old[name] for name in ("first_booked_at", "first_booked_date", "billing_unit")}
    work.update("attendees", booked["attendee_id"], **kept)
    work.update("attendees", old["attendee_id"], moved_to_attendee_id=booked["attendee_id"])
    note(
        work, group, "moved", [old["attendee_id"]], moved_to_id=booked["appointment_id"], wall_start=wall_start,
        moved_by="client", notice_minutes=notice, is_late=is_late,
    )  # fmt: skip
    return booked
