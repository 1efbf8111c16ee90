"""The pure rules of time: the grid, clock changes, buffers, lanes, lateness, working hours, offered times."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import count
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.clock import zone_of
from practice.errors import Refusal
from practice.scheduling.lanes import BLOCK, Held, Limits, clash, crowded, limits_in_force, overfull, place
from practice.scheduling.model import (
    Interval,
    claims_for,
    instant_of,
    is_unresolved,
    judge_notice,
    nearest,
    slots_for,
    status_of,
    subtract,
    union,
    up_to_grid,
    wall_time,
)
from practice.scheduling.offers import Need, fits
from practice.scheduling.working import Hours, as_instants, days_from

NINE = datetime(2026, 3, 2, 9)


def at(hour: float, day: int = 2) -> datetime:
    return datetime(2026, 3, day) + timedelta(hours=hour)


def held(start: float, end: float, lane: int = 0, limits: Limits = BLOCK, key: str = "") -> Held:
    return Held(key or f"{start}-{end}-{lane}", "visit", "care", at(start), at(end), lane, limits)


# --- the grid and the clocks ---


@pytest.mark.parametrize("text", ["tomorrow", "", "2026-13-01T10:00", "2026-03-02T10:00+01:00", None])
def test_what_is_no_wall_time_is_refused_in_words(text):
    with pytest.raises(Refusal) as refused:
        wall_time(text)
    assert refused.value.rule == "wall_time"
    assert refused.value.field == "wall_start"


def test_a_start_off_the_grid_names_its_neighbours():
    with pytest.raises(Refusal, match="five-minute") as refused:
        wall_time("2026-03-02T10:02")
    assert refused.value.rule == "off_grid"
    assert refused.value.alternatives == ("2026-03-02T10:00", "2026-03-02T10:05")


@pytest.mark.parametrize(
    ("zone", "skipped", "first_that_exists"),
    [
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T03:30"),
        ("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T03:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-04T02:45"),  # its clocks go forward by half an hour
    ],
)
def test_an_hour_that_the_clocks_skip_is_refused_by_name(zone, skipped, first_that_exists):
    with pytest.raises(Refusal, match="does not exist") as refused:
        instant_of(wall_time(skipped), zone)
    assert refused.value.rule == "skipped_hour"
    assert refused.value.alternatives == (first_that_exists,)


@pytest.mark.parametrize(
    ("zone", "repeated", "first_pass"),
    [
        ("America/New_York", "2026-11-01T01:30", datetime(2026, 11, 1, 5, 30)),
        ("Europe/Berlin", "2026-10-25T02:30", datetime(2026, 10, 25, 0, 30)),
        ("Australia/Lord_Howe", "2026-04-05T01:45", datetime(2026, 4, 4, 14, 45)),
    ],
)
def test_an_hour_that_the_clocks_repeat_means_its_first_pass(zone, repeated, first_pass):
    assert instant_of(wall_time(repeated), zone) == first_pass


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"])
@pytest.mark.parametrize("year", range(2024, 2034))
def test_around_every_clock_change_of_ten_years_wall_times_come_back_or_are_refused(zone, year):
    """Each quarter-hour of the days on which the offset changes: never moved in silence."""
    tz = zone_of(zone)
    day = datetime(year, 1, 1)
    while day.year == year:
        following = day + timedelta(days=1)
        if day.replace(tzinfo=tz).utcoffset() != following.replace(tzinfo=tz).utcoffset():
            last = None
            for quarter in range(96):
                wall = day + timedelta(minutes=15 * quarter)
                try:
                    instant = instant_of(wall, zone)
                except Refusal:
                    continue  # the test above says with which rule
                assert last is None or instant > last
                assert (instant.minute % 5, instant.second) == (0, 0)
                last = instant
        day = following


# --- claims and slots ---


def claim_all(**more):
    numbers = count()
    return claims_for(
        "visit", at(9), at(9.75), new_id=lambda: f"claim-{next(numbers)}", provider_id="moss", room_id="room",
        service_id="visit", start_date=at(9).date(), client_ids=["ada", "ben"], **more,
    )  # fmt: skip


def test_buffers_hold_the_provider_the_turnaround_also_the_room_and_never_the_client():
    claims = claim_all(before_minutes=10, after_minutes=7)
    assert [(c.resource_id, c.kind, c.starts_at, c.ends_at) for c in claims] == [
        ("moss", "before", at(9) - timedelta(minutes=10), at(9)),
        ("moss", "care", at(9), at(9.75)),
        ("moss", "after", at(9.75), at(9.75) + timedelta(minutes=10)),
        ("room", "care", at(9), at(9.75)),
        ("room", "after", at(9.75), at(9.75) + timedelta(minutes=10)),
        ("ada", "care", at(9), at(9.75)),
        ("ben", "care", at(9), at(9.75)),
    ]
    assert len({claim.claim_id for claim in claims}) == 7


def test_a_claim_is_a_row_of_its_table():
    assert claim_all()[0]._fields == (
        "claim_id", "resource_kind", "resource_id", "appointment_id", "holder", "kind", "service_id", "start_date",
        "starts_at", "ends_at", "lane", "expires_at", "location_id",
    )  # fmt: skip


def test_a_visit_of_45_minutes_takes_nine_slots_of_each_resource():
    slots = list(slots_for(claim_all(lanes={"moss": 2}), horizon=at(0)))
    assert len(slots) == 9 * 4
    assert slots[0] == ("moss", at(9), 2, "claim-0")
    assert len({(resource, slot, lane) for resource, slot, lane, _ in slots}) == len(slots)


def test_visits_before_the_horizon_take_no_slots():
    assert list(slots_for(claim_all(), horizon=at(9, day=3))) == []


def test_twenty_thousand_visits_are_claimed_within_seconds():
    """The demo writes years of history in one go."""
    started = monotonic()
    numbers = count()
    total = 0
    for number in range(20_000):
        claims = claims_for(
            str(number), at(9), at(10), new_id=lambda: str(next(numbers)), provider_id="p", room_id="r",
            client_ids=("c",), after_minutes=10, service_id="visit", start_date=at(9).date(),
        )  # fmt: skip
        total += sum(1 for _ in slots_for(claims, at(0)))
    assert total == 20_000 * (14 + 14 + 12)
    assert monotonic() - started < 15


@pytest.mark.parametrize(("minutes", "held_minutes"), [(0, 0), (1, 5), (5, 5), (7, 10), (240, 240)])
def test_a_buffer_is_rounded_up_to_the_grid(minutes, held_minutes):
    assert up_to_grid(minutes) == held_minutes


# --- overlap ---


def test_the_most_specific_policy_wins_and_without_one_the_rule_is_block():
    def policy(rule, resource=None, service=None, capacity=1, ceiling=2, since=date(2026, 1, 1), until=None):
        return {
            "resource_kind": "provider", "resource_id": resource, "service_id": service, "rule": rule,
            "capacity": capacity, "ceiling": ceiling, "effective_from": since, "effective_to": until,
        }  # fmt: skip

    rows = [
        policy("capacity", capacity=2),
        policy("capacity", service="group", capacity=3),
        policy("warn", resource="moss", ceiling=4),
        policy("block", resource="moss", service="group"),
        policy("capacity", resource="reed", capacity=9, until=date(2026, 2, 28)),
    ]

    def limits(resource, service, kind="provider", policies=rows):
        return limits_in_force(policies, kind, resource, service, date(2026, 3, 2))

    assert limits("moss", "group") == Limits(1, 1)
    assert limits("moss", "visit") == Limits(1, 4)
    assert limits("reed", "group") == Limits(3, 3)
    assert limits("reed", "visit") == Limits(2, 2)
    assert limits("room", "visit", kind="room") == Limits(1, 1)
    assert limits("moss", "visit", policies=[]) == BLOCK


def test_a_rooms_own_capacity_counts_unless_a_policy_names_the_room():
    general = {
        "resource_kind": "room", "resource_id": None, "service_id": None, "rule": "block", "capacity": 1, "ceiling": 1,
        "effective_from": date(2026, 1, 1), "effective_to": None,
    }  # fmt: skip
    named = general | {"resource_id": "gym"}
    on = date(2026, 3, 2)
    assert limits_in_force([], "room", "gym", "visit", on, own_capacity=3).free == 3
    assert limits_in_force([general], "room", "gym", "visit", on, own_capacity=3).free == 3
    assert limits_in_force([general, named], "room", "gym", "visit", on, own_capacity=3).free == 1


def test_neighbours_that_touch_do_not_overlap():
    full = crowded([held(9, 10), held(11, 12)], BLOCK)
    assert full == [Interval(at(9), at(10)), Interval(at(11), at(12))]
    assert clash(full, at(10), at(11)) is None
    assert clash(full, at(8), at(9)) is None
    assert clash(full, at(9.5), at(10.5)) == Interval(at(9), at(10))
    assert clash(full, at(8), at(13)) == Interval(at(9), at(10))


def test_the_strictest_of_all_who_would_share_an_instant_counts():
    """A visit that blocks is not overlapped because the newcomer's policy would allow it."""
    roomy = Limits(3, 3)
    assert crowded([held(9, 10, limits=roomy)], roomy) == []
    assert crowded([held(9, 10, limits=BLOCK)], roomy) == [Interval(at(9), at(10))]
    assert crowded([held(9, 10, limits=roomy)], BLOCK) == [Interval(at(9), at(10))]


