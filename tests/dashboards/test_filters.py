"""Periods and filters: what they mean, and how they stand in an address."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from dashboards.components.numbers.filters import COMPARISONS, Filters, from_address
from dashboards.components.numbers.periods import (
    PERIODS,
    Window,
    compared,
    history,
    months_before,
    steps,
    window,
)

TODAY = date(2026, 3, 2)
MEMBERS = {"location": ["loc-elm"], "provider": ["prov-moss", "none"], "service": ["none"], "payer": ["payer-harbor", "none"],
           "referral_source": ["ref-friend", "none"]}  # fmt: skip
SOURCES = ["record", "old_system"]


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("7-days", "2026-02-24", "2026-03-02"), ("30-days", "2026-02-01", "2026-03-02"),
        ("90-days", "2025-12-03", "2026-03-02"), ("12-months", "2025-03-03", "2026-03-02"),
        ("this-month", "2026-03-01", "2026-03-02"), ("last-month", "2026-02-01", "2026-02-28"),
        ("this-quarter", "2026-01-01", "2026-03-02"), ("this-year", "2026-01-01", "2026-03-02"),
    ],
)  # fmt: skip
def test_a_period_ends_today_unless_it_is_over(period, first, last):
    assert window(period, TODAY) == Window(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("30-days", "2026-01-02", "2026-01-31"),
        ("this-month", "2026-02-01", "2026-02-02"),  # as many days of the month before
        ("last-month", "2026-01-01", "2026-01-31"),
        ("this-quarter", "2025-10-01", "2025-12-02"),
        ("this-year", "2025-01-01", "2025-03-02"),
    ],
)  # fmt: skip
def test_it_is_compared_with_as_much_of_the_period_before(period, first, last):
    expected = Window(date.fromisoformat(first), date.fromisoformat(last))
    assert compared(period, window(period, TODAY), by_year=False) == expected


def test_a_leap_day_is_compared_with_the_last_of_february():
    leap = Window(date(2028, 2, 1), date(2028, 2, 29))
    assert compared("dates", leap, by_year=True) == Window(date(2027, 2, 1), date(2027, 2, 28))


def test_months_back_keep_the_day_where_the_month_has_it():
    assert months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert months_before(date(2026, 1, 15), 13) == date(2024, 12, 15)
    assert months_before(date(2026, 12, 1), -1) == date(2027, 1, 1)


@pytest.mark.parametrize("period", PERIODS)
def test_a_tiles_history_is_twelve_slices_without_gap_that_end_with_the_window(period):
    current = window(period, TODAY)
    slices = history(current)
    assert len(slices) == 12
    assert slices[-1].last == current.last
    assert all(late.first - early.last == timedelta(1) for early, late in pairwise(slices))


def test_a_trend_is_of_whole_weeks_or_months_and_twelve_weeks_at_least():
    step, days = steps(window("7-days", TODAY))
    assert (step, days.first.weekday(), days.last) == ("week", 0, TODAY)
    assert days.days >= 84
    step, days = steps(window("12-months", TODAY))
    assert (step, days.first) == ("month", date(2025, 3, 1))


def test_two_dates_read_like_people_write_them():
    assert Window(date(2026, 2, 1), date(2026, 3, 2)).in_words() == "1 Feb to 2 Mar 2026"
    assert Window(date(2025, 12, 3), date(2026, 3, 2)).in_words() == "3 Dec 2025 to 2 Mar 2026"
    assert Window(TODAY, TODAY).in_words() == "2 Mar 2026"


@pytest.mark.parametrize(
    "address",
    [
        {},
        {"period": "90-days"},
        {"period": "dates", "from": "2026-01-01", "to": "2026-01-31"},
        {"location": "loc-elm", "provider": "none", "payer": "payer-harbor", "referral_source": "none"},
        {"period": "this-year", "source": "old_system", "compare": "year"},
    ],
)
def test_an_address_says_what_is_shown_and_leads_there_again(address):
    filters, said = from_address(address, MEMBERS, SOURCES)
    assert said == []
    assert filters.address() == address


def test_none_in_an_address_means_the_rows_that_have_none():
    filters, _ = from_address({"payer": "none", "provider": "prov-moss"}, MEMBERS, SOURCES)
    assert filters.members == {"payer": None, "provider": "prov-moss"}


def test_two_dates_need_no_period_beside_them():
    filters, _ = from_address({"from": "2026-01-01", "to": "2026-01-31"}, MEMBERS, SOURCES)
    assert filters.window(TODAY) == Window(date(2026, 1, 1), date(2026, 1, 31))


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ({"period": "fortnight"}, "'fortnight' is no period; use one of 7-days"),
        ({"period": "dates"}, "Two dates are written like"),
        ({"from": "soon", "to": "later"}, "Two dates are written like"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "before it begins"),
        ({"provider": "prov-nobody"}, "a provider that you can't choose"),
        ({"location": "none"}, "a location that you can't choose"),  # not among those of this person
        ({"source": "elsewhere"}, "no numbers of a source 'elsewhere'"),
        ({"compare": "neighbours"}, f"use {' or '.join(COMPARISONS)}"),
    ],
)
def test_what_an_address_cannot_ask_for_gets_one_sentence_and_the_default(address, sentence):
    filters, said = from_address(address, MEMBERS, SOURCES)
    assert len(said) == 1
    assert sentence in said[0]
    assert filters == Filters()
