"""Editing a series: one, this and following, all; what is past, charged, attended or cancelled is never touched."""

from __future__ import annotations

import json
from datetime import datetime
from types import SimpleNamespace

import pytest

from practice.access.permissions import Permission
from practice.billing.charges import charge_visit
from practice.errors import Refusal
from practice.scheduling.attendance import complete_visit, record_arrival
from practice.scheduling.commands import book_appointment, cancel_appointment, move_appointment
from practice.scheduling.series.booking import book_series
from practice.scheduling.series.cancelling import cancel_series, plan_cancel
from practice.scheduling.series.editing import edit_series, plan_edit
from practice.scheduling.series.lines import SeriesClash
from practice.store.record import command

DAYS = ("03-03", "03-10", "03-17", "03-24", "03-31", "04-07")


@command(Permission.BOOK)
def put_off_the_dates(work, *, appointment_id, original_start):
    """As an import may leave it: on a date that the rule does not have."""
    work.update("appointments", appointment_id, original_start=original_start)


@pytest.fixture
def weekly(record, house, desk):
    """Ada's six Tuesdays at 10:00 with Dr. Moss; `ids` are its visits."""
    asked = {
        "client_id": house.ada, "provider_id": house.moss, "service_id": house.visit, "location_id": house.location,
        "wall_start": "2026-03-03T10:00", "rule": "FREQ=WEEKLY;BYDAY=TU;COUNT=6",
    }  # fmt: skip
    booked = record.run(book_series, desk, **asked)

    def rows(sql, *values):
        with record.read() as reader:
            return reader.rows(sql, *values)

    def live():
        found = rows(
            "select * from appointments where series_id is not null and status = 'scheduled' order by original_start"
        )
        return [f"{row['wall_start']:%m-%d %H:%M}" for row in found]

    def edit(number, scope, by=desk, **change):
        return record.run(edit_series, by, appointment_id=booked["appointment_ids"][number], scope=scope, **change)

    def plan(number, scope, **change):
        with record.read() as reader:
            return plan_edit(reader, desk, appointment_id=booked["appointment_ids"][number], scope=scope, **change)

    def other(wall_start, client=house.ben, **changes):
        wish = asked | {"client_id": client, "wall_start": wall_start} | changes
        wish.pop("rule")
        return record.run(book_appointment, desk, **wish)["appointment_id"]

    def series():
        return rows("select * from series order by wall_start, created_at")

    return SimpleNamespace(
        ids=booked["appointment_ids"], series_id=booked["series_id"], rows=rows, live=live, edit=edit, plan=plan,
        other=other, series=series,
    )  # fmt: skip


def at(time, days=DAYS):
    return [f"{day} {time}" for day in days]


def test_this_one_moves_and_keeps_its_place_in_the_series(weekly):
    before = weekly.rows("select * from appointments order by appointment_id")
    answer = weekly.edit(2, "one", wall_start="2026-03-18T15:00")
    assert weekly.live() == ["03-03 10:00", "03-10 10:00", "03-18 15:00", "03-24 10:00", "03-31 10:00", "04-07 10:00"]
    moved = weekly.rows("select * from appointments where appointment_id = ?", answer["appointment_ids"][0])[0]
    assert (moved["series_id"], f"{moved['original_start']:%m-%d %H:%M}") == (weekly.series_id, "03-17 10:00")
    assert json.loads(moved["overridden"]) == ["wall_start"]
    assert moved["moved_from_id"] == weekly.ids[2]
    after = {row["appointment_id"]: row for row in weekly.rows("select * from appointments")}
    assert [row for row in before if row["appointment_id"] != weekly.ids[2]] == [
        after[row["appointment_id"]] for row in before if row["appointment_id"] != weekly.ids[2]
    ]
    assert [(row["status"], row["rule"]) for row in weekly.series()] == [("active", "FREQ=WEEKLY;BYDAY=TU;COUNT=6")]


