"""`daybook metric` for people and for programs: names and whole units in the table, ids and minor units elsewhere."""

from __future__ import annotations

import csv
import io
import json

import pytest
from click.testing import CliRunner

from dashboards.cli.main import main
from practice.home import Home
from tests.dashboards.published import publish

SOME = {
    "dim_provider": [{"source": "record", "provider_id": "prov-moss", "provider_code": "EM"}],
    "dim_service": [{"source": "record", "service_id": "svc-visit", "service_name": "Visit", "currency": "USD"}],
}


@pytest.fixture
def metric(tmp_path, monkeypatch):
    """`metric("charged", "--rows")`: the command over a published build, up to its today; answers click's result."""
    home = Home(tmp_path / "home")
    home.create()
    publish(home, rows=SOME)
    monkeypatch.setenv("DAYBOOK_HOME", str(home.path))
    return lambda *arguments: CliRunner().invoke(main, ["metric", *arguments])


def test_the_table_names_providers_beside_their_ids_and_has_whole_amounts(metric):
    lines = metric("charged", "--by", "provider").stdout.splitlines()
    assert lines[0].split()[:4] == ["metric", "provider", "provider_id", "numerator"]
    assert lines[2].split() == ["charged", "EM", "prov-moss", "210", "210", "money"]


def test_programs_get_ids_and_minor_units(metric):
    answer = json.loads(metric("charged", "--by", "provider", "--format", "json").stdout)
    assert answer == [{"metric": "charged", "provider_id": "prov-moss", "numerator": 210_00, "denominator": None,
                       "value": 210_00, "low": None, "high": None, "unit": "minor"}]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("charged", "2 rows; they sum to 210.00"),
        ("no_show_rate_due", "3 rows; they sum to 1 of 3 = 33.3333%"),
        ("ar_open", "2 rows; they sum to 170.00"),
        ("completed_visits", "2 rows; they sum to 2"),
        ("lead_time_days_median", "3 rows; the median of adds_to_numerator is the number"),
    ],
)
def test_the_rows_end_with_what_they_come_to(metric, name, said):
    result = metric(name, "--rows")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == said


def test_the_rows_for_programs_are_rows_alone(metric):
    result = metric("charged", "--rows", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert sum(int(row["adds_to_numerator"]) for row in rows) == 210_00
    assert "sum to" in result.stderr


def test_a_dimension_that_the_metric_lacks_is_refused_with_those_it_has(metric):
    result = metric("ar_open", "--by", "service")
    assert result.exit_code == 1
    assert result.stderr.strip() == "ar_open can't be cut by 'service'; its dimensions are location, provider, payer."


def test_rows_are_not_sliced(metric):
    assert metric("charged", "--rows", "--by", "day").exit_code == 2


def test_a_number_without_rows_says_how_it_is_made(metric):
    result = metric("days_in_ar_gross", "--rows")
    assert result.exit_code == 1
    assert "What days_in_ar_gross means." in result.stderr
