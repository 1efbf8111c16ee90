"""What earlier forecasts were off by: stored errors, the scorecard, and the project's MASE on printed answers."""

from __future__ import annotations

import random
from pathlib import Path

import duckdb
import jinja2
import pytest

from tests.warehouse.conftest import PROJECT
from tests.warehouse.provider_weeks import Practice, compiled, weeks_ago

pytestmark = pytest.mark.warehouse

HOSPITAL = Path(__file__).parents[3] / "shared" / "data" / "ts_hospital" / "hospital_wide.csv"


@pytest.fixture
def practice(built, landing):
    return Practice(compiled(landing.path.parent / "target"))


def test_past_forecasts_know_only_the_weeks_before_them(practice):
    """1,000 until ten weeks ago, then 2,000: from the week of the change 1,000 is forecast, 1,000 too little."""
    practice.steady(weeks_ago(30), weeks_ago(11), minutes=1000)
    practice.steady(weeks_ago(10), weeks_ago(1), minutes=2000)
    practice.ahead()

    rows = practice.forecast()(
        """select horizon_weeks, forecast_minutes, actual_minutes, forecast_error
        from warehouse.intermediate.int_forecast__backtest
        where level = 'provider' and origin_week = ? and horizon_weeks in (1, 9, 10) order by 1""",
        weeks_ago(10),
    )

    # Nine weeks on is last week; ten weeks on is this one, which is not over.
    assert rows == [(n, 1000, 2000, pytest.approx(1000 / 1000**0.5)) for n in (1, 9)]


def test_the_scorecard_gives_the_errors_of_both_methods_on_the_same_weeks(practice):
    """A steady practice doubles 13 weeks ago: worked out again from the stored forecasts, error by error."""
    practice.steady(weeks_ago(40), weeks_ago(14), minutes=1000)
    practice.steady(weeks_ago(13), weeks_ago(1), minutes=2000)
    practice.ahead()
    ask = practice.forecast()

    points = ask(
        """select actual_minutes, forecast_minutes, baseline_minutes from warehouse.intermediate.int_forecast__backtest
        where is_simulated and level = 'practice' and horizon_weeks <= 4"""
    )
    (row,) = ask(
        """select n, mae_minutes, wape, bias_minutes, mase, baseline_mae_minutes, is_better_than_baseline, is_simulated
        from forecast_scorecard where level = 'practice' and horizon_band = '1-4'"""
    )

    mae, worse = (sum(abs(p[0] - p[n]) for p in points) / len(points) for n in (1, 2))
    change = 1000 / 39  # forty weeks change once, by 1,000
    assert mae < worse
    assert row == (
        len(points), pytest.approx(mae, abs=1e-4), pytest.approx(mae * len(points) / sum(p[0] for p in points), abs=1e-4),
        pytest.approx(mae, abs=1e-4), pytest.approx(mae / change, abs=1e-4), pytest.approx(worse, abs=1e-4), True, True,
    )  # fmt: skip


def test_four_of_five_weeks_of_chance_lie_in_the_interval(practice):
    """Twenty providers whose weeks differ by chance alone: the intervals, drawn before each week, must hold about 80 %."""
    dice = random.Random(5)
    for provider in (f"p{number:02}" for number in range(20)):
        for ago in range(1, 126):
            practice.week(weeks_ago(ago), dice.randint(1000, 1400), days=1, provider=provider)
        practice.ahead(provider=provider, days=1)

    rows = practice.forecast()("select coverage_80, coverage_n from forecast_scorecard where level = 'provider'")

    assert len(rows) == 3
    assert all(n > 2000 for _, n in rows)
    assert all(0.77 <= share <= 0.83 for share, _ in rows)


@pytest.fixture(scope="module")
def macros():
    """The project's forecast macros, called as functions that write SQL."""
    text = (PROJECT / "macros" / "forecast.sql").read_text()
    return jinja2.Environment(autoescape=False).from_string(text).module


def test_mase_gives_the_printed_answer_of_767_hospital_series(macros):
    """Last year's month repeated, twelve months held out, scaled by the training's yearly difference: 0.9205 is printed."""
    if not HOSPITAL.exists():
        pytest.skip("the hospital series are not here")
    # Series of different products share names, so they go by their column's place.
    wide = duckdb.sql(f"from read_csv('{HOSPITAL}', header = false, skip = 1, all_varchar = true)").fetchall()
    long = [(series, month, float(row[series])) for month, row in enumerate(wide) for series in range(1, len(wide[0]))]
    connection = duckdb.connect()
    connection.execute("create table months (series int, month int, y double)")
    columns = [list(column) for column in zip(*long, strict=True)]
    connection.execute("insert into months select unnest(?), unnest(?), unnest(?)", columns)

    (found,) = connection.execute(
        f"""with past as (select *, lag(y, 12) over (partition by series order by month) as before from months),
        scales as (select series, {macros.naive_scale("y", "before")} as scale from past where month < 72 group by 1)
        select {macros.mase("abs(y - before)", "scale")} from past join scales using (series) where month >= 72"""
    ).fetchall()

    assert len(wide) == 84
    assert found[0] == pytest.approx(0.92053, abs=5e-5)


def test_conformal_bounds_follow_the_finite_sample_rule(macros):
    """Of 9 errors the smallest and the largest, of 19 the second from either end, of 8 none: (n + 1) × 10 %."""

    def bounds(count):
        errors = str([float(n) for n in range(1, count + 1)])
        low, high = macros.conformal_low(errors, "0.1"), macros.conformal_high(errors, "0.1")
        return duckdb.sql(f"select {low}, {high}").fetchall()[0]

    assert bounds(9) == (1, 9)
    assert bounds(19) == (2, 18)
    assert bounds(8) == (None, None)
