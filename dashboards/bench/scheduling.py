"""Bookings: by the rules and by raw inserts, from one thread and from sixteen; and what it costs to offer times."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from dashboards.bench.measure import Laps, Measure, Say, against, compare, percentile, seconds_of
from dashboards.bench.raw import Duel, pass_over
from dashboards.bench.visits import wishes
from practice.access.permissions import SYSTEM
from practice.clock import local_date
from practice.home import Home
from practice.people.queries import locations, services
from practice.scheduling.commands import book_appointment
from practice.scheduling.slots import offered_slots

AREA = "scheduling"
RAW = "raw inserts"
ROUNDS = 5
BOOKINGS = {1: 20, 16: 48}
"""Bookings in a round, by how many threads ask."""
WARM_UP = 10
QUESTIONS = 40


def measure(home: Home, say: Say) -> list[Measure]:
    """Bookings per second, p50 and p99 of one, against raw inserts; offered times against one pass over the claims."""
    with tempfile.TemporaryDirectory() as folder:
        duel = Duel(home, Path(folder))
        try:
            say("looking for free times")
            with duel.record.read() as reader:
                wanted = iter(wishes(reader, WARM_UP + ROUNDS * sum(BOOKINGS.values())))

            def next_(count: int) -> list[Callable[[], Any]]:
                return [partial(duel.record.run, book_appointment, SYSTEM, **wish) for wish in islice(wanted, count)]

            duel.round(next_(WARM_UP))
            rounds: dict[int, list[tuple[Laps, Laps]]] = {threads: [] for threads in BOOKINGS}
            for number in range(ROUNDS):
                say(f"booking, round {number + 1} of {ROUNDS}")
                for threads, count in BOOKINGS.items():
                    rounds[threads].append(duel.round(next_(count), threads))
            said = [line for threads, laps in rounds.items() for line in writes(AREA, "bookings", threads, laps)]
            refused = sum(ours.refused for laps in rounds.values() for ours, _ in laps)
            say("asking for free times")
            return [*said, Measure(AREA, "bookings refused (a room or client was taken)", refused, ""), *_offers(duel)]
        finally:
            duel.close()


def writes(area: str, what: str, threads: int, laps: list[tuple[Laps, Laps]]) -> list[Measure]:
    """Rate, processor time, p50 and p99 of commands against the raw inserts of the same rows."""
    label = f"{what}, {threads} thread{'' if threads == 1 else 's'}"
    ours, theirs = ([[one * 1000 for one in pair[side].each] for pair in laps] for side in (0, 1))
    rates = ([pair[side].rate for pair in laps] for side in (0, 1))
    said = [compare(area, label, "per second", next(rates), RAW, next(rates), is_rate=True)]
    cost = ([pair[side].processor_ms for pair in laps] for side in (0, 1))
    said.append(compare(area, f"{label}, processor time", "ms", next(cost), RAW, next(cost)))
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        mine, raw = (percentile([one for each in side for one in each], share) for side in (ours, theirs))
        said.append(against(area, f"{label}, {name}", "ms", mine, RAW, raw))
    return said


def _offers(duel: Duel) -> list[Measure]:
    """Ask for the next twelve free times as the desk does: any provider, a fortnight from some day on."""
    with duel.record.read() as reader:
        places = [row["location_id"] for row in locations(reader, SYSTEM)]
        kinds = [row["service_id"] for row in services(reader, SYSTEM)]
        today = local_date(reader.now, reader.setting("zone", "UTC"))
        ours, passes = [], []
        for number in range(QUESTIONS):
            ask = partial(
                offered_slots,
                reader,
                SYSTEM,
                kinds[number % len(kinds)],
                places[number % len(places)],
                first=today + timedelta(days=number % 28),
            )
            ours.append(seconds_of(ask) * 1000)
            passes.append(seconds_of(partial(pass_over, reader, "claims")) * 1000)
    name = "one pass over the claims"
    slow, slow_pass = (percentile(values, 0.99) for values in (ours, passes))
    return [
        compare(AREA, "offered times", "ms", ours, name, passes),
        against(AREA, "offered times, p99", "ms", slow, name, slow_pass),
    ]