def test_this_and_the_following_split_the_series(weekly):
    answer = weekly.edit(2, "following", wall_start="2026-03-18T11:00")  # Wednesdays at eleven
    assert weekly.live() == at("10:00", DAYS[:2]) + at("11:00", ("03-18", "03-25", "04-01", "04-08"))
    first, second = weekly.series()
    assert (first["status"], first["rule"], first["occurrence_count"]) == ("split", "FREQ=WEEKLY;BYDAY=TU;COUNT=2", 2)
    assert f"{first['last_date']}" == "2026-03-10"
    assert (second["split_from_id"], second["status"]) == (first["series_id"], "active")
    assert (second["rule"], second["occurrence_count"]) == ("FREQ=WEEKLY;BYDAY=WE;COUNT=4", 4)
    assert (answer["touched"], answer["sentence"]) == (4, "Every week on Wednesday, 4 times")
    originals = weekly.rows(
        "select original_start, wall_start, overridden from appointments where series_id = ?", second["series_id"]
    )
    assert all(row["original_start"] == row["wall_start"] and row["overridden"] is None for row in originals)


def test_all_of_a_series_that_has_not_begun_changes_in_its_own_row(weekly, house):
    weekly.edit(3, "all", wall_start="2026-03-24T09:00", provider_id=house.reed)
    assert weekly.live() == at("09:00")
    [series] = weekly.series()
    assert (series["series_id"], series["provider_id"], f"{series['wall_start']:%H:%M}") == (
        weekly.series_id, house.reed, "09:00",
    )  # fmt: skip


def test_another_room_length_or_mode_keeps_every_id(weekly):
    ids = "select appointment_id from appointments where status = 'scheduled' order by original_start"
    weekly.edit(1, "following", room_id="room-2", duration_minutes=80)
    assert [row["appointment_id"] for row in weekly.rows(ids)] == weekly.ids
    found = weekly.rows("select room_id, duration_minutes, overridden from appointments order by original_start")
    assert [(row["room_id"], row["duration_minutes"]) for row in found] == [("room-1", 50)] + [("room-2", 80)] * 5
    assert {row["overridden"] for row in found} == {None}
    weekly.edit(1, "following", mode="video")
    assert [row["appointment_id"] for row in weekly.rows(ids)] == weekly.ids
    held = weekly.rows("select distinct appointment_id from claims where resource_kind = 'room'")
    assert [row["appointment_id"] for row in held] == weekly.ids[:1]
    weekly.edit(1, "following", mode="in_person")
    assert weekly.rows("select count(distinct appointment_id) as n from claims where resource_kind = 'room'") == [
        {"n": 6}
    ]


def test_what_is_past_charged_attended_or_cancelled_stays_and_is_counted(weekly, record, desk, owner, clock):
    clock.to("2026-03-03T16:00")
    attendee = {
        row["appointment_id"]: row["attendee_id"] for row in weekly.rows("select appointment_id, attendee_id from attendees")
    }  # fmt: skip
    record.run(record_arrival, desk, attendee_id=attendee[weekly.ids[0]])
    record.run(complete_visit, desk, attendee_id=attendee[weekly.ids[0]])
    record.run(charge_visit, owner, attendee_id=attendee[weekly.ids[0]])
    record.run(cancel_appointment, desk, appointment_id=weekly.ids[3], cancelled_by="client", reason="away")
    clock.to("2026-03-11T12:00")  # the second is past and nobody has said what became of it
    kept = "select * from appointments where appointment_id in (?, ?, ?) order by starts_at"
    before = weekly.rows(kept, weekly.ids[0], weekly.ids[1], weekly.ids[3])
    answer = weekly.edit(4, "all", wall_start="2026-03-31T14:00")
    assert answer["touched"] == 3
    assert answer["left_alone"] == {"charged": 1, "past": 1, "cancelled": 1}
    assert answer["left_sentence"] == "1 visit is charged, 1 visit is in the past, 1 visit is cancelled"
    assert weekly.live() == ["03-10 10:00", *at("14:00", ("03-17", "03-31", "04-07"))]
    assert weekly.rows(kept, weekly.ids[0], weekly.ids[1], weekly.ids[3]) == before
    # The new series has a date for which the cancelled visit stands: it says so.
    [gap] = weekly.rows("select original_start, kind, appointment_id from series_exceptions")
    assert (f"{gap['original_start']:%m-%d %H:%M}", gap["appointment_id"]) == ("03-24 14:00", weekly.ids[3])


