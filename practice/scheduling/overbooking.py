"""Booking over another visit, outside hours or against a rule, by whoever may not: it waits for a second person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from practice.access.permissions import Permission
from practice.billing.limits import OVERBOOK, wait
from practice.errors import Conflict, Refusal
from practice.scheduling.booking import plan_of
from practice.scheduling.plans import Plan, require_working
from practice.scheduling.steps import require_reason
from practice.scheduling.taking import take
from practice.store.record import command
from practice.store.work import Row, Work


@command(Permission.BOOK)
def ask_to_overbook(
    work: Work,
    *,
    client_id: str,
    provider_id: str,
    service_id: str,
    location_id: str,
    wall_start: str,
    room_id: str | None = None,
    duration_minutes: int | None = None,
    mode: str = "in_person",
) -> Row:
    """Ask a manager to book what the rules refuse and a reason may overrule. Needs that reason.

    Everything else is checked now and again when it is approved; it waits until the visit begins, 14 days at most.
    Nothing is held meanwhile. Answers {approval_id, waits}.
    """
    require_reason(work, "it is booked all the same")
    if work.actor.may(Permission.OVERRIDE_OVERLAP):
        raise Refusal("You may book it yourself, with the reason.", rule="may_alone")
    wish: dict[str, Any] = {
        "client_id": client_id,
        "provider_id": provider_id,
        "service_id": service_id,
        "location_id": location_id,
        "wall_start": wall_start,
        "room_id": room_id,
        "duration_minutes": duration_minutes,
        "mode": mode,
    }
    plan, group = plan_of(work, **wish, is_override=True)
    if group:
        raise Conflict("A group stands at that time; book the client into it.", rule="group", field="wall_start")
    if not _is_against_a_rule(work, plan):
        raise Conflict("This time is free now; book it.", rule="free", field="wall_start")
    return wait(
        work,
        OVERBOOK,
        "book_appointment",
        wish | {"override_reason": work.reason},
        about={"location_id": location_id, "client_id": client_id},
        amount_minor=0,
        reason_class="overbooking",
        until=plan.starts_at,
    )


def _is_against_a_rule(work: Work, plan: Plan) -> bool:
    """Whether somebody who may would have to overrule something; refused where nobody may. Nothing is written."""
    asked = replace(plan, is_for_approval=True)
    is_outside = require_working(work, asked)
    return take(work, asked).is_overridden or is_outside
