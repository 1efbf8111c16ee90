"""However a feed is cut into pages and slices, the same rows land once, in its order, and a crash repeats nothing."""

import json
from datetime import datetime, timedelta

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion import record_feed
from ingestion.compaction import compact_record
from ingestion.feed_sources import InProcess
from ingestion.landing import damaged_files, manifests
from ingestion.record_feed import land_record, last_seq, newest_known_at, record_folder
from practice.errors import Refusal
from practice.home import Home
from practice.store.feed import FeedHead, changes_after, feed_head

BEGAN = datetime(2026, 3, 2)
TABLES = ("rooms", "locations", "referral_sources")


class Feed:
    """`length` changes of three tables in turn, some of them tombstones; their numbers leave gaps."""

    def __init__(self, length: int, page_rows: int, *, breaks_after: int | None = None) -> None:
        self.rows = [self._row(n) for n in range(length)]
        self.page_rows = page_rows
        self.breaks_after = breaks_after

    @staticmethod
    def _row(n: int) -> dict:
        table, key = TABLES[n % 3], f"key-{n % 11}"
        row = {f"{table[:-1]}_id": key, "name": f"Name {n}", "is_active": n % 2 == 0}
        is_gone = n % 7 == 6
        return {
            "seq": n + 1 + n // 5, "table": table, "key": key, "op": "tombstone" if is_gone else "upsert",
            "row": None if is_gone else json.dumps(row), "schema_version": 1, "known_at": BEGAN + timedelta(minutes=n),
        }  # fmt: skip

    def head(self) -> FeedHead:
        return FeedHead(self.rows[-1]["seq"], 1, "hash")

    def changes_after(self, seq: int) -> pa.Table:
        if self.breaks_after is not None and seq >= self.breaks_after:
            raise ConnectionError
        return pa.Table.from_pylist([row for row in self.rows if row["seq"] > seq][: self.page_rows])


def home_in(folder) -> Home:
    made = Home(folder)
    made.create()
    return made


def landed(home: Home) -> dict[str, list[tuple]]:
    """Each table's rows as their files hold them, file by file, without the batch."""
    return {
        table: [
            row
            for file in sorted((record_folder(home) / table).glob("0*.parquet"))
            for row in duckdb.sql(f"select * exclude (_batch_id) from read_parquet('{file}')").fetchall()
        ]
        for table in TABLES
    }


@pytest.fixture(scope="module")
def at_once(tmp_path_factory):
    """Sixty changes, landed as one batch."""
    home = home_in(tmp_path_factory.mktemp("at_once"))
    result = land_record(Feed(60, 100), home)
    assert len(manifests(record_folder(home))) == 1
    return home, result


@pytest.mark.parametrize(("slice_rows", "page_rows"), [(1, 1), (10, 4), (25, 7), (13, 60)])
def test_landing_in_slices_is_landing_at_once(at_once, tmp_path, monkeypatch, slice_rows, page_rows):
    monkeypatch.setattr(record_feed, "SLICE_ROWS", slice_rows)
    whole, expected = at_once
    home = home_in(tmp_path)
    result = land_record(Feed(60, page_rows), home)
    assert landed(home) == landed(whole)
    assert (result.from_seq, result.to_seq, result.rows_by_table) == (
        expected.from_seq,
        expected.to_seq,
        expected.rows_by_table,
    )
    assert newest_known_at(home) == newest_known_at(whole)
    batches = manifests(record_folder(home))
    assert [batch["from_seq"] for batch in batches] == [1, *(batch["to_seq"] + 1 for batch in batches[:-1])]
    assert batches[-1]["batch_id"] == result.batch_id
    # What bounds the memory: no batch is larger than a slice and the page that filled it.
    assert max(sum(batch["rows_by_table"].values()) for batch in batches) < slice_rows + page_rows
    assert all(batch["anchors"] == [[1, "hash"]] for batch in batches)
    assert damaged_files(record_folder(home)) == []


