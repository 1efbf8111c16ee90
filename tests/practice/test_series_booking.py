"""Booking a series: all dates are checked at once, a person decides on each clash, and all are booked or none."""

from __future__ import annotations

import json
from datetime import date
from types import SimpleNamespace

import pytest

from practice.errors import NotPermitted, Refusal
from practice.scheduling import queries
from practice.scheduling.commands import book_appointment, cancel_appointment
from practice.scheduling.policies import set_overlap_policy
from practice.scheduling.series.booking import book_series, plan_series
from practice.scheduling.series.lines import SeriesClash

WEEKLY = "FREQ=WEEKLY;BYDAY=TU;COUNT=4"
FIRST = "2026-03-03T10:00"  # a Tuesday; New York's clocks go forward on 8 March


@pytest.fixture
def front(record, house, desk):
    """`plan()`, `book()` a weekly series of four for Ada with Dr. Moss; `visit(at)` books somebody else's visit."""

    def wish(**other):
        return {
            "client_id": house.ada, "provider_id": house.moss, "service_id": house.visit,
            "location_id": house.location, "wall_start": FIRST, "rule": WEEKLY,
        } | other  # fmt: skip

    def plan(by=desk, **other):
        with record.read() as reader:
            return plan_series(reader, by, **wish(**other))

    def book(by=desk, **other):
        return record.run(book_series, by, **wish(**other))

    def visit(wall_start, client=house.ben, **other):
        asked = {
            "client_id": client, "provider_id": house.moss, "service_id": house.visit, "location_id": house.location,
            "wall_start": wall_start,
        } | other  # fmt: skip
        return record.run(book_appointment, desk, **asked)["appointment_id"]

    def rows(sql, *values):
        with record.read() as reader:
            return reader.rows(sql, *values)

    return SimpleNamespace(plan=plan, book=book, visit=visit, rows=rows)


def occurrences(front):
    return front.rows("select * from appointments where series_id is not null order by starts_at")


def test_a_series_is_a_rule_and_a_visit_for_each_of_its_dates(front, house):
    booked = front.book()
    assert booked["sentence"] == "Every week on Tuesday, 4 times"
    made = occurrences(front)
    assert [row["appointment_id"] for row in made] == booked["appointment_ids"]
    assert [f"{row['wall_start']:%m-%d %H:%M}" for row in made] == [
        "03-03 10:00", "03-10 10:00", "03-17 10:00", "03-24 10:00",
    ]  # fmt: skip
    assert [row["starts_at"].hour for row in made] == [15, 14, 14, 14]  # the wall time stays, the instant does not
    assert all(row["original_start"] == row["wall_start"] and row["overridden"] is None for row in made)
    series = front.rows("select * from series")[0]
    assert (series["series_id"], series["rule"], series["occurrence_count"]) == (booked["series_id"], WEEKLY, 4)
    assert (series["first_date"], series["last_date"]) == (date(2026, 3, 3), date(2026, 3, 24))
    assert json.loads(series["client_ids"]) == [house.ada]


def test_a_preview_writes_nothing_and_says_what_booking_does(front, record):
    seen = front.plan()
    assert (seen["free"], seen["clashes"], seen["sentence"]) == (4, 0, "Every week on Tuesday, 4 times")
    assert front.rows("select * from appointments") == front.rows("select * from claims") == []
    front.book()
    rooms = [row["room_id"] for row in occurrences(front)]
    assert rooms == [line["room_id"] for line in seen["lines"]]


def test_a_clash_says_who_is_there_and_what_would_pass(front, house):
    front.visit("2026-03-10T10:30")
    seen = front.plan()
    assert [line["status"] for line in seen["lines"]] == ["free", "clash", "free", "free"]
    clash = seen["lines"][1]
    assert clash["rule"] == "provider_taken"
    assert "Ben Alder" in clash["sentence"]
    assert clash["alternatives"] == ["2026-03-10T09:00", "2026-03-10T09:15", "2026-03-10T09:30"]


def test_a_clash_that_nobody_decided_on_refuses_all_and_nothing_is_kept(front):
    front.visit("2026-03-10T10:30")
    with pytest.raises(SeriesClash, match=r"1 of 4 dates is not free \(Tue 10 Mar 10:00\)") as refused:
        front.book()
    assert [line["sentence"][:13] for line in refused.value.clashes] == ["Dr. Ines Moss"]
    assert occurrences(front) == front.rows("select * from series") == []


def test_each_date_may_be_skipped_moved_or_given_another_room(front, house):
    front.visit("2026-03-10T10:30")
    front.visit("2026-03-17T10:00")
    front.visit("2026-03-24T10:00", provider_id=house.reed, room_id="room-1")
    choices = {
        "2026-03-10T10:00": {"do": "move", "wall_start": "2026-03-11T15:00", "provider_id": house.reed},
        "2026-03-17T10:00": {"do": "skip", "reason": "on holiday"},
        "2026-03-24T10:00": {"do": "room", "room_id": "room-2"},
    }
    seen = front.plan(room_id="room-1")
    assert [line["rule"] for line in seen["lines"]] == [None, "provider_taken", "provider_taken", "room_taken"]
    assert seen["lines"][3]["rooms"] == ["room-2"]
    seen = front.plan(room_id="room-1", choices=choices)
    assert [line["status"] for line in seen["lines"]] == ["free", "free", "skipped", "free"]
    booked = front.book(room_id="room-1", choices=choices)
    made = occurrences(front)
    assert [(f"{row['wall_start']:%m-%d %H:%M}", row["provider_id"], row["room_id"]) for row in made] == [
        ("03-03 10:00", house.moss, "room-1"), ("03-11 15:00", house.reed, "room-1"),
        ("03-24 10:00", house.moss, "room-2"),
    ]  # fmt: skip
    assert [f"{row['original_start']:%m-%d %H:%M}" for row in made] == ["03-03 10:00", "03-10 10:00", "03-24 10:00"]
    assert [row["overridden"] for row in made] == [None, '["wall_start", "provider_id"]', '["room_id"]']
    left_out = front.rows("select series_id, kind, reason, original_start from series_exceptions")
    assert [(row["series_id"], row["kind"], row["reason"]) for row in left_out] == [
        (booked["series_id"], "skipped", "on holiday")
    ]
    assert booked["skipped"] == ["2026-03-17 10:00:00"]


