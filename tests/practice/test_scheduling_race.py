"""Law 2 under pressure: many front desks want the same few times at once, and nobody ever shares one."""

from __future__ import annotations

import random
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
RULES = {"provider_taken", "room_taken", "client_taken", "already_settled", "no_change"}


@pytest.fixture
def crowd(record, house):
    """Sixteen clients who all want Tuesday morning."""

    def furnish(work):
        ada = work.get("clients", house.ada, "client")
        work.insert("clients", *(ada | {"client_id": f"client-{number}"} for number in range(THREADS)))

    record.run(Command("test_crowd", Permission.OPERATE, furnish), SYSTEM)
    return [f"client-{number}" for number in range(THREADS)]


def fight(record, house, desk, crowd, tries: int) -> Counter[str]:
    """Every thread books, moves or cancels at random until all tries are used; answers what it heard."""
    barrier = Barrier(THREADS)
    heard: list[Counter[str]] = []

    def one_desk(number: int) -> None:
        dice = random.Random(number)
        answers: Counter[str] = Counter()
        mine: list[str] = []
        barrier.wait()
        for _ in range(tries // THREADS):
            when = f"2026-03-03T{dice.choice(('09', '10', '11'))}:{dice.choice(('00', '15', '30', '45'))}"
            move, cancel = dice.random() < 0.2, dice.random() < 0.3
            try:
                if mine and move:
                    moved = record.run(
                        move_appointment,
                        desk,
                        reason="asked",
                        appointment_id=mine.pop(),
                        wall_start=when,
                        moved_by="client",
                    )
                    mine.append(moved["appointment_id"])
                elif mine and cancel:
                    record.run(cancel_appointment, desk, reason="ill", appointment_id=mine.pop(), cancelled_by="client")
                else:
                    booked = record.run(
                        book_appointment, desk, client_id=crowd[number], provider_id=dice.choice((house.moss, house.reed)),
                        service_id=house.visit, location_id=house.location, wall_start=when,
                    )  # fmt: skip
                    mine.append(booked["appointment_id"])
                answers["granted"] += 1
            except Refusal as refusal:
                answers[refusal.rule] += 1
                if not str(refusal).endswith("."):
                    answers["no sentence"] += 1
        heard.append(answers)

    with ThreadPoolExecutor(THREADS) as pool:
        for future in [pool.submit(one_desk, number) for number in range(THREADS)]:
            future.result()
    return sum(heard, Counter())


def check(record, heard: Counter[str], tries: int) -> None:
    """Nothing overlaps, each slot stands once, and what was granted is what the record says."""
    assert sum(heard.values()) == tries // THREADS * THREADS
    assert set(heard) <= RULES | {"granted"}
    with record.read() as reader:
        claims = reader.rows("select * from claims order by starts_at")
        slots = reader.rows("select resource_id, slot_at, lane from slots")
        done = reader.rows(
            "select command, count(*) as times from audit_entries where command like '%appointment' group by 1"
        )
        entries = reader.rows("select * from audit_entries order by seq")
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
def test_sixteen_desks_never_share_a_time_in_a_thousand_tries(record, house, desk, crowd):
    check(record, fight(record, house, desk, crowd, tries=1_000), tries=1_000)


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
