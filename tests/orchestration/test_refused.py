"""A refusal at the first door: the last good build stays, every failed check is named, nobody else may build meanwhile."""

import errno
import json
import shutil
from contextlib import closing
from datetime import datetime

import duckdb
import pytest

from ingestion.feed_sources import InProcess
from ingestion.lock import build_lock
from ingestion.record_feed import land_record, record_folder
from orchestration.builds import Published, publish, published, status
from orchestration.refresh import refresh
from practice.errors import Conflict
from practice.home import Home


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home")
    made.create()
    return made


@pytest.fixture
def served(home):
    """A good build that is published."""
    duckdb.connect(str(home.candidate)).close()
    when = datetime(2026, 3, 1)
    publish(home, Published("good", home.builds / "good" / "warehouse.duckdb", when, 0, when, "2026-03-01"))
    return home


def test_a_landing_that_lost_rows_is_refused_and_the_last_build_stays(served, record, house):
    land_record(InProcess(record), served)
    next(record_folder(served).glob("clients/0*.parquet")).unlink()
    pointer, said = served.pointer.read_bytes(), []
    result = refresh(served, InProcess(record), log=said.append)
    assert result.status == "refused"
    assert "what_landed_is_still_there" in result.failed[0]
    assert served.pointer.read_bytes() == pointer
    assert published(served).path.exists()
    assert status(served)["status"] == "refused"
    assert status(served)["failed"] == list(result.failed)
    assert "build good stays published" in said[-1]


def test_the_results_of_a_refused_build_are_kept(served, record, house):
    land_record(InProcess(record), served)
    next(record_folder(served).glob("clients/0*.parquet")).unlink()
    result = refresh(served, InProcess(record), log=lambda _: None)
    with closing(duckdb.connect()) as connection:
        found = connection.execute(
            f"select build_id, door, check_name from read_parquet('{served.quality}/*.parquet')"
            " where not is_success and severity = 'critical'"  # by the machine's clock that record is months old
        ).fetchall()
    assert found == [(result.build_id, "landing", "what_landed_is_still_there")]


def test_two_builds_never_run_at_once_and_the_second_learns_who_has_the_first(home, record, house):
    with (
        build_lock(home, "an import of old_system"),
        pytest.raises(Conflict, match=r"an import of old_system \(process"),
    ):
        refresh(home, InProcess(record), log=lambda _: None)
    assert not (home.landing / "record").exists()


def test_the_lock_is_free_again_after_a_failure(home):
    with pytest.raises(ValueError), build_lock(home, "first"):
        raise ValueError
    with build_lock(home, "second"):
        assert json.dumps((home.path / "build.lock").read_text()).startswith('"second')


def test_a_build_that_may_not_fit_is_not_begun(served, record, house, monkeypatch):
    full = shutil.disk_usage(served.path)._replace(free=30 * 1024 * 1024)
    monkeypatch.setattr("shutil.disk_usage", lambda _: full)
    result = refresh(served, InProcess(record), log=lambda _: None)
    assert (result.status, published(served).build_id) == ("refused", "good")
    assert "the disk has 30 MB left; free some space" in status(served)["failed"][0]
    assert not result.checks


def test_a_disk_that_fills_up_meanwhile_gets_the_candidate_s_room_back(served, record, house, monkeypatch):
    def fills_up(home, *_, **__):
        home.candidate.write_bytes(b"half a warehouse")
        home.candidate.with_name(f"{home.candidate.name}.wal").write_bytes(b"and its log")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("orchestration.dbt_build.build", fills_up)
    result = refresh(served, InProcess(record), log=lambda _: None)
    assert (result.status, published(served).build_id) == ("refused", "good")
    assert "No space left on device" in status(served)["failed"][0]
    assert not list(served.candidate.parent.iterdir())
