"""Law 2 under pressure: many front desks want the same few times at once, and nobody ever shares one."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import combinations
from threading import Barrier

import pytest

from practice.access.permissions import SYSTEM, Permission
from practice.audit.chain import findings
from practice.errors import Refusal
from practice.scheduling.commands import book_appointment, cancel_appointment, move_appointment
from practice.store.record import Command

THREADS = 16
MANY_THREADS = 64
RULES = {"provider_taken", "room_taken", "client_taken", "already_settled", "no_change"}


@pytest.fixture
def crowd(record, house):
    """A client for each desk, who all want Tuesday morning."""

    def furnish(work):
        ada = work.get("clients", house.ada, "client")
        work.insert("clients", *(ada | {"client_id": f"client-{number}"} for number in range(MANY_THREADS)))

    record.run(Command("test_crowd", Permission.OPERATE, furnish), SYSTEM)
    return [f"client-{number}" for number in range(MANY_THREADS)]


def fight(record, house, desk, crowd, tries: int, threads: int = THREADS) -> tuple[Counter[str], list[tuple[str, str]]]:
    """Every thread books, moves or cancels at random until all tries are used; what it heard, and what it was promised:
    (appointment, start) of each visit that it still has."""
    barrier = Barrier(threads)
    heard: list[Counter[str]] = []
    promised: list[tuple[str, str]] = []

    def one_desk(number: int) -> None:
        dice = random.Random(number)
        answers: Counter[str] = Counter()
        mine: list[tuple[str, str]] = []
        barrier.wait()
        for _ in range(tries // threads):
            when = f"2026-03-03T{dice.choice(('09', '10', '11'))}:{dice.choice(('00', '15', '30', '45'))}"
            move, cancel = dice.random() < 0.2, dice.random() < 0.3
            try:
                if mine and move:
                    moved = record.run(
                        move_appointment,
                        desk,
                        reason="asked",
                        appointment_id=mine[-1][0],
                        wall_start=when,
                        moved_by="client",
                    )
                    mine[-1] = moved["appointment_id"], when
                elif mine and cancel:
                    record.run(
                        cancel_appointment, desk, reason="ill", appointment_id=mine[-1][0], cancelled_by="client"
                    )
                    mine.pop()
                else:
                    booked = record.run(
                        book_appointment, desk, client_id=crowd[number], provider_id=dice.choice((house.moss, house.reed)),
                        service_id=house.visit, location_id=house.location, wall_start=when,
                    )  # fmt: skip
                    mine.append((booked["appointment_id"], when))
                answers["granted"] += 1
            except Refusal as refusal:
                answers[refusal.rule] += 1
                if not str(refusal).endswith("."):
                    answers["no sentence"] += 1
        heard.append(answers)
        promised.extend(mine)

    with ThreadPoolExecutor(threads) as pool:
        for future in [pool.submit(one_desk, number) for number in range(threads)]:
            future.result()
    return sum(heard, Counter()), promised


def check(record, told: tuple[Counter[str], list[tuple[str, str]]], tries: int) -> None:
    """Nothing overlaps, each slot stands once, what was granted is what the record says, and all of it still stands."""
    heard, promised = told
    assert sum(heard.values()) == tries
    assert set(heard) <= RULES | {"granted"}
    with record.read() as reader:
        standing = reader.rows(
            "select appointment_id, strftime(wall_start, '%Y-%m-%dT%H:%M') as at from appointments where status = 'scheduled'"
        )
        claims = reader.rows("select * from claims order by starts_at")
        slots = reader.rows("select resource_id, slot_at, lane from slots")
        done = reader.rows(
            "select command, count(*) as times from audit_entries where command like '%appointment' group by 1"
        )
        entries = reader.rows("select * from audit_entries order by seq")
    assert sorted((row["appointment_id"], row["at"]) for row in standing) == sorted(promised)
    by_resource: dict[str, list[dict]] = {}
    for claim in claims:
        by_resource.setdefault(claim["resource_id"], []).append(claim)
    for held in by_resource.values():
        for one, other in combinations(held, 2):
            assert one["ends_at"] <= other["starts_at"] or other["ends_at"] <= one["starts_at"]
    assert all(slot["lane"] == 0 for slot in slots)
    held_slots = sum((claim["ends_at"] - claim["starts_at"]) // timedelta(minutes=5) for claim in claims)
    assert len({(slot["resource_id"], slot["slot_at"]) for slot in slots}) == len(slots) == held_slots
    assert sum(row["times"] for row in done) == heard["granted"] > 0
    assert findings(entries) == []


def test_sixteen_desks_never_share_a_time(record, house, desk, crowd):
    check(record, fight(record, house, desk, crowd, tries=208), tries=208)


@pytest.mark.long
@pytest.mark.timeout(0)
def test_sixty_four_desks_on_one_hot_day_in_twenty_thousand_tries(record, house, desk, crowd, capsys):
    tries = int(os.environ.get("DAYBOOK_TRIES", "20000")) // MANY_THREADS * MANY_THREADS
    began = time.monotonic()
    told = fight(record, house, desk, crowd, tries, MANY_THREADS)
    seconds = time.monotonic() - began
    check(record, told, tries)
    with capsys.disabled():
        said = ", ".join(f"{number} {word}" for word, number in told[0].most_common())
        print(f"\n{MANY_THREADS} desks, {tries} tries in {seconds:.0f} s: {said}; {len(told[1])} visits stand")


def test_sixty_four_hands_reach_for_one_time_and_one_gets_it(record, house, desk, crowd):
    """The same time, the same provider, all at once: one booking, and everybody else hears who and what else."""
    heard = []

    def reach(number: int) -> None:
        try:
            record.run(
                book_appointment, desk, client_id=crowd[number % THREADS], provider_id=house.moss,
                service_id=house.visit, location_id=house.location, wall_start="2026-03-03T10:00",
            )  # fmt: skip
            heard.append("granted")
        except Refusal as refusal:
            heard.append(refusal.rule if refusal.alternatives else "no alternatives")

    with ThreadPoolExecutor(64) as pool:
        list(pool.map(reach, range(64)))
    assert heard.count("granted") == 1
    assert set(heard) == {"granted", "provider_taken", "client_taken"}
