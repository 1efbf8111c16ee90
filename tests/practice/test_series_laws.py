"""Law 4 under random edits: the number of occurrences is what the scope says, and what is not touched stays identical."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import datetime, timedelta
from itertools import count
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from practice.access.permissions import SYSTEM
from practice.audit.verify import verify
from practice.errors import Refusal
from practice.ids import seeded_ids
from practice.scheduling.attendance import complete_visit, record_arrival
from practice.scheduling.commands import book_appointment, cancel_appointment, move_appointment
from practice.scheduling.series.booking import book_series, plan_series
from practice.scheduling.series.cancelling import cancel_series
from practice.scheduling.series.dates import dates
from practice.scheduling.series.editing import edit_series, plan_edit
from practice.scheduling.series.rules import parse
from practice.store.record import Record

FIRST = datetime(2026, 3, 3, 10)  # a Tuesday; New York's clocks go forward on Sunday the 8th
RULES = (
    "FREQ=WEEKLY;BYDAY=TU;COUNT=6", "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=7", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;COUNT=4",
    "FREQ=MONTHLY;BYDAY=1TU;COUNT=4", "FREQ=MONTHLY;BYMONTHDAY=3;COUNT=4",
)  # fmt: skip
LIVE = "('scheduled', 'in_session', 'completed', 'closed')"
pick = st.integers(0, 9)
scopes = st.sampled_from(["one", "following", "all"])


class Series(RuleBasedStateMachine):
    """Bound to a furnished record's file by the tests below."""

    template = folder = clock = house = None
    numbers = count()
    said: ClassVar[Counter] = Counter()

    @initialize(text=st.sampled_from(RULES), others=st.lists(st.tuples(pick, st.integers(9, 15)), max_size=5))
    def begin(self, text, others):
        path = self.folder / f"{next(Series.numbers)}.duckdb"
        shutil.copyfile(self.template, path)
        self.clock.to("2026-03-02T14:00")
        self.record = Record(path, clock=self.clock, ids=seeded_ids(3))
        self.path, self.wish = path, {
            "client_id": self.house.ada, "provider_id": self.house.moss, "service_id": self.house.visit,
            "location_id": self.house.location,
        }  # fmt: skip
        for number, hour in others:  # somebody else's visits, on days of the series or near them
            at = FIRST + timedelta(days=7 * (number // 2) + number % 2, hours=hour - 10)
            self._try(book_appointment, **self.wish | {"client_id": self.house.ben}, wall_start=f"{at:%Y-%m-%dT%H:%M}")
        with self.record.read() as reader:
            seen = plan_series(reader, SYSTEM, **self.wish, wall_start=f"{FIRST:%Y-%m-%dT%H:%M}", rule=text)
        skip = {_spelled(line): {"do": "skip"} for line in seen["lines"] if line["status"] == "clash"}
        if len(skip) < len(seen["lines"]):
            booked = self.record.run(
                book_series, SYSTEM, **self.wish, wall_start=f"{FIRST:%Y-%m-%dT%H:%M}", rule=text, choices=skip
            )
            assert len(booked["appointment_ids"]) == seen["free"]

    def teardown(self):
        if hasattr(self, "record"):
            assert verify(self.record) == []
            self.record.close()
            self.path.unlink()

    def _try(self, command, **parameters):
        try:
            return self.record.run(command, SYSTEM, reason="a test", **parameters)
        except Refusal as refusal:
            self.said[refusal.rule] += 1
            return None

    def _rows(self, sql, *values):
        with self.record.read() as reader:
            return reader.rows(sql, *values)

    def _appointments(self):
        return {row["appointment_id"]: row for row in self._rows("select * from appointments")}

    def _live(self):
        return self._rows(
            f"select * from appointments where series_id is not null and status in {LIVE} order by starts_at"
        )

    def _one(self, number):
        live = self._live()
        return live[number % len(live)] if live else None

    @rule(number=pick, scope=scopes, days=st.integers(-1, 7), hour=st.integers(9, 16), with_time=st.booleans(),
          more=st.sampled_from([{}, {"room_id": "room-2"}, {"duration_minutes": 30}, {"mode": "video"},
                                {"provider_id": "prov-reed"}]))  # fmt: skip
    def edit(self, number, scope, days, hour, with_time, more):
        anchor = self._one(number)
        if anchor is None:
            return
        goal = anchor["wall_start"].replace(hour=hour) + timedelta(days=days)
        change = more | ({"wall_start": f"{goal:%Y-%m-%dT%H:%M}"} if with_time else {})
        before, live = self._appointments(), self._live()
        asked = {"appointment_id": anchor["appointment_id"], "scope": scope} | change
        try:
            with self.record.read() as reader:
                seen = plan_edit(reader, SYSTEM, **asked)
        except Refusal as refusal:
            self.said[refusal.rule] += 1
            assert self._try(edit_series, **asked) is None
            return
        leave = {_spelled(line): {"do": "leave"} for line in seen["lines"] if line["status"] == "clash"}
        done = self._try(edit_series, **asked, choices=leave)
        if done is None:  # what is left stands where another would go: the whole edit is refused, nothing has changed
            assert self._appointments() == before
            return
        self.said[f"edited {scope}"] += 1
        after = self._appointments()
        assert len(self._live()) == len(live)
        expected = [row for row in live if _is_meant(row, anchor, scope)]
        cancelled = done["left_alone"].get("cancelled", 0)
        assert done["touched"] + sum(done["left_alone"].values()) - cancelled == len(expected)
        touched = {row["appointment_id"] for row in expected}
        assert all(after[key] == row for key, row in before.items() if key not in touched)
        fixed = [row for row in expected if row["status"] != "scheduled" or row["starts_at"] < _naive(self.clock())]
        assert all(after[row["appointment_id"]] == row for row in fixed)
        if not {"wall_start", "provider_id"} & set(change):
            assert set(after) == set(before)  # another room, length or mode keeps every id

    @rule(number=pick, days=st.integers(0, 3), hour=st.integers(9, 16))
    def drag(self, number, days, hour):
        anchor = self._one(number)
        if anchor is None:
            return
        goal = anchor["wall_start"].replace(hour=hour) + timedelta(days=days)
        moved = self._try(
            move_appointment,
            appointment_id=anchor["appointment_id"],
            wall_start=f"{goal:%Y-%m-%dT%H:%M}",
            moved_by="client",
            code="other",
        )
        if moved:
            self.said["dragged"] += 1
            row = self._appointments()[moved["appointment_id"]]
            assert (row["series_id"], row["original_start"]) == (anchor["series_id"], anchor["original_start"])

    @rule(number=pick, scope=scopes)
    def cancel(self, number, scope):
        anchor = self._one(number)
        if anchor is None or number > 2:
            return
        before = len(self._live())
        done = self._try(cancel_series, appointment_id=anchor["appointment_id"], scope=scope, cancelled_by="client")
        if done:
            assert len(self._live()) == before - done["touched"]
            assert scope != "one" or done["touched"] == 1

    @rule(number=pick)
    def cancel_one(self, number):
        anchor = self._one(number)
        if anchor is not None:
            self._try(cancel_appointment, appointment_id=anchor["appointment_id"], cancelled_by="client")

    @rule(days=st.integers(1, 9))
    def time_passes(self, days):
        self.clock.forward(days=days)
        due = self._rows(
            "select t.attendee_id from attendees t join appointments a using (appointment_id)"
            " where t.status = 'scheduled' and a.starts_at < ? order by a.starts_at limit 1",
            _naive(self.clock()),
        )
        for row in due:
            self._try(record_arrival, attendee_id=row["attendee_id"])
            self._try(complete_visit, attendee_id=row["attendee_id"])

    @invariant()
    def each_date_of_a_rule_is_one_visit_or_a_gap_that_is_written_down(self):
        if not hasattr(self, "record"):
            return
        for series in self._rows("select * from series where status in ('active', 'split', 'ended')"):
            walls = dates(parse(series["rule"], series["zone"]), series["wall_start"])
            visits = self._rows(
                "select original_start, status from appointments where series_id = ?"
                " and status not in ('rescheduled', 'entered_in_error')",
                series["series_id"],
            )
            gaps = self._rows("select original_start from series_exceptions where series_id = ?", series["series_id"])
            kept = Counter(row["original_start"] for row in visits if row["status"] != "cancelled")
            assert max(kept.values(), default=1) == 1
            assert set(walls) <= {row["original_start"] for row in [*visits, *gaps]}
            assert not {row["original_start"] for row in gaps} & set(kept)

    @invariant()
    def what_lives_holds_its_place_and_nothing_else_does(self):
        if not hasattr(self, "record"):
            return
        held = self._rows(
            "select a.appointment_id from appointments a where status = 'scheduled' and not exists (select 1 from claims c"
            " where c.appointment_id = a.appointment_id and c.resource_kind = 'provider' and c.kind = 'care'"
            " and c.starts_at = a.starts_at and c.ends_at = a.ends_at and c.resource_id = a.provider_id)"
        )
        assert held == []
        gone = self._rows(
            "select c.claim_id from claims c join appointments a using (appointment_id)"
            " where a.status in ('rescheduled', 'cancelled', 'entered_in_error')"
        )
        assert gone == []
        loose = self._rows("select slot_at from slots where claim_id not in (select claim_id from claims)")
        assert loose == []


def _is_meant(row, anchor, scope):
    if scope == "one":
        return row["appointment_id"] == anchor["appointment_id"]
    is_of_it = row["series_id"] == anchor["series_id"]
    return is_of_it and (scope == "all" or row["original_start"] >= anchor["original_start"])


def _naive(instant):
    return instant.replace(tzinfo=None)


def _spelled(line):
    return f"{line['original_start']:%Y-%m-%dT%H:%M}"


@pytest.fixture
def bound(record, house, clock, tmp_path):
    record.close()
    Series.template, Series.folder, Series.clock, Series.house = record.path, tmp_path, clock, house
    Series.said = Counter()


def walk(examples, steps):
    run_state_machine_as_test(
        Series,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.heavy
def test_a_short_random_walk(bound):
    walk(10, 12)
    print(Series.said)
    assert min(Series.said[f"edited {scope}"] for scope in ("one", "following", "all")) >= 3
    assert Series.said["dragged"] >= 3


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_long_random_walk(bound):
    walk(150, 40)