def test_an_override_reaches_the_ceiling_and_no_further():
    warn = Limits(1, 2)
    one = [held(9, 10, limits=warn)]
    two = [*one, held(9, 10, lane=1, limits=warn)]
    assert crowded(one, warn) != []
    assert crowded(one, warn, is_override=True) == []
    assert crowded(two, warn, is_override=True) != []


def test_lowering_a_capacity_lists_who_stands_too_many():
    low = Limits(1, 1)
    assert overfull([held(9, 10, limits=low), held(9.5, 10.5, lane=1, limits=low), held(11, 12, limits=low)]) != []
    assert overfull([held(9, 10, limits=low), held(10, 11, limits=low)]) == []


def test_fragmented_lanes_are_coloured_anew_before_anybody_is_refused():
    """Two lanes, never more than two at once, yet no lane is free from nine to eleven."""
    standing = [held(9, 9.5, lane=0), held(10.5, 11, lane=1), held(9.5, 10, lane=0), held(10, 10.5, lane=1)]
    found = place(standing, at(9), at(11), limit=2)
    lanes = {claim.claim_id: found.relaned.get(claim.claim_id, claim.lane) for claim in standing}
    assert found.lane < 2
    assert set(lanes.values()) == {1 - found.lane}


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)), max_size=25),
    st.integers(1, 4),
)
def test_whatever_is_placed_never_exceeds_its_capacity_nor_shares_a_lane(wanted, capacity):
    """Against the plainest model: a count per five minutes."""
    limits = Limits(capacity, capacity)
    standing: list[Held] = []
    counts = [0] * 60
    for number, (slot, length) in enumerate(wanted):
        start, end = NINE + timedelta(minutes=5 * slot), NINE + timedelta(minutes=5 * (slot + length))
        is_free = max(counts[slot : slot + length]) < capacity
        assert (clash(crowded(standing, limits), start, end) is None) == is_free
        if is_free:
            found = place(standing, start, end, capacity)
            standing = [one._replace(lane=found.relaned.get(one.claim_id, one.lane)) for one in standing]
            standing.append(Held(str(number), "visit", "care", start, end, found.lane, limits))
            for position in range(slot, slot + length):
                counts[position] += 1
        for one in standing:
            assert one.lane < capacity
            for other in standing:
                apart = one.ends_at <= other.starts_at or other.ends_at <= one.starts_at
                assert one is other or apart or one.lane != other.lane


