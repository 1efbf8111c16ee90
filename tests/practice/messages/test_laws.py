"""Laws of the outbox, whatever the order of bookings, moves, cancellations, undoing, consent and the clock."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practice.access.permissions import SYSTEM
from practice.messages.consent import record_consent
from practice.messages.kinds import GRACE
from practice.people.commands import add_client
from practice.scheduling.commands import book_appointment, cancel_appointment, enter_in_error, move_appointment
from practice.scheduling.model import spelled

TIMES = ("09:00", "11:00", "15:00")
STEPS = st.lists(
    st.sampled_from(
        [
            ("book", 0), ("book", 1), ("move", 0), ("move", 1), ("move", 2), ("move", 0), ("cancel", 0), ("error", 0),
            ("wait", 1), ("wait", 2), ("wait", 4), ("send", 0), ("send", 0), ("stop", 0), ("agree", 0),
        ]
    ),
    min_size=3, max_size=14,
)  # fmt: skip


class Walk:
    """One new client, whose visits of one day are booked, moved and dropped; what was said is compared at the end."""

    def __init__(self, record, house, clock, send):
        self.record, self.house, self.clock, self.send = record, house, clock, send
        added = record.run(
            add_client, SYSTEM, given_name="Nell", family_name=f"Walker {clock()}", email="nell@walker.example",
            location_id=house.location, is_duplicate_accepted=True,
        )  # fmt: skip
        self.client_id = added["client_id"]
        self.visit, self.is_agreed, self.stops = None, True, []

    def at(self, number):
        """A time of a working day next week."""
        day = self.clock().date() + timedelta(days=7)
        day += timedelta(days=(7 - day.weekday()) % 7)
        return f"{day}T{TIMES[number]}"

    def step(self, name, number):
        if name == "book" and self.visit is None:
            self.day = self.at(0)[:10]
            asked = {"provider_id": self.house.moss, "service_id": self.house.visit, "location_id": self.house.location}
            answer = self.record.run(
                book_appointment, SYSTEM, client_id=self.client_id, wall_start=f"{self.day}T{TIMES[number]}", **asked
            )
            self.visit, self.time = answer["appointment_id"], number
        elif name == "move" and self.visit and number != self.time:
            answer = self.record.run(
                move_appointment, SYSTEM, appointment_id=self.visit, wall_start=f"{self.day}T{TIMES[number]}",
                moved_by="client", code="schedule_conflict",
            )  # fmt: skip
            self.visit, self.time = answer["appointment_id"], number
        elif name == "cancel" and self.visit:
            self.record.run(
                cancel_appointment, SYSTEM, appointment_id=self.visit, cancelled_by="client", reason="changed plans"
            )
            self.visit = None
        elif name == "error" and self.visit:
            self.record.run(enter_in_error, SYSTEM, appointment_id=self.visit, reason="a slip")
            self.visit = None
        elif name == "wait":
            self.clock.forward(minutes=number)
        elif name == "send":
            self.send()
        elif name in ("stop", "agree"):
            self.is_agreed = name == "agree"
            self.record.run(
                record_consent, SYSTEM, client_id=self.client_id, channel="email", purpose="appointments",
                is_given=self.is_agreed,
            )  # fmt: skip

    def rows(self):
        with self.record.read() as reader:
            return reader.rows(
                "select m.*, a.starts_at from messages m join appointments a using (appointment_id)"
                " where m.client_id = ? order by m.audit_seq, m.message_id",
                self.client_id,
            )


@pytest.mark.heavy
@settings(max_examples=40)
@given(steps=STEPS)
def test_whatever_the_order_a_client_is_told_once_in_time_and_in_the_end_knows_what_is_so(shared_walks, steps):
    walk = shared_walks()
    sent_without_consent = []
    original = walk.send

    def send():
        left = original()
        if not walk.is_agreed:
            sent_without_consent.extend(left)

    walk.send = send
    for name, number in steps:
        walk.step(name, number)
    walk.clock.forward(minutes=3)
    walk.send()
    assert not sent_without_consent
    threads = {}
    for row in walk.rows():
        assert row["status"] in ("sent", "suppressed", "withdrawn")
        if row["status"] == "sent":
            assert row["sent_at"] >= row["queued_at"] + GRACE
        if row["status"] != "withdrawn":
            threads.setdefault(row["thread_id"], []).append(row)
    for said in threads.values():
        told = [(row["kind"] == "cancelled", row["starts_at"]) for row in said]
        assert all(one != other for one, other in pairwise(told)), "nothing is said twice"
        assert said[0]["kind"] == "confirmation"
        assert all(row["kind"] in ("moved", "cancelled") for row in said[1:])
    last = [said[-1] for said in threads.values()]
    standing = [row for row in last if row["kind"] != "cancelled"]
    assert len(standing) == (walk.visit is not None)
    if walk.visit:
        with walk.record.read() as reader:
            visit = reader.one("select * from appointments where appointment_id = ?", walk.visit)
        assert spelled(visit["wall_start"]) == f"{walk.day}T{TIMES[walk.time]}"
        assert standing[0]["starts_at"] == visit["starts_at"]
        walk.record.run(enter_in_error, SYSTEM, appointment_id=walk.visit, reason="the walk is over")
