"""Time, ids and money: the three small things that everything else trusts."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.clock import (
    as_utc,
    demo_clock,
    fixed_clock,
    local_date,
    stored,
    system_clock,
    to_instant,
    to_wall,
    zone_of,
)
from practice.errors import Refusal
from practice.ids import random_ids, seeded_ids, uuid7
from practice.money import CURRENCIES, Currency, split

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "UTC")
INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))


@given(INSTANTS, st.sampled_from(ZONES))
def test_an_instant_survives_the_wall_unless_its_hour_comes_twice(instant, zone):
    wall = to_wall(instant, zone)
    assert wall.tzinfo is None
    again = to_instant(wall, zone)
    assert again <= instant
    assert again == instant or instant - again <= timedelta(hours=1)
    assert to_wall(again, zone) == wall


@given(st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1)), st.sampled_from(ZONES))
def test_a_wall_time_names_one_instant_and_moves_on_only_in_a_gap(wall, zone):
    shown = to_wall(to_instant(wall, zone), zone)
    assert wall <= shown <= wall + timedelta(hours=24)


def test_a_skipped_hour_moves_on_by_the_gap():
    assert to_instant(datetime(2026, 3, 8, 2, 30), "America/New_York") == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert to_wall(datetime(2026, 3, 8, 7, 30), "America/New_York") == datetime(2026, 3, 8, 3, 30)
    assert to_instant(datetime(2026, 3, 29, 2, 15), "Europe/Berlin") == datetime(2026, 3, 29, 1, 15, tzinfo=UTC)


def test_a_repeated_hour_means_its_first_pass():
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    for fold in (0, 1):
        assert to_instant(datetime(2026, 11, 1, 1, 30, fold=fold), "America/New_York") == first
    second = first + timedelta(hours=1)
    assert to_wall(first, "America/New_York") == to_wall(second, "America/New_York") == datetime(2026, 11, 1, 1, 30)


def test_the_local_date_is_the_locations():
    late = datetime(2026, 3, 3, 3, 0)
    assert local_date(late, "America/New_York") == date(2026, 3, 2)
    assert local_date(late, "Asia/Kolkata") == date(2026, 3, 3)


@pytest.mark.parametrize(
    "name", ["", "Mars/Base", "../UTC", "/etc/passwd", "Europe", "Europe//Berlin", "zone.tab", "."]
)
def test_what_is_no_iana_zone_is_refused_by_name(name):
    with pytest.raises(ValueError, match="such as Europe/Berlin"):
        zone_of(name)


def test_stored_instants_are_naive_utc_and_come_back_the_same():
    noon = datetime(2026, 3, 2, 12, tzinfo=timezone(timedelta(hours=2)))
    assert stored(noon) == datetime(2026, 3, 2, 10)
    assert as_utc(stored(noon)) == noon
    assert system_clock().tzinfo is UTC


def test_a_demo_day_opens_at_half_past_nine_and_never_ends():
    real = [datetime(2026, 11, 22, 23, tzinfo=UTC)]
    demo = demo_clock(date(2026, 3, 2), "Europe/Berlin", real=lambda: real[0])
    assert demo() == datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
    real[0] += timedelta(hours=1)
    assert demo() == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    real[0] += timedelta(days=3)
    assert demo() == datetime(2026, 3, 2, 19, 0, tzinfo=UTC)
    real[0] -= timedelta(days=9)
    assert demo() == datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


@given(INSTANTS, st.integers(0, 2**74 - 1))
def test_an_id_is_a_uuid_of_version_7_that_carries_its_instant(instant, bits):
    made = uuid.UUID(uuid7(instant, bits))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == int(instant.timestamp() * 1000)
    assert (made.int >> 64 & 0xFFF) << 62 | made.int & (1 << 62) - 1 == bits


@given(INSTANTS, st.integers(1, 10**9))
def test_ids_sort_by_their_instant(instant, later):
    ids = random_ids()
    assert ids(instant) < ids(instant + timedelta(milliseconds=later))


def test_a_seed_makes_the_same_ids_again_and_another_seed_does_not():
    now = fixed_clock(datetime(2026, 3, 2, tzinfo=UTC))()
    first, again, other = seeded_ids(7), seeded_ids(7), seeded_ids(8)
    made = [first(now) for _ in range(100)]
    assert made == [again(now) for _ in range(100)]
    assert len(set(made) | {other(now) for _ in range(100)}) == 200


@given(st.sampled_from(CURRENCIES), st.integers(-(10**12), 10**12))
def test_an_amount_that_is_shown_can_be_typed_again(code, minor):
    currency = Currency.of(code)
    assert currency.parse(currency.show(minor)) == minor


@pytest.mark.parametrize(
    ("code", "minor", "shown"),
    [("USD", 123450, "$1,234.50"), ("USD", -5, "−$0.05"), ("JPY", 1200, "¥1,200"), ("KWD", 1, "KWD 0.001"), ("CHF", 100, "CHF 1.00")],
)  # fmt: skip
def test_amounts_are_shown_as_people_write_them(code, minor, shown):
    assert Currency.of(code).show(minor) == shown


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("120.5", 12050),
        (" $1,200 ", 120000),
        (7, 700),
        ("-3.10", -310),
        ("-$3.10", -310),
        ("$-3", -300),
        ("0", 0),
        ("12,34,567.8", 123456780),
    ],
)
def test_amounts_are_read_as_people_type_them(typed, minor):
    assert Currency.of("usd").parse(typed) == minor


@pytest.mark.parametrize(
    "typed", ["", "abc", "1.005", "NaN", "Infinity", "1e20", "12,0.0.1", "120,50", "1,2", ",5", "1,,000", "--3", "٣.٥x"]
)
def test_what_is_no_amount_is_refused_with_an_example_or_a_reason(typed):
    with pytest.raises(Refusal) as refused:
        Currency.of("USD").parse(typed)
    assert refused.value.field == "amount"


def test_an_unknown_currency_is_refused():
    with pytest.raises(Refusal, match="USD or EUR"):
        Currency.of("BTC")


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(any))
def test_parts_add_up_to_the_whole_and_are_off_by_less_than_one(total, weights):
    parts = split(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * weight / sum(weights)) < 1.001
        assert weight or part == 0


def test_the_largest_remainder_gets_the_odd_cent():
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(100, [1, 2]) == [33, 67]
    assert split(-100, [1, 1, 1]) == [-33, -33, -34]
    with pytest.raises(ValueError):
        split(1, [0])