@pytest.mark.parametrize("scope", ["following", "all"])
def test_from_a_visit_that_is_over_the_ones_to_come_follow_the_new_time(weekly, clock, scope):
    clock.to("2026-03-11T12:00")
    answer = weekly.edit(1, scope, wall_start="2026-03-11T15:00")  # it was on Tuesday the 10th
    assert weekly.live() == at("10:00", DAYS[:2]) + at("15:00", ("03-18", "03-25", "04-01", "04-08"))
    assert (answer["touched"], answer["sentence"]) == (4, "Every week on Wednesday, 4 times")


def test_no_time_is_taken_from_a_visit_that_left_the_dates_of_its_series(weekly, record, desk):
    record.run(put_off_the_dates, desk, appointment_id=weekly.ids[1], original_start=datetime(2026, 3, 9, 10))
    with pytest.raises(Refusal, match="open one that is") as refused:
        weekly.edit(1, "all", wall_start="2026-03-09T11:00")
    assert refused.value.rule == "apart"
    assert weekly.live() == at("10:00", ("03-03", "03-10", *DAYS[2:]))


def test_a_series_that_moves_a_week_on_does_not_stand_in_its_own_way(weekly):
    seen = weekly.plan(0, "all", wall_start="2026-03-10T10:00")
    assert (seen["free"], seen["clashes"]) == (6, 0)
    weekly.edit(0, "all", wall_start="2026-03-10T10:00")
    assert weekly.live() == at("10:00", (*DAYS[1:], "04-14"))
    weekly.rows("select 1")


def test_an_occurrence_keeps_what_it_states_itself(weekly, record, desk, house):
    record.run(
        move_appointment,
        desk,
        appointment_id=weekly.ids[2],
        wall_start="2026-03-19T15:00",
        moved_by="client",
        code="other",
    )
    answer = weekly.edit(0, "all", provider_id=house.reed)
    assert (answer["touched"], answer["kept_own"]) == (6, 0)
    assert weekly.live() == ["03-03 10:00", "03-10 10:00", "03-19 15:00", "03-24 10:00", "03-31 10:00", "04-07 10:00"]
    assert {row["provider_id"] for row in weekly.rows("select * from appointments where status = 'scheduled'")} == {
        house.reed
    }
    answer = weekly.edit_id = record.run(
        edit_series, desk,
        appointment_id=weekly.rows("select * from appointments where status = 'scheduled' order by starts_at")[0]["appointment_id"],
        scope="all", wall_start="2026-03-03T09:00",
    )  # fmt: skip
    assert answer["kept_own"] == 1
    assert weekly.live() == ["03-03 09:00", "03-10 09:00", "03-19 15:00", "03-24 09:00", "03-31 09:00", "04-07 09:00"]


def test_clashes_of_an_edit_are_listed_and_decided_on_like_those_of_a_booking(weekly, house):
    weekly.other("2026-03-17T14:00")
    weekly.other("2026-03-24T14:00")
    weekly.other("2026-03-31T14:00")
    seen = weekly.plan(1, "following", wall_start="2026-03-10T14:00")
    assert [line["status"] for line in seen["lines"]] == ["free", "clash", "clash", "clash", "free"]
    assert "Ben Alder" in seen["lines"][1]["sentence"]
    with pytest.raises(SeriesClash, match="3 of 5 dates are not free"):
        weekly.edit(1, "following", wall_start="2026-03-10T14:00")
    assert weekly.live() == at("10:00")
    choices = {
        "2026-03-17T10:00": {"do": "leave"},
        "2026-03-24T10:00": {"do": "move", "wall_start": "2026-03-24T15:00"},
        "2026-03-31T10:00": {"do": "move", "wall_start": "2026-03-31T14:00", "provider_id": house.reed},
    }
    weekly.edit(1, "following", wall_start="2026-03-10T14:00", choices=choices)
    assert weekly.live() == [
        "03-03 10:00", "03-10 14:00", "03-17 10:00", "03-24 15:00", "03-31 14:00", "04-07 14:00",
    ]  # fmt: skip
    own = weekly.rows(
        "select overridden from appointments where status = 'scheduled' and series_id is not null"
        " order by original_start"
    )
    assert [row["overridden"] for row in own] == [
        None, None, '["wall_start"]', '["wall_start"]', '["provider_id"]', None,
    ]  # fmt: skip


