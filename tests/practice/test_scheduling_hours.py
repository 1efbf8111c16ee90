"""When providers work, what a day looks like, and which times are offered."""

from __future__ import annotations

from datetime import date, timedelta
from time import perf_counter
from types import SimpleNamespace

import pytest

from practice.errors import NotPermitted, Refusal
from practice.scheduling import queries
from practice.scheduling.commands import book_appointment
from practice.scheduling.hours import (
    add_exception,
    add_time_off,
    set_weekly_hours,
    withdraw_exception,
    withdraw_time_off,
)
from practice.scheduling.policies import set_overlap_policy

MONDAYS = [{"weekday": 1, "start": "12:00", "end": "20:00"}]


@pytest.fixture
def week(record, house, owner, desk):
    """`week.hours("2026-03-09")` are Dr. Moss's; `week.offers(…)` what would be granted."""

    def does(command, by=owner, reason=None, **parameters):
        return record.run(command, by, reason=reason, **parameters)

    def refused(rule, command, **parameters):
        with pytest.raises(Refusal) as answer:
            does(command, **parameters)
        assert answer.value.rule == rule
        return str(answer.value)

    def hours(day, provider=house.moss):
        with record.read() as reader:
            rows = queries.working_hours(reader, [provider], day, day)
        return [(row["wall_start"].strftime("%H:%M"), row["wall_end"].strftime("%H:%M")) for row in rows]

    def offers(service=house.visit, by=desk, **more):
        with record.read() as reader:
            return queries.offered_slots(reader, by, service, house.location, **more)

    def books(client, wall_start, **other):
        wish = {"provider_id": house.moss, "service_id": house.visit, "location_id": house.location}
        return does(book_appointment, by=desk, client_id=client, wall_start=wall_start, **(wish | other))

    return SimpleNamespace(does=does, refused=refused, hours=hours, offers=offers, books=books)


# --- weekly hours ---


def test_new_hours_hold_from_their_day_on_and_the_past_stays(week, house):
    week.does(set_weekly_hours, provider_id=house.moss, location_id=house.location, hours=MONDAYS,
              effective_from="2026-03-09")  # fmt: skip
    assert week.hours("2026-03-02") == [("09:00", "17:00")]
    assert week.hours("2026-03-09") == [("12:00", "20:00")]
    assert week.hours("2026-03-10") == []


def test_visits_that_new_hours_leave_outside_are_listed_and_stay(week, house):
    booked = week.books(house.ada, "2026-03-09T10:00")["appointment_id"]
    week.books(house.ben, "2026-03-09T13:00")
    answer = week.does(set_weekly_hours, provider_id=house.moss, location_id=house.location, hours=MONDAYS,
                       effective_from="2026-03-09")  # fmt: skip
    assert answer["visits"] == [
        {"appointment_id": booked, "provider_id": house.moss, "location_id": house.location,
         "wall_start": "2026-03-09T10:00"}
    ]  # fmt: skip


def test_a_plan_for_later_is_superseded_by_a_newer_one(week, house):
    place = {"provider_id": house.moss, "location_id": house.location}
    week.does(set_weekly_hours, hours=MONDAYS, effective_from="2026-04-06", **place)
    week.does(set_weekly_hours, hours=[{"weekday": 1, "start": "08:00", "end": "10:00"}], effective_from="2026-03-09", **place)  # fmt: skip
    assert week.hours("2026-03-02") == [("09:00", "17:00")]
    assert week.hours("2026-03-09") == week.hours("2026-04-06") == week.hours("2026-04-13") == [("08:00", "10:00")]
    # The same day once more: the last word counts.
    week.does(set_weekly_hours, hours=MONDAYS, effective_from="2026-03-09", **place)
    assert week.hours("2026-03-09") == [("12:00", "20:00")]
    week.does(set_weekly_hours, hours=[], effective_from="2026-03-09", **place)
    assert week.hours("2026-03-09") == []


