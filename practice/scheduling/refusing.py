"""The sentence of a refusal: who or what stands in the way, until when, and which times would pass."""

from __future__ import annotations

from typing import NoReturn

from practice.access.permissions import Permission
from practice.clock import to_wall
from practice.errors import Conflict
from practice.scheduling import holder_queries
from practice.scheduling.lanes import Held, Limits
from practice.scheduling.needing import ANY_ROOM
from practice.scheduling.plans import Plan, alternatives, or_override
from practice.scheduling.pools import Pool
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


def refuse_taken(work: Work, plan: Plan, kind: str, resource_id: str, standing: Held, limits: Limits) -> NoReturn:
    """Say who has the provider, the room, the equipment or the client at that time; to a stranger, that it is taken."""
    rule, field = f"{kind}_taken", {"room": "room_id", "client": "client_id"}.get(kind, "wall_start")
    if work.actor.role == "online":
        raise Conflict("That time is taken; choose another one.", rule=rule, field=field)
    words = holder_queries.words_for(work, standing.appointment_id)
    start, end = (to_wall(at, plan.location["zone"]) for at in (standing.starts_at, standing.ends_at))
    span = f"from {start:%H:%M} until {end:%H:%M}"
    subject = "This client" if kind == "client" else holder_queries.name_of(work, kind, resource_id)
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
    # A reason that was given already helps no further: then even the places beyond the usual ones are taken.
    may_yet = limits.ceiling > limits.free and not plan.is_override
    raise Conflict(
        f"{subject} {what}. Choose another time{or_override(work) if may_yet else ''}.",
        rule=rule,
        field=field,
        alternatives=alternatives(work, plan),
    )


def _whose(work: Work, words: Row) -> str:
    """Whose visit it is, as far as the actor may know."""
    is_elsewhere = bool(work.actor.location_ids) and words["location_id"] not in work.actor.location_ids
    may_see = work.actor.may(Permission.SEE_CLIENTS) and not is_elsewhere
    seen = ", ".join(words["clients"] or []) if may_see else ""
    return f"{seen} ({words['service']})" if seen else f"a {words['service']} visit"


def refuse_far(work: Work, plan: Plan, standing: Held, minutes: int) -> NoReturn:
    """Say where the provider is or has to be, and how long the way takes."""
    other = work.get("locations", standing.location_id, "location")["name"]
    start, end = (to_wall(at, plan.location["zone"]) for at in (standing.starts_at, standing.ends_at))
    way = f"needs {minutes} minutes for the way" if minutes else "cannot be in two places"
    is_before = standing.ends_at <= plan.starts_at
    where = f"is at {other} until {end:%H:%M}" if is_before else f"is expected at {other} at {start:%H:%M}"
    raise Conflict(
        f"{plan.provider['name']} {where} and {way}. Choose another time.",
        rule="travel",
        field="wall_start",
        alternatives=alternatives(work, plan),
    )


def refuse_pool(work: Work, plan: Plan, pool: Pool) -> NoReturn:
    """Say that too little of what is needed is free."""
    names = ", ".join(member.name for member in pool.members)
    span = f"at {plan.location['name']} from {plan.wall_start:%H:%M} to {plan.wall_end:%H:%M}"
    if pool.quantity > 1:
        what = f"{pool.quantity} of {pool.name} are needed and too few are free {span} (of {names})"
    else:
        none = "No room" if pool.pool_id == ANY_ROOM else f"None of {pool.name}"
        what = f"{none} is free {span} ({names} {'is' if len(pool.members) == 1 else 'are'} taken)"
    raise Conflict(
        f"{what}; choose another time.",
        rule=f"{pool.kind}_taken",
        field="wall_start",
        alternatives=alternatives(work, plan),
    )