# --- lateness, status ---


def test_notice_is_judged_by_the_policy_in_force_and_the_services_own_first():
    def policy(minutes, service=None, since=date(2025, 1, 1), until=None):
        return {"service_id": service, "notice_minutes": minutes, "effective_from": since, "effective_to": until}

    rows = [policy(1440, until=date(2026, 3, 1)), policy(2880, since=date(2026, 3, 2)), policy(60, service="group")]
    start = at(9, day=3)
    day_before = start - timedelta(hours=24)
    assert judge_notice(rows, "visit", start, day_before, date(2026, 3, 2)) == (1440, True)
    assert judge_notice(rows, "visit", start, day_before, date(2026, 3, 1)) == (1440, False)
    assert judge_notice(rows, "group", start, day_before, date(2026, 3, 2)) == (1440, False)
    assert judge_notice(rows, "visit", start, start + timedelta(minutes=5), date(2026, 3, 3)) == (-5, True)
    assert judge_notice([], "visit", start, day_before, date(2026, 3, 2)) == (1440, None)


@pytest.mark.parametrize(
    ("attendees", "status"),
    [
        (["scheduled"], "scheduled"),
        (["arrived"], "scheduled"),
        (["in_session", "no_show"], "in_session"),
        (["completed", "no_show", "cancelled"], "completed"),
        (["no_show", "left_unseen"], "closed"),
        (["cancelled", "cancelled"], "cancelled"),
        (["cancelled", "rescheduled"], "rescheduled"),
        (["entered_in_error"], "entered_in_error"),
        (["entered_in_error", "cancelled"], "cancelled"),
    ],
)
def test_an_appointments_status_follows_from_its_attendees(attendees, status):
    assert status_of(attendees) == status


