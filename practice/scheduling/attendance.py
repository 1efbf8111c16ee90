"""Law 3: people state attendance; the clock does not. Each step says what it needs, and is kept with its time."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from practice.access.permissions import Permission, require_own
from practice.billing.at_completion import charge_if_wished
from practice.billing.locked import check_visit_open
from practice.clock import local_date, stored, to_wall
from practice.errors import Conflict, Refusal
from practice.scheduling import booking_queries as facts
from practice.scheduling.model import OUTCOMES, ceil_grid
from practice.scheduling.planning import rooms_for
from practice.scheduling.plans import Plan
from practice.scheduling.steps import WORDS, note, refuse_if_charged, require_reason, settle_status, visit_of
from practice.scheduling.taking import keep_only, put, standing_claims, take
from practice.store.record import command
from practice.store.work import Row, Work


@command(Permission.RECORD_ATTENDANCE)
def record_arrival(work: Work, *, attendee_id: str) -> Row:
    """The client is here. Only on the visit's local day."""
    appointment, attendee = begin(work, attendee_id, {"scheduled"}, "arrival")
    require_today(work, appointment, "An arrival")
    return state(
        work, appointment, attendee, "arrived", "arrived", arrived_at=work.now, checked_in_by=_checked_in_by(work)
    )


@command(Permission.RECORD_ATTENDANCE)
def start_visit(work: Work, *, attendee_id: str) -> Row:
    """The visit begins for this client. Only on its local day; whoever is in session has arrived."""
    appointment, attendee = begin(work, attendee_id, {"scheduled", "arrived"}, "start")
    require_today(work, appointment, "A start")
    return state(work, appointment, attendee, "in_session", "started", seated_at=work.now, **arrival(work, attendee))


@command(Permission.RECORD_ATTENDANCE)
def complete_visit(work: Work, *, attendee_id: str) -> Row:
    """The visit took place. Its end is now if it was in session today; otherwise only the outcome is known.

    Where the practice charges at completion the answer says what became of that, too.
    """
    appointment, attendee = begin(work, attendee_id, {"scheduled", "arrived", "in_session"}, "completion")
    _require_started(work, appointment, "completed")
    is_now = attendee["status"] == "in_session" and _is_today(work, appointment)
    answer = state(
        work,
        appointment,
        attendee,
        "completed",
        "completed",
        happened_at=stored(work.now) if is_now else _outcome_time(work, appointment),
        ended_at=work.now if is_now else None,
        outcome_at=work.now,
    )
    return answer | charge_if_wished(work, attendee_id)


@command(Permission.RECORD_ATTENDANCE)
def record_no_show(work: Work, *, attendee_id: str) -> Row:
    """The client did not come. Only after the start; the rest of the time is free for somebody else."""
    appointment, attendee = begin(work, attendee_id, {"scheduled"}, "no-show")
    _require_started(work, appointment, "a no-show")
    at = _outcome_time(work, appointment)
    answer = state(work, appointment, attendee, "no_show", "no_show", happened_at=at, outcome_at=work.now)
    free_the_rest(work, appointment)
    return answer


@command(Permission.RECORD_ATTENDANCE)
def record_left_unseen(work: Work, *, attendee_id: str) -> Row:
    """The client came and left before being seen."""
    appointment, attendee = begin(work, attendee_id, {"arrived"}, "leaving")
    at = _outcome_time(work, appointment)
    answer = state(work, appointment, attendee, "left_unseen", "left_unseen", happened_at=at, outcome_at=work.now)
    free_the_rest(work, appointment)
    return answer


CORRECTIONS = ("scheduled", "arrived", "completed", "no_show", "left_unseen")


@command(Permission.CORRECT_ATTENDANCE)
def correct_attendance(work: Work, *, attendee_id: str, status: str) -> Row:
    """State another attendance than was recorded, and why; the first statement stays in the history.

    Allowed until the visit is charged. A visit that becomes expected again takes its places back, if they are free.
    """
    if status not in CORRECTIONS:
        raise Refusal(f"Attendance can be {', '.join(CORRECTIONS)}; not {status!r}.", rule="status", field="status")
    require_reason(work, "the attendance is corrected")
    current = ({"scheduled", "arrived", "in_session"} | OUTCOMES) - {status}
    if status == "arrived" and (work.find("attendees", attendee_id) or {}).get("roomed_at"):
        current.add("arrived")  # out of the room again
    appointment, attendee = begin(work, attendee_id, current, "correction")
    refuse_if_charged(work, [attendee], "correct the attendance")
    if attendee["status"] in OUTCOMES:
        check_visit_open(work, appointment["start_date"])
    if status in ("completed", "no_show"):
        _require_started(work, appointment, WORDS[status])
    if status == "arrived":
        require_today(work, appointment, "An arrival")
    if status == "left_unseen" and local_date(work.now, appointment["zone"]) < appointment["start_date"]:
        raise Conflict(f"Nobody has left a visit of {appointment['start_date']} yet.", rule="not_started")
    has_outcome = status in OUTCOMES
    came = status in ("arrived", "completed", "left_unseen")
    answer = state(
        work,
        appointment,
        attendee,
        status,
        "corrected",
        happened_at=_outcome_time(work, appointment) if has_outcome else stored(work.now),
        details={"before": attendee["status"], "after": status},
        arrived_at=(attendee["arrived_at"] or (work.now if status == "arrived" else None)) if came else None,
        checked_in_by=(attendee["checked_in_by"] or _checked_in_by(work)) if came else None,
        roomed_at=attendee["roomed_at"] if came and status != "arrived" else None,
        roomed_in_id=attendee["roomed_in_id"] if came and status != "arrived" else None,
        seated_at=attendee["seated_at"] if status == "completed" else None,
        ended_at=attendee["ended_at"] if status == "completed" else None,
        outcome_at=work.now if has_outcome else None,
    )
    if status in ("no_show", "left_unseen"):
        free_the_rest(work, appointment)
    elif appointment["ends_at"] > stored(work.now):
        # Afterwards a correction states what happened; it claims no time that was given to somebody else meanwhile.
        _take_back(work, appointment)
    return answer