@given(length=st.integers(1, 60), page_rows=st.integers(1, 20), slice_rows=st.integers(1, 30), upto=st.integers(1, 60))
def test_slices_follow_each_other_and_end_at_the_head(length, page_rows, slice_rows, upto):
    feed = Feed(length, page_rows)
    head = feed.rows[min(upto, length) - 1]["seq"]  # the feed may have grown since its head was asked for
    seen, reached = [], 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record_feed, "SLICE_ROWS", slice_rows)
        while reached < head:
            part = record_feed._collect(feed, reached, head)
            assert 0 < part.num_rows < slice_rows + page_rows
            seen += part.column("seq").to_pylist()
            reached = seen[-1]
    assert seen == [row["seq"] for row in feed.rows if row["seq"] <= head]


def test_a_crash_between_slices_loses_nothing_and_repeats_nothing(at_once, tmp_path, monkeypatch):
    monkeypatch.setattr(record_feed, "SLICE_ROWS", 10)
    home = home_in(tmp_path)
    with pytest.raises(ConnectionError):
        land_record(Feed(60, 5, breaks_after=30), home)
    reached = last_seq(home)
    assert 0 < reached < 71
    rest = land_record(Feed(60, 5), home)
    assert rest.from_seq == reached + 1
    assert landed(home) == landed(at_once[0])


def test_a_crash_while_a_later_slice_is_committed_leaves_the_earlier_ones(at_once, tmp_path, monkeypatch):
    monkeypatch.setattr(record_feed, "SLICE_ROWS", 20)
    home = home_in(tmp_path)
    commit, done = record_feed.commit, []

    def dies_the_second_time(*arguments):
        if done:
            raise KeyboardInterrupt
        done.append(commit(*arguments))

    with monkeypatch.context() as broken:
        broken.setattr(record_feed, "commit", dies_the_second_time)
        with pytest.raises(KeyboardInterrupt):
            land_record(Feed(60, 20), home)
    assert len(manifests(record_folder(home))) == 1
    land_record(Feed(60, 20), home)
    assert landed(home) == landed(at_once[0])
    assert damaged_files(record_folder(home)) == []


def test_many_small_slices_can_be_merged(at_once, tmp_path, monkeypatch):
    monkeypatch.setattr(record_feed, "SLICE_ROWS", 2)
    home = home_in(tmp_path)
    land_record(Feed(60, 2), home)
    assert compact_record(home) == 30
    assert landed(home) == landed(at_once[0])


def test_progress_is_told_between_slices(tmp_path, monkeypatch):
    monkeypatch.setattr(record_feed, "SLICE_ROWS", 25)
    told = []
    land_record(Feed(60, 25), home_in(tmp_path), progress=told.append)
    assert told == ["landed up to change 29 of 71", "landed up to change 59 of 71"]


def test_a_feed_that_stops_before_its_head_is_refused(tmp_path):
    feed = Feed(3, 2)
    feed.head = lambda: FeedHead(99, 1, "hash")
    with pytest.raises(Refusal, match="gave nothing after change 3"):
        land_record(feed, home_in(tmp_path))


def test_a_page_is_a_window_of_numbers_and_gaps_do_not_end_the_feed(record, house):
    everything = changes_after(record, 0)
    record.housekeeping("insert into settings values ('skipped', to_json(nextval('change_seq')))")
    for _ in range(9):
        record.housekeeping("update settings set value = to_json(nextval('change_seq')) where name = 'skipped'")
    gap_ends = feed_head(record).seq + 10
    record.housekeeping(
        "insert into changes select nextval('change_seq'), table_name, key, op, \"row\", 1, known_at, 1 from changes limit 3"
    )
    seen, reached = [], 0
    while reached < feed_head(record).seq:
        page = changes_after(record, reached, 4)
        assert 0 < page.num_rows <= 4
        seen += page.column("seq").to_pylist()
        reached = seen[-1]
    assert seen == [*everything.column("seq").to_pylist(), gap_ends + 1, gap_ends + 2, gap_ends + 3]
    assert changes_after(record, reached).num_rows == 0


def test_reading_the_feed_leaves_the_records_limits_as_they_were(record, house):
    asked = "select current_setting('memory_limit')"
    with record.read() as reader:
        before = reader.value(asked)
    InProcess(record).changes_after(0)
    with record.read() as reader:
        assert reader.value(asked) == before
