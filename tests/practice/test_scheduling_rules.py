"""The rules of booking: whose rule counts, what it refuses, which times pass, and who may book against it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.access.permissions import ONLINE, SYSTEM, Permission
from practice.errors import Conflict, NotPermitted, Refusal
from practice.people.commands import add_location, change_service
from practice.scheduling.booking_rules import end_booking_rule, set_booking_rule, set_buffers, set_travel_time
from practice.scheduling.commands import book_appointment, cancel_appointment, hold_slot, move_appointment
from practice.scheduling.hours import set_weekly_hours
from practice.scheduling.policies import set_overlap_policy
from practice.scheduling.rules import ORDER, STRICTER, Asked, Scopes, rule_for, spelled, time_breaches
from practice.scheduling.slots import slots_offered
from practice.store.record import Command

TODAY, TUESDAY = "2026-03-02", "2026-03-03"  # it is nine on Monday in New York


@pytest.fixture
def front(record, house, desk, owner):
    class Front:
        def books(self, client, wall, by=desk, **more):
            wish = {"provider_id": house.moss, "service_id": house.visit, "location_id": house.location}
            return record.run(book_appointment, by, client_id=client, **wish | {"wall_start": wall} | more)

        def rule(self, rule, value, scope="practice", scope_id=None, **more):
            asked = {"rule": rule, "value": value, "scope": scope, "scope_id": scope_id, "effective_from": TODAY}
            return record.run(set_booking_rule, owner, **asked | more)["booking_rule_id"]

        def refused(self, rule, *what, **more):
            with pytest.raises(Refusal) as answer:
                self.books(*what, **more)
            assert answer.value.rule == rule, answer.value
            return answer.value

        def offered(self, service=None, first=TODAY, days=3, **more):
            asked = {"service_id": service or house.visit, "location_id": house.location, "provider_id": house.moss}
            with record.read() as reader:
                found = slots_offered(reader, first=first, days=days, limit=500, **asked | more)
            return [row["wall_start"].strftime("%Y-%m-%dT%H:%M") for row in found]

    return Front()


def test_a_refusal_names_the_rule_whose_it_is_and_what_passes(front, house):
    front.rule("notice_minutes", 24 * 60, "service", house.visit)
    refusal = front.refused("notice_minutes", house.ada, f"{TODAY}T14:00")
    assert str(refusal).startswith("Follow-up asks for 24 hours' notice (rule of the service). Choose another time;")
    assert refusal.alternatives[0] == f"{TUESDAY}T09:00"
    front.books(house.ada, refusal.alternatives[0])  # exactly the notice asked for is enough
    assert front.offered()[0] == f"{TUESDAY}T10:00"


def test_the_most_specific_rule_wins_and_the_rest_is_inherited(front, house):
    front.rule("notice_minutes", 24 * 60)
    front.rule("notice_minutes", 2 * 60, "location", house.location)
    front.books(house.ada, f"{TODAY}T11:00")
    front.rule("notice_minutes", 48 * 60, "provider", house.moss)
    assert "(rule of the provider)" in str(front.refused("notice_minutes", house.ben, f"{TUESDAY}T12:00"))
    front.rule("notice_minutes", 0, "client", house.ben)
    front.books(house.ben, f"{TODAY}T13:00")
    assert front.offered(client_id=house.ben)[0].startswith(TODAY)


def test_a_rule_that_was_ended_by_mistake_holds_again_once_it_is_set_again(front, house, record, owner):
    ended = front.rule("notice_minutes", 24 * 60)
    record.run(end_booking_rule, owner, booking_rule_id=ended)
    front.books(house.ada, f"{TODAY}T14:00")
    front.rule("notice_minutes", 24 * 60)
    front.refused("notice_minutes", house.ben, f"{TODAY}T15:00")


def test_a_window_and_limits_of_a_day(front, house, record, desk):
    front.rule("window_days", 7)
    assert "at most 7 days ahead" in str(front.refused("window_days", house.ada, "2026-03-10T10:00"))
    front.rule("daily_limit", 2, "provider", house.moss)
    front.rule("client_daily_limit", 1)
    first = front.books(house.ada, f"{TUESDAY}T09:00")
    assert "This client has 1 visit on 2026-03-03" in str(
        front.refused("client_daily_limit", house.ada, f"{TUESDAY}T15:00", provider_id=house.reed)
    )
    front.books(house.ben, f"{TUESDAY}T11:00")
    refusal = front.refused("daily_limit", house.cora, f"{TUESDAY}T15:00")
    assert "Dr. Ines Moss has 2 visits on 2026-03-03, and 2 a day is the limit (rule of the provider)" in str(refusal)
    assert not any(text.startswith(TUESDAY) for text in [*refusal.alternatives, *front.offered()])
    said = {"moved_by": "client", "code": "other", "appointment_id": first["appointment_id"]}
    record.run(move_appointment, desk, wall_start=f"{TUESDAY}T14:00", **said)  # its own place does not count


def test_a_limit_of_a_service_counts_that_service(front, house):
    front.rule("daily_limit", 1, "service", house.intake)
    front.books(house.ada, f"{TUESDAY}T09:00")
    front.books(house.ben, f"{TUESDAY}T11:00", service_id=house.intake)
    assert "1 Intake visit on" in str(
        front.refused("daily_limit", house.cora, f"{TUESDAY}T14:00", service_id=house.intake)
    )
    front.books(house.cora, f"{TUESDAY}T14:00")


def test_online_keeps_the_stricter_of_both_and_staff_only_what_is_for_everyone(front, house, record):
    front.rule("notice_minutes", 60)
    front.rule("notice_minutes", 48 * 60, audience="online")
    front.books(house.ada, f"{TUESDAY}T09:00")
    refusal = front.refused("notice_minutes", house.ben, f"{TUESDAY}T11:00", channel="online")
    assert "asks for 2 days' notice (online rule of the practice)" in str(refusal)
    assert "reason" not in str(refusal)
    assert front.offered(audience="online")[0] == "2026-03-04T09:00"
    with pytest.raises(Conflict):
        front.books(house.ben, f"{TUESDAY}T11:00", channel="online", override_reason="please", by=SYSTEM)
    with pytest.raises(Refusal, match="notice"):
        record.run(
            hold_slot, SYSTEM, provider_id=house.moss, service_id=house.visit, location_id=house.location,
            wall_start=f"{TUESDAY}T11:00", purpose="online", held_by="browser",
        )  # fmt: skip


def test_staff_who_may_book_against_a_rule_with_a_reason_that_is_kept(front, house, record, owner):
    front.rule("notice_minutes", 24 * 60)
    with pytest.raises(NotPermitted):
        front.books(house.ada, f"{TODAY}T14:00", override_reason="she is in pain")
    booked = front.books(house.ada, f"{TODAY}T14:00", by=owner, override_reason="she is in pain")
    with record.read() as reader:
        kept = reader.value(
            "select override_reason from appointments where appointment_id = ?", booked["appointment_id"]
        )
    assert kept == "she is in pain"


def test_a_hold_keeps_its_promise_while_somebody_types(front, house, record, desk, clock):
    front.rule("notice_minutes", 60)
    place = {"provider_id": house.moss, "service_id": house.visit, "location_id": house.location}
    hold = record.run(hold_slot, desk, wall_start=f"{TODAY}T10:00", **place)
    clock.forward(minutes=3)
    front.refused("notice_minutes", house.ada, f"{TODAY}T10:00", provider_id=house.reed)
    front.books(house.ada, f"{TODAY}T10:00", hold_id=hold["hold_id"])


def test_a_reason_for_too_short_notice_is_none_for_a_day_too_far_ahead(front, house):
    front.rule("notice_minutes", 72 * 60)
    front.rule("window_days", 0, audience="online")
    about = {"channel": "online", "override_reason": "urgent", "by": SYSTEM}
    front.books(house.ben, "2026-03-02T15:00", **about)  # today
    with pytest.raises(Conflict) as refused:
        front.books(house.ben, f"{TUESDAY}T11:00", **about)
    assert refused.value.rule == "window_days"


def test_a_client_moves_and_cancels_online_only_in_time(front, house, record, desk):
    front.rule("change_notice_minutes", 24 * 60)
    booked = front.books(house.ada, f"{TODAY}T14:00")["appointment_id"]
    later = front.books(house.ben, f"{TUESDAY}T14:00")["appointment_id"]
    cancel = Command("test_cancel", Permission.BOOK_ONLINE, cancel_appointment.function)
    said = {"cancelled_by": "client", "code": "other"}
    with pytest.raises(Conflict, match=r"online until 2026-03-01 14:00 \(rule of the practice\)"):
        record.run(cancel, ONLINE, appointment_id=booked, **said)
    record.run(cancel, ONLINE, appointment_id=later, **said)
    record.run(cancel_appointment, desk, appointment_id=booked, **said)


def test_rules_are_dated_and_history_stays(front, house, record, owner, clock):
    first = front.rule("notice_minutes", 60)
    clock.forward(days=3)
    with pytest.raises(Refusal, match="stay as they were"):
        front.rule("notice_minutes", 90)
    front.rule("notice_minutes", 90, effective_from="2026-03-05")
    with record.read() as reader:
        rows = reader.rows("select value, effective_from, effective_to from booking_rules order by effective_from")
    assert [(row["value"], row["effective_to"]) for row in rows] == [(60, date(2026, 3, 4)), (90, None)]
    with record.read() as reader:
        newest = reader.value("select booking_rule_id from booking_rules where value = 90")
    record.run(end_booking_rule, owner, booking_rule_id=newest)
    front.books(house.ada, "2026-03-05T10:00")
    with pytest.raises(Conflict, match="ended already"):
        record.run(end_booking_rule, owner, booking_rule_id=first)


rules = st.fixed_dictionaries(
    {
        "rule": st.just("notice_minutes"), "scope": st.sampled_from(ORDER), "scope_id": st.sampled_from((None, "x", "y")),
        "value": st.integers(0, 300), "audience": st.sampled_from(("everyone", "online")),
        "effective_from": st.just(date(2026, 1, 1)), "effective_to": st.sampled_from((None, date(2026, 3, 1))),
    }
)  # fmt: skip


@given(st.lists(rules, max_size=8), st.sampled_from(("everyone", "online")))
def test_what_counts_is_in_force_most_specific_and_for_online_the_stricter(rows, audience):
    scopes = Scopes(dict.fromkeys(("client", "service", "provider", "location"), "x"), {})
    on = date(2026, 3, 2)
    standing = [
        row for row in rows if row["effective_to"] is None and (row["scope"] == "practice" or row["scope_id"] == "x")
    ]
    best = []
    for whom in {"everyone", audience}:
        own = [row for row in standing if row["audience"] == whom]
        for scope in ORDER:
            values = [row["value"] for row in own if row["scope"] == scope]
            if values:
                best.append(values[0])
                break
    found = rule_for(rows, "notice_minutes", scopes, on, audience)
    assert (found["value"] if found else None) == (max(best) if best else None)
    if found:
        at = datetime(2026, 3, 2, 9)
        for minutes, is_breach in ((found["value"], False), (found["value"] - 1, found["value"] > 0)):
            asked = Asked(at + timedelta(minutes=minutes), on, at, on, audience)
            assert any(time_breaches(rows, scopes, asked)) is is_breach
    assert set(STRICTER) > {"notice_minutes"}


@pytest.mark.parametrize(("minutes", "words"), [(1440, "24 hours'"), (2880, "2 days'"), (60, "1 hour's"), (45, "45 minutes'"), (90, "90 minutes'")])  # fmt: skip
def test_notice_is_said_as_people_say_it(minutes, words):
    assert spelled(minutes) == words


# --- the way between two places, and buffers ---


@pytest.fixture
def oak(record, house, owner):
    """Dr. Moss is at Elm Street in the morning and from 12:45 on, and at Oak Avenue, half an hour away, between."""
    place = record.run(add_location, owner, name="Oak Avenue", zone="America/New_York")["location_id"]
    for where, spans in ((house.location, (("09:00", "10:45"), ("12:45", "17:00"))), (place, (("10:45", "12:45"),))):
        hours = [{"weekday": day, "start": start, "end": end} for day in range(1, 6) for start, end in spans]
        record.run(
            set_weekly_hours, owner, provider_id=house.moss, location_id=where, hours=hours, effective_from=TODAY
        )
    record.run(set_travel_time, owner, from_location_id=house.location, to_location_id=place, minutes=30)
    return {"location_id": place, "service_id": house.intake}


def test_a_provider_has_time_for_the_way_between_two_places(front, house, oak, record, desk):
    middle = front.books(house.ada, f"{TUESDAY}T11:00", **oak)["appointment_id"]  # until 12:30
    refusal = front.refused("travel", house.ben, f"{TUESDAY}T12:45")
    assert str(refusal).startswith("Dr. Ines Moss is at Oak Avenue until 12:30 and needs 30 minutes for the way.")
    assert f"{TUESDAY}T13:00" in refusal.alternatives
    assert "expected at Oak Avenue at 11:00" in str(front.refused("travel", house.ben, f"{TUESDAY}T09:45"))
    offered = front.offered(first=TUESDAY, days=1)
    assert [text[-5:] for text in offered[:4]] == ["09:00", "09:15", "09:30", "13:00"]
    record.run(cancel_appointment, desk, appointment_id=middle, cancelled_by="client", code="other")
    front.books(house.ben, f"{TUESDAY}T12:45")  # nobody travels any more
    front.refused("travel", house.dan, f"{TUESDAY}T12:15", **oak | {"duration_minutes": 5})


def test_no_reason_and_no_capacity_make_anybody_be_in_two_places(front, house, oak, record, owner):
    record.run(set_overlap_policy, owner, resource_kind="provider", rule="capacity", capacity=3, effective_from=TODAY)
    front.books(house.ada, f"{TUESDAY}T11:00", **oak)
    front.refused("travel", house.ben, f"{TUESDAY}T11:00", by=owner, override_reason="urgent")


def test_the_larger_of_two_buffers_counts_where_the_practice_says_so(front, house, record, owner):
    record.run(change_service, owner, service_id=house.intake, buffer_before_minutes=15, buffer_after_minutes=5)
    front.books(house.ada, f"{TUESDAY}T10:00")  # until 10:50, ten minutes after
    intake = {"service_id": house.intake}
    front.refused("provider_taken", house.ben, f"{TUESDAY}T11:05", **intake)  # 10 + 15 add
    record.run(set_buffers, owner, buffers="larger")
    front.refused("provider_taken", house.ben, f"{TUESDAY}T11:00", **intake)  # 15 are needed
    front.books(house.ben, f"{TUESDAY}T11:05", **intake)
    front.books(house.cora, f"{TUESDAY}T09:00")  # until 9:50, exactly ten before ten
    with record.read() as reader:
        lanes = reader.rows("select kind, lane from claims where resource_id = ? order by starts_at", house.moss)
    assert {row["lane"] for row in lanes if row["kind"] == "care"} == {0}
