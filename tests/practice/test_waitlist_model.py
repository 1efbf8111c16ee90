"""Who fits a free place, in which order they are asked, and why: the pure rules, and their laws."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.waitlist.model import (
    SHORTEST_ANSWER,
    Place,
    Waiting,
    Window,
    answer_until,
    misfit,
    next_batch,
    rank,
    reasons_for,
)

NOW = datetime(2026, 3, 2, 14)  # Monday, nine in New York
TUESDAY_TEN = Place("prov-moss", "loc-elm", datetime(2026, 3, 3, 10), datetime(2026, 3, 3, 15), 50)


def waiting(**changes) -> Waiting:
    return replace(
        Waiting(
            entry_id="e1",
            client_id="client-ada",
            service_id="svc-visit",
            location_ids=(),
            provider_ids=(),
            windows=(),
            earliest_date=date(2026, 3, 2),
            expires_date=date(2026, 5, 1),
            notice_minutes=120,
            urgency=1,
            created_at=NOW - timedelta(days=10),
            minutes=50,
        ),
        **changes,
    )


def test_whoever_names_nothing_fits_everywhere():
    assert misfit(TUESDAY_TEN, waiting(), NOW) is None


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"location_ids": ("loc-mill",)}, "location"),
        ({"provider_ids": ("prov-reed",)}, "provider"),
        ({"earliest_date": date(2026, 3, 4)}, "dates"),
        ({"expires_date": date(2026, 3, 2)}, "dates"),
        ({"windows": (Window(1, time(8), time(12)),)}, "window"),  # Mondays only
        ({"windows": (Window(2, time(10, 5), time(12)),)}, "window"),
        ({"windows": (Window(2, time(9), time(10, 45)),)}, "window"),  # has to leave before the visit ends
        ({"notice_minutes": 25 * 60}, "notice"),
        ({"fallback_starts_at": datetime(2026, 3, 3, 15)}, "not_earlier"),
        ({"is_bookable": False}, "not_bookable"),
        ({"is_client_free": False}, "client_busy"),
        ({"is_asked": True}, "asked"),
    ],
)
def test_what_does_not_fit_is_named(wish, why):
    assert misfit(TUESDAY_TEN, waiting(**wish), NOW) == why


@pytest.mark.parametrize(
    "wish",
    [
        {"windows": (Window(1, time(8), time(12)), Window(2, time(10), time(10, 50)))},
        {"provider_ids": ("prov-reed", "prov-moss"), "location_ids": ("loc-elm",)},
        {"earliest_date": date(2026, 3, 3), "expires_date": date(2026, 3, 3)},
        {"notice_minutes": 24 * 60},
        {"fallback_starts_at": datetime(2026, 3, 4, 15)},
    ],
)
def test_a_wish_that_the_place_just_meets_fits(wish):
    assert misfit(TUESDAY_TEN, waiting(**wish), NOW) is None


def test_the_urgent_come_first_then_those_who_wait_longest():
    ada = waiting(entry_id="ada", client_id="1", created_at=NOW - timedelta(days=80))
    ben = waiting(entry_id="ben", client_id="2", urgency=2, created_at=NOW)
    cora = waiting(entry_id="cora", created_at=NOW - timedelta(days=20))
    assert [one.entry.entry_id for one in rank(TUESDAY_TEN, [cora, ada, ben], NOW)] == ["ben", "ada", "cora"]


def test_who_gains_more_days_and_who_fills_the_gap_goes_before_who_does_not():
    soon = waiting(entry_id="soon", client_id="1", fallback_starts_at=TUESDAY_TEN.starts_at + timedelta(days=2))
    late = waiting(entry_id="late", client_id="2", fallback_starts_at=TUESDAY_TEN.starts_at + timedelta(days=15))
    short = waiting(
        entry_id="short", client_id="3", minutes=25, fallback_starts_at=TUESDAY_TEN.starts_at + timedelta(days=15)
    )
    assert [one.entry.entry_id for one in rank(TUESDAY_TEN, [short, soon, late], NOW)] == ["late", "short", "soon"]


def test_the_reasons_are_the_numbers_that_were_counted():
    entry = waiting(urgency=3, fallback_starts_at=TUESDAY_TEN.starts_at + timedelta(days=9), minutes=25)
    assert [tuple(reason) for reason in reasons_for(TUESDAY_TEN, entry, NOW)] == [
        ("urgency", 3, 200),
        ("waited_days", 10, 10),
        ("earlier_days", 9, 9),
        ("filled_percent", 50, 7),
    ]


ENTRIES = st.builds(
    waiting,
    entry_id=st.text("abcdef", min_size=1, max_size=6),
    client_id=st.sampled_from(("ada", "ben", "cora", "dan", "eve")),
    urgency=st.integers(1, 3),
    minutes=st.sampled_from((25, 50, 90)),
    created_at=st.integers(0, 200).map(lambda days: NOW - timedelta(days=days)),
    fallback_starts_at=st.none() | st.integers(1, 90).map(lambda days: TUESDAY_TEN.starts_at + timedelta(days=days)),
    notice_minutes=st.sampled_from((0, 120, 2880)),
    is_client_free=st.booleans(),
)


@given(st.lists(ENTRIES, max_size=12, unique_by=lambda entry: entry.entry_id), st.randoms(use_true_random=False))
def test_the_order_is_the_same_whatever_order_they_come_in(entries, dice: random.Random):
    shuffled = entries[:]
    dice.shuffle(shuffled)
    ranked = rank(TUESDAY_TEN, entries, NOW)
    assert ranked == rank(TUESDAY_TEN, shuffled, NOW)
    fitting = [one for one in entries if misfit(TUESDAY_TEN, one, NOW) is None]
    assert sorted(one.entry.client_id for one in ranked) == sorted({one.client_id for one in fitting})  # each once
    for entry in fitting:
        asked = next(one for one in ranked if one.entry.client_id == entry.client_id)
        assert asked.score >= sum(reason.points for reason in reasons_for(TUESDAY_TEN, entry, NOW))
    for one in ranked:
        assert one.score == sum(reason.points for reason in one.reasons)
        assert all(isinstance(number, int) for reason in one.reasons for number in reason[1:])
    for above, below in pairwise(ranked):
        assert (-above.score, above.entry.created_at) <= (-below.score, below.entry.created_at)
        assert above.entry.urgency >= below.entry.urgency  # nothing outweighs urgency


@given(st.integers(1, 2880), st.integers(0, 5000), st.integers(0, 2880))
def test_time_to_answer_never_cuts_into_the_clients_own_notice(answer_minutes, until_start, notice_minutes):
    starts_at = NOW + timedelta(minutes=until_start)
    until = answer_until(NOW, answer_minutes, starts_at, notice_minutes)
    if until is None:
        assert min(answer_minutes, until_start - notice_minutes) < SHORTEST_ANSWER.total_seconds() / 60
    else:
        assert NOW + SHORTEST_ANSWER <= until <= NOW + timedelta(minutes=answer_minutes)
        assert starts_at - until >= timedelta(minutes=notice_minutes)


def test_the_next_are_asked_only_when_nobodys_answer_is_waited_for():
    assert next_batch(["sent", "planned"], 3) == 0
    assert next_batch(["declined", "expired", "planned", "planned", "planned", "planned"], 3) == 3
    assert next_batch(["unreachable", "planned"], 3) == 1
    assert next_batch(["accepted", "withdrawn"], 3) == 0