def test_a_manager_may_keep_a_date_with_a_reason_where_the_policy_allows_it(front, record, house, owner, desk):
    record.run(set_overlap_policy, owner, resource_kind="provider", rule="warn", effective_from="2026-03-02", ceiling=2)
    front.visit("2026-03-10T10:00")
    keep = {"2026-03-10T10:00": {"do": "keep", "reason": "twins, seen together"}}
    assert front.plan(choices=keep)["lines"][1]["rule"] == "permission"
    with pytest.raises(SeriesClash):
        front.book(choices=keep)
    front.book(by=owner, choices=keep)
    assert [row["override_reason"] for row in occurrences(front)] == [None, "twins, seen together", None, None]
    with pytest.raises(Refusal, match="Say why"):
        front.plan(choices={"2026-03-10T10:00": {"do": "keep"}})


def test_two_dates_moved_onto_each_other_are_seen_in_the_preview(front):
    choices = {"2026-03-10T10:00": {"do": "move", "wall_start": "2026-03-17T10:00"}}
    seen = front.plan(choices=choices)
    assert [line["status"] for line in seen["lines"]] == ["free", "free", "clash", "free"]
    with pytest.raises(SeriesClash):
        front.book(choices=choices)


def test_what_changed_since_the_preview_is_answered_with_a_fresh_list(front):
    assert front.plan()["clashes"] == 0
    front.visit("2026-03-17T10:00")
    with pytest.raises(SeriesClash) as refused:
        front.book()
    assert [line["original_start"].isoformat() for line in refused.value.clashes] == ["2026-03-17T10:00:00"]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"rule": "FREQ=YEARLY;COUNT=3"}, "recurrence"),
        ({"wall_start": "2026-03-04T10:00"}, "recurrence"),
        ({"wall_start": "2026-02-24T10:00"}, "past"),
        ({"duration_minutes": 52}, "duration"),
        ({"room_id": "room-9"}, "room_elsewhere"),
        ({"choices": {"2026-03-04T10:00": {"do": "skip"}}}, "invalid"),
        ({"choices": {"2026-03-03T10:00": {"do": "guess"}}}, "invalid"),
        ({"rule": "FREQ=WEEKLY;BYDAY=TU;COUNT=1", "choices": {FIRST: {"do": "skip"}}}, "recurrence"),
    ],
)
def test_what_concerns_the_whole_series_is_refused_once(front, change, rule):
    with pytest.raises(Refusal) as refused:
        front.book(**change)
    assert refused.value.rule == rule
    assert str(refused.value).endswith(".")


def test_only_who_books_plans(front, as_role):
    with pytest.raises(NotPermitted):
        front.plan(by=as_role("analyst"))


def test_a_client_joins_the_groups_that_stand_and_the_rest_are_made(front, house):
    group = {"service_id": house.group, "rule": "FREQ=WEEKLY;BYDAY=TU;COUNT=3"}
    front.book(**group)
    seen = front.plan(**group | {"client_id": house.ben, "rule": WEEKLY})
    assert [line["note"] is not None for line in seen["lines"]] == [True, True, True, False]
    joined = front.book(**group | {"client_id": house.ben, "rule": WEEKLY})
    assert len(occurrences(front)) == 4
    assert front.rows("select count(*) as n from attendees") == [{"n": 3 + 4}]
    assert front.rows("select count(*) as n from series_exceptions where kind = 'moved'") == [{"n": 3}]
    again = front.book(**group | {"client_id": house.cora})
    assert (joined["series_id"] is None, again["series_id"]) == (False, None)


def test_a_series_of_three_hundred_is_planned_and_booked(front):
    rule = "FREQ=DAILY;COUNT=300"
    choices = {line["original_start"].strftime("%Y-%m-%dT%H:%M"): {"do": "skip"} for line in front.plan(rule=rule)["lines"]
               if line["status"] == "clash"}  # fmt: skip
    booked = front.book(rule=rule, choices=choices)
    assert len(booked["appointment_ids"]) + len(booked["skipped"]) == 300
    assert len(booked["appointment_ids"]) == 214  # weekends left out


def test_a_cancelled_occurrence_frees_its_place(front, record, desk, house):
    booked = front.book()
    record.run(
        cancel_appointment, desk, appointment_id=booked["appointment_ids"][1], cancelled_by="client", reason="ill"
    )
    assert front.visit("2026-03-10T10:00")
    with record.read() as reader:
        assert queries.visit(reader, desk, booked["appointment_ids"][0])["series_id"] == booked["series_id"]
