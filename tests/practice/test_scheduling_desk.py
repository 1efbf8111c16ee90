"""A front desk's day: booking, moving, confirming, cancelling; every "no" says why and what would do."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from practice.access.permissions import SYSTEM, Permission
from practice.errors import Conflict, NotFound, NotPermitted, Refusal
from practice.scheduling import queries
from practice.scheduling.commands import (
    book_appointment,
    cancel_appointment,
    confirm_appointment,
    enter_in_error,
    move_appointment,
    unconfirm_appointment,
)
from practice.scheduling.policies import set_cancellation_policy, set_overlap_policy
from practice.store.record import Command

TUESDAY = "2026-03-03"


@pytest.fixture
def front(record, house, desk):
    """`front.books(house.ada, "10:00")` books a follow-up with Dr. Moss on Tuesday; anything can be said otherwise."""

    def books(client, time, *, by=desk, reason=None, **other):
        wanted = {
            "provider_id": house.moss, "service_id": house.visit, "location_id": house.location,
            "wall_start": f"{TUESDAY}T{time}", "client_id": client,
        } | other  # fmt: skip
        return record.run(book_appointment, by, reason=reason, **wanted)

    def does(command, by=desk, reason=None, **parameters):
        if command is move_appointment and {"wall_start", "provider_id"} & set(parameters):
            parameters = {"moved_by": "client", "code": "schedule_conflict"} | parameters
        return record.run(command, by, reason=reason, **parameters)

    def refused(rule, function, *arguments, **parameters):
        with pytest.raises(Refusal) as answer:
            function(*arguments, **parameters)
        assert answer.value.rule == rule
        assert str(answer.value).endswith(".")
        return answer.value

    def rows(sql, *values):
        with record.read() as reader:
            return reader.rows(sql, *values)

    def visit(appointment_id, by=desk):
        with record.read() as reader:
            return queries.visit(reader, by, appointment_id)

    return SimpleNamespace(books=books, does=does, refused=refused, rows=rows, visit=visit)


# --- booking ---


def test_a_booking_takes_provider_room_and_client_and_keeps_the_wall_time(front, house):
    booked = front.books(house.ada, "10:00")
    visit = front.visit(booked["appointment_id"])
    assert (visit["wall_start"].isoformat(), visit["wall_end"].isoformat()) == (
        "2026-03-03T10:00:00",
        "2026-03-03T10:50:00",
    )
    assert visit["starts_at"].isoformat() == "2026-03-03T15:00:00"
    assert visit["zone"] == "America/New_York"
    assert {(claim["resource_id"], claim["kind"]) for claim in visit["claims"]} == {
        (house.moss, "care"), (house.moss, "after"), ("room-1", "care"), ("room-1", "after"), (house.ada, "care"),
    }  # fmt: skip
    assert [event["kind"] for event in visit["events"]] == ["booked"]
    assert front.rows("select count(*) as n from slots") == [{"n": 12 + 12 + 10}]


def test_a_taken_provider_is_named_with_who_is_there_until_when_and_what_is_free(front, house):
    front.books(house.ada, "10:00")
    refusal = front.refused("provider_taken", front.books, house.ben, "10:30")
    assert str(refusal) == (
        "Dr. Ines Moss is taken from 10:00 until 10:50 by Ada Birch (Follow-up). Choose another time."
    )
    assert refusal.field == "wall_start"
    assert refusal.alternatives == ("2026-03-03T11:00", "2026-03-03T11:15", "2026-03-03T11:30")
    for time in refusal.alternatives:
        booked = front.books(house.ben, time[-5:])["appointment_id"]
        front.does(cancel_appointment, reason="only a try", cancelled_by="practice", appointment_id=booked)


def test_the_turnaround_after_a_visit_is_kept_free(front, house):
    front.books(house.ada, "10:00")
    refusal = front.refused("provider_taken", front.books, house.ben, "10:50")
    assert "from 10:50 until 11:00 after Ada Birch" in str(refusal)
    assert front.books(house.ben, "11:00")


def test_a_client_is_in_one_place_at_a_time_but_may_go_straight_on_to_the_next(front, house):
    front.books(house.ada, "10:00")
    refusal = front.refused("client_taken", front.books, house.ada, "10:30", provider_id=house.reed)
    assert "already booked with Dr. Ines Moss" in str(refusal)
    assert front.books(house.ada, "10:50", provider_id=house.reed, service_id=house.intake)


def test_a_room_that_was_asked_for_is_given_or_refused(front, house):
    front.books(house.ada, "10:00", room_id="room-2")
    refusal = front.refused("room_taken", front.books, house.ben, "10:00", provider_id=house.reed, room_id="room-2")
    assert "Room 2 is taken" in str(refusal)
    assert front.books(house.ben, "10:00", provider_id=house.reed)["room_id"] == "room-1"


def test_when_every_room_is_taken_the_desk_hears_it(record, front, house, owner):
    record.run(set_overlap_policy, owner, resource_kind="provider", rule="capacity", capacity=5, effective_from=TUESDAY)
    front.books(house.ada, "10:00")
    front.books(house.ben, "10:00")
    refusal = front.refused("room_taken", front.books, house.dan, "10:00")
    assert "No room is free at Elm Street from 10:00 to 10:50" in str(refusal)
    assert front.books(house.dan, "10:00", mode="video")["room_id"] is None


def test_a_visit_outside_hours_needs_a_reason_and_somebody_who_may(front, house, owner, desk):
    refusal = front.refused("outside_hours", front.books, house.ada, "16:30")
    assert "works 09:00–17:00" in str(refusal)
    assert refusal.alternatives
    with pytest.raises(NotPermitted):
        front.books(house.ada, "18:00", override_reason="She works until six")
    booked = front.books(house.ada, "18:00", by=owner, override_reason="She works until six")
    assert front.visit(booked["appointment_id"])["override_reason"] == "She works until six"


def test_a_reason_that_was_not_needed_is_not_kept(front, house, owner):
    booked = front.books(house.ada, "10:00", by=owner, override_reason="to be sure")
    assert front.visit(booked["appointment_id"])["override_reason"] is None


def test_a_late_entry_needs_a_reason_and_is_seen_as_one(front, house, clock):
    clock.to("2026-03-03T20:00")
    front.refused("reason_required", front.books, house.ada, "10:00")
    booked = front.books(house.ada, "10:00", reason="The line was down")
    assert front.visit(booked["appointment_id"])["attendees"][0]["is_late_entry"]


def test_old_visits_keep_their_claims_without_slots(front, house):
    booked = front.books(house.ada, "10:00", wall_start="2025-06-03T10:00", reason="paper diary")
    assert front.visit(booked["appointment_id"])["claims"]
    assert front.rows("select count(*) as n from slots") == [{"n": 0}]
    front.refused(
        "provider_taken", front.books, house.ben, "10:00", wall_start="2025-06-03T10:30", reason="paper diary"
    )


@pytest.mark.parametrize(
    ("rule", "wish"),
    [
        ("off_grid", {"wall_start": "2026-03-03T10:03"}),
        ("wall_time", {"wall_start": "ten o'clock"}),
        ("skipped_hour", {"wall_start": "2026-03-08T02:30"}),
        ("duration", {"duration_minutes": 52}),
        ("duration", {"duration_minutes": 0}),
        ("mode", {"mode": "telepathy"}),
        ("mode", {"channel": "pigeon"}),
        ("room_elsewhere", {"room_id": "room-9"}),
        ("provider_dates", {"wall_start": "2024-03-04T10:00"}),
        ("not_found", {"client_id": "nobody"}),
        ("not_found", {"service_id": "nothing"}),
        ("outside_hours", {"wall_start": "2026-03-07T10:00"}),
    ],
)
def test_what_cannot_be_booked_is_refused_by_its_rule(front, house, rule, wish):
    front.refused(rule, front.books, house.ada, "10:00", **wish)
    assert front.rows("select count(*) as n from appointments") == [{"n": 0}]


@pytest.mark.parametrize(
    ("table", "key", "value", "rule"),
    [
        ("clients", "client-ada", {"is_active": False}, "client_inactive"),
        ("providers", "prov-moss", {"is_active": False}, "inactive"),
        ("locations", "loc-elm", {"is_active": False}, "inactive"),
        ("services", "svc-visit", {"is_active": False}, "inactive"),
        ("provider_services", "prov-moss:svc-visit", {"is_active": False}, "not_offered"),
        ("rooms", "room-1", {"is_active": False}, "room_elsewhere"),
    ],
)
def test_what_is_no_longer_in_use_is_not_booked(record, front, house, table, key, value, rule):
    change = Command("test_change", Permission.OPERATE, lambda work: work.update(table, key, **value) and None)
    record.run(change, SYSTEM)
    front.refused(rule, front.books, house.ada, "10:00", room_id="room-1")


def test_somebody_of_another_location_is_refused(front, house, as_role):
    elsewhere = as_role("front_desk", location_ids=frozenset({"loc-other"}))
    with pytest.raises(NotPermitted):
        front.books(house.ada, "10:00", by=elsewhere)
    booked = front.books(house.ada, "10:00")
    for command, more in ((move_appointment, {"room_id": "room-2"}), (cancel_appointment, {"cancelled_by": "client"})):
        with pytest.raises(NotPermitted):
            front.does(command, by=elsewhere, reason="x", appointment_id=booked["appointment_id"], **more)


@pytest.mark.parametrize("role", ["provider", "biller", "analyst"])
def test_roles_that_do_not_book_are_refused(front, house, as_role, role):
    with pytest.raises(NotPermitted):
        front.books(house.ada, "10:00", by=as_role(role, provider_id=house.moss))


def test_the_same_form_sent_twice_books_once(record, front, house, desk):
    wish = {
        "client_id": house.ada, "provider_id": house.moss, "service_id": house.visit, "location_id": house.location,
        "wall_start": f"{TUESDAY}T10:00",
    }  # fmt: skip
    first = record.run(book_appointment, desk, key="form-1", **wish)
    assert record.run(book_appointment, desk, key="form-1", **wish) == first
    assert front.rows("select count(*) as n from appointments") == [{"n": 1}]


# --- overlap by policy ---


def test_warn_lets_a_reasoned_overlap_through_up_to_the_ceiling(front, house, owner):
    front.does(set_overlap_policy, by=owner, resource_kind="provider", resource_id=house.moss, rule="warn", ceiling=2,
               effective_from=TUESDAY)  # fmt: skip
    front.books(house.ada, "10:00", mode="video")
    refusal = front.refused("provider_taken", front.books, house.ben, "10:00", mode="video")
    assert "a manager may book it with a reason" in str(refusal)
    with pytest.raises(NotPermitted):
        front.books(house.ben, "10:00", mode="video", override_reason="urgent")
    booked = front.books(house.ben, "10:00", mode="video", by=owner, override_reason="urgent")
    assert booked["lane"] == 1
    refusal = front.refused(
        "provider_taken", front.books, house.dan, "10:00", mode="video", by=owner, override_reason="urgent too"
    )
    assert len(refusal.alternatives) == 3


def test_block_is_not_overridden_by_a_reason(front, house, owner):
    front.books(house.ada, "10:00")
    front.refused("provider_taken", front.books, house.ben, "10:00", by=owner, override_reason="urgent")


def test_capacity_fills_its_lanes_and_no_more(front, house, owner):
    front.does(set_overlap_policy, by=owner, resource_kind="provider", rule="capacity", capacity=2,
               effective_from=TUESDAY)  # fmt: skip
    lanes = [front.books(client, "10:00")["lane"] for client in (house.ada, house.ben)]
    assert lanes == [0, 1]
    front.refused("provider_taken", front.books, house.dan, "10:00", mode="video")


def test_lanes_are_coloured_anew_before_a_free_seat_is_refused(front, house, owner):
    """Two at once are allowed, and from nine to half past ten there is never more than one; yet no lane is free."""
    front.does(set_overlap_policy, by=owner, resource_kind="provider", rule="capacity", capacity=2,
               effective_from=TUESDAY)  # fmt: skip
    half = {"service_id": house.intake, "duration_minutes": 30}
    front.books(house.ada, "09:00", **half)
    gone, stays = front.books(house.ada, "10:00", **half), front.books(house.ben, "10:00", **half)
    assert stays["lane"] == 1
    front.does(cancel_appointment, reason="ill", cancelled_by="client", appointment_id=gone["appointment_id"])
    assert front.books(house.dan, "09:00", service_id=house.intake)["lane"] == 1
    (claim,) = [one for one in front.visit(stays["appointment_id"])["claims"] if one["resource_kind"] == "provider"]
    assert claim["lane"] == 0
    slots = front.rows("select distinct lane from slots where claim_id = ?", claim["claim_id"])
    assert slots == [{"lane": 0}]


def test_lowering_a_capacity_evicts_nobody_but_lists_them(front, house, owner):
    policy = {"by": owner, "resource_kind": "provider", "rule": "capacity", "effective_from": TUESDAY}
    front.does(set_overlap_policy, capacity=2, **policy)
    booked = [front.books(client, "10:00")["appointment_id"] for client in (house.ada, house.ben)]
    answer = front.does(set_overlap_policy, capacity=1, **policy)
    assert sorted(answer["over_capacity"]) == sorted(booked)
    assert front.rows("select count(*) as n from appointments where status = 'scheduled'") == [{"n": 2}]
    # Another room for one of the two is no new overlap of the provider.
    assert front.does(move_appointment, appointment_id=booked[0], duration_minutes=30)


def test_rules_of_past_days_are_not_rewritten(front, house, owner):
    front.does(
        set_cancellation_policy, by=owner, notice_minutes=60, service_id=house.group, effective_from="2026-03-02"
    )
    front.refused("past", front.does, set_cancellation_policy, by=owner, notice_minutes=60, effective_from="2026-02-01")


# --- groups ---


def test_a_second_client_joins_the_group_that_stands(front, house):
    first = front.books(house.ada, "10:00", service_id=house.group)
    second = front.books(house.ben, "10:00", service_id=house.group)
    assert first["appointment_id"] == second["appointment_id"]
    visit = front.visit(first["appointment_id"])
    assert [attendee["client_id"] for attendee in visit["attendees"]] == [house.ada, house.ben]
    assert [event["kind"] for event in visit["events"]] == ["booked", "attendee_added"]
    assert len([claim for claim in visit["claims"] if claim["resource_kind"] == "provider"]) == 1
    front.refused("client_taken", front.books, house.ada, "10:00", service_id=house.group)
    front.refused("room_set", front.books, house.dan, "10:00", service_id=house.group, room_id="room-1")


def test_a_full_group_is_refused_with_other_times(record, front, house):
    change = Command("test_change", Permission.OPERATE, lambda work: work.update("services", house.group, capacity=2) and None)  # fmt: skip
    record.run(change, SYSTEM)
    for client in (house.ada, house.ben):
        front.books(client, "10:00", service_id=house.group)
    refusal = front.refused("group_full", front.books, house.dan, "10:00", service_id=house.group)
    assert "all 2 seats are taken" in str(refusal)
    assert refusal.alternatives


def test_one_client_leaves_the_group_and_the_others_stay(front, house):
    first = front.books(house.ada, "10:00", service_id=house.group)
    second = front.books(house.ben, "10:00", service_id=house.group)
    front.does(cancel_appointment, reason="ill", cancelled_by="client", appointment_id=first["appointment_id"],
               attendee_id=first["attendee_id"])  # fmt: skip
    visit = front.visit(first["appointment_id"])
    assert visit["status"] == "scheduled"
    assert {claim["resource_id"] for claim in visit["claims"]} == {house.moss, house.ben}
    assert front.books(house.ada, "10:00", provider_id=house.reed, service_id=house.intake)
    moved = front.does(move_appointment, appointment_id=second["appointment_id"], wall_start=f"{TUESDAY}T14:00")
    assert front.visit(moved["appointment_id"])["attendees"][0]["client_id"] == house.ben
    assert front.visit(first["appointment_id"])["status"] == "rescheduled"


# --- confirming ---


def test_a_confirmation_is_a_dated_fact_that_a_move_clears(front, house):
    booked = front.books(house.ada, "10:00")
    front.does(confirm_appointment, appointment_id=booked["appointment_id"])
    assert front.visit(booked["appointment_id"])["attendees"][0]["is_confirmed"]
    front.refused("already_confirmed", front.does, confirm_appointment, appointment_id=booked["appointment_id"])
    moved = front.does(move_appointment, appointment_id=booked["appointment_id"], wall_start=f"{TUESDAY}T14:00")
    assert not front.visit(moved["appointment_id"])["attendees"][0]["is_confirmed"]
    front.refused("not_confirmed", front.does, unconfirm_appointment, appointment_id=moved["appointment_id"])


def test_a_confirmation_can_be_taken_back_and_a_past_visit_cannot_be_confirmed(front, house, clock):
    booked = front.books(house.ada, "10:00")["appointment_id"]
    front.does(confirm_appointment, appointment_id=booked)
    front.does(unconfirm_appointment, appointment_id=booked)
    assert [event["kind"] for event in front.visit(booked)["events"]] == ["booked", "confirmed", "unconfirmed"]
    clock.to("2026-03-03T15:05")
    front.refused("past", front.does, confirm_appointment, appointment_id=booked)


# --- moving ---


def test_a_move_leaves_the_old_visit_linked_to_its_successor(front, house, clock):
    booked = front.books(house.ada, "10:00")
    clock.forward(hours=1)
    moved = front.does(
        move_appointment, appointment_id=booked["appointment_id"], wall_start="2026-03-04T11:00", moved_by="client"
    )
    old, new = front.visit(booked["appointment_id"]), front.visit(moved["appointment_id"])
    assert (old["status"], old["moved_to_id"], old["claims"]) == ("rescheduled", new["appointment_id"], [])
    assert (new["status"], new["moved_from_id"]) == ("scheduled", old["appointment_id"])
    (was,), (is_) = old["attendees"], new["attendees"]
    assert (was["status"], was["notice_minutes"], was["is_late"]) == ("rescheduled", 24 * 60, False)
    assert is_[0]["first_booked_at"] == was["booked_at"] < is_[0]["booked_at"]
    assert [event["kind"] for event in old["events"]] == ["booked", "moved"]
    assert front.rows("select moved_to_attendee_id from attendees where attendee_id = ?", booked["attendee_id"]) == [
        {"moved_to_attendee_id": moved["attendee_id"]}
    ]


@pytest.mark.parametrize(("who", "is_late"), [("client", True), ("provider", None), ("practice", None)])
def test_a_move_two_hours_before_is_a_late_one_if_the_client_wants_it(front, house, clock, who, is_late):
    booked = front.books(house.ada, "10:00")["appointment_id"]
    clock.to("2026-03-03T13:00")
    moved = front.does(move_appointment, appointment_id=booked, wall_start="2026-03-04T11:00", moved_by=who)
    assert moved["is_late"] is is_late
    assert front.visit(booked)["attendees"][0]["notice_minutes"] == 120


def test_a_visit_can_move_by_a_quarter_of_an_hour_into_its_own_place(front, house):
    booked = front.books(house.ada, "10:00")["appointment_id"]
    moved = front.does(move_appointment, appointment_id=booked, wall_start=f"{TUESDAY}T10:15")
    assert moved["room_id"] == "room-1"
    assert front.books(house.ben, "09:00")


def test_another_provider_is_another_visit_of_the_same_chain(front, house):
    first = front.books(house.ada, "10:00")["appointment_id"]
    second = front.does(move_appointment, appointment_id=first, provider_id=house.reed)["appointment_id"]
    third = front.does(move_appointment, appointment_id=second, wall_start=f"{TUESDAY}T12:00")["appointment_id"]
    assert front.visit(third)["provider_id"] == house.reed
    assert front.visit(third)["attendees"][0]["first_booked_at"] == front.visit(first)["attendees"][0]["booked_at"]


def test_another_room_or_length_changes_the_visit_in_place(front, house):
    booked = front.books(house.ada, "10:00")
    front.does(confirm_appointment, appointment_id=booked["appointment_id"])
    longer = front.does(move_appointment, appointment_id=booked["appointment_id"], duration_minutes=80)
    other = front.does(move_appointment, appointment_id=booked["appointment_id"], room_id="room-2")
    shorter = front.does(move_appointment, appointment_id=booked["appointment_id"], duration_minutes=30)
    assert {longer["appointment_id"], other["appointment_id"], shorter["appointment_id"]} == {booked["appointment_id"]}
    visit = front.visit(booked["appointment_id"])
    assert (visit["room_id"], visit["duration_minutes"]) == ("room-2", 30)
    assert visit["wall_end"].isoformat() == "2026-03-03T10:30:00"
    assert visit["attendees"][0]["is_confirmed"]
    assert [event["kind"] for event in visit["events"]] == ["booked", "confirmed", "changed", "changed", "changed"]
    assert front.rows("select count(*) as n from slots") == [{"n": 8 + 8 + 6}]
    assert front.books(house.ben, "10:40")


def test_a_longer_visit_must_fit_before_the_next(front, house):
    booked = front.books(house.ada, "10:00")["appointment_id"]
    front.books(house.ben, "11:00")
    front.refused("provider_taken", front.does, move_appointment, appointment_id=booked, duration_minutes=60)


def test_a_refused_move_changes_nothing(front, house):
    booked = front.books(house.ada, "10:00")["appointment_id"]
    front.books(house.ben, "11:00")
    before = front.visit(booked)
    refusal = front.refused(
        "provider_taken", front.does, move_appointment, appointment_id=booked, wall_start=f"{TUESDAY}T11:00"
    )
    assert "Ben Alder" in str(refusal)
    assert front.visit(booked) == before
    front.refused("no_change", front.does, move_appointment, appointment_id=booked, wall_start=f"{TUESDAY}T10:00")
    front.refused(
        "moved_by", front.does, move_appointment, appointment_id=booked, wall_start=f"{TUESDAY}T14:00", moved_by="dog"
    )


def test_a_moved_or_cancelled_visit_does_not_move_again(front, house):
    first = front.books(house.ada, "10:00")["appointment_id"]
    front.does(move_appointment, appointment_id=first, wall_start=f"{TUESDAY}T11:00")
    for wish in ({"wall_start": f"{TUESDAY}T12:00"}, {"duration_minutes": 30}):
        refusal = front.refused("already_settled", front.does, move_appointment, appointment_id=first, **wish)
        assert "moved to another time" in str(refusal)
    second = front.books(house.ben, "14:00")["appointment_id"]
    front.does(cancel_appointment, reason="ill", cancelled_by="client", appointment_id=second)
    front.refused("already_settled", front.does, move_appointment, appointment_id=second, room_id="room-2")


# --- cancelling ---


@pytest.mark.parametrize(
    ("who", "now", "notice", "is_late"),
    [
        ("client", "2026-03-02T15:00", 1440, False),
        ("client", "2026-03-02T15:01", 1439, True),
        ("client", "2026-03-03T15:10", -10, True),
        ("provider", "2026-03-03T14:00", 60, None),
        ("practice", "2026-03-03T14:00", 60, None),
    ],
)
def test_a_cancellation_says_who_why_and_with_what_notice(front, house, clock, who, now, notice, is_late):
    booked = front.books(house.ada, "10:00")["appointment_id"]
    clock.to(now)
    answer = front.does(cancel_appointment, reason="a cold", cancelled_by=who, appointment_id=booked)
    assert (answer["status"], answer["notice_minutes"], answer["is_late"]) == ("cancelled", notice, is_late)
    (attendee,) = front.visit(booked)["attendees"]
    assert (attendee["cancelled_by"], attendee["cancel_reason"]) == (who, "a cold")
    assert front.visit(booked)["claims"] == []


def test_lateness_is_judged_by_the_rule_of_that_day(front, house, clock, owner):
    front.does(set_cancellation_policy, by=owner, notice_minutes=60, effective_from="2026-03-03")
    first, second = front.books(house.ada, "10:00"), front.books(house.ben, "14:00")
    late = front.does(cancel_appointment, reason="x", cancelled_by="client", appointment_id=first["appointment_id"])
    assert late["is_late"] is False  # 25 hours' notice, 24 asked for today
    clock.to("2026-03-03T17:00")
    early = front.does(cancel_appointment, reason="x", cancelled_by="client", appointment_id=second["appointment_id"])
    assert early["is_late"] is False  # two hours' notice, one asked for from today on


def test_a_cancelled_time_is_free_at_once(front, house):
    booked = front.books(house.ada, "10:00")["appointment_id"]
    front.does(cancel_appointment, reason="ill", cancelled_by="client", appointment_id=booked)
    assert front.books(house.ben, "10:00")


def test_a_cancellation_without_reason_or_by_nobody_is_refused(front, house):
    booked = front.books(house.ada, "10:00")["appointment_id"]
    front.refused("reason_required", front.does, cancel_appointment, cancelled_by="client", appointment_id=booked)
    front.refused(
        "reason_required", front.does, cancel_appointment, reason="  ", cancelled_by="client", appointment_id=booked
    )
    front.refused("cancelled_by", front.does, cancel_appointment, reason="x", cancelled_by="me", appointment_id=booked)
    front.does(cancel_appointment, reason="x", cancelled_by="client", appointment_id=booked)
    refusal = front.refused(
        "already_settled", front.does, cancel_appointment, reason="x", cancelled_by="client", appointment_id=booked
    )
    assert "is cancelled" in str(refusal)
    with pytest.raises(NotFound):
        front.does(cancel_appointment, reason="x", cancelled_by="client", appointment_id=booked, attendee_id="nobody")
    with pytest.raises(NotFound):
        front.does(cancel_appointment, reason="x", cancelled_by="client", appointment_id="nothing")


# --- mistakes ---


def test_a_mistake_leaves_the_day_but_stays_in_the_history(record, front, house, desk):
    booked = front.books(house.ada, "10:00")["appointment_id"]
    front.refused("reason_required", front.does, enter_in_error, appointment_id=booked)
    front.does(enter_in_error, reason="Wrong client", appointment_id=booked)
    with record.read() as reader:
        assert queries.day(reader, desk, TUESDAY) == []
        assert len(queries.day(reader, desk, TUESDAY, include_gone=True)) == 1
    assert front.books(house.ben, "10:00")
    front.refused("already_settled", front.does, enter_in_error, reason="again", appointment_id=booked)


def test_a_charged_visit_is_not_taken_back(record, front, house):
    booked = front.books(house.ada, "10:00")
    charge = {
        "charge_id": "charge-1", "attendee_id": booked["attendee_id"], "appointment_id": booked["appointment_id"],
        "client_id": house.ada, "guarantor_client_id": house.ada, "payer_id": None, "provider_id": house.moss,
        "location_id": house.location, "service_id": house.visit, "kind": "service", "code": None, "description": "x",
        "units": 1, "amount_minor": 100, "service_date": TUESDAY, "post_date": TUESDAY, "transaction_id": "t",
        "known_at": "2026-03-03", "status": "posted", "void_transaction_id": None, "live_key": booked["attendee_id"],
    }  # fmt: skip
    record.run(Command("test_charge", Permission.OPERATE, lambda work: work.insert("charges", charge)), SYSTEM)
    for command, more in (
        (enter_in_error, {}),
        (cancel_appointment, {"cancelled_by": "client"}),
        (move_appointment, {"wall_start": f"{TUESDAY}T12:00"}),
        (move_appointment, {"room_id": "room-2"}),
    ):
        refusal = front.refused(
            "charged", front.does, command, reason="x", appointment_id=booked["appointment_id"], **more
        )
        assert "void the charge first" in str(refusal)
    assert front.visit(booked["appointment_id"])["attendees"][0]["is_charged"]


# --- what is kept ---


def test_events_are_only_ever_added(record, front, house):
    front.books(house.ada, "10:00")
    for statement in ("update appointment_events set reason = 'x'", "delete from appointment_events"):
        tamper = Command("test_tamper", Permission.OPERATE, lambda work, sql=statement: work.cursor.execute(sql) and None)  # fmt: skip
        with pytest.raises(Refusal, match="append-only"):
            record.run(tamper, SYSTEM)


def test_no_name_of_a_client_enters_events_or_the_feed(front, house):
    booked = front.books(house.ada, "10:00")["appointment_id"]
    front.does(move_appointment, appointment_id=booked, wall_start=f"{TUESDAY}T14:00", reason="Ada called")
    fed = front.rows(
        "select \"row\" from changes where table_name in ('appointments', 'attendees', 'appointment_events')"
    )
    assert fed
    assert not any("Ada" in row["row"] for row in fed)
    assert not any("Ada" in (row["details"] or "") for row in front.rows("select details from appointment_events"))


def test_a_conflict_is_a_conflict(front, house):
    front.books(house.ada, "10:00")
    with pytest.raises(Conflict):
        front.books(house.ben, "10:00")
