"""Another calendar as busy time: what a file brings is claimed, what it drops is free, and no visit is pushed away."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from practice.access.permissions import Permission
from practice.calendars.importing import (
    add_external_calendar,
    calendars_of,
    load_calendar,
    remove_external_calendar,
    what_file_brings,
)
from practice.errors import NotPermitted, Refusal
from practice.scheduling import queries
from practice.scheduling.block_queries import blocks_of_days
from practice.scheduling.blocks import change_block, withdraw_block
from practice.scheduling.commands import book_appointment, cancel_appointment
from practice.scheduling.holds import hold_slot
from tests.practice.test_calendar_files import OTHER, WEEKLY, calendar, event

TUESDAYS = ["2026-03-03T10:00", "2026-03-10T10:00", "2026-03-17T10:00"]


@pytest.fixture
def theirs(record, house, desk, as_role):
    """Dr. Moss's own calendar: `theirs.bring(event(…))` imports a file, `theirs.busy()` is when Daybook has them busy."""
    moss = as_role("provider", provider_id=house.moss)

    def does(command, by=desk, reason=None, **parameters):
        return record.run(command, by, reason=reason, **parameters)

    calendar_id = does(add_external_calendar, by=moss, provider_id=house.moss, name="Private")["external_calendar_id"]

    def bring(*parts, by=moss):
        with record.read() as reader:
            brought = what_file_brings(reader, by, calendar_id, calendar(*parts))
        return does(load_calendar, by=by, **brought)

    def busy():
        with record.read() as reader:
            rows = blocks_of_days(reader, moss, "2026-03-01", "2027-03-01", house.location)
        return [f"{row['wall_start']:%Y-%m-%dT%H:%M}" for row in rows]

    def books(at="2026-03-03T10:00", client=house.ada, **changes):
        wish = {"provider_id": house.moss, "service_id": house.visit, "location_id": house.location}
        return does(book_appointment, client_id=client, wall_start=at, **(wish | changes))["appointment_id"]

    def offered(day="2026-03-03"):
        with record.read() as reader:
            rows = queries.offered_slots(reader, desk, house.visit, house.location, house.moss, day, 1, 99)
        return [f"{row['wall_start']:%H:%M}" for row in rows]

    def mine(by=moss):
        with record.read() as reader:
            return calendars_of(reader, by)

    return SimpleNamespace(
        does=does, bring=bring, busy=busy, books=books, offered=offered, mine=mine, moss=moss, id=calendar_id
    )


def counts(report):
    return tuple(report[name] for name in ("read", "loaded", "merged", "rejected", "ignored"))


def test_busy_time_is_neither_offered_nor_granted(theirs, house):
    assert counts(theirs.bring(event(WEEKLY, "SUMMARY:Dentist"))) == (1, 1, 0, 0, 0)
    assert theirs.busy() == TUESDAYS
    assert "10:00" not in theirs.offered()
    with pytest.raises(Refusal, match="is kept from 10:00 until 11:00 by another calendar"):
        theirs.books()


def test_the_same_file_once_more_changes_nothing(theirs, record):
    parts = (
        event(WEEKLY),
        event(OTHER, "STATUS:CANCELLED", start="", end=""),
        event(uid="two", start=":20260305T150000Z", end=":20260305T160000Z"),
    )
    theirs.bring(*parts)

    def kept():
        with record.read() as reader:
            return [
                reader.rows(f"select * from {table} order by all") for table in ("blocks", "claims", "slots", "changes")
            ]

    before = kept()
    assert counts(theirs.bring(*parts)) == (3, 0, 2, 0, 1)
    assert kept() == before


def test_what_changed_moves_and_what_is_gone_is_free(theirs, record):
    theirs.bring(event(WEEKLY), event(uid="two", start=":20260304T150000Z", end=":20260304T160000Z"))
    moved = event(OTHER, start=";TZID=America/New_York:20260311T150000", end=";TZID=America/New_York:20260311T160000")
    assert counts(theirs.bring(event(WEEKLY), moved)) == (2, 1, 1, 0, 0)
    assert theirs.busy() == ["2026-03-03T10:00", "2026-03-11T15:00", "2026-03-17T10:00"]
    assert "10:00" in theirs.offered("2026-03-10")
    assert "15:00" not in theirs.offered("2026-03-11")
    assert counts(theirs.bring()) == (0, 0, 0, 0, 0)
    assert theirs.busy() == []
    with record.read() as reader:
        assert reader.value("select count(*) from claims") == reader.value("select count(*) from slots") == 0
        assert reader.value("select count(*) from blocks") == 4  # nothing is deleted


def test_every_event_ends_somewhere_and_the_counts_add_up(theirs):
    report = theirs.bring(
        event(WEEKLY), event(OTHER, "STATUS:CANCELLED", start="", end=""), event("RRULE:FREQ=NEVER", uid="two"),
        event("TRANSP:TRANSPARENT", uid="three"), event(uid="four", start=":20250101T100000Z", end=":20250101T110000Z"),
    )  # fmt: skip
    assert counts(report) == (5, 1, 0, 1, 3)
    assert report["read"] == sum(counts(report)[1:]) == len(report["events"])
    assert all(why for verdict, why in report["events"] if verdict in ("rejected", "ignored"))
    assert {(reason["verdict"], reason["count"]) for reason in report["reasons"]} == {("rejected", 1), ("ignored", 1)}
    assert theirs.mine()[0]["report"]["reasons"] == report["reasons"]


