"""Results are kept small, survive damage, and are told as pages that need no network."""

from datetime import datetime, timedelta

import pyarrow.parquet as pq
import pytest

from expectations.check import CRITICAL, WARNING, CheckResult
from expectations.docs import docs_folder
from expectations.results import (
    BUILDS_LOOSE,
    BUILDS_WHOLE,
    DAYS_KEPT,
    MERGED,
    read_results,
    set_damaged_aside,
    write_results,
)
from expectations.runner import check_landing
from ingestion.feed_sources import InProcess
from ingestion.record_feed import land_record
from practice.home import Home

START = datetime(2026, 3, 2, 9)
PASSED = CheckResult("ledger", CRITICAL, True, "It balances.", "", 0, value=0.0)
FAILED = CheckResult("arrivals", WARNING, False, "Most <b>arrive</b>.", "60.0%", 0, value=0.6, concerns=("wait_*", "x"))


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home")
    made.create()
    return made


def write(home, moment, *results):
    return write_results(home, f"{moment:%Y%m%dT%H%M%S%f}", "served", results or (PASSED,), moment)


def test_a_result_comes_back_as_it_was(home):
    write(home, START, PASSED, FAILED)
    found = {row["check_name"]: row for row in read_results(home).to_pylist()}
    assert found["ledger"]["observed_value"] == 0.0
    assert (found["arrivals"]["observed_value"], found["arrivals"]["concerns"]) == (0.6, "wait_*,x")
    assert found["arrivals"]["checked_at"] == START


def test_files_of_an_earlier_shape_are_read_with_what_they_have(home):
    table = pq.read_table(write(home, START, FAILED))
    pq.write_table(
        table.drop_columns(["observed_value", "concerns", "sample", "scope"]), home.quality / "old-dbt.parquet"
    )
    assert {row["check_name"] for row in read_results(home).to_pylist()} == {"arrivals"}


def test_a_day_of_many_builds_is_merged_to_its_last_pass_and_failure(home):
    for n in range(BUILDS_LOOSE + 1):
        write(home, START + timedelta(minutes=n), PASSED, *([FAILED] if n in (3, 7) else []))
    assert (home.quality / MERGED).exists()
    assert len(list(home.quality.glob("*-served.parquet"))) == BUILDS_WHOLE
    merged = pq.read_table(home.quality / MERGED).to_pylist()
    assert [(row["check_name"], row["checked_at"].minute) for row in merged] == [("arrivals", 7), ("ledger", 0)]
    assert merged[1]["checked_at"] == START + timedelta(minutes=BUILDS_LOOSE - BUILDS_WHOLE)
    assert read_results(home).num_rows == BUILDS_WHOLE + 2


def test_what_is_older_than_the_days_kept_goes(home):
    write(home, START - timedelta(days=DAYS_KEPT + 1))
    for n in range(BUILDS_LOOSE):
        write(home, START + timedelta(minutes=n))
    assert min(row["checked_at"] for row in read_results(home).to_pylist()) >= START


def test_a_crash_while_merging_doubles_nothing(home):
    file = write(home, START)
    (home.quality / MERGED).write_bytes(file.read_bytes())
    assert read_results(home).num_rows == 1


def test_a_damaged_file_is_set_aside_and_named_and_the_rest_is_read(home):
    write(home, START)
    (home.quality / "20260101T000000000000-dbt.parquet").write_bytes(b"PAR1 torn")
    assert read_results(home).num_rows == 1
    assert set_damaged_aside(home) == ["20260101T000000000000-dbt.parquet"]
    assert set_damaged_aside(home) == []
    assert (home.quality / "_damaged" / "20260101T000000000000-dbt.parquet").exists()


def test_a_damaged_file_of_results_warns_and_stops_no_build(home, record, house):
    land_record(InProcess(record), home)
    (home.quality / "20260101T000000000000-dbt.parquet").write_bytes(b"torn")
    verdict = check_landing(home, now=datetime(2026, 3, 2, 14))
    assert verdict.is_passed
    (warning,) = verdict.warnings
    assert "20260101T000000000000-dbt.parquet" in warning


def test_the_data_docs_say_what_failed_and_load_nothing_from_elsewhere(home):
    write(home, START, PASSED, FAILED)
    page = (docs_folder(home) / "served.html").read_text()
    assert "1 of 2 checks passed" in page
    assert "failed, warning" in page
    assert "Most &lt;b&gt;arrive&lt;/b&gt;." in page
    front = (docs_folder(home) / "index.html").read_text()
    assert 'href="served.html"' in front
    assert "http" not in page + front
    assert "src=" not in page + front
