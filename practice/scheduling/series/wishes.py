"""What somebody asks for when they ask for a series, and the rows that it becomes beside its visits."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from practice.clock import stored
from practice.scheduling.planning import minutes_of
from practice.scheduling.series.lines import Line
from practice.scheduling.series.rules import Rule, written
from practice.store.work import Row, Work

JOINED = "joins the group that stands then"
"""The note of a line whose visit is a seat in a group of somebody else's series."""


@dataclass(frozen=True)
class Wish:
    """A series that somebody asks for; the rule is text as RFC 5545 writes it, `wall_start` the first visit's."""

    client_id: str
    provider_id: str
    service_id: str
    location_id: str
    wall_start: str
    rule: str
    room_id: str | None = None
    duration_minutes: int | None = None
    mode: str = "in_person"
    channel: str = "desk"
    hold_id: str | None = None
    held_by: str | None = None

    def booking(self) -> Row:
        """The parameters that every occurrence shares."""
        shared = ("client_id", "service_id", "location_id", "duration_minutes", "mode", "channel")
        return {name: getattr(self, name) for name in shared}


def series_row(work: Work, wish: Wish, rule: Rule, lines: list[Line], series_id: str, zone: str) -> Row:
    """A fresh row of `series`."""
    made = [line for line in lines if line.status == "free"]
    service = work.get("services", wish.service_id, "service")
    return {
        "series_id": series_id,
        "split_from_id": None,
        "renewed_from_id": None,
        "location_id": wish.location_id,
        "provider_id": wish.provider_id,
        "service_id": wish.service_id,
        "room_id": wish.room_id,
        "client_ids": json.dumps([wish.client_id]),
        "rule": written(rule, zone),
        "wall_start": lines[0].original_start,
        "zone": zone,
        "duration_minutes": minutes_of(service, wish.duration_minutes),
        "mode": wish.mode,
        "first_date": min(line.wall_start for line in made).date(),
        "last_date": max(line.wall_start for line in made).date(),
        "occurrence_count": len(made),
        "status": "active",
        "created_at": stored(work.now),
        "known_at": stored(work.now),
    }


def exceptions(work: Work, series_id: str, lines: Iterable[Line]) -> list[Row]:
    """Rows for dates that have no occurrence of the series: skipped ones, and those spent in a standing group."""
    return [
        exception(
            work,
            series_id,
            line.original_start,
            "skipped" if line.status == "skipped" else "moved",
            line.reason,
            line.appointment_id,
        )
        for line in lines
        if line.status == "skipped" or line.note == JOINED
    ]


def exception(
    work: Work, series_id: str, original_start: datetime, kind: str, reason: str | None, appointment_id: str | None
) -> Row:
    """A fresh row of `series_exceptions`."""
    return {
        "series_exception_id": work.new_id(),
        "series_id": series_id,
        "original_start": original_start,
        "kind": kind,
        "reason": reason,
        "appointment_id": appointment_id,
        "known_at": stored(work.now),
    }