def test_visits_that_stand_in_busy_time_stay_and_are_listed_until_they_are_moved(theirs, house):
    visit = theirs.books()
    assert theirs.bring(event(WEEKLY))["clashes"] == [visit]
    assert [row["client_names"] for row in theirs.mine()[0]["clashes"]] == [["Ada Birch"]]
    theirs.does(cancel_appointment, appointment_id=visit, cancelled_by="practice", reason="double")
    assert theirs.mine()[0]["clashes"] == []
    with pytest.raises(Refusal, match="another calendar"):
        theirs.books()


def test_busy_time_comes_beside_other_busy_time_and_a_place_that_somebody_books(theirs, house):
    """The place becomes a visit all the same: whoever held it was first. It is listed then."""
    hold = theirs.does(hold_slot, provider_id=house.moss, service_id=house.visit, location_id=house.location,
                       wall_start="2026-03-03T10:00", purpose="desk", held_by="user-front_desk")["hold_id"]  # fmt: skip
    theirs.bring(
        event(WEEKLY), event(WEEKLY, uid="two"), event(uid="off", start=":20260303T150300Z", end=":20260303T153700Z")
    )
    assert theirs.busy()[:3] == ["2026-03-03T10:00", "2026-03-03T10:00", "2026-03-03T10:03"]
    assert theirs.mine()[0]["clashes"] == []
    visit = theirs.books(hold_id=hold)
    assert [row["appointment_id"] for row in theirs.mine()[0]["clashes"]] == [visit]


def test_a_removed_calendar_gives_its_time_back(theirs):
    theirs.bring(event(WEEKLY))
    theirs.does(remove_external_calendar, by=theirs.moss, external_calendar_id=theirs.id)
    assert theirs.busy() == []
    assert theirs.mine() == []
    with pytest.raises(Refusal, match="was removed"):
        theirs.bring(event(WEEKLY))


def test_imported_time_is_changed_by_another_import_only(theirs, record):
    theirs.bring(event(WEEKLY))
    with record.read() as reader:
        block_id = reader.value("select min(block_id) from blocks")
    for command in (change_block, withdraw_block):
        with pytest.raises(Refusal, match="import the calendar again"):
            theirs.does(command, block_id=block_id)


def test_titles_are_the_providers_own_and_never_leave_the_record(theirs, record, house, desk):
    theirs.bring(event(WEEKLY, "SUMMARY:Dentist"))
    with record.read() as reader:
        own = blocks_of_days(reader, theirs.moss, "2026-03-03", "2026-03-03", house.location)
        others = blocks_of_days(reader, desk, "2026-03-03", "2026-03-03", house.location)
        fed = str(reader.rows("select * from changes where table_name = 'blocks'"))
    assert ([row["label"] for row in own], [row["label"] for row in others]) == (["Dentist"], ["Busy"])
    assert others[0]["title"] is None
    assert "Dentist" not in fed
    assert "uid" not in fed


def test_who_may_import_for_whom(theirs, record, house, as_role, owner):
    reed = as_role("provider", provider_id=house.reed)
    with pytest.raises(NotPermitted):
        theirs.bring(event(WEEKLY), by=reed)
    with pytest.raises(NotPermitted):
        theirs.does(add_external_calendar, by=reed, provider_id=house.moss, name="Sly")
    assert theirs.mine(reed) == []
    assert [row["provider_name"] for row in theirs.mine(owner)] == ["Dr. Ines Moss"]
    assert counts(theirs.bring(event(WEEKLY), by=owner)) == (1, 1, 0, 0, 0)
    assert not as_role("front_desk").may(Permission.OWN_CALENDAR)


@pytest.mark.parametrize(
    ("wish", "rule"),
    [
        ({"name": " "}, "name"),
        ({"name": "private"}, "name_taken"),
        ({"zone": "Mars/Elysium"}, "zone"),
        ({"provider_id": "nobody"}, "permission"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused(theirs, house, wish, rule):
    with pytest.raises(Refusal) as refused:
        theirs.does(add_external_calendar, by=theirs.moss, **({"provider_id": house.moss, "name": "Club"} | wish))
    assert refused.value.rule == rule


def test_a_full_year_of_events_is_taken_in_at_once(theirs, record):
    days = [
        event(
            "RRULE:FREQ=DAILY;COUNT=366",
            uid=f"all {hour}",
            start=f";TZID=America/New_York:20260302T{hour:02}0000",
            end=f";TZID=America/New_York:20260302T{hour:02}5000",
        )
        for hour in range(9, 17)
    ]
    assert counts(theirs.bring(*days)) == (8, 8, 0, 0, 0)
    with record.read() as reader:
        assert reader.value("select count(*) from blocks") == reader.value("select count(*) from claims") == 8 * 366
        assert reader.value("select count(*) from slots") == 8 * 366 * 10
    assert counts(theirs.bring(*days)) == (8, 0, 8, 0, 0)
