"""Bookings by the rules, by raw inserts and in PostgreSQL, from one thread and from many; and offering times."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from dashboards import warming
from dashboards.bench import postgres
from dashboards.bench.measure import Laps, Measure, Say, against, compare, percentile, seconds_of
from dashboards.bench.raw import Duel, pass_over
from dashboards.bench.visits import wishes
from practice.access.permissions import SYSTEM
from practice.clock import local_date
from practice.home import Home
from practice.people.queries import locations, services
from practice.scheduling import queries
from practice.scheduling.commands import book_appointment
from practice.scheduling.slots import offered_slots
from practice.store.work import Reader, Row

AREA = "scheduling"
RAW = "raw inserts"
ROUNDS = 5
BOOKINGS = {1: 24, 16: 48, 32: 64}
"""Bookings in a round, by how many threads ask."""
WARM_UP = 10
QUESTIONS = 40
Round = tuple[Laps, Laps, Laps | None]


def measure(home: Home, say: Say) -> list[Measure]:
    """Bookings per second and how long one takes, against raw inserts and PostgreSQL; offered times and a day's page
    against one pass over the claims."""
    warming.imports()  # as the app does: DuckDB would import pandas at the first list that it binds
    with tempfile.TemporaryDirectory() as folder:
        duel = Duel(home, Path(folder))
        try:
            warming.memory(duel.record)
            say("looking for free times")
            with duel.record.read() as reader:
                wanted = iter(wishes(reader, WARM_UP + ROUNDS * sum(BOOKINGS.values())))

            def next_(count: int) -> list[Callable[[], Any]]:
                return [partial(duel.record.run, book_appointment, SYSTEM, **wish) for wish in islice(wanted, count)]

            rounds: dict[int, list[Round]] = {threads: [] for threads in BOOKINGS}
            with _twin(duel, Path(folder), say) as twin:
                duel.round(next_(WARM_UP))
                if twin:
                    twin.replay(duel.last, 1)
                for number in range(ROUNDS):
                    say(f"booking, round {number + 1} of {ROUNDS}")
                    for threads, count in BOOKINGS.items():
                        ours, raw = duel.round(next_(count), threads)
                        rounds[threads].append((ours, raw, twin.replay(duel.last, threads) if twin else None))
            said = [line for threads, laps in rounds.items() for line in _writes(threads, laps)]
            refused = sum(lap[0].refused for laps in rounds.values() for lap in laps)
            said.append(Measure(AREA, "bookings refused (a room or client was taken)", refused, ""))
            say("asking for free times")
            with duel.record.read() as reader:
                return [*said, *_offers(reader), *_day(reader)]
        finally:
            duel.close()


@contextmanager
def _twin(duel: Duel, folder: Path, say: Say) -> Iterator[postgres.Twin | None]:
    """The same practice in PostgreSQL; None where the machine has none."""
    if postgres.binaries() is None:
        say("PostgreSQL is not on this machine (package postgresql): that baseline is left out")
        yield None
        return
    say("the same claims into PostgreSQL")
    with ExitStack() as open_:
        open_.callback(folder.chmod, folder.stat().st_mode)
        folder.chmod(0o755)  # its server is another user
        address = open_.enter_context(postgres.server(folder / "postgres"))
        with duel.record.read() as reader:
            twin = postgres.Twin(address, reader)
        open_.callback(twin.close)
        yield twin


def _writes(threads: int, laps: list[Round]) -> list[Measure]:
    what = f"bookings, {threads} thread{'' if threads == 1 else 's'}"
    said = writes(AREA, what, [(ours, raw) for ours, raw, _ in laps])
    theirs = [lap[2] for lap in laps if lap[2] is not None]
    if theirs:
        ours = [lap[0] for lap in laps]
        rates = [one.rate for one in ours], [one.rate for one in theirs]
        said.append(compare(AREA, what, "per second", rates[0], postgres.NAME, rates[1], is_rate=True))
        for name, share in (("p50", 0.5), ("p95", 0.95)):
            mine, other = (
                percentile([one * 1000 for lap in side for one in lap.each], share) for side in (ours, theirs)
            )
            said.append(against(AREA, f"{what}, {name}", "ms", mine, postgres.NAME, other))
    return said


def writes(area: str, label: str, laps: list[tuple[Laps, Laps]]) -> list[Measure]:
    """Rate, processor time, p50, p95 and p99 of commands against the raw inserts of the same rows."""
    ours, theirs = ([[one * 1000 for one in pair[side].each] for pair in laps] for side in (0, 1))
    rates = ([pair[side].rate for pair in laps] for side in (0, 1))
    said = [compare(area, label, "per second", next(rates), RAW, next(rates), is_rate=True)]
    cost = ([pair[side].processor_ms for pair in laps] for side in (0, 1))
    said.append(compare(area, f"{label}, processor time", "ms", next(cost), RAW, next(cost)))
    for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        mine, raw = (percentile([one for each in side for one in each], share) for side in (ours, theirs))
        said.append(against(area, f"{label}, {name}", "ms", mine, RAW, raw))
    return said


def _offers(reader: Reader) -> list[Measure]:
    """The next twelve free times as the desk asks for them, and every time of a week where most providers work."""
    places = [row["location_id"] for row in locations(reader, SYSTEM)]
    kinds = [row["service_id"] for row in services(reader, SYSTEM)]
    today = local_date(reader.now, reader.setting("zone", "UTC"))
    given = max(services(reader, SYSTEM), key=lambda row: len(row["provider_ids"]))["service_id"]

    def week(place: str, first: date) -> list[Row]:
        return offered_slots(reader, SYSTEM, given, place, first=first, days=7, limit=100_000)

    at_work = {place: len({slot["provider_id"] for slot in week(place, today)}) for place in places}
    busiest = max(at_work, key=lambda place: at_work[place])
    few, weeks, passes = [], [], []
    for number in range(QUESTIONS):
        first = today + timedelta(days=number % 28)
        asked = partial(
            offered_slots, reader, SYSTEM, kinds[number % len(kinds)], places[number % len(places)], first=first
        )
        few.append(seconds_of(asked) * 1000)
        weeks.append(seconds_of(partial(week, busiest, first)) * 1000)
        passes.append(seconds_of(partial(pass_over, reader, "claims")) * 1000)
    name = "one pass over the claims"
    slow, slow_pass = (percentile(values, 0.99) for values in (few, passes))
    return [
        compare(AREA, "offered times", "ms", few, name, passes),
        against(AREA, "offered times, p99", "ms", slow, name, slow_pass),
        compare(AREA, f"offered times, a week of {at_work[busiest]} providers at work", "ms", weeks, name, passes),
    ]


def _day(reader: Reader) -> list[Measure]:
    """What the page of a day reads: its visits with everybody in them, and the hours."""
    today = local_date(reader.now, reader.setting("zone", "UTC"))
    days, passes = [], []
    for number in range(QUESTIONS):
        on = today + timedelta(days=number % 28 - 14)
        days.append(seconds_of(partial(queries.day, reader, SYSTEM, on, include_gone=True)) * 1000)
        passes.append(seconds_of(partial(pass_over, reader, "claims")) * 1000)
    return [compare(AREA, "a day's visits, every location", "ms", days, "one pass over the claims", passes)]