def free_the_rest(work: Work, appointment: Row) -> None:
    """When nobody will be seen any more, what is left of the visit's time is given back from now on."""
    attendees = facts.attendees_of(work, appointment["appointment_id"])
    if any(row["status"] in ("scheduled", "arrived", "in_session", "completed") for row in attendees):
        return
    until = ceil_grid(stored(work.now))
    standing = standing_claims(work, appointment["appointment_id"])
    cut = [claim._replace(ends_at=min(claim.ends_at, until)) for claim in standing if claim.starts_at < until]
    keep_only(work, appointment["appointment_id"], cut)


def _take_back(work: Work, appointment: Row) -> None:
    """Hold again all that the visit needs, through the same check as a booking; refused where somebody else is now."""
    attendees = facts.attendees_of(work, appointment["appointment_id"])
    live = [
        row["client_id"] for row in attendees if row["status"] in ("scheduled", "arrived", "in_session", "completed")
    ]
    standing = standing_claims(work, appointment["appointment_id"])
    whole = {
        claim.resource_id for claim in standing if claim.kind == "care" and claim.ends_at == appointment["ends_at"]
    }
    if whole >= {appointment["provider_id"], *live}:
        return  # nothing was given back
    location = work.get("locations", appointment["location_id"], "location")
    service = work.get("services", appointment["service_id"], "service")
    plan = Plan(
        appointment_id=appointment["appointment_id"],
        location=location,
        provider=work.get("providers", appointment["provider_id"], "provider"),
        service=service,
        client_ids=tuple(live),
        wall_start=appointment["wall_start"],
        starts_at=appointment["starts_at"],
        minutes=appointment["duration_minutes"],
        rooms=rooms_for(work, location, service, appointment["mode"], appointment["room_id"]),
        is_override=bool(appointment["override_reason"]),
        ignoring=(appointment["appointment_id"],),
        mode=appointment["mode"],
        is_room_pinned=appointment["room_id"] is not None,
        is_ruled=False,
    )
    taken = take(work, plan)
    work.release(appointment["appointment_id"])
    put(work, taken)


def begin(work: Work, attendee_id: str, allowed: set[str] | frozenset[str], what: str) -> tuple[Row, Row]:
    """The visit and the attendee, if the actor may and the status is one of those allowed; else a refusal."""
    attendee = work.get("attendees", attendee_id, "visit")
    appointment, _ = visit_of(work, attendee["appointment_id"])
    require_own(work.actor, {appointment["provider_id"]})
    if attendee["status"] not in allowed:
        hints = {
            "leaving": "record the arrival first, or correct the attendance with a reason",
            "no-show": "if the client came and left, record that the client left unseen",
            "correction": "there is nothing to correct",
        }
        hint = hints.get(what, "correct the attendance first, with a reason")
        if attendee["status"] in ("cancelled", "rescheduled", "entered_in_error"):
            hint = "book the client again if the visit takes place"
        raise Conflict(
            f"This visit is {WORDS[attendee['status']]}, so no {what} can be recorded; {hint}.", rule="attendance_order"
        )
    return appointment, attendee


def arrival(work: Work, attendee: Row) -> Row:
    """Whoever is in the house has arrived: the columns that say so, as they stand or as of now."""
    return {
        "arrived_at": attendee["arrived_at"] or work.now,
        "checked_in_by": attendee["checked_in_by"] or _checked_in_by(work),
    }


def _checked_in_by(work: Work) -> str:
    return {"kiosk": "kiosk", "provider": "provider"}.get(work.actor.role, "desk")


def state(
    work: Work,
    appointment: Row,
    attendee: Row,
    status: str,
    kind: str,
    *,
    happened_at: datetime | None = None,
    details: Row | None = None,
    **facts_stated: Any,
) -> Row:
    """Write an attendee's new status with what was stated, note the event, and derive the visit's status."""
    work.update("attendees", attendee["attendee_id"], status=status, known_at=work.now, **facts_stated)
    note(work, appointment, kind, [attendee["attendee_id"]], happened_at=happened_at, **(details or {}))
    derived = settle_status(work, appointment)
    return {
        "attendee_id": attendee["attendee_id"],
        "appointment_id": appointment["appointment_id"],
        "status": status,
        "appointment_status": derived,
    }


def _is_today(work: Work, appointment: Row) -> bool:
    return bool(local_date(work.now, appointment["zone"]) == appointment["start_date"])


def require_today(work: Work, appointment: Row, what: str) -> None:
    """Refuse what is said of people in the house on another day than the visit's local one."""
    if not _is_today(work, appointment):
        raise Conflict(
            f"{what} is recorded on the day of the visit, {appointment['start_date']}; "
            "for a past visit record what became of it.",
            rule="not_today",
        )


def _require_started(work: Work, appointment: Row, outcome: str) -> None:
    if stored(work.now) < appointment["starts_at"]:
        begins = to_wall(appointment["starts_at"], appointment["zone"])
        raise Conflict(
            f"This visit begins on {begins:%Y-%m-%d} at {begins:%H:%M}; it cannot be {outcome} before that.",
            rule="not_started",
        )


def _outcome_time(work: Work, appointment: Row) -> datetime:
    """When an outcome was true: now, but no later than the visit's end when it is stated afterwards."""
    return min(stored(work.now), cast(datetime, appointment["ends_at"]))
