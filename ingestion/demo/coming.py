"""What the demo's clients have agreed for the weeks to come: a few weekly series, and a waitlist with many wishes.

Written through the commands that a desk uses, so that nothing stands in it that a desk could not have entered.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np

from ingestion.demo.columns import DAY
from ingestion.demo.house import House
from ingestion.demo.record_of import SCHEDULED, Story
from practice.access.permissions import SYSTEM
from practice.clock import stored
from practice.scheduling.model import spelled
from practice.scheduling.queries import client_visits
from practice.scheduling.series.booking import book_series
from practice.scheduling.series.lines import SeriesClash
from practice.store.record import Record
from practice.store.work import Row
from practice.waitlist.entries import add_waitlist_entry

MOST_SERIES, MOST_WAITING = 16, 40
"""However many providers there are; else one series each, and not quite two who wait."""
LENGTHS = (8, 3, 10, 6)
"""Occurrences of the series, one after the other; three end soon, so that somebody is reminded to renew."""

MORNINGS = [{"weekday": day, "start": "00:00", "end": "12:00"} for day in (1, 2, 3, 4, 5)]
LATE = [{"weekday": day, "start": "15:00", "end": "23:59"} for day in (2, 4)]
WISHES: tuple[dict[str, Any], ...] = (
    {"urgency": 3, "notice_minutes": 60},
    {"windows": MORNINGS},
    {"urgency": 2, "windows": LATE, "note": "After school"},
    {"notice_minutes": 1440},
    {"windows": [*MORNINGS, *LATE], "note": "Works shifts; call rather than write"},
)
"""What is asked for beside the service, one wish after the other; every other entry keeps its later visit meanwhile."""

_WHY = "Demo practice"


def look_ahead(record: Record, house: House, story: Story, dice: np.random.Generator) -> tuple[dict[str, int], int]:
    """Write both; answers the rows of each table, and how many visits the series have in all.

    Clients are drawn by the dice until there are enough.
    """
    providers = house.size.providers
    series, people = min(providers, MOST_SERIES), min(2 * providers - 1, MOST_WAITING)
    coming = _coming(record, house, story, dice)
    lengths: list[int] = []
    while len(lengths) < series and (visit := next(coming, None)):
        if length := _series(record, visit, LENGTHS[len(lengths) % len(LENGTHS)]):
            lengths.append(length)
    waiting = 0
    while waiting < people and (visit := next(coming, None)):
        _wait(record, visit, waiting)
        waiting += 1
    return {"series": len(lengths), "waitlist_entries": waiting}, sum(lengths)


def _coming(record: Record, house: House, story: Story, dice: np.random.Generator) -> Iterator[Row]:
    """Clients drawn one after the other who have a visit of their own to come: the last of them."""
    clients, seats = house.ids["clients"], story.attendees
    # Whom the story has nothing ahead of need not be asked about.
    ahead = np.zeros(len(clients), dtype=bool)
    later = story.appointments["starts"][seats["appointment"]] > house.now + 2 * DAY
    ahead[seats["client"][later & (seats["status"] == SCHEDULED)]] = True
    order = dice.permutation(len(clients))
    for position in order[ahead[order]]:
        with record.read() as reader:
            visits = client_visits(reader, SYSTEM, clients[int(position)].as_py())
            now = stored(reader.now)
        still = [row for row in visits if row["status"] == "scheduled" and row["starts_at"] > now + timedelta(days=2)]
        if still and still[0]["capacity"] == 1:
            yield still[0]


def _series(record: Record, visit: Row, count: int) -> int:
    """The same hour every week, from the week after the last visit; weeks in which that is taken are left out.

    Answers how many visits it has; none where it would be left out more often than not.
    """
    wall = visit["wall_start"] + timedelta(days=7)
    day = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[wall.weekday()]
    wish = {name: visit[name] for name in ("client_id", "provider_id", "service_id", "location_id", "mode")}
    wish |= {"wall_start": spelled(wall), "rule": f"FREQ=WEEKLY;BYDAY={day};COUNT={count}"}
    taken: dict[str, dict[str, str]] = {}
    try:
        record.run(book_series, SYSTEM, reason=_WHY, **wish)
    except SeriesClash as clash:
        taken = {spelled(line["original_start"]): {"do": "skip"} for line in clash.clashes if line["status"] == "clash"}
        if len(taken) > count // 2:
            return 0
        record.run(book_series, SYSTEM, reason=_WHY, choices=taken, **wish)
    return count - len(taken)


def _wait(record: Record, visit: Row, number: int) -> None:
    wish = WISHES[number % len(WISHES)]
    if number % 3 == 0:
        wish = wish | {"provider_ids": [visit["provider_id"]]}
    if number % 2 == 0:
        wish = wish | {"fallback_appointment_id": visit["appointment_id"]}
    client = {"client_id": visit["client_id"], "service_id": visit["service_id"]}
    record.run(add_waitlist_entry, SYSTEM, reason=_WHY, location_ids=[visit["location_id"]], **client, **wish)