def test_cancelling_from_a_visit_on_ends_the_series_there(weekly, record, desk):
    with record.read() as reader:
        seen = plan_cancel(reader, desk, appointment_id=weekly.ids[4], scope="following")
    assert seen["touched"] == 2
    answer = record.run(
        cancel_series,
        desk,
        appointment_id=weekly.ids[4],
        scope="following",
        cancelled_by="client",
        reason="moving away",
    )
    assert answer["touched"] == 2
    assert weekly.live() == at("10:00", DAYS[:4])
    [series] = weekly.series()
    assert (series["status"], series["rule"]) == ("ended", "FREQ=WEEKLY;BYDAY=TU;COUNT=4")
    assert weekly.rows("select count(*) as n from claims where start_date > '2026-03-24'") == [{"n": 0}]
    record.run(cancel_series, desk, appointment_id=weekly.ids[0], scope="all", cancelled_by="practice", reason="closed")
    assert weekly.live() == []
    assert weekly.series()[0]["status"] == "cancelled"


def test_dates_left_out_stay_left_out_when_the_series_moves(record, house, desk, weekly):
    asked = {
        "client_id": house.dan, "provider_id": house.moss, "service_id": house.visit, "location_id": house.location,
        "wall_start": "2026-03-05T10:00", "rule": "FREQ=WEEKLY;BYDAY=TH;COUNT=4",
        "choices": {"2026-03-19T10:00": {"do": "skip"}},
    }  # fmt: skip
    booked = record.run(book_series, desk, **asked)
    record.run(
        edit_series, desk, appointment_id=booked["appointment_ids"][1], scope="following", wall_start="2026-03-12T11:30"
    )
    second = weekly.rows("select * from series where split_from_id = ?", booked["series_id"])[0]
    gaps = weekly.rows("select series_id, original_start from series_exceptions")
    assert [(row["series_id"], f"{row['original_start']:%m-%d %H:%M}") for row in gaps] == [
        (second["series_id"], "03-19 11:30")
    ]
    assert (second["rule"], second["occurrence_count"]) == ("FREQ=WEEKLY;BYDAY=TH;COUNT=3", 2)


@pytest.mark.parametrize(
    ("scope", "change", "rule"),
    [
        ("one", {}, "no_change"),
        ("most", {"room_id": "room-2"}, "scope"),
        ("all", {"room_id": "room-9"}, "room_elsewhere"),
        ("all", {"duration_minutes": 7}, "duration"),
        ("all", {"mode": "letter"}, "mode"),
        ("all", {"room_id": "room-2", "choices": {"2026-03-04T10:00": {"do": "leave"}}}, "invalid"),
    ],
)
def test_what_no_edit_can_be_is_refused(weekly, scope, change, rule):
    with pytest.raises(Refusal) as refused:
        weekly.edit(1, scope, **change)
    assert refused.value.rule == rule
    assert str(refused.value).endswith(".")


def test_a_visit_of_no_series_and_a_series_that_is_over_are_told(weekly, record, desk, clock):
    alone = weekly.other("2026-03-05T10:00")
    with pytest.raises(Refusal, match="not one of a series"):
        record.run(edit_series, desk, appointment_id=alone, scope="all", room_id="room-2")
    clock.to("2026-05-01T12:00")
    with pytest.raises(Refusal, match="6 visits are in the past"):
        weekly.edit(5, "all", room_id="room-2")
