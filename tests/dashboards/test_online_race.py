"""Law 2 over HTTP: many phones want the same day at once. Nobody shares a time, and what was acknowledged stands."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from threading import Barrier

import pytest

from practice.audit.chain import findings
from practice.online.links import hashed, visit_behind
from tests.dashboards.browser import Browser
from tests.dashboards.test_public_booking import door, fields, said  # noqa: F401

CLIENTS = 32
DAY = "2026-03-03"
TIMES = [f"{DAY}T{hour:02d}:{minute:02d}" for hour in range(9, 16) for minute in (0, 15, 30, 45)]


class Visitor:
    """One phone: books, moves, cancels at random, and remembers what it was told."""

    def __init__(self, app, house, number: int) -> None:
        self.browser = Browser(app, host=f"198.51.{number // 250}.{number % 250}")
        self.house, self.number, self.dice = house, number, random.Random(number)
        self.visits: dict[str, str] = {}  # path → what was acknowledged last
        self.heard: Counter[str] = Counter()

    def act(self) -> None:
        standing = [path for path, state in self.visits.items() if state != "cancelled"]
        luck = self.dice.random()
        if standing and luck < 0.2:
            self.move(self.dice.choice(standing))
        elif standing and luck < 0.45:
            self.cancel(self.dice.choice(standing))
        else:
            self.book()

    def book(self) -> None:
        start, provider = self.dice.choice(TIMES), self.dice.choice((self.house.moss, self.house.reed, ""))
        wish = {"service": self.house.visit, "provider": provider, "mode": "in_person", "start": start}
        answer = self.browser.post("/book/elm-street/hold", wish)
        if answer.status != 303:
            self.refused(answer)
            return
        form = fields(self.browser.get(answer.headers["location"]))
        form |= {
            "given_name": f"N{self.number}",
            "family_name": f"F{self.heard.total()}",
            "email": f"n{self.number}@elm.example",
        }
        path = answer.headers["location"].split("?")[0]
        answers = [self.browser.post(path, form) for _ in range(2 if self.dice.random() < 0.2 else 1)]
        if answers[0].status != 303:
            self.refused(answers[0])
            return
        assert len({one.headers["location"].split("?")[0] for one in answers}) == 1
        self.visits[answers[0].headers["location"].split("?")[0]] = start
        self.heard["granted"] += 1

    def move(self, path: str) -> None:
        start = self.dice.choice(TIMES)
        form = fields(self.browser.get(f"{path}/move?start={start}"))
        answer = self.browser.post(f"{path}/move", form)
        if answer.status == 303:
            self.visits[path] = start
            self.heard["granted"] += 1
        else:
            self.refused(answer)

    def cancel(self, path: str) -> None:
        form = fields(self.browser.get(f"{path}/cancel")) | {"code": "illness"}
        answer = self.browser.post(f"{path}/cancel", form)
        if answer.status == 303:
            self.visits[path] = "cancelled"
            self.heard["granted"] += 1
        else:
            self.refused(answer)

    def refused(self, answer) -> None:
        sentence = said(answer)
        assert answer.status in (409, 422), (answer.status, sentence)
        assert sentence.endswith(".")
        self.heard[sentence] += 1


def rush(app, house, tries: int) -> list[Visitor]:
    """Every phone acts until all tries are used."""
    visitors = [Visitor(app, house, number) for number in range(CLIENTS)]
    barrier = Barrier(CLIENTS)

    def one(visitor: Visitor) -> None:
        barrier.wait()
        for _ in range(tries // CLIENTS):
            visitor.act()

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(one, visitors))
    return visitors


def check(record, visitors: list[Visitor], tries: int) -> None:
    """Nothing overlaps, each slot stands once, every acknowledged word is the record's, the trail is whole."""
    heard = sum((visitor.heard for visitor in visitors), Counter())
    assert heard.total() == tries // CLIENTS * CLIENTS
    assert heard["granted"] > 0
    with record.read() as reader:
        claims = reader.rows("select * from claims where expires_at is null order by starts_at")
        slots = reader.rows("select resource_id, slot_at, lane from slots")
        visits = reader.value("select count(*) from appointments where status = 'scheduled'")
        entries = reader.rows("select * from audit_entries order by seq")
        for visitor in visitors:
            for path, said_last in visitor.visits.items():
                found = visit_behind(reader, hashed(path.split("/")[-1]))
                state = "cancelled" if found["status"] == "cancelled" else f"{found['wall_start']:%Y-%m-%dT%H:%M}"
                assert state == said_last
    by_resource: dict[str, list[dict]] = {}
    for claim in claims:
        by_resource.setdefault(claim["resource_id"], []).append(claim)
    for held in by_resource.values():
        for one, other in combinations(held, 2):
            assert one["ends_at"] <= other["starts_at"] or other["ends_at"] <= one["starts_at"]
    assert len({(slot["resource_id"], slot["slot_at"]) for slot in slots}) == len(slots)
    assert all(slot["lane"] == 0 for slot in slots)
    assert visits == sum(state != "cancelled" for visitor in visitors for state in visitor.visits.values())
    assert findings(entries) == []


@pytest.mark.heavy
def test_thirty_two_phones_never_share_a_time_and_nothing_acknowledged_is_lost(door, record, house):  # noqa: F811
    check(record, rush(door, house, tries=256), tries=256)


@pytest.mark.long
@pytest.mark.timeout(0)
def test_thirty_two_phones_on_one_hot_day_in_twenty_thousand_tries(door, record, house, capsys):  # noqa: F811
    tries = int(os.environ.get("DAYBOOK_TRIES", "20000"))
    began = time.monotonic()
    visitors = rush(door, house, tries)
    seconds = time.monotonic() - began
    check(record, visitors, tries)
    heard = sum((visitor.heard for visitor in visitors), Counter())
    with capsys.disabled():
        said = "; ".join(f"{number} {word}" for word, number in heard.most_common())
        print(f"\n{CLIENTS} phones, {tries} tries in {seconds:.0f} s: {said}")
