"""What the practice has set up that a check of a booking needs: overlap, rules, needs, travel, buffers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from practice.scheduling import booking_queries as facts
from practice.scheduling import rule_queries
from practice.scheduling.model import in_force
from practice.scheduling.pools import Member, Pool
from practice.store.work import Reader, Row

BUFFERS = ("add", "larger")
"""How the buffers of two neighbours meet: both count, or the larger of the two does."""


@dataclass(frozen=True)
class RuleBook:
    """`travel` is minutes by the two locations in either order; `buffers` is 'add' or 'larger'."""

    policies: list[Row]
    rules: list[Row]
    travel: dict[frozenset[str], int]
    buffers: str
    needs: list[Row]
    members: list[Row]

    def pools_on(self, day: date) -> list[Pool]:
        """What the service needs at the location on that day, each pool with its members then."""
        return [
            Pool(
                need["pool_id"],
                need["name"],
                need["kind"],
                need["quantity"],
                tuple(
                    Member(row["resource_id"], row["name"], row["capacity"])
                    for row in self.members
                    if row["pool_id"] == need["pool_id"] and in_force(row, day)
                ),
            )
            for need in self.needs
        ]

    def minutes_between(self, one: str | None, other: str | None) -> int | None:
        """How long the way takes between two locations; None where there is none to go."""
        if one is None or other is None or one == other:
            return None
        return self.travel.get(frozenset((one, other)), 0)


def read_rules(reader: Reader, service_id: str | None, location_id: str | None) -> RuleBook:
    """The rule book, with the needs of that service at that location."""
    needs = rule_queries.needs_of(reader, service_id)
    return RuleBook(
        policies=facts.overlap_policies(reader),
        rules=rule_queries.booking_rules(reader),
        travel={
            frozenset((row["from_location_id"], row["to_location_id"])): row["minutes"]
            for row in reader.all("travel_times")
        },
        buffers=reader.setting("buffers", "add"),
        needs=needs,
        members=rule_queries.members_at(reader, [row["pool_id"] for row in needs], location_id),
    )
