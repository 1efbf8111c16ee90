"""Whatever the order of wishes, cancels, offers, answers and clock moves: a round has at most one winner, who is booked;
nothing overlaps; each offer of a round that is over has one outcome."""

from __future__ import annotations

import shutil
from collections import Counter
from itertools import count
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from practice.access.permissions import ONLINE, SYSTEM
from practice.audit.chain import findings
from practice.errors import Refusal
from practice.ids import seeded_ids
from practice.messages.settings import set_messages
from practice.people.commands import change_client
from practice.scheduling.booking import book_appointment
from practice.scheduling.commands import cancel_appointment
from practice.scheduling.moving import move_appointment
from practice.store.record import Record
from practice.waitlist.answers import ANSWERS, answer_offer, record_offer_answer
from practice.waitlist.beat import anything_due, beat, places_to_offer
from practice.waitlist.entries import add_waitlist_entry, withdraw_waitlist_entry
from practice.waitlist.openings import freed_places
from practice.waitlist.rounds import close_round, open_round
from practice.waitlist.rules import set_waitlist_rules
from tests.conftest import MovableClock

CLIENTS = ("client-ada", "client-ben", "client-cora", "client-dan")
PROVIDERS = ("prov-moss", "prov-reed")
WALLS = [f"2026-03-{day:02}T{hour:02}:00" for day in (3, 4, 5) for hour in (9, 10, 14)]
OVER = {"accepted", "declined", "expired", "lost", "withdrawn", "unreachable"}
STEPS = ("wait",) * 4 + ("offer",) * 4 + ("answer",) * 6 + ("book",) * 4 + ("cancel",) * 4 + ("time",) * 3 + (
    "move", "close", "tell_desk", "withdraw", "switch",
)  # fmt: skip


