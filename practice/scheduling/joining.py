"""A further client in an occurrence that stands: one seat and one client's claim. The only way into a group."""

from __future__ import annotations

from typing import Any

from practice.errors import Conflict, Refusal
from practice.scheduling import booking_queries as facts
from practice.scheduling.converting import require_seat
from practice.scheduling.model import GONE
from practice.scheduling.planning import attendee_row
from practice.scheduling.plans import Plan
from practice.scheduling.settling import settle_hold
from practice.scheduling.steps import WORDS, note, settle_status
from practice.scheduling.taking import put, take
from practice.store.work import Row, Work


def join(
    work: Work,
    plan: Plan,
    group: Row,
    room_id: str | None = None,
    hold: Row | None = None,
    moved_from_id: str | None = None,
    **attendee: Any,
) -> Row:
    """Seat the plan's one client; `hold` is a kept seat that becomes theirs.

    `attendee` overrides columns of the new row: a client who moves keeps the first booking's time.

    Refuses with rule group_full, client_taken or room_set. Answers like a booking.
    """
    seated = [row for row in facts.attendees_of(work, group["appointment_id"]) if row["status"] not in GONE]
    at = f"{plan.service['name']} at {plan.wall_start:%H:%M}"
    if any(row["client_id"] in plan.client_ids for row in seated):
        raise Conflict(f"This client is in {at} already.", rule="client_taken", field="client_id")
    if room_id not in (None, group["room_id"]):
        raise Conflict(f"{at} has its room already; leave the room open to join it.", rule="room_set", field="room_id")
    if hold:  # its seat and its claims become the attendee's: the checks below must not meet them
        work.release(hold["hold_id"])
        settle_hold(work, hold["hold_id"], "converted")
    require_seat(work, plan, len(seated), group["capacity"], hold["hold_id"] if hold else None)
    taken = take(work, plan, ("client",))
    unit = plan.service["billing_unit"]
    row = attendee_row(
        work,
        plan.appointment_id,
        plan.client_ids[0],
        group["zone"],
        **{"billing_unit": unit, "is_identified": unit == "attendee" or not seated} | attendee,
    )
    work.insert("attendees", row)
    details: Row = {"moved_from_id": moved_from_id} if moved_from_id else {}
    note(work, group, "attendee_added", [row["attendee_id"]], **details)
    put(work, taken)
    settle_status(work, group)
    return booked(group, row, taken.lane)


def plan_to_join(work: Work, appointment: Row, service: Row, client_id: str) -> Plan:
    """A client's plan for an occurrence that stands."""
    client = work.get("clients", client_id, "client")
    if not client["is_active"]:
        raise Refusal("This client is archived; make the client active again, then book.", rule="client_inactive")
    return Plan(
        appointment_id=appointment["appointment_id"],
        location=work.get("locations", appointment["location_id"], "location"),
        provider=work.get("providers", appointment["provider_id"], "provider"),
        service=service,
        client_ids=(client_id,),
        wall_start=appointment["wall_start"],
        starts_at=appointment["starts_at"],
        minutes=appointment["duration_minutes"],
    )


def require_open(appointment: Row) -> None:
    """Refuse a visit that nobody can be added to any more."""
    if appointment["status"] not in ("scheduled", "in_session"):
        raise Conflict(
            f"This visit is {WORDS[appointment['status']]}; choose another one.", rule="already_settled"
        )  # fmt: skip


def booked(appointment: Row, attendee: Row, lane: int) -> Row:
    """What a booking answers."""
    return {
        "appointment_id": appointment["appointment_id"],
        "attendee_id": attendee["attendee_id"],
        "room_id": appointment["room_id"],
        "starts_at": appointment["starts_at"],
        "lane": lane,
    }
