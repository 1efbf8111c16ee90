"""A caseload changes hands: what goes where is seen first, then moved at once, and what cannot go says why."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from practice.access.permissions import SYSTEM
from practice.errors import NotPermitted, Refusal
from practice.people.commands import add_provider, assign_service, unassign_service
from practice.scheduling.commands import book_appointment
from practice.scheduling.handoff import HandoffClash, as_moves, hand_over, plan_handover
from practice.scheduling.hours import add_time_off, set_weekly_hours
from practice.scheduling.series.booking import book_series


@pytest.fixture
def caseload(record, house, owner, desk):
    """Dr. Moss sees Ada four Tuesdays at ten (a series), Ben once on Wednesday at eleven, and Cora on Thursday."""
    seat = {"provider_id": house.moss, "service_id": house.visit, "location_id": house.location}
    series = record.run(
        book_series, desk, **seat, client_id=house.ada, wall_start="2026-03-03T10:00",
        rule="FREQ=WEEKLY;BYDAY=TU;COUNT=4",
    )  # fmt: skip

    def visit(client, wall_start, **other):
        return record.run(book_appointment, desk, **seat | other, client_id=client, wall_start=wall_start)

    visit(house.ben, "2026-03-04T11:00")
    visit(house.cora, "2026-03-05T14:00")

    def plan(by=owner, **other):
        asked = {"provider_id": house.moss, "to_provider_ids": [house.reed], "first": "2026-03-03"} | other
        with record.read() as reader:
            return plan_handover(reader, by, **asked)

    def do(seen, by=owner, **other):
        return record.run(hand_over, by, provider_id=house.moss, moves=as_moves(seen["lines"]), **other)

    def rows(sql, *values):
        with record.read() as reader:
            return reader.rows(sql, *values)

    return SimpleNamespace(series_id=series["series_id"], ids=series["appointment_ids"], visit=visit, plan=plan, do=do,
                           rows=rows)  # fmt: skip


def live(caseload):
    found = caseload.rows("select * from appointments where status = 'scheduled' order by starts_at")
    return [(f"{row['wall_start']:%m-%d %H:%M}", row["provider_id"]) for row in found]


def test_everything_goes_at_the_same_time_where_the_other_is_free(caseload, house):
    seen = caseload.plan()
    assert (seen["same_time"], seen["other_time"], seen["stay"]) == (6, 0, 0)
    assert live(caseload)[0] == ("03-03 10:00", house.moss)  # a plan moves nothing
    done = caseload.do(seen)
    assert done == {"moved": 6, "series": 1, "clients": 3}
    assert live(caseload) == [
        ("03-03 10:00", house.reed), ("03-04 11:00", house.reed), ("03-05 14:00", house.reed),
        ("03-10 10:00", house.reed), ("03-17 10:00", house.reed), ("03-24 10:00", house.reed),
    ]  # fmt: skip
    old = caseload.rows("select distinct cancel_code from attendees where status = 'rescheduled'")
    assert [row["cancel_code"] for row in old] == ["provider_away"]
    usual = caseload.rows(
        "select provider_id from clients where client_id in (?, ?, ?)", house.ada, house.ben, house.cora
    )
    assert {row["provider_id"] for row in usual} == {house.reed}
    [series] = caseload.rows("select * from series")
    assert (series["provider_id"], series["status"]) == (house.reed, "active")
    assert {
        row["overridden"]
        for row in caseload.rows("select overridden from appointments where moved_from_id is not null")
    } == {None}


def test_a_series_in_the_middle_of_its_run_is_split_where_it_changes_hands(caseload, house, clock):
    clock.to("2026-03-11T12:00")
    seen = caseload.plan(first="2026-03-12")
    assert seen["same_time"] == 2
    caseload.do(seen)
    first, second = caseload.rows("select * from series order by wall_start")
    assert (first["provider_id"], first["status"]) == (house.moss, "split")
    assert (second["provider_id"], second["split_from_id"]) == (house.reed, first["series_id"])
    assert second["rule"] == "FREQ=WEEKLY;BYDAY=TU;COUNT=2"


def test_the_nearest_time_is_proposed_where_the_same_is_taken(caseload, house):
    caseload.visit(house.dan, "2026-03-04T11:00", provider_id=house.reed)
    seen = caseload.plan()
    [line] = [line for line in seen["lines"] if line["status"] == "other_time"]
    assert (line["client_name"], f"{line['to_wall_start']:%m-%d %H:%M}") == ("Ben Alder", "03-04 10:00")
    assert "Dan Ford" in line["sentence"]
    caseload.do(seen)
    assert ("03-04 10:00", house.reed) in live(caseload)


def test_what_cannot_go_says_why_and_stays(caseload, house, record):
    record.run(unassign_service, SYSTEM, provider_id=house.reed, service_id=house.intake)
    caseload.visit(house.dan, "2026-03-06T09:00", service_id=house.intake)
    seen = caseload.plan()
    [line] = [line for line in seen["lines"] if line["status"] == "stays"]
    assert (line["client_name"], line["to_provider_id"]) == ("Dan Ford", None)
    assert "does not offer Intake" in line["sentence"]
    caseload.do(seen)
    assert ("03-06 09:00", house.moss) in live(caseload)


def test_the_second_in_the_order_takes_what_the_first_cannot(caseload, house, record, owner):
    sol = record.run(
        add_provider, owner, name="Sol Park", code="SP", discipline="Psychology", started_date="2026-01-05"
    )
    record.run(assign_service, owner, provider_id=sol["provider_id"], service_id=house.visit)
    week = [{"weekday": weekday, "start": "09:00", "end": "17:00"} for weekday in range(1, 6)]
    record.run(
        set_weekly_hours, owner, provider_id=sol["provider_id"], location_id=house.location, hours=week,
        effective_from="2026-03-02",
    )  # fmt: skip
    record.run(add_time_off, owner, provider_id=house.reed, start_date="2026-03-10", end_date="2026-03-10")
    seen = caseload.plan(to_provider_ids=[house.reed, sol["provider_id"]])
    assert seen["same_time"] == 6
    takers = {f"{line['wall_start']:%m-%d}": line["to_provider_id"] for line in seen["lines"]}
    assert (takers["03-03"], takers["03-10"]) == (house.reed, sol["provider_id"])
    caseload.do(seen)
    own = caseload.rows(
        "select overridden from appointments where provider_id = ? and status = 'scheduled'", sol["provider_id"]
    )
    assert [row["overridden"] for row in own] == ['["provider_id"]']


def test_only_some_clients_or_services_and_a_visit_may_be_left_where_it_is(caseload, house):
    assert {line["client_name"] for line in caseload.plan(client_ids=[house.ben])["lines"]} == {"Ben Alder"}
    assert caseload.plan(service_ids=[house.group])["lines"] == []
    seen = caseload.plan(staying=[caseload.ids[0]])
    assert [line["status"] for line in seen["lines"]].count("stays") == 1
    caseload.do(seen)
    assert live(caseload)[0] == ("03-03 10:00", house.moss)


def test_what_was_taken_since_the_review_refuses_all(caseload, house):
    seen = caseload.plan()
    caseload.visit(house.dan, "2026-03-17T10:00", provider_id=house.reed)
    before = live(caseload)
    with pytest.raises(HandoffClash, match="1 of 6 visits") as refused:
        caseload.do(seen)
    assert [clash["appointment_id"] for clash in refused.value.clashes] == [caseload.ids[2]]
    assert live(caseload) == before


def test_who_may_not_or_gives_to_nobody_is_told(caseload, house, desk):
    with pytest.raises(NotPermitted):
        caseload.plan(by=desk)
    for takers in ([], [house.moss]):
        with pytest.raises(Refusal) as refused:
            caseload.plan(to_provider_ids=takers)
        assert refused.value.field == "to_provider_ids"
