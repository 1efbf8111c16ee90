"""Backup while in use, and restore: what comes back is the practice as it was, or nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from practice.access.permissions import SYSTEM
from practice.audit.verify import verify
from practice.clock import fixed_clock
from practice.errors import Conflict, Refusal, StorageTrouble
from practice.home import Home
from practice.people.commands import add_location, add_room, change_location
from practice.store import backup as backups
from practice.store.backup import backup, restore
from practice.store.feed import changes_after, feed_head
from practice.store.record import Record

NOON = fixed_clock(datetime(2026, 3, 2, 12, tzinfo=UTC))


@pytest.fixture
def lived(tmp_path):
    """A practice with a location, landing and a published build; its record is open."""
    home = Home(tmp_path / "home")
    home.create()
    record = Record(home.record, clock=NOON)
    location = record.run(add_location, SYSTEM, name="Elm", zone="Europe/Berlin", key="form-1")["location_id"]
    (home.landing / "record" / "_batches").mkdir(parents=True)
    (home.landing / "record" / "_batches" / "1.json").write_text("{}")
    (home.landing / "record" / "half.parquet.part").write_text("in the middle of being written")
    home.pointer.write_text("{}")
    yield SimpleNamespace(home=home, record=record, location=location, dest=tmp_path / "backups" / "monday")
    record.close()


def names(record):
    with record.read() as reader:
        return [row["name"] for row in reader.rows("select name from locations order by name")]


def test_a_practice_comes_back_as_it_was_and_goes_on(lived):
    head = feed_head(lived.record)
    manifest = backup(lived.record, lived.home, lived.dest)
    assert (manifest["audit_seq"], manifest["audit_hash"], manifest["feed_seq"]) == (
        head.audit_seq,
        head.audit_hash,
        head.seq,
    )
    assert manifest["path"] == str(lived.dest)
    lived.record.run(add_location, SYSTEM, name="Oak", zone="Europe/Berlin")
    lived.record.close()

    restore(lived.dest, lived.home, force=True)
    restored = Record(lived.home.record, clock=NOON)
    assert names(restored) == ["Elm"]
    assert feed_head(restored) == head
    restored.run(add_location, SYSTEM, name="Ash", zone="Europe/Berlin")
    restored.run(change_location, SYSTEM, location_id=lived.location, name="Elm Street")
    assert names(restored) == ["Ash", "Elm Street"]
    assert changes_after(restored, head.seq)["seq"].to_pylist() == [head.seq + 1, head.seq + 2]
    assert verify(restored, {head.audit_seq: head.audit_hash}) == []
    restored.close()


def test_a_restored_record_still_refuses_what_it_refused(lived):
    backup(lived.record, lived.home, lived.dest)
    lived.record.close()
    restore(lived.dest, lived.home, force=True)
    restored = Record(lived.home.record, clock=NOON)
    with pytest.raises(Refusal, match="append-only"):
        restored.housekeeping("delete from audit_entries")
    with pytest.raises(duckdb.ConstraintException):
        restored.housekeeping("insert into rooms values ('r', 'nowhere', 'Blue', 1, true)")
    again = restored.run(add_location, SYSTEM, name="Elm", zone="Europe/Berlin", key="form-1")
    assert again["location_id"] == lived.location
    restored.close()


def test_a_backup_is_restored_into_an_empty_folder(lived, tmp_path):
    backup(lived.record, lived.home, lived.dest)
    elsewhere = Home(tmp_path / "new" / "home")
    answer = restore(lived.dest, elsewhere)
    assert answer["set_aside"] is None
    assert elsewhere.feed_token() != lived.home.feed_token()
    assert sorted(path.name for path in elsewhere.landing.rglob("*") if path.is_file()) == ["1.json"]
    opened = Record(elsewhere.record, clock=NOON)
    assert names(opened) == ["Elm"]
    opened.close()


def test_a_practice_is_replaced_only_by_force_and_kept_aside(lived):
    backup(lived.record, lived.home, lived.dest)
    lived.record.run(add_location, SYSTEM, name="Oak", zone="Europe/Berlin")
    lived.record.close()
    with pytest.raises(Conflict, match="--force"):
        restore(lived.dest, lived.home)
    aside = Path(restore(lived.dest, lived.home, force=True)["set_aside"])
    kept = Record(aside / "record.duckdb", clock=NOON)
    assert names(kept) == ["Elm", "Oak"]
    kept.close()
    # What was computed from the record that went would show numbers of a future that has not happened.
    assert not lived.home.pointer.exists()
    assert (aside / "published.json").exists()


def test_a_practice_in_use_is_not_replaced(lived):
    backup(lived.record, lived.home, lived.dest)
    with pytest.raises(Conflict, match="stop Daybook"):
        restore(lived.dest, lived.home, force=True)
    asked = (
        "import sys; from pathlib import Path; from practice.home import Home; from practice.store.backup import restore\n"
        "try: restore(Path(sys.argv[1]), Home(Path(sys.argv[2])), force=True)\n"
        "except Exception as error: print(error)"
    )
    other = subprocess.run(
        [sys.executable, "-c", asked, lived.dest, lived.home.path], capture_output=True, text=True, check=True
    )
    assert "stop Daybook" in other.stdout
    assert names(lived.record) == ["Elm"]


def test_a_backup_leaves_the_record_locked_against_other_processes(lived):
    backup(lived.record, lived.home, lived.dest)
    other = subprocess.run(
        [sys.executable, "-c", f"import duckdb; duckdb.connect({str(lived.home.record)!r})"], capture_output=True
    )
    assert other.returncode != 0
    assert b"lock" in other.stderr


def test_backups_taken_while_people_work_are_each_whole(lived, tmp_path):
    stop, made = threading.Event(), []

    def work():
        number = 0
        while not stop.is_set():
            number += 1
            lived.record.run(add_room, SYSTEM, location_id=lived.location, name=f"Room {number}")

    worker = threading.Thread(target=work)
    worker.start()
    try:
        with lived.record.read() as reader:
            before = reader.value("select count(*) from rooms")
            made = [backup(lived.record, lived.home, tmp_path / f"b{number}") for number in range(3)]
            assert reader.value("select count(*) from rooms") == before
    finally:
        stop.set()
        worker.join()
    for number, manifest in enumerate(made):
        home = Home(tmp_path / f"h{number}")
        restore(Path(manifest["path"]), home)
        opened = Record(home.record, clock=NOON)
        with opened.read() as reader:
            assert reader.value("select count(*) from rooms") == manifest["counts"]["rooms"]
            assert manifest["counts"]["audit_entries"] == manifest["counts"]["rooms"] + 1
        opened.close()
    assert verify(lived.record, {manifest["audit_seq"]: manifest["audit_hash"] for manifest in made}) == []


def _edit_record(folder):
    (folder / "record.duckdb").write_bytes((folder / "record.duckdb").read_bytes().replace(b"Elm", b"Oak"))


def _forge(folder, *statements):
    """Edit the record and make the checksums fit again: only the chain and the counts can tell."""
    connection = duckdb.connect(str(folder / "record.duckdb"))
    for statement in statements:
        connection.execute(statement)
    connection.close()
    manifest = json.loads((folder / "manifest.json").read_text())
    from practice.store.manifest import files_of

    manifest["files"] = {name: sha for name, sha in files_of(folder).items() if name != "manifest.json"}
    (folder / "manifest.json").write_text(json.dumps(manifest))


TAMPERINGS = {
    "record.duckdb is not as it was written": _edit_record,
    "1.json is missing": lambda folder: (folder / "landing/record/_batches/1.json").unlink(),
    "does not name": lambda folder: (folder / "landing/extra.parquet").write_text("x"),
    "leads out": lambda folder: (folder / "manifest.json").write_text(
        json.dumps({"format": 1, "files": {"record.duckdb": "", "../../x": ""}})
    ),
    "Entry 1 was edited": lambda folder: _forge(
        folder, "drop trigger audit_is_never_changed on audit_entries", "update audit_entries set actor_id = 'x'"
    ),
    "disagree on audit_hash, audit_seq, counts": lambda folder: _forge(
        folder, "drop trigger audit_is_never_deleted on audit_entries", "delete from audit_entries"
    ),
    "not a backup of Daybook": lambda folder: (folder / "manifest.json").unlink(),
}


@pytest.mark.parametrize("says", TAMPERINGS)
def test_a_damaged_backup_is_refused_and_nothing_is_touched(lived, says):
    backup(lived.record, lived.home, lived.dest)
    lived.record.run(add_location, SYSTEM, name="Oak", zone="Europe/Berlin")
    lived.record.close()
    TAMPERINGS[says](lived.dest)
    before = sorted(path.name for path in lived.home.path.iterdir())
    with pytest.raises(Refusal, match=says):
        restore(lived.dest, lived.home, force=True)
    assert sorted(path.name for path in lived.home.path.iterdir()) == before
    untouched = Record(lived.home.record, clock=NOON)
    assert names(untouched) == ["Elm", "Oak"]
    untouched.close()


def test_a_backup_never_overwrites_another(lived):
    backup(lived.record, lived.home, lived.dest)
    with pytest.raises(Conflict, match="name a new folder"):
        backup(lived.record, lived.home, lived.dest)


def test_a_backup_that_fails_leaves_nothing_behind(lived, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backups, "_copy_in_use", full)
    with pytest.raises(StorageTrouble, match="No space left on device"):
        backup(lived.record, lived.home, lived.dest)
    assert list(lived.dest.parent.iterdir()) == []
    lived.record.run(add_location, SYSTEM, name="Oak", zone="Europe/Berlin")


def test_a_backup_that_was_cut_off_is_no_backup_and_does_not_stand_in_the_way(lived):
    partial = lived.dest.with_name("monday.partial")
    partial.mkdir(parents=True)
    (partial / "record.duckdb").write_text("half")
    backup(lived.record, lived.home, lived.dest)
    assert os.listdir(lived.dest.parent) == ["monday"]
    with pytest.raises(Refusal, match="not a backup"):
        restore(partial, lived.home)


def test_only_its_owner_may_read_a_backup(lived):
    backup(lived.record, lived.home, lived.dest)
    assert lived.dest.stat().st_mode & 0o077 == 0
