"""One client of a group goes to another occurrence: the old seat says where to, and how late; the others stay."""

from __future__ import annotations

from practice.access.permissions import Permission
from practice.clock import local_date, stored
from practice.errors import Refusal
from practice.scheduling import booking_queries as facts
from practice.scheduling.joining import join, plan_to_join, require_open
from practice.scheduling.model import GONE, judge_notice
from practice.scheduling.reasons import require_who, require_why
from practice.scheduling.steps import note, refuse_if_charged, require_reason, scheduled_only, settle_status, visit_of
from practice.scheduling.taking import leave
from practice.store.record import command
from practice.store.work import Row, Work


@command(Permission.BOOK)
def move_attendee(
    work: Work, *, attendee_id: str, to_appointment_id: str, moved_by: str = "client", code: str | None = None
) -> Row:
    """Move one client of a group to another occurrence of the same service, for a code or reason; the others stay.

    The old seat says where the client went and how late that was, by the policy in force today; the new one keeps the
    first booking's time. Answers {appointment_id, attendee_id, is_late}.
    """
    require_who(moved_by, "moves the client", "moved_by")
    require_why(work, code, "the client is moved")
    old = work.get("attendees", attendee_id, "visit")
    appointment, _ = visit_of(work, old["appointment_id"])
    target, _ = visit_of(work, to_appointment_id)
    _require_movable(work, old, appointment, target)
    notice, is_late = judge_notice(
        facts.cancellation_policies(work),
        appointment["service_id"],
        appointment["starts_at"],
        stored(work.now),
        local_date(work.now, appointment["zone"]),
    )
    is_late = is_late if moved_by == "client" else None
    # The old seat is given back first: the two occurrences may overlap.
    remaining = [row for row in facts.attendees_of(work, appointment["appointment_id"]) if row["status"] not in GONE]
    is_over = len(remaining) == 1 and not appointment["is_standing"]
    leave(work, appointment, {old["client_id"]}, is_over=is_over)
    service = work.get("services", appointment["service_id"], "service")
    kept = {name: old[name] for name in ("first_booked_at", "first_booked_date")}
    new = join(
        work,
        plan_to_join(work, target, service, old["client_id"]),
        target,
        moved_from_id=appointment["appointment_id"],
        **kept,
    )
    work.update(
        "attendees",
        attendee_id,
        status="rescheduled",
        cancel_code=code,
        notice_minutes=notice,
        is_late=is_late,
        outcome_at=work.now,
        moved_to_attendee_id=new["attendee_id"],
        known_at=work.now,
    )
    note(
        work, appointment, "moved", [attendee_id],
        moved_to_id=target["appointment_id"], moved_by=moved_by, code=code, notice_minutes=notice, is_late=is_late,
    )  # fmt: skip
    settle_status(work, appointment)
    return {"appointment_id": target["appointment_id"], "attendee_id": new["attendee_id"], "is_late": is_late}


def _require_movable(work: Work, old: Row, appointment: Row, target: Row) -> None:
    scheduled_only([old], "moved")
    refuse_if_charged(work, [old], "move the client")
    require_open(target)
    if old["billing_unit"] == "appointment":
        raise Refusal(
            "A couple or family moves together; move the whole visit instead.", rule="not_a_group", field="attendee_id"
        )
    if target["appointment_id"] == appointment["appointment_id"]:
        raise Refusal("The client is in that group already; choose another one.", rule="no_change")
    if target["service_id"] != appointment["service_id"]:
        raise Refusal(
            "A client moves between occurrences of the same service; book another service anew.", rule="other_service"
        )
    if target["starts_at"] < stored(work.now):
        require_reason(work, "a client is moved into a visit that has begun")
