"""What stands around a plan: claims, the rules they are judged by, and what is in the way of it. Asked for once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from practice.clock import stored
from practice.scheduling import booking_queries as facts
from practice.scheduling.lanes import Held, Limits, clash, crowded, held_by_resource, limits_in_force
from practice.scheduling.needing import pools_of
from practice.scheduling.plans import Plan
from practice.scheduling.rule_book import read_rules
from practice.store.work import Row, Work

MARGIN = timedelta(days=1)
"""How far around a plan is looked: lanes of the neighbourhood may change, and a local day's visits are counted."""


class Standing:
    """Claims on everything that a plan might take. `expired` are holds that are over and have to make way."""

    def __init__(self, work: Work, plan: Plan, kinds: Iterable[str]) -> None:
        self.plan = plan
        self.kinds = tuple(kinds)
        self.book = read_rules(work, plan.service["service_id"], plan.location["location_id"])
        self.pools = [pool for pool in pools_of(plan, self.book) if pool.kind in self.kinds]
        self.capacities = {one.resource_id: one.capacity for pool in self.pools for one in pool.members}
        resources = [*self.capacities]
        if "provider" in self.kinds:
            resources.append(plan.provider["provider_id"])
        if "client" in self.kinds:
            resources += plan.client_ids
        self.expired: tuple[str, ...] = ()
        self.rows: list[Row] = []
        self.held: dict[str, list[Held]] = {}
        self.read(work, resources)

    def read(self, work: Work, resources: list[str]) -> None:
        """Read what stands on these resources, beside what was read before."""
        plan = self.plan
        start, end = plan.starts_at - MARGIN, plan.ends_at + MARGIN
        rows = facts.held(work, resources, start, end, plan.ignoring, with_expired=True)
        now = stored(work.now)
        over = [row["appointment_id"] for row in rows if row["expires_at"] is not None and row["expires_at"] <= now]
        self.expired = tuple(dict.fromkeys((*self.expired, *over)))
        standing = [row for row in rows if row["appointment_id"] not in self.expired]
        self.rows += standing
        self.held |= held_by_resource(standing, self.book.policies, self.capacities)

    def limits(self, kind: str, resource_id: str, service_id: str | None = None) -> Limits:
        """What the policies in force allow a visit of the service there (default: the plan's)."""
        return limits_in_force(
            self.book.policies,
            kind,
            resource_id,
            service_id or self.plan.service["service_id"],
            self.plan.day,
            self.capacities.get(resource_id, 1),
        )

    def in_the_way(self, kind: str, resource_id: str, *, is_override: bool = False) -> Held | None:
        """The first standing claim that leaves no room for the plan's, or None."""
        held, limits = self.held.get(resource_id, []), self.limits(kind, resource_id)
        larger = kind == "provider" and self.book.buffers == "larger"
        spans = self.plan.parts() if larger else {"care": self.plan.span(kind)}
        for part, (start, end) in spans.items():
            buffers = self.book.buffers if kind == "provider" else "add"
            full = crowded(held, limits, is_override=is_override, buffers=buffers, part=part)
            stretch = clash(full, start, end)
            if stretch is not None:
                at, until = max(stretch.start, start), min(stretch.end, end)
                return next(claim for claim in held if claim.starts_at < until and at < claim.ends_at)
        return None

    def elsewhere(self) -> tuple[Held, int] | None:
        """A claim of the provider at another location that leaves no time for the way, and the way's minutes."""
        start, end = self.plan.span("provider")
        for claim in self.held.get(self.plan.provider["provider_id"], []):
            minutes = self.book.minutes_between(claim.location_id, self.plan.location["location_id"])
            if minutes is not None and _is_near(claim, start, end, timedelta(minutes=minutes)):
                return claim, minutes
        return None

    def day_of(self, resource_id: str) -> dict[str, str | None]:
        """Visits and holds of a provider or a client on the plan's local day: holder → service."""
        return {
            row["appointment_id"]: row["service_id"]
            for row in self.rows
            if row["resource_id"] == resource_id
            and row["kind"] == "care"
            and row["holder"] != "block"
            and row["start_date"] == self.plan.day
        }


def _is_near(claim: Held, start: datetime, end: datetime, way: timedelta) -> bool:
    return claim.starts_at - way < end and start < claim.ends_at + way
