"""The medium demo behaves like a practice. Only its story is told here (no record is written), so this is quick."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from ingestion.demo.books import keep_books
from ingestion.demo.columns import MINUTE, NEVER, as_date, day_number
from ingestion.demo.house import PAYER_DAYS, build_house, give_ids
from ingestion.demo.odds import age_band, no_show_probability
from ingestion.demo.record_of import IS_CANCELLED, IS_COMPLETED, IS_MOVED, IS_NO_SHOW, tell
from ingestion.demo.sizes import DEMO_SEED, DEMO_TODAY, size_of


@pytest.fixture(scope="module")
def medium():
    """(house, story, books) of the medium demo."""
    house = build_house(size_of("medium"), DEMO_TODAY, np.random.default_rng([DEMO_SEED, 90]))
    give_ids(house, np.random.default_rng(1))
    story = tell(house, DEMO_SEED)
    return house, story, keep_books(house, story, DEMO_SEED)


@pytest.fixture(scope="module")
def seats(medium):
    """Attendees with the day and weekday of their visit."""
    _, story, _ = medium
    day = story.appointments["day"][story.attendees["appointment"]]
    return story.attendees | {"day": day, "weekday": (day + 3) % 7 + 1}


def per_working_day(seats, first: str, last: str) -> float:
    """Visits booked per weekday between two dates."""
    begins, ends = (day_number(date.fromisoformat(text)) for text in (first, last))
    return int(((seats["day"] >= begins) & (seats["day"] <= ends)).sum()) / np.busday_count(first, last)


def test_the_medium_demo_has_its_size(medium, seats):
    house, story, _ = medium
    assert (house.size.locations, house.size.providers, house.size.months) == (3, 14, 30)
    assert len(set(house.zones.names)) == 2
    assert 55_000 <= len(seats["status"]) <= 66_000
    assert as_date(int(seats["day"].min())) < date(2024, 6, 1)
    assert len(story.owes) > 3_000


def test_the_practice_grows(seats):
    assert per_working_day(seats, "2026-09-08", "2026-10-31") > 1.08 * per_working_day(
        seats, "2024-09-08", "2024-10-31"
    )


def test_summer_and_the_end_of_the_year_are_quiet(seats):
    for year in (2025, 2026):
        usual = per_working_day(seats, f"{year}-04-20", f"{year}-06-06")
        assert per_working_day(seats, f"{year}-07-01", f"{year}-08-20") < 0.93 * usual
    assert per_working_day(seats, "2025-12-22", "2026-01-03") < 0.6 * per_working_day(seats, "2025-10-20", "2025-11-20")


def test_weekends_and_public_holidays_are_free_and_the_middle_of_the_week_is_busy(medium, seats):
    house, _, _ = medium
    visits = np.bincount(seats["weekday"], minlength=8)
    assert visits[6:].sum() == 0
    assert visits[2:5].mean() > 1.02 * visits[[1, 5]].mean()
    assert not np.isin(seats["day"], list(house.holidays)).any()
    assert day_number(date(2025, 12, 25)) in house.holidays


def test_new_clients_wait_and_lead_times_are_skewed(seats):
    lead = seats["day"] - seats["first_booked"] // 86_400
    new, returning = lead[seats["is_first"]], lead[~seats["is_first"] & ~seats["is_late_entry"]]
    assert 5 <= np.median(new) <= 21
    assert new.mean() > np.median(new)
    assert 6 <= np.median(returning) <= 21
    assert np.percentile(returning, 90) > 2 * np.median(returning)
    assert ((lead < 0) == seats["is_late_entry"]).mean() > 0.999


def test_outcomes_have_the_shares_of_a_practice(medium, seats):
    house, _, _ = medium
    past = seats["day"] < house.today
    share = np.bincount(seats["status"][past], minlength=9) / past.sum()
    assert 0.70 < share[IS_COMPLETED] < 0.84
    assert 0.04 < share[IS_NO_SHOW] < 0.09
    assert 0.09 < share[IS_CANCELLED] < 0.18
    assert 0.015 < share[IS_MOVED] < 0.06
    unresolved = past & np.isin(seats["status"], (0, 1, 2))
    recent = past & (seats["day"] >= house.today - 4)
    assert 0.0005 < unresolved.sum() / past.sum() < 0.01
    assert unresolved[recent].mean() > 5 * unresolved[past & ~recent].mean()


def test_moved_visits_are_linked_to_their_successors(medium, seats):
    _, story, _ = medium
    moved = np.flatnonzero(seats["status"] == IS_MOVED)
    after = seats["moved_to"][moved]
    assert (after >= 0).all()
    assert (seats["client"][after] == seats["client"][moved]).all()
    assert (seats["first_booked"][after] == seats["first_booked"][moved]).all()
    assert (seats["booked"][after] == seats["gone"][moved]).all()
    assert (story.appointments["moved_from"][seats["appointment"][after]] == seats["appointment"][moved]).all()


def test_waits_are_minutes(seats):
    seen = seats["seated"] < NEVER
    assert 0.6 < seen.sum() / (seats["status"] == IS_COMPLETED).sum() < 0.95
    starts = seats["start"] - seats["start"] % MINUTE
    assert (starts % (5 * MINUTE) == 0).all()
    wait = (seats["seated"] - seats["arrived"])[seen] / MINUTE
    assert 3 < np.median(wait) < 15


# --- no-shows --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def due(medium, seats):
    """Attendees who were expected and of whom it is known whether they came."""
    chosen = ~np.isnan(seats["chance"]) & np.isin(seats["status"], (IS_COMPLETED, IS_NO_SHOW))
    return {name: values[chosen] for name, values in seats.items()}


def test_no_shows_come_as_often_as_their_planted_probability_says(due):
    missed = due["status"] == IS_NO_SHOW
    edges = np.quantile(due["chance"], np.linspace(0, 1, 11))
    decile = np.clip(np.searchsorted(edges, due["chance"], "right") - 1, 0, 9)
    rates = []
    for number in range(10):
        some = decile == number
        truth = due["chance"][some].mean()
        spread = np.sqrt(truth * (1 - truth) / some.sum())
        assert abs(missed[some].mean() - truth) < 4 * spread + 0.003, (number, missed[some].mean(), truth)
        rates.append(missed[some].mean())
    assert rates[9] > 4 * rates[0]


def test_no_shows_depend_on_what_they_were_planted_to_depend_on(medium, due):
    _, story, _ = medium
    missed = due["status"] == IS_NO_SHOW
    lead = due["day"] - due["first_booked"] // 86_400
    band = age_band(story.clients["age"][due["client"]])
    assert missed[lead > 21].mean() > 1.3 * missed[lead <= 3].mean()
    assert missed[due["weekday"] == 1].mean() > missed[due["weekday"] == 3].mean()
    assert missed[band == 1].mean() > 1.5 * missed[band == 4].mean()
    assert missed[due["confirmed"] < NEVER].mean() < 0.8 * missed[due["confirmed"] >= NEVER].mean()


def test_the_planted_odds_are_no_logistic_regression():
    def log_odds(lead: int, band: int, *, is_new: bool) -> float:
        one = np.array([1])
        chance = no_show_probability(
            lead_days=one * lead, is_new=np.array([is_new]), weekday=one * 3, band=one * band, misses=one * 0,
            is_confirmed=np.array([False]), habit=one * 1.0,
        )[0]  # fmt: skip
        return float(np.log(chance / (1 - chance)))

    # In a logistic regression the effect of being new would be the same number of log odds at every age.
    young = log_odds(20, 1, is_new=True) - log_odds(20, 1, is_new=False)
    old = log_odds(20, 4, is_new=True) - log_odds(20, 4, is_new=False)
    assert old - young > 0.3


# --- money -----------------------------------------------------------------------------------------------------------


def test_payers_take_ten_to_forty_five_days(medium):
    _, _, books = medium
    put = books.allocations
    by_payer = books.payments["by_payer"][put["payment"]]
    days = (put["post_day"] - books.charges["post_day"][put["charge"]])[by_payer]
    payer = books.charges["payer"][put["charge"]][by_payer]
    for number, usual in enumerate(PAYER_DAYS):
        assert usual - 2 < np.median(days[payer == number]) < usual + 9
    assert np.percentile(days, 5) >= 10
    assert np.percentile(days, 80) <= 45
    assert (books.charges["allowed"] <= books.charges["amount"]).all()


def test_most_is_collected_and_some_is_old_or_lost(medium):
    house, _, books = medium
    charged = books.charges["amount"][books.charges["voided"] >= NEVER].sum()
    lost = books.adjustments["amount"][np.isin(books.adjustments["class"], (3, 4))].sum()
    collected = books.allocations["amount"].sum()
    contractual = books.adjustments["amount"][books.adjustments["class"] == 0].sum()
    assert 0.85 < collected / (charged - contractual) < 0.98
    assert 0.01 < lost / charged < 0.08
    late = books.charges["post_day"] - books.charges["day"]
    assert (late >= 0).all()
    assert 0.005 < (late >= 7).mean() < 0.05
    unpaid = books.invoices["post_day"] < house.today - 60
    assert unpaid.any()
