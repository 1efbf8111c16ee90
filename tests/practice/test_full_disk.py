"""The disk is full in the middle of the morning: refused in words, nothing lost, nothing twice, and it goes on after."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

import practice.store.record as store
from practice.audit.chain import findings
from practice.errors import StorageTrouble
from practice.scheduling.commands import book_appointment
from practice.store.record import Record

MEBIBYTE = 1024 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 40 MB of its own."""
    if os.geteuid() != 0:
        pytest.skip("Only root can mount a small disk for this test.")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(disk)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"This machine does not let a test mount a disk: {mounted.stderr.strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.fixture
def diary(record, house, small_disk, clock) -> Iterator[Record]:
    """The furnished practice on that disk."""
    record.close()
    shutil.copy(record.path, small_disk / "record.duckdb")
    opened = Record(small_disk / "record.duckdb", clock=clock)
    yield opened
    opened.close()


def fill(disk: Path, leave: int) -> Path:
    """Somebody else's file takes all but `leave` bytes."""
    ballast = disk / "holiday.mp4"
    with ballast.open("wb") as file:
        for _ in range(shutil.disk_usage(disk).free // MEBIBYTE):
            file.write(b"\1" * MEBIBYTE)
        file.flush()
        rest = shutil.disk_usage(disk).free - leave
        if rest > 0:
            file.write(b"\1" * rest)
        else:
            file.truncate(file.tell() + rest)
    return ballast


def books(record, house, desk, number: int) -> str:
    """The number-th form of the morning: each wants another hour of another Tuesday."""
    tuesday = date(2026, 3, 3) + timedelta(weeks=number // 7)
    answer = record.run(
        book_appointment, desk, key=f"form-{number}", client_id=house.ada, provider_id=house.moss,
        service_id=house.visit, location_id=house.location, wall_start=f"{tuesday}T{9 + number % 7:02}:00",
    )  # fmt: skip
    return answer["appointment_id"]


def books_until_refused(record, house, desk, first: int) -> tuple[list[str], int, str]:
    """(what was acknowledged, the form that was refused, what it was told)."""
    told = []
    for number in range(first, first + 500):
        try:
            told.append(books(record, house, desk, number))
        except StorageTrouble as refusal:
            return told, number, str(refusal)
    raise AssertionError("The disk was never full.")


def whole(record: Record, told: list[str]) -> None:
    """What was acknowledged is there once, with all that belongs to it, and nothing else is."""
    with record.read() as reader:
        ids = [row["appointment_id"] for row in reader.rows("select appointment_id from appointments")]
        attendees = reader.value("select count(*) from attendees")
        events = reader.value("select count(*) from appointment_events")
        claims = reader.value("select count(*) from claims")
        entries = reader.rows("select * from audit_entries order by seq")
    assert sorted(ids) == sorted(told)
    assert (attendees, events, claims) == (len(told), len(told), 5 * len(told))
    assert sum(entry["command"] == "book_appointment" for entry in entries) == len(told)
    assert findings(entries) == []


def test_before_the_disk_is_full_the_record_stops_writing_and_still_reads(diary, house, desk, small_disk):
    told = [books(diary, house, desk, number) for number in range(3)]
    ballast = fill(small_disk, leave=8 * MEBIBYTE)
    with pytest.raises(StorageTrouble, match="nothing was saved; free some space"):
        books(diary, house, desk, 3)
    whole(diary, told)
    ballast.unlink()
    told.append(books(diary, house, desk, 3))
    whole(diary, told)


@pytest.mark.parametrize("threshold", ["16MB", "200KB", "1KB"], ids=["in the log", "now and then", "at each commit"])
@pytest.mark.parametrize("leave", [0, 100_000, 600_000])
def test_a_commit_that_finds_the_disk_full_keeps_nothing_and_says_so(
    diary, house, desk, small_disk, monkeypatch, threshold, leave
):
    """Past our own margin: DuckDB itself runs out of space, in its log or while it writes the log into the file."""
    monkeypatch.setattr(store, "FREE_BYTES_NEEDED", 0)
    told = [books(diary, house, desk, number) for number in range(3)]
    diary._connection.execute(f"set checkpoint_threshold = '{threshold}'")
    ballast = fill(small_disk, leave=leave)
    for _ in range(2):  # it is refused again and again, and the record stays readable
        more, refused, sentence = books_until_refused(diary, house, desk, len(told))
        told += more
        assert "The disk refused the write" in sentence
        whole(diary, told)
    ballast.unlink()
    told.append(books(diary, house, desk, refused))  # the same form once more: booked once
    assert books(diary, house, desk, refused) == told[-1]
    whole(diary, told)


def test_after_a_full_disk_a_crash_loses_nothing_either(diary, house, desk, small_disk, monkeypatch, tmp_path, clock):
    """The log that a failed commit left behind is read back by whoever opens the file next."""
    monkeypatch.setattr(store, "FREE_BYTES_NEEDED", 0)
    ballast = fill(small_disk, leave=150_000)
    told, refused, _ = books_until_refused(diary, house, desk, 0)
    ballast.unlink()
    told += [books(diary, house, desk, number) for number in range(refused, refused + 3)]
    crashed = tmp_path / "crashed"
    shutil.copytree(small_disk, crashed)  # the files as a power cut would leave them: nobody has closed them
    reopened = Record(crashed / "record.duckdb", clock=clock)
    whole(reopened, told)
    reopened.close()


class Complaining:
    """A connection whose next commit is kept, and reported as failed."""

    def __init__(self, connection, cursor=None) -> None:
        self._connection, self._cursor = connection, cursor

    def cursor(self):
        return Complaining(self._connection, self._connection.cursor())

    def commit(self):
        self._cursor.commit()
        raise duckdb.IOException("IO Error: Could not sync file")

    def __getattr__(self, name):
        return getattr(self._cursor or self._connection, name)


def test_a_commit_that_was_kept_although_the_disk_complained_is_answered_as_done(record, house, desk):
    """The log was written and only then the disk refused: saying "nothing was saved" would make people book twice."""
    told = [books(record, house, desk, 0)]
    record._connection = Complaining(record._connection)
    told.append(books(record, house, desk, 1))
    told.append(books(record, house, desk, 2))
    whole(record, told)
