"""The baseline "raw inserts": the rows that commands wrote, put into a copy of the same file by plain SQL.

Each command becomes one transaction of the statements that it ended in, its audit entry and its changes included, with
every value known beforehand: no permission, no rule, no read, no hash. What a command costs beyond that is what the
rules cost.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from dashboards.bench.measure import Laps, run_laps
from practice.home import Home, open_record
from practice.store.record import Record
from practice.store.tables import TABLES
from practice.store.work import Reader

Statement = tuple[str, list[Any]]


def copied(record: Path) -> float:
    """Seconds of processor that DuckDB takes to copy a closed record, row by row with its keys, into an empty file."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.execute(f"attach '{record}' as ours (read_only)")
        connection.execute(f"attach '{folder}/theirs.duckdb' as theirs")
        began = time.process_time()
        connection.execute("copy from database ours to theirs")
        return time.process_time() - began


class Duel:
    """The same writes on two copies of a practice: commands on ours, then their rows as raw inserts on theirs."""

    def __init__(self, home: Home, folder: Path) -> None:
        ours = Home(folder / "ours")
        ours.path.mkdir(parents=True)
        shutil.copyfile(home.record, ours.record)
        self._path = folder / "theirs.duckdb"
        shutil.copyfile(home.record, self._path)
        self.record: Record = open_record(ours)
        self.theirs = duckdb.connect(str(self._path))
        self.last: list[list[Statement]] = []
        """What the last round's commands wrote, for another baseline."""

    def close(self) -> None:
        """Close both."""
        self.record.close()
        self.theirs.close()

    def round(self, calls: Sequence[Callable[[], Any]], threads: int = 1) -> tuple[Laps, Laps]:
        """Make the calls (each runs one command on `record`), then the raw inserts of what they wrote."""
        before = self._newest()
        commands = run_laps(calls, threads)
        with self.record.read() as reader:
            self.last = [written(reader, seq) for seq in range(before + 1, _newest(reader) + 1)]
        return commands, run_laps([self._insert(one) for one in self.last], threads)

    def follow(self, work: Callable[[], Any]) -> None:
        """Do something on ours that is not measured, and bring theirs to the same state by copying its file anew."""
        work()
        self.theirs.close()
        with self.record.standing_still():
            shutil.copyfile(self.record.path, self._path)
        self.theirs = duckdb.connect(str(self._path))

    def _newest(self) -> int:
        with self.record.read() as reader:
            return _newest(reader)

    def _insert(self, transaction: list[Statement]) -> Callable[[], None]:
        def insert() -> None:
            cursor = self.theirs.cursor()
            try:
                cursor.begin()
                for sql, values in transaction:
                    cursor.execute(sql, values)
                cursor.commit()
            finally:
                cursor.close()

        return insert


def written(reader: Reader, seq: int) -> list[Statement]:
    """The inserts that audit entry `seq` stands for. Raises RuntimeError if its command changed a row instead."""
    keys: dict[str, list[str]] = {}
    for noted in json.loads(reader.value("select changes from audit_entries where seq = ?", seq)):
        if noted.get("before") is not None or "key" not in noted:
            raise RuntimeError(f"A command that is measured changed a row of {noted['table']}; raw inserts cannot.")
        keys.setdefault(noted["table"], []).append(noted["key"])
    found = [
        _statement(reader, table, f"{TABLES[table].key} in (select unnest(?))", some) for table, some in keys.items()
    ]
    if booked := keys.get("appointments"):
        mine = "select claim_id from claims where appointment_id in (select unnest(?))"
        found += [
            _statement(reader, "claims", f"claim_id in ({mine})", booked),
            _statement(reader, "slots", f"claim_id in ({mine})", booked),
        ]
    found.append(_statement(reader, "audit_entries", "seq = ?", seq))
    found.append(_statement(reader, "changes", "audit_seq = ?", seq))
    return [statement for statement in found if statement[1]]


def clients(reader: Reader) -> list[str]:
    """Who can be booked, in a fixed order; without those whose booking would settle a recall: that changes a row."""
    return [
        row["client_id"]
        for row in reader.rows(
            "select client_id from clients where is_active and client_id not in (select client_id from recalls)"
            " order by client_id"
        )
    ]


def pass_over(reader: Reader, table: str) -> None:
    """The baseline of reads: look at every row of `claims` or `postings` once."""
    reader.rows(_PASSES[table])


_PASSES = {
    "claims": "select resource_kind, count(*), max(ends_at) from claims group by resource_kind",
    "postings": "select account, sum(debit_minor - credit_minor) from postings group by account",
}


def _newest(reader: Reader) -> int:
    return int(reader.value("select coalesce(max(seq), 0) from audit_entries"))


def _statement(reader: Reader, table: str, condition: str, value: Any) -> Statement:
    rows = reader.cursor.execute(f"select * from {table} where {condition}", [value]).fetchall()
    places = ", ".join("(" + ", ".join("?" * len(row)) + ")" for row in rows)
    return f"insert into {table} values {places}", [value for row in rows for value in row]
