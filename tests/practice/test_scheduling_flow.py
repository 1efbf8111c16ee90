"""The way through the house: stations, minutes, waits, slips taken back; and the tablet that tells of nobody."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.access.permissions import SYSTEM, Actor
from practice.errors import NotFound, NotPermitted, Refusal
from practice.people.commands import add_client
from practice.scheduling import flow, flow_queries, kiosks
from practice.scheduling.attendance import complete_visit, correct_attendance, record_arrival, start_visit
from practice.scheduling.commands import book_appointment, cancel_appointment
from practice.scheduling.flow import Thresholds, expected_start, progress, station_of, totals, wait_minutes
from practice.scheduling.stations import record_roomed, set_flow_thresholds, step_back, thresholds

TEN = datetime(2026, 3, 2, 15)  # ten in New York


@pytest.fixture
def house_day(record, house, desk, clock):
    """`day.books(client, "10:00")`, `day.says(command, who, at="14:50")`: times of UTC; `day.row(who)`."""

    def books(client, time, provider=house.moss, **more):
        wish = {"provider_id": provider, "service_id": house.visit, "location_id": house.location}
        return record.run(book_appointment, desk, client_id=client, wall_start=f"2026-03-02T{time}", **(wish | more))[
            "attendee_id"
        ]

    def says(command, who, *, at=None, by=desk, reason=None, **more):
        if at:
            clock.to(f"2026-03-02T{at}")
        return record.run(command, by, reason=reason, attendee_id=who, **more)

    def row(who):
        with record.read() as reader:
            return next(row for row in flow_queries.in_the_house(reader, desk) if row["attendee_id"] == who)

    def refused(rule, *arguments, **more):
        with pytest.raises(Refusal) as answer:
            says(*arguments, **more)
        assert answer.value.rule == rule
        return str(answer.value)

    return SimpleNamespace(books=books, says=says, row=row, refused=refused)


# Waits ----------------------------------------------------------------------------------------------------------------

minutes = st.integers(-180, 180)


@pytest.mark.parametrize(
    ("arrived", "seated", "wait"),
    [(-15, 5, 5), (-15, -5, 0), (10, 25, 15), (0, 0, 0), (None, 5, None), (-5, None, None), (40, 40, 0)],
)
def test_a_wait_counts_from_the_later_of_arrival_and_start(arrived, seated, wait):
    stamps = [None if at is None else TEN + timedelta(minutes=at) for at in (arrived, seated)]
    assert wait_minutes(*stamps, TEN) == wait


@given(arrived=minutes, seated=minutes, earlier=st.integers(0, 60))
def test_coming_earlier_never_makes_a_wait_longer_than_the_visits_delay(arrived, seated, earlier):
    at = {name: TEN + timedelta(minutes=value) for name, value in {"arrived": arrived, "seated": seated}.items()}
    wait = wait_minutes(at["arrived"], at["seated"], TEN)
    sooner = wait_minutes(at["arrived"] - timedelta(minutes=earlier), at["seated"], TEN)
    assert 0 <= wait <= sooner <= max(0, seated)


# Stations -------------------------------------------------------------------------------------------------------------


def test_from_the_door_to_the_end_with_every_time_kept(house_day, house):
    ada = house_day.books(house.ada, "10:00")
    assert station_of(house_day.row(ada)) is None
    stations = []
    for command, at in (
        (record_arrival, "14:50"), (record_roomed, "14:58"), (start_visit, "15:07"), (complete_visit, "15:55"),
    ):  # fmt: skip
        house_day.says(command, ada, at=at)
        stations.append(station_of(house_day.row(ada)))
    assert stations == ["arrived", "roomed", "in_session", "done"]
    row = house_day.row(ada)
    times = [row[name].strftime("%H:%M") for name in ("arrived_at", "roomed_at", "seated_at", "ended_at")]
    assert times == ["14:50", "14:58", "15:07", "15:55"]
    assert (row["checked_in_by"], row["roomed_in_id"]) == ("desk", row["room_id"])
    assert wait_minutes(row["arrived_at"], row["seated_at"], row["starts_at"]) == 7


def test_minutes_run_and_turn_amber_then_red(house_day, house):
    ada = house_day.books(house.ada, "10:00")
    house_day.says(record_arrival, ada, at="14:45")
    row, limits = house_day.row(ada), Thresholds(amber_minutes=10, red_minutes=20)

    def seen(minute):
        found = progress(row, TEN + timedelta(minutes=minute), limits)
        return found.since_arrival_minutes, found.here_minutes, found.wait_minutes, found.level

    assert seen(0) == (15, 15, 0, "calm")  # who comes early has not waited yet
    assert seen(12) == (27, 27, 12, "amber")
    assert seen(21)[3] == "red"
    house_day.says(start_visit, ada, at="15:25")
    row = house_day.row(ada)
    assert seen(60) == (75, 35, 25, "calm")
    assert seen(25 + 62) == (102, 62, 25, "amber")  # twelve minutes over the visit's fifty


def test_a_room_holds_one_visit_and_another_room_is_another_word(house_day, house):
    ada, ben = house_day.books(house.ada, "10:00"), house_day.books(house.ben, "10:00", provider=house.reed)
    for who in (ada, ben):
        house_day.says(record_arrival, who, at="14:55")
    house_day.says(record_roomed, ada, room_id="room-1")
    assert "Ada Birch waits in Room 1" in house_day.refused("room_in_use", record_roomed, ben, room_id="room-1")
    house_day.refused("no_change", record_roomed, ada, room_id="room-1")
    house_day.refused("room_elsewhere", record_roomed, ada, room_id="room-9")
    house_day.says(record_roomed, ada, room_id="room-2")
    house_day.says(record_roomed, ben, room_id="room-1")
    assert house_day.row(ada)["roomed_in_name"] == "Room 2"


def test_nobody_waits_in_a_room_for_a_video_visit_or_without_one(house_day, house):
    ada = house_day.books(house.ada, "10:00", mode="video")
    house_day.refused("mode", record_roomed, ada, at="14:55")
    ben = house_day.books(house.ben, "12:00", service_id=house.intake)
    assert "Say in which room" in house_day.refused("room_needed", record_roomed, ben)


def test_each_step_goes_back_to_the_one_before(house_day, house):
    ada = house_day.books(house.ada, "10:00")
    for command, at in (
        (record_arrival, "14:50"), (record_roomed, "14:55"), (start_visit, "15:00"), (complete_visit, "15:05"),
    ):  # fmt: skip
        house_day.says(command, ada, at=at)
    back = []
    for _ in range(3):
        house_day.says(step_back, ada)
        back.append(station_of(house_day.row(ada)))
    assert back == ["in_session", "roomed", "arrived"]
    house_day.says(step_back, ada)
    row = house_day.row(ada)
    assert row["status"] == "scheduled"
    assert not any(row[name] for name in ("arrived_at", "roomed_at", "seated_at", "ended_at", "outcome_at"))
    house_day.refused("no_step", step_back, ada)


def test_a_start_without_arrival_goes_back_before_both(house_day, house):
    ada = house_day.books(house.ada, "10:00")
    house_day.says(start_visit, ada, at="15:02")
    house_day.says(step_back, ada, at="15:03")
    assert house_day.row(ada)["status"] == "scheduled"


def test_only_whoever_took_a_step_takes_it_back_and_not_for_long(house_day, house, as_role):
    ada = house_day.books(house.ada, "10:00")
    house_day.says(record_arrival, ada, at="14:50")
    moss, reed = (as_role("provider", provider_id=key) for key in (house.moss, house.reed))
    house_day.refused("not_your_step", step_back, ada, by=moss)
    house_day.refused("permission", step_back, ada, by=reed)
    assert "with a reason" in house_day.refused("not_your_step", step_back, ada, at="15:01")
    house_day.says(correct_attendance, ada, reason="Another client", status="scheduled")
    assert house_day.row(ada)["checked_in_by"] is None


def test_a_correction_forgets_the_room_where_nobody_waited(house_day, house):
    ada = house_day.books(house.ada, "10:00")
    house_day.says(record_arrival, ada, at="14:50")
    house_day.says(record_roomed, ada, at="14:51")
    house_day.says(correct_attendance, ada, reason="Still in the hall", status="arrived")
    assert (station_of(house_day.row(ada)), house_day.row(ada)["roomed_in_id"]) == ("arrived", None)


def test_totals_follow_the_filters(house_day, house, record, desk):
    for client, provider in ((house.ada, house.moss), (house.ben, house.reed), (house.dan, house.reed)):
        who = house_day.books(client, "10:00" if client != house.dan else "12:00", provider=provider)
        house_day.says(record_arrival, who)

    def counted(**chosen):
        with record.read() as reader:
            return totals(station_of(row) for row in flow_queries.in_the_house(reader, desk, **chosen))["arrived"]

    assert counted() == counted(provider_id=house.moss) + counted(provider_id=house.reed) == 3
    assert counted(location_id=house.location) == 3


def test_a_provider_sees_their_own(house_day, house, record, as_role):
    house_day.books(house.ada, "10:00")
    house_day.books(house.ben, "10:00", provider=house.reed)
    with record.read() as reader:
        rows = flow_queries.in_the_house(reader, as_role("provider", provider_id=house.reed))
    assert [row["client_id"] for row in rows] == [house.ben]


def test_thresholds_are_a_setting(record, desk, owner):
    with record.read() as reader:
        assert thresholds(reader) == Thresholds(10, 20)
    record.run(set_flow_thresholds, owner, amber_minutes=5, red_minutes=9)
    with record.read() as reader:
        assert thresholds(reader) == Thresholds(5, 9)
    with pytest.raises(Refusal, match="Amber comes before red"):
        record.run(set_flow_thresholds, owner, amber_minutes=9, red_minutes=9)
    with pytest.raises(NotPermitted):
        record.run(set_flow_thresholds, desk, amber_minutes=5, red_minutes=9)


def test_who_may_expect_what():
    def one(key, start, status, seated=None, length=50):
        return {
            "appointment_id": key, "starts_at": TEN + timedelta(minutes=start), "duration_minutes": length,
            "status": status, "seated_at": None if seated is None else TEN + timedelta(minutes=seated),
        }  # fmt: skip

    mine = one("mine", 60, "arrived")

    def at(now, *others):
        return int((expected_start(mine, others, TEN + timedelta(minutes=now)) - TEN) / timedelta(minutes=1))

    assert at(50) == 60
    assert at(50, one("a", 0, "in_session", seated=5)) == 60  # over at 55
    assert at(50, one("a", 0, "in_session", seated=30)) == 80
    assert at(50, one("a", 0, "in_session", seated=30), one("b", 30, "arrived", length=20)) == 100
    assert at(50, one("a", 0, "scheduled"), one("c", 90, "in_session", seated=45)) == 60
    assert at(70, one("a", 0, "in_session", seated=0)) == 75  # past its length: nobody knows, at least a little longer


# The kiosk ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def tablet(record, house, owner):
    """A tablet at Elm Street: `tablet.says(name, birth date)`."""
    made = kiosks.create_kiosk(record, owner, location_id=house.location, name="Waiting room", seating="By the window.")

    def actor():
        with record.read() as reader:
            return kiosks.kiosk_of(reader, made["secret"])

    def says(name, born="1990-05-17"):
        kiosk, tablet_itself = actor()
        return record.run(kiosks.check_in, tablet_itself, kiosk_id=kiosk["kiosk_id"], name=name, birth_date=born)

    return SimpleNamespace(says=says, actor=actor, **made)


def test_a_name_and_a_birth_date_check_in(house_day, tablet, house):
    ada = house_day.books(house.ada, "10:00")
    answer = tablet.says("ada birch")
    row = house_day.row(ada)
    assert (station_of(row), row["checked_in_by"]) == ("arrived", "kiosk")
    assert (answer["wall_start"], answer["provider_name"], answer["is_late"]) == (
        "2026-03-02T10:00",
        "Dr. Ines Moss",
        False,
    )
    assert answer["seating"] == "By the window."
    assert tablet.says("Birch Ada") == answer  # pressed twice: once


@pytest.mark.parametrize(
    ("name", "born"),
    [("Ada Birch", "1991-05-17"), ("Ada", "1990-05-17"), ("Birch", "1990-05-17"), ("Eve Birch", "1990-05-17"),
     ("Ada Birch Alder", "1990-05-17"), ("", "1990-05-17"), ("Dan Ford", "1990-05-17")],
)  # fmt: skip
def test_whoever_is_not_meant_gets_the_one_kind_sentence(house_day, tablet, house, name, born):
    house_day.books(house.ada, "10:00")  # Dan Ford is a client, but not of today
    with pytest.raises(Refusal) as answer:
        tablet.says(name, born)
    assert (str(answer.value), answer.value.rule) == (kiosks.SEE_THE_DESK, "see_the_desk")


def test_two_who_are_meant_are_sent_to_the_desk_with_the_same_sentence(house_day, tablet, house, record):
    twin = record.run(
        add_client, SYSTEM, given_name="Ada", family_name="Birch", birth_date="1990-05-17",
        location_id=house.location, is_duplicate_accepted=True,
    )["client_id"]  # fmt: skip
    ada = house_day.books(house.ada, "10:00")
    house_day.books(twin, "10:00", provider=house.reed)
    with pytest.raises(Refusal, match="see the front desk"):
        tablet.says("Ada Birch")
    assert house_day.row(ada)["status"] == "scheduled"


@pytest.mark.parametrize(("at", "is_known"), [("13:59", False), ("14:00", True), ("15:30", True), ("15:31", False)])
def test_only_visits_about_now_are_known(house_day, tablet, house, clock, at, is_known):
    house_day.books(house.ada, "10:00")
    clock.to(f"2026-03-02T{at}")
    if is_known:
        tablet.says("Ada Birch")
    else:
        with pytest.raises(Refusal, match="see the front desk"):
            tablet.says("Ada Birch")


def test_cancelled_and_video_visits_are_not_checked_in(house_day, tablet, house, record, desk):
    house_day.books(house.ada, "10:00", mode="video")
    gone = record.run(
        book_appointment, desk, client_id=house.ben, provider_id=house.reed, service_id=house.visit,
        location_id=house.location, wall_start="2026-03-02T10:00",
    )  # fmt: skip
    record.run(cancel_appointment, desk, reason="ill", appointment_id=gone["appointment_id"], cancelled_by="client")
    for name in ("Ada Birch", "Ben Alder"):
        with pytest.raises(Refusal, match="see the front desk"):
            tablet.says(name)


def test_the_tablet_says_so_when_it_will_take_longer(house_day, tablet, house):
    ben = house_day.books(house.ben, "09:05")
    house_day.books(house.ada, "10:10")
    house_day.says(start_visit, ben, at="14:50")
    answer = tablet.says("Ada Birch")
    assert (answer["is_late"], answer["expected_wall"]) == (True, "2026-03-02T10:40")


def test_a_kiosk_may_nothing_else_and_nothing_once_revoked(tablet, record, owner, house, house_day):
    kiosk, actor = tablet.actor()
    ada = house_day.books(house.ada, "10:00")
    with pytest.raises(NotPermitted):
        record.run(record_arrival, actor, attendee_id=ada)
    record.run(kiosks.revoke_kiosk, owner, kiosk_id=kiosk["kiosk_id"])
    with pytest.raises(NotFound):
        tablet.actor()
    with pytest.raises(NotFound):
        record.run(kiosks.check_in, actor, kiosk_id=kiosk["kiosk_id"], name="Ada Birch", birth_date="1990-05-17")


def test_a_secret_is_kept_nowhere_and_a_double_click_makes_one(record, owner, house):
    made = [kiosks.create_kiosk(record, owner, location_id=house.location, name="Door", key="form-1") for _ in range(2)]
    assert made[0] == made[1]
    with record.read() as reader:
        assert reader.value("select count(*) from kiosks") == 1
        everything = str(reader.rows("select * from kiosks")) + str(reader.rows("select * from audit_entries"))
    assert made[0]["secret"] not in everything
    with pytest.raises(NotPermitted):
        kiosks.create_kiosk(record, Actor("d", "front_desk"), location_id=house.location, name="Door")


@pytest.mark.parametrize(
    ("typed", "given", "family", "is_meant"),
    [
        ("José-Luis  O’Neil", "Jose Luis", "O'Neil", True), ("oneil jose", "José Luis", "O'Neil", True),
        ("Ada M. Birch", "Ada Marie", "Birch", False), ("Ada Marie Birch", "Ada Marie", "Birch", True),
        ("Ada Birch", "Ada Marie", "Birch", True), ("Marie Birch", "Ada Marie", "Birch", False),
        ("Ada van Dyk", "Ada", "van Dyk", True), ("Ada Dyk", "Ada", "van Dyk", False), ("Ада Берёза", "Ада", "Берёза", True),
        ("-", "-", "-", False),
    ],
)  # fmt: skip
def test_names_as_people_type_them(typed, given, family, is_meant):
    assert kiosks.is_meant(typed, given, family) is is_meant


def test_stations_are_in_the_order_of_the_way():
    assert flow.STATIONS == ("arrived", "roomed", "in_session", "done")
