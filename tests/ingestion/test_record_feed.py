"""The record's changes land once, typed, and survive a crash at any step (law 10)."""

import json
from datetime import date, datetime

import duckdb
import pytest

from ingestion.contracts import BOOKKEEPING, CONTRACTS
from ingestion.feed_sources import AppIsDown, InProcess, OverHttp
from ingestion.landing import damaged_files, manifests
from ingestion.record_feed import audit_anchors, land_record, landed_settings, last_seq, record_folder
from practice.access.permissions import SYSTEM, Permission
from practice.errors import Refusal
from practice.home import Home
from practice.store.feed import feed_head
from practice.store.record import Command
from tests.ingestion.feeds import feed_of

RENAME = Command("rename", Permission.OPERATE, lambda work, *, name: work.update("locations", "loc-elm", name=name))


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home")
    made.create()
    return made


def landed(home, table):
    """The rows of a landed table, in the feed's order, as dicts."""
    found = duckdb.sql(
        f"select * from read_parquet('{record_folder(home)}/{table}/*.parquet', union_by_name=true) order by _seq"
    )
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def test_what_the_record_holds_lands_with_its_types(home, record, house):
    result = land_record(InProcess(record), home)
    ada = next(row for row in landed(home, "clients") if row["client_id"] == "client-ada")
    assert (ada["created_at"], ada["created_date"], ada["is_active"]) == (
        datetime(2025, 2, 3, 15),
        date(2025, 2, 3),
        True,
    )
    assert ada["_op"] == "upsert"
    assert ada["_batch_id"] == result.batch_id
    assert result.rows_by_table["clients"] == 4
    assert result.unknown_columns == ()


def test_no_name_and_no_contact_of_a_person_lands(home, record, house):
    land_record(InProcess(record), home)
    text = json.dumps([landed(home, "clients"), landed(home, "providers")], default=str)
    assert not any(word in text for word in ("Birch", "Moss", "555"))


def test_every_fed_table_can_be_read_even_without_rows(home, record):
    land_record(InProcess(record), home)
    for table, columns in CONTRACTS.items():
        described = duckdb.sql(
            f"describe select * from read_parquet('{record_folder(home)}/{table}/*.parquet')"
        ).fetchall()
        assert {row[0]: row[1] for row in described} == columns | BOOKKEEPING


def test_landing_twice_changes_nothing(home, record, house):
    first = land_record(InProcess(record), home)
    before = {path: path.read_bytes() for path in record_folder(home).rglob("*.*")}
    second = land_record(InProcess(record), home)
    assert second.batch_id is None
    assert {path: path.read_bytes() for path in record_folder(home).rglob("*.*")} == before
    assert last_seq(home) == first.to_seq


def test_the_next_batch_continues_where_the_last_one_ended(home, record, house):
    first = land_record(InProcess(record), home)
    record.run(RENAME, SYSTEM, name="Oak Street")
    second = land_record(InProcess(record), home)
    assert second.from_seq == first.to_seq + 1
    assert [row["name"] for row in landed(home, "locations")] == ["Elm Street", "Oak Street"]


def test_a_crash_between_the_files_and_the_manifest_loses_and_doubles_nothing(home, record, house, monkeypatch):
    def dies(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("ingestion.record_feed.commit", dies)
        with pytest.raises(KeyboardInterrupt):
            land_record(InProcess(record), home)
    assert list(record_folder(home).glob("clients/0*.parquet")), "the crash came after the files"
    record.run(RENAME, SYSTEM, name="Oak Street")
    land_record(InProcess(record), home)
    assert len(landed(home, "clients")) == 4
    assert len(list(record_folder(home).glob("clients/0*.parquet"))) == 1
    assert damaged_files(record_folder(home)) == []


def test_each_batch_anchors_the_head_of_the_audit_chain(home, record, house):
    land_record(InProcess(record), home)
    head = feed_head(record)
    assert audit_anchors(home) == [(head.audit_seq, head.audit_hash)]


def test_the_settings_can_be_read_from_landing(home, record, house):
    land_record(InProcess(record), home)
    assert landed_settings(home) == {
        "practice_name": "Elm Street Practice",
        "zone": "America/New_York",
        "currency": "USD",
    }


def test_a_column_that_the_warehouse_does_not_know_is_reported_and_one_that_it_misses_is_null(home):
    result = land_record(feed_of(("rooms", "r1", "upsert", {"room_id": "r1", "name": "One", "colour": "red"})), home)
    assert result.unknown_columns == ("rooms.colour",)
    assert landed(home, "rooms")[0]["capacity"] is None
    assert "colour" not in landed(home, "rooms")[0]


def test_a_tombstone_lands_with_its_key(home):
    land_record(
        feed_of(
            ("rooms", "r1", "upsert", {"room_id": "r1", "name": "One"}),
            ("rooms", "r2", "upsert", {"room_id": "r2", "name": "Two"}),
            ("rooms", "r1", "tombstone", None),
        ),
        home,
    )
    assert [(row["room_id"], row["_op"], row["name"]) for row in landed(home, "rooms")] == [
        ("r1", "upsert", "One"),
        ("r2", "upsert", "Two"),
        ("r1", "tombstone", None),
    ]


def test_a_feed_that_went_back_is_refused(home, record, house):
    land_record(InProcess(record), home)
    with pytest.raises(Refusal, match="an older or another record"):
        land_record(feed_of(("rooms", "r1", "upsert", {"room_id": "r1"})), home)
    assert len(manifests(record_folder(home))) == 1


def test_an_app_that_is_down_is_said_in_one_sentence_without_the_token():
    with pytest.raises(AppIsDown, match="does not answer") as refused:
        OverHttp("http://127.0.0.1:9", "secret-token", timeout_seconds=1).head()
    assert "secret-token" not in str(refused.value)


def test_a_damaged_manifest_is_named(home, record, house):
    land_record(InProcess(record), home)
    manifest = next((record_folder(home) / "_batches").glob("*.json"))
    manifest.write_text("{")
    with pytest.raises(Refusal, match=f"{manifest.name} .* damaged"):
        last_seq(home)
