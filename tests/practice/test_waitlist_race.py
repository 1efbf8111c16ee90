"""Many hands at one offer: whoever is first has the place, once, and everybody else hears one kind sentence."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from practice.access.permissions import ONLINE, SYSTEM, Permission
from practice.audit.chain import findings
from practice.errors import Refusal
from practice.messages.settings import set_messages
from practice.scheduling.booking import book_appointment
from practice.scheduling.commands import cancel_appointment
from practice.store.record import Command
from practice.waitlist.answers import answer_offer
from practice.waitlist.entries import add_waitlist_entry
from practice.waitlist.rounds import open_round

from .waitlist_links import links_of

CROWD = 50
"""As many as one batch asks."""


@pytest.fixture
def links(record, house, desk):
    """Fifty people are asked at once for Tuesday at ten."""

    def furnish(work):
        ada = work.get("clients", house.ada, "client")
        crowd = [
            ada | {"client_id": f"client-{number}", "email": f"c{number}@birch.example"} for number in range(CROWD)
        ]
        work.insert("clients", *crowd)

    record.run(Command("test_crowd", Permission.OPERATE, furnish), SYSTEM)
    record.run(set_messages, SYSTEM, is_on=True, public_url="https://elm.example")
    place = {"provider_id": house.moss, "service_id": house.visit, "location_id": house.location}
    gone = record.run(book_appointment, desk, client_id=house.dan, wall_start="2026-03-03T10:00", **place)
    record.run(cancel_appointment, desk, reason="ill", appointment_id=gone["appointment_id"], cancelled_by="client")
    for number in range(CROWD):
        record.run(add_waitlist_entry, desk, client_id=f"client-{number}", service_id=house.visit)
    record.run(open_round, desk, freed_appointment_id=gone["appointment_id"], batch_size=CROWD)
    return list(links_of(record).values())


def reach(record, links, hands: int) -> Counter[str]:
    """So many hands accept at once, each link by `hands / 50` of them; what they heard."""
    barrier = Barrier(hands)
    pressed = [links[number % CROWD] for number in range(hands)]

    def accept(link: str) -> str:
        barrier.wait()
        try:
            return record.run(answer_offer, ONLINE, token_hash=link, answer="accept")["appointment_id"]
        except Refusal as refusal:
            is_kind = "a moment quicker; you keep your place on the waitlist" in str(refusal)
            return refusal.rule if is_kind else str(refusal)

    with ThreadPoolExecutor(hands) as pool:
        return Counter(pool.map(accept, pressed))


def check(record, heard: Counter[str], hands: int) -> None:
    """One offer won; its link was told so however often it was pressed; nobody else was."""
    won = [key for key in heard if key != "offer_over"]
    assert len(won) == 1
    assert heard[won[0]] == hands // CROWD
    assert heard["offer_over"] == hands - hands // CROWD
    with record.read() as reader:
        assert reader.rows("select appointment_id from appointments where status = 'scheduled'") == [
            {"appointment_id": won[0]}
        ]
        assert reader.rows("select status, count(*) as n from offers group by status order by status") == [
            {"status": "accepted", "n": 1}, {"status": "lost", "n": CROWD - 1},
        ]  # fmt: skip
        assert reader.value("select count(*) from claims where resource_kind = 'provider' and kind = 'care'") == 1
        assert reader.value("select count(*) from waitlist_entries where status = 'booked'") == 1
        assert findings(reader.rows("select * from audit_entries order by seq")) == []


def test_a_hundred_hands_accept_one_place_and_exactly_one_offer_wins(record, links):
    check(record, reach(record, links, 100), 100)


@pytest.mark.long
def test_a_thousand_hands_accept_one_place_and_exactly_one_offer_wins(record, links, capsys):
    began = time.monotonic()
    heard = reach(record, links, 1_000)
    seconds = time.monotonic() - began
    check(record, heard, 1_000)
    with capsys.disabled():
        print(f"\n1,000 acceptances in {seconds:.1f} s: one place given, {heard['offer_over']} heard that it is gone")


@pytest.mark.long
def test_a_thousand_hands_press_one_link_and_hear_the_same(record, links):
    heard = reach(record, links[:1] * CROWD, 1_000)
    assert len(heard) == 1
    assert "offer_over" not in heard
    with record.read() as reader:
        assert reader.value("select count(*) from appointments where channel = 'waitlist'") == 1
