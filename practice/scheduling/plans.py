"""A visit that wants its places: what it spans, whether it lies in working hours, and where it would pass instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from practice.access.permissions import Permission, require
from practice.clock import to_wall
from practice.errors import Conflict
from practice.scheduling import booking_queries as facts
from practice.scheduling.free_starts import Search, free_starts, need_of
from practice.scheduling.model import nearest, spelled, up_to_grid
from practice.scheduling.working import as_instants, is_inside
from practice.store.work import Row, Work

BY_A_MANAGER = "; a manager may book it with a reason"
"""How a refusal ends that somebody else's reason may overrule."""

SEARCH_DAYS = 8
"""How far a refusal looks for the nearest free times."""


@dataclass(frozen=True)
class Plan:
    """A visit that wants its places. `rooms` are the rooms that would do, the first free one is taken; empty = none.

    `ignoring` are holders whose places count as free. A plan with `expires_at` is a hold's. `is_room_pinned`
    says that a person chose the room. The rules of booking bear on it as of `asked_at` (default: now) for
    that `audience`, unless it is not `is_ruled`: a visit that keeps its time. `is_for_approval` only asks whether
    somebody who may overrule could: the actor need not be allowed to.
    """

    appointment_id: str
    location: Row
    provider: Row
    service: Row
    client_ids: tuple[str, ...]
    wall_start: datetime
    starts_at: datetime
    minutes: int
    rooms: tuple[Row, ...] = ()
    is_override: bool = False
    is_for_approval: bool = False
    ignoring: tuple[str, ...] = ()
    expires_at: datetime | None = None
    mode: str = "in_person"
    is_room_pinned: bool = False
    audience: str = "everyone"
    asked_at: datetime | None = None
    is_ruled: bool = True

    @property
    def ends_at(self) -> datetime:
        """Minutes are real ones: over a clock change the wall's end moves."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def wall_end(self) -> datetime:
        """What the location's clock shows when the care ends."""
        return to_wall(self.ends_at, self.location["zone"])

    @property
    def day(self) -> date:
        """The local day."""
        return self.wall_start.date()

    def parts(self) -> dict[str, tuple[datetime, datetime]]:
        """The provider's buffer before, care, and buffer after; empty buffers are left out."""
        start, end = self.span("provider")
        spans = {
            "before": (start, self.starts_at),
            "care": (self.starts_at, self.ends_at),
            "after": (self.ends_at, end),
        }
        return {part: span for part, span in spans.items() if span[0] < span[1]}

    def span(self, kind: str) -> tuple[datetime, datetime]:
        """What a resource of that kind is held for, buffers included."""
        before = up_to_grid(self.service["buffer_before_minutes"]) if kind == "provider" else 0
        after = up_to_grid(self.service["buffer_after_minutes"]) if kind != "client" else 0
        return self.starts_at - timedelta(minutes=before), self.ends_at + timedelta(minutes=after)


def require_working(work: Work, plan: Plan) -> bool:
    """Whether the visit lies outside working hours: refused, unless a reason is given by a role that may.

    The care must lie inside one stretch of working time; buffers may reach beyond it.
    """
    hours = facts.hours(work, [plan.provider["provider_id"]], plan.day, plan.day)
    key, place_id = plan.provider["provider_id"], plan.location["location_id"]
    stretches = hours.on(key, place_id, plan.day)
    if is_inside(as_instants(stretches, plan.location["zone"]), plan.starts_at, plan.ends_at):
        return False
    if plan.is_override:
        require_override(work, plan)
        return True
    name, day = plan.provider["name"], f"{plan.day:%A %Y-%m-%d}"
    if hours.is_off(key, plan.day):
        why = f"{name} has time off on {day}"
    elif stretches:
        shown = " and ".join(f"{start:%H:%M}–{end:%H:%M}" for start, end in stretches)
        why = f"{name} works {shown} on {day}; the visit would take {plan.wall_start:%H:%M}–{plan.wall_end:%H:%M}"
    elif hours.closed(key, place_id, plan.day):
        why = f"{plan.location['name']} is closed to {name} on {day}"
    else:
        why = f"{name} does not work at {plan.location['name']} on {day}"
    raise Conflict(
        f"{why}. Choose another time{or_override(work)}.",
        rule="outside_hours",
        field="wall_start",
        alternatives=alternatives(work, plan),
    )


def alternatives(work: Work, plan: Plan) -> list[str]:
    """The nearest free wall times at which the same plan would pass, at most three.

    A stranger gets none here: theirs are of online providers alone, and online/refusals.py looks for them.
    """
    if work.actor.role == "online" or not work.wants_alternatives:
        return []
    search = Search(
        location=plan.location,
        service=plan.service,
        providers=(plan.provider,),
        need=need_of(plan.service, plan.minutes, needs_room=bool(plan.rooms), mode=plan.mode),
        first=plan.day - timedelta(days=1),
        days=SEARCH_DAYS,
        client_ids=plan.client_ids,
        room_ids=tuple(room["room_id"] for room in plan.rooms),
        ignoring=plan.ignoring,
        audience=plan.audience,
        is_ruled=plan.is_ruled,
    )
    found = free_starts(work, search)[plan.provider["provider_id"]]
    starts = nearest(plan.starts_at, [fit.start for fit in found])
    return [spelled(to_wall(start, plan.location["zone"])) for start in starts]


def require_override(work: Work, plan: Plan) -> None:
    """Only who may overrule the rules does, or is asked to."""
    if not plan.is_for_approval:
        require(work.actor, Permission.OVERRIDE_OVERLAP)


def or_override(work: Work) -> str:
    may = work.actor.may(Permission.OVERRIDE_OVERLAP)
    return ", or give a reason to book it all the same" if may else BY_A_MANAGER