@pytest.mark.parametrize(
    ("rule", "wish"),
    [
        ("past", {"effective_from": "2026-02-01"}),
        ("date", {"effective_from": "soon"}),
        ("weekday", {"hours": [{"weekday": 0, "start": "09:00", "end": "10:00"}]}),
        ("time", {"hours": [{"weekday": 1, "start": "nine", "end": "10:00"}]}),
        ("off_grid", {"hours": [{"weekday": 1, "start": "09:01", "end": "10:00"}]}),
        ("order", {"hours": [{"weekday": 1, "start": "10:00", "end": "10:00"}]}),
        ("overlap", {"hours": [{"weekday": 1, "start": "09:00", "end": "12:00"},
                               {"weekday": 1, "start": "11:00", "end": "13:00"}]}),
        ("not_found", {"provider_id": "nobody"}),
    ],
)  # fmt: skip
def test_hours_that_cannot_be_are_refused(week, house, rule, wish):
    usual = {"provider_id": house.moss, "location_id": house.location, "hours": MONDAYS, "effective_from": "2026-03-09"}
    week.refused(rule, set_weekly_hours, **(usual | wish))
    assert week.hours("2026-03-09") == [("09:00", "17:00")]


def test_only_who_sets_up_changes_weekly_hours(week, house, desk):
    with pytest.raises(NotPermitted):
        week.does(set_weekly_hours, by=desk, provider_id=house.moss, location_id=house.location, hours=MONDAYS,
                  effective_from="2026-03-09")  # fmt: skip


# --- exceptions and time off ---


def test_a_closed_afternoon_and_its_withdrawal(week, house, desk):
    booked = week.books(house.ada, "2026-03-09T14:00")["appointment_id"]
    answer = week.does(add_exception, by=desk, reason="training", location_id=house.location, provider_id=house.moss,
                       exception_date="2026-03-09", start_time="13:00", end_time="17:00")  # fmt: skip
    assert [visit["appointment_id"] for visit in answer["visits"]] == [booked]
    assert week.hours("2026-03-09") == [("09:00", "13:00")]
    assert week.hours("2026-03-09", house.reed) == [("09:00", "17:00")]
    exception = answer["availability_exception_id"]
    assert week.does(withdraw_exception, by=desk, availability_exception_id=exception)["visits"] == []
    assert week.hours("2026-03-09") == [("09:00", "17:00")]
    week.refused("past", withdraw_exception, availability_exception_id=exception)


def test_a_closed_location_closes_everybody_and_takes_a_manager(week, house, desk):
    closure = {"location_id": house.location, "exception_date": "2026-03-09"}
    with pytest.raises(NotPermitted):
        week.does(add_exception, by=desk, **closure)
    week.does(add_exception, reason="holiday", **closure)
    assert week.hours("2026-03-09") == week.hours("2026-03-09", house.reed) == []
    with pytest.raises(Refusal, match="is closed to Dr"):
        week.books(house.ada, "2026-03-09T10:00")


def test_extra_hours_can_be_booked(week, house):
    week.does(add_exception, location_id=house.location, provider_id=house.moss, exception_date="2026-03-07",
              start_time="10:00", end_time="12:00", is_open=True)  # fmt: skip
    assert week.books(house.ada, "2026-03-07T10:00")


def test_time_off_lists_the_visits_to_be_moved_and_refuses_new_ones(week, house, desk):
    booked = week.books(house.ada, "2026-03-10T10:00")["appointment_id"]
    answer = week.does(add_time_off, by=desk, reason="ill", provider_id=house.moss, start_date="2026-03-09", end_date="2026-03-10")  # fmt: skip
    assert [visit["appointment_id"] for visit in answer["visits"]] == [booked]
    with pytest.raises(Refusal, match="has time off") as refused:
        week.books(house.ben, "2026-03-09T10:00")
    assert refused.value.alternatives
    week.refused("overlap", add_time_off, provider_id=house.moss, start_date="2026-03-10", end_date="2026-03-12")
    assert week.does(withdraw_time_off, by=desk, time_off_id=answer["time_off_id"])["visits"] == []
    assert week.books(house.ben, "2026-03-09T10:00")


def test_time_off_that_has_begun_is_ended_not_undone(week, house, clock):
    answer = week.does(add_time_off, provider_id=house.moss, start_date="2026-03-09", end_date="2026-03-13")
    clock.to("2026-03-11T14:00")
    week.does(withdraw_time_off, time_off_id=answer["time_off_id"])
    assert [bool(week.hours(f"2026-03-{day:02}")) for day in (9, 10, 11, 12)] == [False, False, True, True]
    week.refused("past", withdraw_time_off, time_off_id=answer["time_off_id"])