def test_unresolved_is_a_past_start_of_which_nobody_said_anything():
    today, start = date(2026, 3, 2), at(9)
    assert not is_unresolved("scheduled", start, today, at(8.9), today)
    assert is_unresolved("scheduled", start, today, at(9.1), today)
    assert not is_unresolved("in_session", start, today, at(9.1), today)
    assert is_unresolved("in_session", start, today, at(9, day=3), date(2026, 3, 3))
    assert not is_unresolved("completed", start, today, at(9, day=3), date(2026, 3, 3))


# --- working hours and offers ---


def test_intervals_join_and_are_cut():
    assert union([Interval(at(9), at(12)), Interval(at(12), at(13)), Interval(at(10), at(11))]) == [
        Interval(at(9), at(13))
    ]
    assert subtract([Interval(at(9), at(17))], [Interval(at(12), at(13)), Interval(at(16), at(20))]) == [
        Interval(at(9), at(12)),
        Interval(at(13), at(16)),
    ]


def weekly(provider="moss", start=time(9), end=time(17), weekday=1, since=date(2026, 1, 1), until=None):
    return {
        "provider_id": provider, "location_id": "elm", "weekday": weekday, "start_time": start, "end_time": end,
        "effective_from": since, "effective_to": until,
    }  # fmt: skip