class Waitlist(RuleBasedStateMachine):
    """Bound to a furnished record's file by the tests below."""

    template: Path
    folder: Path
    began: object
    desk: object
    numbers = count()
    said: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        path = self.folder / f"{next(Waitlist.numbers)}.duckdb"
        shutil.copy(self.template, path)
        self.clock = MovableClock(self.began)
        self.record = Record(path, clock=self.clock, ids=seeded_ids(7))

    def teardown(self) -> None:
        self.clock.forward(days=10)
        beat(self.record)
        assert self._ask("select * from offer_rounds where status = 'open'") == []  # time ends every round
        assert {row["status"] for row in self._ask("select status from offers")} <= OVER
        assert findings(self._ask("select * from audit_entries order by seq")) == []
        self.record.close()
        self.record.path.unlink()

    def _ask(self, sql: str) -> list[dict]:
        with self.record.read() as reader:
            return reader.rows(sql)

    def _run(self, command, actor, **parameters):
        try:
            answer = self.record.run(command, actor, **parameters)
        except Refusal as refusal:
            Waitlist.said["no" if str(refusal).endswith(".") else "no sentence"] += 1
            return None
        Waitlist.said[command.name] += 1
        return answer

    @rule(data=st.data(), step=st.sampled_from(STEPS))
    def step(self, data, step):
        getattr(self, step)(data.draw)

    # --- what people do ---

    def book(self, draw):
        self._run(
            book_appointment, self.desk, client_id=draw(st.sampled_from(CLIENTS)), service_id="svc-visit",
            provider_id=draw(st.sampled_from(PROVIDERS)), location_id="loc-elm", wall_start=draw(st.sampled_from(WALLS)),
        )  # fmt: skip

    def _a_visit(self, draw):
        rows = self._ask("select appointment_id from appointments where status = 'scheduled' order by appointment_id")
        return draw(st.sampled_from(rows))["appointment_id"] if rows else None

    def cancel(self, draw):
        if visit := self._a_visit(draw):
            self._run(cancel_appointment, self.desk, reason="ill", appointment_id=visit, cancelled_by="client")

    def move(self, draw):
        if visit := self._a_visit(draw):
            self._run(
                move_appointment, self.desk, appointment_id=visit, wall_start=draw(st.sampled_from(WALLS)),
                moved_by="client", reason="asked for it",
            )  # fmt: skip

    def wait(self, draw):
        client = draw(st.sampled_from(CLIENTS))
        later = self._ask(
            "select appointment_id from appointments join attendees t using (appointment_id)"
            f" where client_id = '{client}' and t.status = 'scheduled' order by starts_at desc"
        )
        fallback = later[0]["appointment_id"] if later and draw(st.booleans()) else None
        self._run(
            add_waitlist_entry, self.desk, client_id=client, service_id="svc-visit", fallback_appointment_id=fallback,
            urgency=draw(st.integers(1, 3)), notice_minutes=draw(st.sampled_from((0, 120, 1440))),
        )  # fmt: skip

    def withdraw(self, draw):
        rows = self._ask("select waitlist_entry_id as id from waitlist_entries where status = 'waiting' order by id")
        if rows:
            self._run(withdraw_waitlist_entry, self.desk, waitlist_entry_id=draw(st.sampled_from(rows))["id"])

    def offer(self, draw):
        with self.record.read() as reader:
            places = freed_places(reader, SYSTEM)
        if places:
            place = draw(st.sampled_from([row["appointment_id"] for row in places]))
            size, minutes = draw(st.integers(1, 3)), draw(st.sampled_from((5, 30, 600)))
            self._run(open_round, self.desk, freed_appointment_id=place, batch_size=size, answer_minutes=minutes)

    def answer(self, draw):
        """Somebody presses a button behind a link, often twice, and at times long after the offer is over."""
        links = self._ask("select token_hash, status from offers where token_hash is not null order by offer_id")
        standing = [row for row in links if row["status"] == "sent"]
        if links:
            pool = standing if standing and draw(st.integers(0, 3)) else links
            link, said = draw(st.sampled_from(pool))["token_hash"], draw(st.sampled_from(("accept", *ANSWERS)))
            first = self._run(answer_offer, ONLINE, token_hash=link, answer=said)
            if first and draw(st.booleans()):
                assert self.record.run(answer_offer, ONLINE, token_hash=link, answer=said) == first

    def tell_desk(self, draw):
        rows = self._ask("select offer_id from offers order by offer_id")
        if rows:
            said = draw(st.sampled_from(("accept", "decline")))
            offer_id = draw(st.sampled_from(rows))["offer_id"]
            self._run(record_offer_answer, self.desk, offer_id=offer_id, answer=said)

    def close(self, draw):
        rows = self._ask("select offer_round_id as id from offer_rounds where status = 'open' order by id")
        if rows:
            self._run(close_round, self.desk, offer_round_id=draw(st.sampled_from(rows))["id"])

    def switch(self, draw):
        self._run(set_waitlist_rules, SYSTEM, mode=draw(st.sampled_from(("automatic", "suggested"))))

    def time(self, draw):
        self.clock.forward(minutes=draw(st.sampled_from((1, 4, 30, 200, 900))))
        beat(self.record)
        with self.record.read() as reader:
            assert not anything_due(reader)  # one beat does all that is due
            assert places_to_offer(reader) == []

    # --- what always holds ---

    @invariant()
    def at_most_one_wins_and_the_winner_is_booked(self):
        rounds = self._ask(
            "select r.*, (select count(*) from offers o where o.offer_round_id = r.offer_round_id"
            " and o.status = 'accepted') as winners from offer_rounds r"
        )
        assert all(row["winners"] == (row["status"] == "filled") for row in rounds)
        won = self._ask(
            "select o.*, r.filled_appointment_id, a.starts_at = r.starts_at and a.provider_id = r.provider_id as is_there,"
            " a.channel, e.status as entry_status, t.client_id as booked_client_id from offers o"
            " join offer_rounds r using (offer_round_id) join waitlist_entries e using (waitlist_entry_id)"
            " join appointments a on a.appointment_id = o.appointment_id"
            " join attendees t on t.appointment_id = a.appointment_id where o.status = 'accepted'"
        )
        assert len(won) == sum(row["winners"] for row in rounds)
        for row in won:
            assert row["appointment_id"] == row["filled_appointment_id"]
            assert (row["is_there"], row["channel"], row["entry_status"]) == (True, "waitlist", "booked")
            assert row["booked_client_id"] == row["client_id"]
        booked = self._ask("select count(*) as n from waitlist_entries where status = 'booked'")[0]["n"]
        assert booked == len(won)

    @invariant()
    def each_offer_of_a_round_that_is_over_has_one_outcome(self):
        left = self._ask(
            "select o.status from offers o join offer_rounds r using (offer_round_id) where r.status <> 'open'"
        )
        assert {row["status"] for row in left} <= OVER

    @invariant()
    def an_open_round_holds_its_place(self):
        assert (
            self._ask(
                "select 1 from offer_rounds r join holds h using (hold_id) where r.status = 'open' and h.outcome is not null"
            )
            == []
        )

    @invariant()
    def nothing_overlaps_and_nobody_waits_twice(self):
        twice = (
            "select 1 from claims a join claims b on a.resource_id = b.resource_id and a.lane = b.lane"
            " and a.claim_id < b.claim_id and a.starts_at < b.ends_at and b.starts_at < a.ends_at"
        )
        assert self._ask(twice) == []
        waits = (
            "select 1 from waitlist_entries where status = 'waiting' group by client_id, service_id having count(*) > 1"
        )
        assert self._ask(waits) == []


@pytest.fixture
def waitlist(record, house, tmp_path, clock, desk):
    """The machine, bound to a copy of the furnished practice for each run. Nobody reaches Cora but by telephone."""
    record.run(set_messages, SYSTEM, is_on=True, public_url="https://elm.example")
    for key in ("ada", "ben", "dan"):
        record.run(change_client, SYSTEM, client_id=f"client-{key}", email=f"{key}@birch.example")
    record.close()
    bound = {"template": record.path, "folder": tmp_path, "began": clock.instant, "desk": desk}
    return type("BoundWaitlist", (Waitlist,), bound)


def _explore(machine, examples, steps, phases=tuple(Phase)):
    chosen = settings(
        max_examples=examples, stateful_step_count=steps, suppress_health_check=list(HealthCheck), phases=phases
    )
    Waitlist.said.clear()
    run_state_machine_as_test(machine, settings=chosen)


@pytest.mark.heavy
def test_any_order_of_events_leaves_one_winner_who_is_booked(waitlist):
    _explore(waitlist, examples=5, steps=40, phases=(Phase.explicit, Phase.reuse, Phase.generate))
    assert min(Waitlist.said[word] for word in ("open_round", "answer_offer", "no")) > 3, Waitlist.said
    assert "no sentence" not in Waitlist.said


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_many_orders_of_events_leave_one_winner_who_is_booked(waitlist):
    _explore(waitlist, examples=150, steps=100)