@pytest.mark.parametrize(
    ("rule", "wish"),
    [
        ("past", {"start_date": "2026-03-01"}),
        ("order", {"end_date": "2026-03-08"}),
        ("order", {"end_date": "2028-03-08"}),
        ("date", {"end_date": "never"}),
    ],
)
def test_time_off_that_cannot_be_is_refused(week, house, rule, wish):
    usual = {"provider_id": house.moss, "start_date": "2026-03-09", "end_date": "2026-03-10"}
    week.refused(rule, add_time_off, **(usual | wish))


@pytest.mark.parametrize(
    ("rule", "wish"),
    [
        ("past", {"exception_date": "2026-03-01"}),
        ("times", {"start_time": "10:00"}),
        ("times", {"is_open": True}),
        ("order", {"start_time": "10:00", "end_time": "09:00"}),
    ],
)
def test_exceptions_that_cannot_be_are_refused(week, house, rule, wish):
    usual = {"location_id": house.location, "provider_id": house.moss, "exception_date": "2026-03-09"}
    week.refused(rule, add_exception, **(usual | wish))


# --- the day on the page ---


def test_the_hours_of_a_day_tell_what_to_hatch_and_why(record, week, house, desk, as_role):
    week.does(add_exception, location_id=house.location, provider_id=house.moss, exception_date="2026-03-09",
              start_time="12:00", end_time="13:00")  # fmt: skip
    week.does(add_time_off, provider_id=house.reed, start_date="2026-03-09", end_date="2026-03-09")
    with record.read() as reader:
        moss, reed = queries.hours_of_day(reader, desk, "2026-03-09", house.location)
        own = queries.hours_of_day(reader, as_role("provider", provider_id=house.reed), "2026-03-09", house.location)
    shown = [(row["wall_start"].strftime("%H:%M"), row["wall_end"].strftime("%H:%M"), row["why"]) for row in moss["closed"]]  # fmt: skip
    assert shown == [("00:00", "09:00", "outside_hours"), ("12:00", "13:00", "closed"), ("17:00", "00:00", "outside_hours")]  # fmt: skip
    assert len(moss["working"]) == 2
    assert (reed["is_off"], reed["working"], [row["why"] for row in reed["closed"]]) == (True, [], ["time_off"])
    assert [row["provider_id"] for row in own] == [house.reed]


def test_the_day_shows_each_client_with_names_and_buffers(record, week, house, desk, as_role):
    week.books(house.ada, "2026-03-03T10:00")
    week.books(house.ben, "2026-03-03T10:00", provider_id=house.reed)
    with record.read() as reader:
        rows = queries.day(reader, desk, "2026-03-03", house.location)
        own = queries.day(reader, as_role("provider", provider_id=house.reed), "2026-03-03")
        elsewhere = queries.day(reader, as_role("front_desk", location_ids=frozenset({"loc-b"})), "2026-03-03")
        week_rows = queries.day(reader, desk, "2026-03-02", last="2026-03-08")
        with pytest.raises(NotPermitted):
            queries.day(reader, as_role("front_desk", location_ids=frozenset({"loc-b"})), "2026-03-03", house.location)
        with pytest.raises(NotPermitted):
            queries.day(reader, as_role("analyst"), "2026-03-03")
        with pytest.raises(Refusal, match="is no date"):
            queries.day(reader, desk, "yesterday")
    assert [(row["client_name"], row["provider_name"], row["room_name"]) for row in rows] == [
        ("Ada Birch", "Dr. Ines Moss", "Room 1"),
        ("Ben Alder", "Tomas Reed", "Room 2"),
    ]
    assert (rows[0]["after_minutes"], rows[0]["attendee_count"], rows[0]["is_charged"]) == (10, 1, False)
    assert [row["client_name"] for row in own] == ["Ben Alder"]
    assert elsewhere == []
    assert week_rows == rows


def test_a_client_sees_the_newest_visit_first(record, week, house, desk, as_role):
    for day in ("03", "04", "05"):
        week.books(house.ada, f"2026-03-{day}T10:00")
    week.books(house.ben, "2026-03-06T10:00")
    with record.read() as reader:
        days = [row["start_date"].day for row in queries.client_visits(reader, desk, house.ada)]
        nothing = queries.client_visits(reader, as_role("provider", provider_id=house.reed), house.ada)
        first = queries.client_visits(reader, desk, house.ada)[0]["appointment_id"]
        with pytest.raises(NotPermitted):
            queries.visit(reader, as_role("provider", provider_id=house.reed), first)
    assert days == [5, 4, 3]
    assert nothing == []


