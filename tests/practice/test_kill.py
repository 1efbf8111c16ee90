"""Power is cut in the middle of the morning: whatever was acknowledged is there, and nothing is half done."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from practice.audit.chain import findings
from practice.store.record import Record

ROOT = Path(__file__).parents[2]
WRITER = """
import random, sys
from datetime import UTC, datetime
from pathlib import Path
from practice.access.permissions import Actor
from practice.errors import Refusal
from practice.scheduling.commands import book_appointment, cancel_appointment, move_appointment
from practice.store.record import Record

record = Record(Path(sys.argv[1]), clock=lambda: datetime(2026, 3, 2, 14, tzinfo=UTC))
if int(sys.argv[2]) % 2:  # every other time checkpoints are frequent, so that some kills hit one
    record._connection.execute("set checkpoint_threshold = '64KB'")
desk, dice = Actor("user-desk", "front_desk"), random.Random(int(sys.argv[2]))
mine = []
print("ready", flush=True)
while True:
    when = f"2026-{dice.randint(3, 11):02}-{dice.randint(1, 28):02}T{dice.randint(9, 15):02}:00"
    try:
        if mine and dice.random() < 0.3:
            old = mine.pop()
            answer = record.run(move_appointment, desk, reason="asked", appointment_id=old, wall_start=when, moved_by="client")
            print("moved", answer["appointment_id"], flush=True)
        elif mine and dice.random() < 0.2:
            old = mine.pop()
            record.run(cancel_appointment, desk, reason="ill", appointment_id=old, cancelled_by="client")
            print("cancelled", old, flush=True)
            continue
        else:
            answer = record.run(book_appointment, desk, client_id=dice.choice(("client-ada", "client-ben")),
                provider_id=dice.choice(("prov-moss", "prov-reed")), service_id="svc-visit", location_id="loc-elm",
                wall_start=when)
            print("booked", answer["appointment_id"], flush=True)
        mine.append(answer["appointment_id"])
    except Refusal:
        pass
"""
"""A front desk that never stops. It prints what it was told, once it was told."""


def write_until_killed(path: Path, seed: int) -> list[tuple[str, str]]:
    """Start the writer, kill it with SIGKILL at a random moment; (what, appointment_id) that it was told."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(seed)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    time.sleep(random.Random(seed).uniform(0.2, 1.2))
    writer.send_signal(signal.SIGKILL)
    told, _ = writer.communicate()
    lines = [line for line in told.splitlines(keepends=True) if line.endswith("\n")]
    return [(line.split()[0], line.split()[1]) for line in lines]


def check_whole(path: Path, told: list[tuple[str, str]]) -> None:
    """Everything acknowledged is there; each appointment has all that belongs to it; the audit chain holds."""
    record = Record(path, clock=lambda: datetime(2026, 3, 2, 15, tzinfo=UTC))
    try:
        with record.read() as reader:
            status = {row["appointment_id"]: row["status"] for row in reader.rows("select * from appointments")}
            entries = reader.rows("select * from audit_entries order by seq")
            half = reader.rows(
                "select a.appointment_id from appointments a where"
                " not exists (select 1 from attendees t where t.appointment_id = a.appointment_id)"
                " or not exists (select 1 from appointment_events e where e.appointment_id = a.appointment_id"
                "                and e.kind = 'booked')"
                " or (a.status = 'scheduled') <> (4 < (select count(*) from claims c"
                "                where c.appointment_id = a.appointment_id))"
                " or (a.status = 'rescheduled') <> (a.moved_to_id is not null)"
                " or a.moved_to_id not in (select appointment_id from appointments)"
                " or not exists (select 1 from audit_entries u where contains(u.changes, a.appointment_id))"
                " or not exists (select 1 from changes g where g.table_name = 'appointments' and g.key = a.appointment_id"
                "                and contains(g.row, concat('\"', a.status, '\"')))"
            )
            claims = reader.rows("select claim_id, starts_at, ends_at from claims")
            slots = reader.rows("select claim_id, count(*) as n from slots group by 1")
            gaps = reader.rows("select seq from changes group by seq having count(*) > 1")
        last = {key: what for what, key in told}
        for key, what in last.items():
            assert (status[key] == "cancelled") if what == "cancelled" else (key in status)
        assert half == []
        assert gaps == []
        expected = {c["claim_id"]: (c["ends_at"] - c["starts_at"]) // timedelta(minutes=5) for c in claims}
        assert {row["claim_id"]: row["n"] for row in slots} == expected
        assert findings(entries) == []
        assert len(entries) >= len(told)
    finally:
        record.close()


@pytest.fixture
def diary(record, house, tmp_path):
    """A furnished practice whose file nobody has open."""
    record.close()
    path = tmp_path / "diary" / "record.duckdb"
    path.parent.mkdir()
    shutil.copy(record.path, path)
    return path


def survive(path: Path, kills: int) -> None:
    told: list[tuple[str, str]] = []
    for seed in range(kills):
        told += write_until_killed(path, seed)
        check_whole(path, told)
    assert len(told) > kills


def test_a_killed_process_loses_nothing_that_it_acknowledged(diary):
    survive(diary, kills=3)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_twenty_kills_lose_nothing_that_was_acknowledged(diary):
    survive(diary, kills=20)
