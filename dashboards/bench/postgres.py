"""The baseline "PostgreSQL": the rows of the same bookings, where an exclusion constraint refuses overlaps.

Each command's rows become one transaction, over one connection for each thread; the server checks the overlap with a
GiST index over resource, lane and time, where ours has its slots. Needs PostgreSQL on the machine (Debian's package
`postgresql`), for this alone; a temporary cluster is made and removed, with the server's own defaults.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from dashboards.bench.measure import Laps, run_laps
from dashboards.bench.raw import Statement
from practice.clock import stored
from practice.scheduling.model import HORIZON
from practice.store.work import Reader

NAME = "PostgreSQL"
TABLES = ("appointments", "attendees", "appointment_events", "claims", "messages", "audit_entries", "changes")
"""What a booking writes, but for the slots: the constraint is in their place."""
TYPES = {"VARCHAR": "text", "TIMESTAMP": "timestamp", "DATE": "date", "INTEGER": "integer", "BIGINT": "bigint",
         "BOOLEAN": "boolean"}  # fmt: skip


def binaries() -> Path | None:
    """Where the server's programs are, or None where there is no PostgreSQL."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return versions[-1].parent if versions else None


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A server of our own in `folder`, reached by a socket there alone; gives its address, is stopped afterwards."""
    programs = binaries()
    assert programs is not None
    folder.mkdir(mode=0o755)
    become: dict[str, Any] = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        somebody = pwd.getpwnam("postgres")
        os.chown(folder, somebody.pw_uid, somebody.pw_gid)
        become = {"user": somebody.pw_uid, "group": somebody.pw_gid, "extra_groups": []}
    data = folder / "data"

    def run(*command: str) -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **become)

    run(str(programs / "initdb"), "-D", str(data), "-U", "bench", "--auth=trust", "--encoding=UTF8", "--locale=C")
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c max_connections=80"
    control = str(programs / "pg_ctl")
    run(control, "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"host={folder} user=bench dbname=postgres"
    finally:
        run(control, "-D", str(data), "-m", "immediate", "-w", "stop")


class Twin:
    """The record's tables in the server, and a way to put the same bookings into them."""

    def __init__(self, address: str, reader: Reader) -> None:
        import psycopg

        self._address, self._connect = address, psycopg.connect
        self._idle: SimpleQueue[Any] = SimpleQueue()
        with self._connect(address) as connection:
            connection.execute("create extension btree_gist")
            for table in TABLES:
                connection.execute(_table(reader, table))
            _fill(connection, reader)
        with self._connect(address, autocommit=True) as connection:
            connection.execute("analyze")

    def replay(self, transactions: Sequence[Sequence[Statement]], threads: int) -> Laps:
        """Each of them as one transaction, on a connection that is idle."""
        wanted = [
            [(sql.replace("?", "%s"), values) for sql, values in one if sql.split()[2] in TABLES]
            for one in transactions
        ]
        return run_laps([lambda one=one: self._insert(one) for one in wanted], threads)

    def guarded(self) -> int:
        """How many claims the constraint guards."""
        with self._connect(self._address) as connection:
            found = connection.execute("select count(*) from claims").fetchone()
        return int(found[0]) if found else 0

    def close(self) -> None:
        """Let every connection go."""
        while not self._idle.empty():
            self._idle.get().close()

    def _insert(self, statements: Sequence[tuple[str, list[Any]]]) -> None:
        try:
            connection = self._idle.get_nowait()
        except Empty:
            connection = self._connect(self._address)
        try:
            with connection.transaction():
                for sql, values in statements:
                    connection.execute(sql, values, prepare=True)
        finally:
            self._idle.put(connection)


def _table(reader: Reader, table: str) -> str:
    """The same columns in the same order; of claims, what refuses an overlap besides."""
    columns = reader.rows(
        "select column_name, data_type from information_schema.columns where table_name = ? order by ordinal_position",
        table,
    )
    parts = [f'"{row["column_name"]}" {TYPES[row["data_type"]]}' for row in columns]
    if table == "claims":
        parts += [
            "during tsrange generated always as (tsrange(starts_at, ends_at)) stored",
            "exclude using gist (resource_id with =, lane with =, during with &&)",
        ]
    else:
        parts[0] += " primary key"
    return f"create table {table} ({', '.join(parts)})"


def _fill(connection: Any, reader: Reader) -> None:
    """The claims that our own guard covers: of visits that can still change."""
    with connection.cursor().copy("copy claims from stdin") as copy:
        for row in reader.rows("select * from claims where starts_at >= ?", stored(reader.now) - HORIZON):
            copy.write_row(list(row.values()))
