"""The sentence of a refusal: who or what stands in the way, until when, and which times would pass."""

from __future__ import annotations

from typing import NoReturn

from practice.access.permissions import Permission
from practice.clock import to_wall
from practice.errors import Conflict
from practice.scheduling import holder_queries
from practice.scheduling.lanes import Held, Limits
from practice.scheduling.plans import Plan, alternatives, or_override
from practice.store.work import Row, Work

BLOCKS = {
    "meeting": "for a meeting",
    "admin": "for office work",
    "break": "for a break",
    "maintenance": "for maintenance",
    "busy": "by another calendar",
    "other": "for something else",
}
"""What time is blocked for, inside "… is kept from 10:00 until 11:00 <words>"."""

BLOCK_NAMES = {
    "meeting": "Meeting",
    "admin": "Office work",
    "break": "Break",
    "maintenance": "Maintenance",
    "busy": "Busy",
    "other": "Blocked",
}
"""The same as a label."""


def refuse_taken(
    work: Work, plan: Plan, kind: str, standing: Held, limits: Limits, name: str | None = None
) -> NoReturn:
    """Say who has the provider, the room, the equipment (its `name`) or the client at that time."""
    words = holder_queries.words_for(work, standing.appointment_id)
    start, end = (to_wall(at, plan.location["zone"]) for at in (standing.starts_at, standing.ends_at))
    span = f"from {start:%H:%M} until {end:%H:%M}"
    subject = name or {"provider": plan.provider["name"], "room": words["room"], "client": "This client"}[kind]
    if words["holder"] == "hold":
        until = to_wall(words["expires_at"], plan.location["zone"])
        what = f"is being booked by somebody else until {until:%H:%M}"
    elif words["holder"] == "block":
        what = f"is kept {span} {BLOCKS[words['what']]}"
    elif kind == "client":
        what = f"is already booked with {words['provider']} ({words['service']}) {span}"
    elif standing.kind == "care":
        what = f"is taken {span} by {_whose(work, words)}"
    else:
        what = f"is kept free {span} {standing.kind} {_whose(work, words)}"
    raise Conflict(
        f"{subject} {what}. Choose another time{or_override(work) if limits.ceiling > limits.free else ''}.",
        rule=f"{kind}_taken",
        field={"provider": "wall_start", "room": "room_id", "client": "client_id"}.get(kind, "wall_start"),
        alternatives=alternatives(work, plan),
    )


def _whose(work: Work, words: Row) -> str:
    """Whose visit it is, as far as the actor may know."""
    is_elsewhere = bool(work.actor.location_ids) and words["location_id"] not in work.actor.location_ids
    may_see = work.actor.may(Permission.SEE_CLIENTS) and not is_elsewhere
    seen = ", ".join(words["clients"] or []) if may_see else ""
    return f"{seen} ({words['service']})" if seen else f"a {words['service']} visit"
