"""Do what commands would do, in one reading, and write nothing yet: the checks of booking by the code of booking.

A rehearsal remembers what it would have written, so that the second date sees what the first one took. A preview lets
it go; a command performs it: everything it remembers is then written at once, in a handful of statements, inside the
transaction that it has read.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from datetime import date, datetime, timedelta
from typing import Any

from practice.access.permissions import Actor
from practice.clock import stored
from practice.ids import random_ids
from practice.scheduling import booking_queries as facts
from practice.scheduling.follow_ups import Happening, follow_up
from practice.scheduling.working import Hours
from practice.store.tables import TABLES
from practice.store.work import Reader, Row, Work

MARGIN = timedelta(days=2)
"""How far around a date its check may look."""


class Rehearsal(Work):
    """A Work whose writes wait. Inside a command it is made of that command's work, and has its ids and its reason."""

    def __init__(self, reader: Reader, actor: Actor | None = None, reason: str | None = None) -> None:
        if isinstance(reader, Work):
            super().__init__(
                reader.cursor, reader.now, reader.actor, reader._ids, reader.reason, reader.audit_seq,
                reader.shelf, reader.stamp, reader.pending, reader.memory,
            )  # fmt: skip
        else:
            assert actor is not None, "outside a command somebody must be named who would give it"
            super().__init__(reader.cursor, reader.now, actor, random_ids(), reason, 0, reader.shelf, reader.stamp)
        self.happenings: list[Happening] = []
        self._given_back: set[str] = set()
        self._kept: set[str] = set()
        self._taken: list[Row] = []
        self._slots: list[tuple[str, datetime, int, str]] = []
        self._inserted: dict[str, dict[str, Row]] = defaultdict(dict)
        self._changed: dict[tuple[str, str], Row] = {}
        self._answers: dict[Any, Any] = {}
        self._windows: list[tuple[datetime, datetime]] = []
        self._resources: frozenset[str] = frozenset()
        self._claims: dict[str, list[Row]] = defaultdict(list)
        self._hours: tuple[frozenset[str], date, date, Hours] | None = None

    def read_ahead(self, resource_ids: Iterable[str], provider_ids: Iterable[str], starts: Sequence[datetime]) -> None:
        """Read the claims and hours of these around these instants at once; all else is read when it is asked."""
        if not starts:
            return
        self._resources = frozenset(resource_ids) | frozenset(provider_ids)
        self._windows = _merged(starts)
        for row in facts.held_within(self, sorted(self._resources), self._windows):
            self._claims[row["resource_id"]].append(row)
        first, last = min(starts).date() - MARGIN, max(starts).date() + MARGIN
        providers = frozenset(provider_ids)
        self._hours = (providers, first, last, facts.hours(self, sorted(providers), first, last))

    def perform(self, work: Work) -> None:
        """Write everything that was rehearsed, and tell who follows."""
        for table, rows in self._inserted.items():
            work.insert(table, *rows.values())
        for (table, key), values in self._changed.items():
            work.update(table, key, **values)
        for appointment_id in self._given_back:
            work.release(appointment_id)
        for hold_id in self._kept:
            work.keep(hold_id)
        work.hold(self._taken, self._slots)
        for happening in self.happenings:
            follow_up(work, happening)

    @contextmanager
    def only_trying(self) -> Iterator[None]:
        """What is done inside is forgotten at the end."""
        names = ("happenings", "_given_back", "_kept", "_taken", "_slots", "_changed")
        before = {name: copy(getattr(self, name)) for name in names}
        inserted = {table: dict(rows) for table, rows in self._inserted.items()}
        try:
            yield
        finally:
            for name, value in before.items():
                setattr(self, name, value)
            self._inserted = defaultdict(dict, inserted)

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

    def find(self, table: str, key: str | None) -> Row | None:
        """The row as it would be."""
        row = self._inserted[table].get(key or "") or super().find(table, key)
        return row and row | self._changed.get((table, str(key)), {})

    def rehearsed_rows(self, table: str, column: str, value: Any, rows: list[Row]) -> list[Row]:
        """Rows read where `column` is that value, as they would be, and the ones that would be added."""
        key = TABLES[table].key
        found = [row | self._changed.get((table, row[key]), {}) for row in rows]
        return found + [dict(row) for row in self._inserted[table].values() if row[column] == value]

    def rehearsed_claims(self, claims: list[Row], appointment_ids: Iterable[str]) -> list[Row]:
        """Claims of these holders, as they would stand."""
        wanted = set(appointment_ids)
        standing = [self._as_kept(row) for row in claims if row["appointment_id"] not in self._given_back]
        return standing + [dict(row) for row in self._taken if row["appointment_id"] in wanted]

    def rehearsed_holders(self, claim_ids: Sequence[str]) -> list[str]:
        """Who would hold these claims, among what was rehearsed."""
        return list(dict.fromkeys(row["appointment_id"] for row in self._taken if row["claim_id"] in claim_ids))

    def rehearsed_held(
        self,
        resource_ids: Sequence[str],
        start: datetime,
        end: datetime,
        ignoring: Sequence[str] = (),
        *,
        with_expired: bool = False,
    ) -> list[Row]:
        """What `booking_queries.held` answers, as claims would stand."""
        standing = self._known(resource_ids, start, end)
        if standing is None:
            standing = facts.held_in_record(self, resource_ids, start, end, with_expired=True)
        wanted, gone, now = set(resource_ids), self._given_back | set(ignoring), stored(self.now)
        rows = [
            self._as_kept(row)
            for row in standing
            if row["appointment_id"] not in gone
            and (with_expired or row["expires_at"] is None or row["expires_at"] > now)
        ]
        rows += [
            row
            for row in self._taken
            if row["resource_id"] in wanted
            and row["starts_at"] < end
            and row["ends_at"] > start
            and row["appointment_id"] not in ignoring
        ]
        return sorted(rows, key=lambda row: row["starts_at"])

    def hours_known(self, provider_ids: Sequence[str], first: date, last: date) -> Hours | None:
        """The hours that were read ahead, if they cover these providers and days."""
        if self._hours is None:
            return None
        providers, begin, end, hours = self._hours
        return hours if providers.issuperset(provider_ids) and begin <= first and last <= end else None

    def words_rehearsed(self, appointment_id: str) -> Row | None:
        """What `booking_queries.words_for` answers, about a visit of this rehearsal."""
        row = self._inserted["appointments"].get(appointment_id)
        if row is None:
            return None
        named = {"provider": "providers", "service": "services", "room": "rooms"}
        names = {word: (self.find(table, row[f"{word}_id"]) or {}).get("name") for word, table in named.items()}
        attendees = self.rehearsed_rows("attendees", "appointment_id", appointment_id, [])
        people = [self.get("clients", attendee["client_id"], "client") for attendee in attendees]
        clients = [f"{person['given_name']} {person['family_name']}" for person in people]
        return (
            {name: row[name] for name in ("wall_start", "wall_end", "zone", "location_id")}
            | {"holder": "appointment", "what": None, "expires_at": None}
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

    # What commands would write --------------------------------------------------------------------------------------

    def insert(self, table: str, *rows: Row) -> None:
        """The rows wait."""
        for row in rows:
            self._inserted[table][str(row[TABLES[table].key])] = dict(row)

    def update(self, table: str, key: str, **values: Any) -> Row:
        """The change waits; the row as it would be."""
        plain = {name: stored(value) if isinstance(value, datetime) else value for name, value in values.items()}
        if key in self._inserted[table]:
            self._inserted[table][key] |= plain
        else:
            self._changed[(table, key)] = self._changed.get((table, key), {}) | plain
        return self.get(table, key, table.rstrip("s").replace("_", " "))

    def release(self, appointment_id: str) -> None:
        """The places count as given back."""
        self._given_back.add(appointment_id)
        gone = {row["claim_id"] for row in self._taken if row["appointment_id"] == appointment_id}
        if gone:
            self._taken = [row for row in self._taken if row["claim_id"] not in gone]
            self._slots = [slot for slot in self._slots if slot[3] not in gone]

    def keep(self, hold_id: str) -> None:
        """The hold's places count as its visit's."""
        self._kept.add(hold_id)

    def _as_kept(self, claim: Row) -> Row:
        return claim | {"holder": "appointment", "expires_at": None} if claim["appointment_id"] in self._kept else claim

    def hold(self, claims: Sequence[Row], slots: Sequence[tuple[str, datetime, int, str]]) -> None:
        """The places count as taken."""
        self._taken += [dict(row) for row in claims]
        self._slots += slots


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