def exception(provider=None, start=None, end=None, is_open=False):
    return {
        "provider_id": provider, "location_id": "elm", "exception_date": date(2026, 3, 2), "start_time": start,
        "end_time": end, "is_open": is_open,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("exceptions", "time_off", "expected"),
    [
        ([], [], [(9, 17)]),
        ([exception(start=time(12), end=time(13))], [], [(9, 12), (13, 17)]),
        ([exception()], [], []),
        ([exception(), exception("moss", time(10), time(12), is_open=True)], [], [(10, 12)]),
        ([exception("moss", time(18), time(20), is_open=True)], [], [(9, 17), (18, 20)]),
        ([exception("moss", time(17), time(18), is_open=True)], [], [(9, 18)]),
        ([exception("reed")], [], [(9, 17)]),
        (
            [exception("moss", time(18), time(20), is_open=True)],
            [{"provider_id": "moss", "start_date": date(2026, 3, 1), "end_date": date(2026, 3, 2)}],
            [],
        ),
    ],
    ids=[
        "the week", "a closed lunch", "a closed location", "open all the same", "an evening", "an hour more",
        "somebody else's", "time off beats all",
    ],
)  # fmt: skip
def test_working_time_of_a_day(exceptions, time_off, expected):
    hours = Hours([weekly()], exceptions, time_off)
    assert hours.on("moss", "elm", date(2026, 3, 2)) == [Interval(at(a), at(b)) for a, b in expected]


def test_earlier_hours_hold_until_later_ones_begin():
    hours = Hours([weekly(until=date(2026, 3, 8)), weekly(start=time(13), since=date(2026, 3, 9))], [], [])
    starts = [hours.on("moss", "elm", day)[0].start.hour for day in (date(2026, 3, 2), date(2026, 3, 9))]
    assert starts == [9, 13]


def test_working_hours_across_a_clock_change_are_as_long_as_the_clock_says():
    night = [Interval(datetime(2026, 3, 8, 1), datetime(2026, 3, 8, 5))]
    (stretch,) = as_instants(night, "America/New_York")
    assert stretch.end - stretch.start == timedelta(hours=3)


def test_offered_starts_pass_buffers_rooms_and_the_clients_own_day():
    working = [Interval(at(9), at(12))]
    need = Need(minutes=50, before_minutes=5, after_minutes=10, needs_room=True)
    found = list(
        fits(
            working,
            need,
            earliest=at(9),
            provider=[Interval(at(10), at(10.5))],
            clients=[[Interval(at(11.5), at(12))]],
            rooms={"one": [Interval(at(9), at(10.75))], "two": []},
        )
    )
    # 9:00 runs into the provider's 10:00 only with its turnaround: 9:50 + 10 minutes touches, so it passes.
    assert [(fit.start, fit.room_id) for fit in found] == [(at(9), "two")]
    later = list(fits(working, need, earliest=at(9.5), provider=[], clients=[], rooms={"one": []}))
    assert [fit.start for fit in later][:2] == [at(9.5), at(9.75)]


def test_a_visit_longer_than_the_stretch_is_never_offered():
    assert list(fits([Interval(at(9), at(9.5))], Need(minutes=50), earliest=at(0))) == []


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 20)), max_size=12), st.integers(1, 12), st.integers(0, 4))
def test_offers_are_exactly_the_starts_that_pass(busy, length, after):
    """Hopping over what is taken leaves nothing out."""
    full = union(Interval(NINE + timedelta(minutes=5 * a), NINE + timedelta(minutes=5 * (a + b))) for a, b in busy)
    working = [Interval(NINE, NINE + timedelta(hours=8))]
    need = Need(minutes=5 * length, after_minutes=5 * after)
    plain = [
        start
        for start in (NINE + timedelta(minutes=15 * step) for step in range(33))
        if start + timedelta(minutes=5 * length) <= working[0].end
        and all(start >= b.end or start + timedelta(minutes=5 * (length + after)) <= b.start for b in full)
    ]
    assert [fit.start for fit in fits(working, need, earliest=NINE, provider=full)] == plain


def test_the_nearest_free_times_are_told_in_order():
    free = [at(9), at(11), at(15), at(16)]
    assert nearest(at(12), free) == [at(9), at(11), at(15)]


def test_days_from_counts_the_first():
    assert list(days_from(date(2026, 3, 2), 2)) == [date(2026, 3, 2), date(2026, 3, 3)]
