"""Do what commands would do, in one reading, and write nothing: the checks of booking by the code of booking.

A rehearsal remembers what it would have written of places (claims taken and given back), so that the second date sees
what the first one took. Hours and claims around the dates are read once for all of them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from practice.access.permissions import Actor
from practice.ids import random_ids
from practice.scheduling import booking_queries as facts
from practice.scheduling.working import Hours
from practice.store.work import Reader, Row, Work

MARGIN = timedelta(days=2)
"""How far around a date its check may look."""


class Rehearsal(Work):
    """A Work whose writes reach nobody. `location_id`, `provider_ids` and `client_ids` say whose places are read ahead
    for the days around `starts`; whatever else is asked is read when it is asked."""

    is_rehearsal = True

    def __init__(self, reader: Reader, actor: Actor, reason: str | None = None) -> None:
        super().__init__(reader.cursor, reader.now, actor, random_ids(), reason, 0)
        self.given_back: set[str] = set()
        self.taken: list[Row] = []
        self._answers: dict[Any, Any] = {}
        self._booked: dict[str, Row] = {}
        self._clients: dict[str, list[str]] = defaultdict(list)
        self._windows: list[tuple[datetime, datetime]] = []
        self._resources: frozenset[str] = frozenset()
        self._claims: dict[str, list[Row]] = defaultdict(list)
        self._hours: tuple[frozenset[str], date, date, Hours] | None = None

    def read_ahead(self, resource_ids: Iterable[str], provider_ids: Iterable[str], starts: Sequence[datetime]) -> None:
        """Read the claims and hours around these instants at once."""
        if not starts:
            return
        self._resources = frozenset(resource_ids) | frozenset(provider_ids)
        self._windows = _merged(starts)
        for row in facts.held_within(self, sorted(self._resources), self._windows):
            self._claims[row["resource_id"]].append(row)
        first, last = min(starts).date() - MARGIN, max(starts).date() + MARGIN
        providers = frozenset(provider_ids)
        self._hours = (providers, first, last, facts.hours(self, sorted(providers), first, last))

    # What commands read ---------------------------------------------------------------------------------------------

    def rows(self, sql: str, *parameters: Any) -> list[Row]:
        """Every row of the answer; the same question is asked once."""
        asked = (sql, *parameters)
        if asked not in self._answers:
            self._answers[asked] = super().rows(sql, *parameters)
        return [dict(row) for row in self._answers[asked]]

    def value(self, sql: str, *parameters: Any) -> Any:
        """The first column of the first row; the same question is asked once."""
        asked = ("value", sql, *parameters)
        if asked not in self._answers:
            self._answers[asked] = super().value(sql, *parameters)
        return self._answers[asked]

    def held(
        self, resource_ids: Sequence[str], start: datetime, end: datetime, ignoring: str | None = None
    ) -> list[Row]:
        """The claims as they would stand now; see `booking_queries.held`."""
        standing = self._known(resource_ids, start, end)
        if standing is None:
            standing = facts.held_in_record(self, resource_ids, start, end)
        wanted = set(resource_ids)
        added = [
            row
            for row in self.taken
            if row["resource_id"] in wanted and row["starts_at"] < end and row["ends_at"] > start
        ]
        gone = self.given_back | {ignoring}
        rows = [row for row in standing if row["appointment_id"] not in gone]
        rows += [row for row in added if row["appointment_id"] != ignoring]
        return sorted(rows, key=lambda row: row["starts_at"])

    def hours_known(self, provider_ids: Sequence[str], first: date, last: date) -> Hours | None:
        """The hours that were read ahead, if they cover these providers and days."""
        if self._hours is None:
            return None
        providers, begin, end, hours = self._hours
        return hours if providers.issuperset(provider_ids) and begin <= first and last <= end else None

    def words_rehearsed(self, appointment_id: str) -> Row | None:
        """What `booking_queries.words_for` answers, about a visit of this rehearsal."""
        row = self._booked.get(appointment_id)
        if row is None:
            return None
        named = {"provider": "providers", "service": "services", "room": "rooms"}
        names = {word: (self.find(table, row[f"{word}_id"]) or {}).get("name") for word, table in named.items()}
        people = [self.get("clients", client_id, "client") for client_id in self._clients[appointment_id]]
        clients = [f"{person['given_name']} {person['family_name']}" for person in people]
        return (
            {name: row[name] for name in ("wall_start", "wall_end", "zone", "location_id")}
            | names
            | {"clients": clients}
        )

    def _known(self, resource_ids: Sequence[str], start: datetime, end: datetime) -> list[Row] | None:
        if not self._resources.issuperset(resource_ids):
            return None
        position = bisect_left(self._windows, start, key=lambda window: window[1])
        if (
            position == len(self._windows)
            or not self._windows[position][0] <= start <= end <= self._windows[position][1]
        ):
            return None
        return [
            row
            for resource_id in dict.fromkeys(resource_ids)
            for row in self._claims[resource_id]
            if row["starts_at"] < end and row["ends_at"] > start
        ]

    @contextmanager
    def only_trying(self) -> Iterator[None]:
        """What is taken inside is given back at the end."""
        taken, given_back = list(self.taken), set(self.given_back)
        try:
            yield
        finally:
            self.taken, self.given_back = taken, given_back

    # What commands would write --------------------------------------------------------------------------------------

    def insert(self, table: str, *rows: Row) -> None:
        """Nothing is kept but who would be where, so that a later date can say whom it meets."""
        for row in rows:
            if table == "appointments":
                self._booked[row["appointment_id"]] = row
            if table == "attendees":
                self._clients[row["appointment_id"]].append(row["client_id"])

    def update(self, table: str, key: str, **values: Any) -> Row:
        """The row as it would be."""
        return self.get(table, key, table.rstrip("s").replace("_", " ")) | values

    def release(self, appointment_id: str) -> None:
        """The places count as given back."""
        self.given_back.add(appointment_id)
        self.taken = [row for row in self.taken if row["appointment_id"] != appointment_id]

    def hold(self, claims: Sequence[Row], slots: Sequence[Any]) -> None:  # noqa: ARG002
        """The places count as taken."""
        self.taken += [dict(row) for row in claims]


def _merged(starts: Sequence[datetime]) -> list[tuple[datetime, datetime]]:
    """Windows around the instants, in order, without overlaps."""
    windows: list[tuple[datetime, datetime]] = []
    for start in sorted(starts):
        begin, end = start - MARGIN, start + MARGIN
        if windows and begin <= windows[-1][1]:
            windows[-1] = (windows[-1][0], end)
        else:
            windows.append((begin, end))
    return windows
