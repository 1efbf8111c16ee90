"""A day's small batches become one, and not a row of it changes."""

import duckdb
import pytest

from ingestion.compaction import WORTH_IT, compact_record
from ingestion.feed_sources import InProcess
from ingestion.landing import damaged_files, manifests
from ingestion.record_feed import audit_anchors, land_record, last_seq, record_folder
from practice.access.permissions import SYSTEM, Permission
from practice.home import Home
from practice.store.record import Command

RENAME = Command("rename", Permission.OPERATE, lambda work, *, name: work.update("locations", "loc-elm", name=name))


@pytest.fixture
def home(tmp_path, record, house):
    """A landing of twenty small batches."""
    made = Home(tmp_path / "home")
    made.create()
    for n in range(WORTH_IT):
        record.run(RENAME, SYSTEM, name=f"Elm Street {n}")
        land_record(InProcess(record), made)
    return made


def rows(home):
    return {
        table: duckdb.sql(
            f"from read_parquet('{record_folder(home)}/{table}/*.parquet', union_by_name=true) order by _seq"
        ).fetchall()
        for table in ("locations", "clients", "settings")
    }


def test_merging_keeps_every_row_and_every_anchor_of_the_audit_chain(home, record):
    before, anchors, seq = rows(home), audit_anchors(home), last_seq(home)
    assert compact_record(home) == WORTH_IT
    assert (rows(home), audit_anchors(home), last_seq(home)) == (before, anchors, seq)
    assert len(manifests(record_folder(home))) == 1
    assert len(list(record_folder(home).glob("locations/0*.parquet"))) == 1
    assert damaged_files(record_folder(home)) == []
    assert compact_record(home) == 0
    assert land_record(InProcess(record), home).batch_id is None


def test_a_crash_after_the_merge_doubles_nothing(home, record, monkeypatch):
    before = rows(home)

    def dies(_):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("ingestion.compaction.sweep", dies)
        with pytest.raises(KeyboardInterrupt):
            compact_record(home)
    land_record(InProcess(record), home)
    assert rows(home) == before
