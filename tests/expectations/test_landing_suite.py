"""What arrives broken is named; an import that fails is held back alone."""

from datetime import datetime

import duckdb
import pytest

from expectations.runner import check_landing
from ingestion.feed_sources import InProcess
from ingestion.imports.holding import hold_batch, landed_batches
from ingestion.imports.importing import import_file
from ingestion.record_feed import land_record, record_folder
from practice.home import Home

MAPPING = """
name: old_system
zone: America/New_York
columns:
  appointment_id: Id
  client_id: Client
  start_date: {column: Day, format: "%Y-%m-%d"}
  status: Status
statuses: {"Came": completed}
"""


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home")
    made.create()
    return made


@pytest.fixture
def landed(home, record, house):
    land_record(InProcess(record), home)
    return home


def rewrite(home, table, query):
    """Replace the landed file of a table by the query's answer over its rows (`landed`)."""
    (file,) = record_folder(home).glob(f"{table}/0*.parquet")
    with duckdb.connect() as connection:
        connection.execute(f"create table landed as from read_parquet('{file}')")
        connection.execute(f"copy ({query}) to '{file}' (format parquet)")


NOW = datetime(2026, 3, 2, 14)


def failing(home):
    return {result.check for result in check_landing(home, now=NOW).results if not result.success}


def test_a_sound_landing_passes_every_check(landed):
    verdict = check_landing(landed, now=NOW)
    assert verdict.is_passed
    assert failing(landed) == set()
    assert len(verdict.results) >= 7


@pytest.mark.parametrize(
    ("table", "query", "check"),
    [
        ("clients", "select * replace (null as client_id) from landed", "every_change_has_its_key"),
        ("clients", "select * from landed union all select * from landed", "every_change_comes_once"),
        ("clients", "select * replace ('erased' as _op) from landed", "every_change_is_an_upsert_or_a_tombstone"),
        ("clients", "select * from landed limit 1", "what_landed_is_still_there"),
        (
            "clients",
            "select * replace (_known_at + interval 90 years as _known_at) from landed",
            "nothing_is_known_before_it_happens",
        ),
    ],
)
def test_a_broken_batch_is_named(landed, table, query, check):
    rewrite(landed, table, query)
    assert check in failing(landed)


def test_a_lost_file_and_a_lost_batch_are_named(landed):
    next(record_folder(landed).glob("rooms/0*.parquet")).unlink()
    verdict = check_landing(landed, since_seq=10**9)
    assert "what_landed_is_still_there" in verdict.refusals[0]
    assert "rooms/" in verdict.refusals[0]
    next(record_folder(landed).glob("_batches/*.json")).rename(record_folder(landed) / "_batches" / "x.json")
    manifest = record_folder(landed) / "_batches" / "x.json"
    manifest.write_text(manifest.read_text().replace('"from_seq": 1,', '"from_seq": 7,'))
    assert "batches_follow_each_other" in {
        r.check for r in check_landing(landed, since_seq=10**9).results if not r.success
    }


def test_what_was_judged_before_is_not_judged_again(landed):
    judged = {result.check for result in check_landing(landed, since_seq=10**9).results}
    assert judged == {
        "batches_follow_each_other", "what_landed_is_still_there", "earlier_results_can_be_read",
        "the_record_keeps_arriving", "visits_arrive_as_usual", "money_arrives_as_usual", "the_rest_arrives_as_usual",
    }  # fmt: skip


def test_an_import_that_does_not_fit_is_held_back_and_the_practice_goes_on(landed, tmp_path):
    (tmp_path / "old.yml").write_text(MAPPING)
    (tmp_path / "old.csv").write_text("Id,Client,Day,Status\n1,7,2026-02-02,Came\n2,8,02.02.2026,Came\n3,9,soon,Came\n")
    report = import_file(landed, tmp_path / "old.yml", tmp_path / "old.csv")
    verdict = check_landing(landed)
    assert verdict.is_passed
    (scope,) = verdict.held
    assert scope == f"old_system/{report.batch_id}"
    assert "at most half of an import's rows are rejected" in verdict.held[scope][0].lower()
    hold_batch(landed, *scope.split("/"), verdict.held[scope])
    assert landed_batches(landed) == []
    assert check_landing(landed).held == {}
