"""The claims from now on, in memory: who holds what, as the one writer sees it.

A booking asks this question more than any other, and only the writer's answer decides. So it is kept here, changed by
the same three calls that change the record (`hold`, `keep`, `release`), and taken back with them. The record's slots
stay the last guard: what this forgets, their key refuses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any

Row = dict[str, Any]
Values = tuple[Any, ...]

BEHIND = timedelta(days=3)
"""How far back the diary begins: checks look a day around what they check."""
LONG = 40
"""Days beyond which a claim (a leave, a lease) is looked at for every day instead of being entered in each."""


class Diary:
    """Claims that end after `since`, by resource and UTC day. Only the writer asks, under its lock."""

    def __init__(self, names: Sequence[str], since: datetime, claims: Iterable[Values]) -> None:
        """`names` are the columns of claims, in the order of each row's values."""
        self.since = since
        self._names = tuple(names)
        position = {name: place for place, name in enumerate(self._names)}
        self._claim, self._resource, self._holder = (position[n] for n in ("claim_id", "resource_id", "appointment_id"))
        self._start, self._end, self._expires = (position[n] for n in ("starts_at", "ends_at", "expires_at"))
        self._place = position
        self._days: dict[tuple[str, date], dict[str, Values]] = defaultdict(dict)
        self._long: dict[str, dict[str, Values]] = defaultdict(dict)
        self._held_by: dict[str, dict[str, Values]] = defaultdict(dict)
        self._undo: list[tuple[Callable[[Values], None], Values]] = []
        known: dict[str, str] = {}  # ids recur: each is kept once
        for claim in claims:
            self._enter(tuple(known.setdefault(cell, cell) if type(cell) is str else cell for cell in claim))

    # What the writer asks -------------------------------------------------------------------------------------------

    def held(
        self, resource_ids: Iterable[str], start: datetime, end: datetime, ignoring: Sequence[str], now: datetime | None
    ) -> list[Row] | None:
        """Claims of these resources that overlap [start, end), by start, but those of the holders ignored.

        With `now`, a hold that is over by then counts as free. None: the diary does not go back that far.
        """
        if start < self.since:
            return None
        found = {
            claim_id: claim
            for resource_id in dict.fromkeys(resource_ids)
            for page in self._around(resource_id, start, end)
            for claim_id, claim in page.items()
            if claim[self._start] < end and claim[self._end] > start and claim[self._holder] not in ignoring
        }
        if now is not None:
            found = {key: one for key, one in found.items() if one[self._expires] is None or one[self._expires] > now}
        return [
            dict(zip(self._names, claim, strict=True))
            for claim in sorted(found.values(), key=itemgetter(self._start, self._claim))
        ]

    def room_of_newest(
        self, provider_id: str, service_id: str, location_id: str, now: datetime, days: int
    ) -> str | None:
        """The room of the provider's last visit of that service there within so many days from now, or None."""
        wanted = {"kind": "care", "service_id": service_id, "location_id": location_id, "holder": "appointment"}
        asked = [(self._place[name], value) for name, value in wanted.items()]
        of_kind, room = self._place["resource_kind"], self._resource
        for ahead in range(days, -1, -1):
            page = self._days.get((provider_id, now.date() + timedelta(days=ahead)), {})
            for claim in sorted(page.values(), key=itemgetter(self._start), reverse=True):
                if claim[self._start] > now and all(claim[place] == value for place, value in asked):
                    held = self._held_by[claim[self._holder]].values()
                    found = next((str(other[room]) for other in held if other[of_kind] == "room"), None)
                    if found:
                        return found
        return None

    # What the writer does -------------------------------------------------------------------------------------------

    def hold(self, claims: Iterable[Row]) -> None:
        """Enter claims."""
        for row in claims:
            claim = tuple(row[name] for name in self._names)
            self._enter(claim)
            self._undo.append((self._strike, claim))

    def release(self, holder_id: str) -> None:
        """Strike what a holder holds."""
        for claim in list(self._held_by.get(holder_id, {}).values()):
            self._strike(claim)
            self._undo.append((self._enter, claim))

    def keep(self, hold_id: str) -> None:
        """A hold's claims are its visit's from now on."""
        claims = list(self._held_by.get(hold_id, {}).values())
        self.release(hold_id)
        self.hold(
            dict(zip(self._names, claim, strict=True)) | {"holder": "appointment", "expires_at": None}
            for claim in claims
        )

    def mark(self) -> int:
        """How much could be taken back now."""
        return len(self._undo)

    def back_to(self, mark: int) -> None:
        """Take back whatever came after the mark."""
        while len(self._undo) > mark:
            undo, claim = self._undo.pop()
            undo(claim)

    def kept(self, mark: int) -> None:
        """What was done up to the mark is committed: it can't be taken back any more."""
        del self._undo[:mark]

    def _enter(self, claim: Values) -> None:
        for claims in self._pages(claim):
            claims[claim[self._claim]] = claim
        self._held_by[claim[self._holder]][claim[self._claim]] = claim

    def _strike(self, claim: Values) -> None:
        for claims in self._pages(claim):
            claims.pop(claim[self._claim], None)
        mine = self._held_by[claim[self._holder]]
        mine.pop(claim[self._claim], None)
        if not mine:
            del self._held_by[claim[self._holder]]

    def _pages(self, claim: Values) -> Iterator[dict[str, Values]]:
        """Where a claim is entered: a page for each day that it touches."""
        resource_id, first, last = claim[self._resource], claim[self._start].date(), claim[self._end].date()
        days = (last - first).days
        if days > LONG:
            yield self._long[resource_id]
            return
        for ahead in range(days + 1):
            yield self._days[resource_id, first + timedelta(days=ahead)]

    def _around(self, resource_id: str, start: datetime, end: datetime) -> Iterator[dict[str, Values]]:
        """Every page with claims that may overlap [start, end)."""
        if resource_id in self._long:
            yield self._long[resource_id]
        first = start.date()
        for ahead in range((end.date() - first).days + 1):
            page = self._days.get((resource_id, first + timedelta(days=ahead)))
            if page:
                yield page