# --- offers ---


def test_offers_begin_now_go_by_quarters_and_name_provider_and_room(week, clock):
    clock.to("2026-03-02T14:07")
    first = week.offers()[0]
    assert first["wall_start"].isoformat() == "2026-03-02T09:15:00"
    assert (first["provider_name"], first["room_name"]) == ("Dr. Ines Moss", "Room 1")


def test_every_offer_is_granted(week, house, clock, record, owner):
    """Offers and bookings follow one rule: whatever is offered is booked when it is asked for."""
    record.run(set_overlap_policy, owner, resource_kind="provider", resource_id=house.reed, rule="capacity", capacity=2,
               effective_from="2026-03-03")  # fmt: skip
    for round_ in range(12):
        offer = week.offers(client_id=house.ada, first="2026-03-03", days=2, limit=50)[round_ % 3 * 4]
        booked = week.books(house.ada, offer["wall_start"].strftime("%Y-%m-%dT%H:%M"), provider_id=offer["provider_id"],
                            room_id=offer["room_id"])  # fmt: skip
        assert booked["room_id"] == offer["room_id"]


def test_offers_leave_out_what_is_taken_for_provider_room_and_client(week, house):
    week.books(house.ada, "2026-03-03T09:00")
    at_nine = [row for row in week.offers(first="2026-03-03", limit=200) if row["wall_start"].isoformat() == "2026-03-03T09:00:00"]  # fmt: skip
    assert [(row["provider_id"], row["room_id"]) for row in at_nine] == [(house.reed, "room-2")]
    for_ada = week.offers(first="2026-03-03", client_id=house.ada)
    assert for_ada[0]["wall_start"].isoformat() == "2026-03-03T10:00:00"
    assert week.offers(first="2026-03-03", provider_id=house.moss)[0]["wall_start"].isoformat() == "2026-03-03T10:00:00"


def test_free_seats_of_a_group_are_offered(week, house):
    week.books(house.ada, "2026-03-03T10:00", service_id=house.group)
    offers = week.offers(service=house.group, provider_id=house.moss, first="2026-03-03", limit=200)
    seat = next(row for row in offers if row["appointment_id"])
    assert (seat["wall_start"].isoformat(), seat["seats_left"]) == ("2026-03-03T10:00:00", 5)
    mine = week.offers(service=house.group, provider_id=house.moss, first="2026-03-03", limit=200, client_id=house.ada)
    assert not any(row["appointment_id"] for row in mine)


def test_nothing_is_offered_of_a_service_that_nobody_gives(week):
    assert week.offers(provider_id="nobody") == []


def test_offers_are_quick(record, week, house):
    """14 days, every provider, a room each: the person on the phone does not wait."""
    day = date(2026, 3, 3)
    for number in range(8):
        for hour in (9, 11, 13):
            at = day + timedelta(days=number)
            if at.isoweekday() < 6:
                week.books(house.ada, f"{at}T{hour:02}:00")
    week.offers()
    took = []
    for _ in range(5):
        started = perf_counter()
        week.offers(limit=1000, days=14)
        took.append(perf_counter() - started)
    assert sorted(took)[2] < 0.5  # 20 ms on a quiet machine


# --- who may, and which dates ---


def test_hours_of_another_location_are_none_of_yours(week, house, as_role):
    elsewhere = as_role("manager", location_ids=frozenset({"loc-other"}))
    with pytest.raises(NotPermitted, match="another location"):
        week.does(set_weekly_hours, by=elsewhere, provider_id=house.moss, location_id=house.location, hours=MONDAYS,
                  effective_from="2026-03-09")  # fmt: skip


@pytest.mark.parametrize("day", ["0001-01-01", "1026-03-09", "9999-12-31"])
def test_a_year_that_nobody_means_is_refused(week, house, day):
    refused = week.refused(
        "year", set_weekly_hours, provider_id=house.moss, location_id=house.location, hours=MONDAYS, effective_from=day
    )
    assert "check the year" in refused
    week.refused("year", add_time_off, provider_id=house.moss, start_date=day, end_date=day)
    with pytest.raises(Refusal, match="check the year"):
        week.books(house.ada, f"{day}T10:00")
