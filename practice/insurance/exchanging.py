"""Files out and in over a payer's connection: each out once, each in once, whatever ends in between.

Out: written under a passing name, then renamed, each step noted before the next. In: put into the folder of payers'
files, from which they are posted as if somebody had dropped them there.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from dataclasses import dataclass, field

from practice.access.permissions import SYSTEM
from practice.clock import stored, to_wall
from practice.home import Home
from practice.insurance import connection_queries as queries
from practice.insurance import exchanged
from practice.insurance.connection_secrets import sign_in_of
from practice.insurance.connections import PASSING, is_wanted, remote_name
from practice.insurance.drop_trouble import DropTrouble
from practice.insurance.fetching import ENDED, fetch, path_of
from practice.insurance.sftp import Drop
from practice.store.record import Record
from practice.store.work import Row

EVERY_SECONDS = 300
"""Between two looks at a server by itself while nothing is to be sent."""

LOCAL = ("127.0.0.1", "localhost")

_log = logging.getLogger("daybook.payers")
_one_at_a_time = threading.Lock()
_looked: dict[str, float] = {}


@dataclass
class Exchanged:
    """What a look did: names of files that went out and came in, and the code of what went wrong."""

    sent: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    trouble: str | None = None


def beat(record: Record, home: Home) -> list[Exchanged]:
    """Every active connection whose time has come."""
    with record.read() as reader:
        now, is_sending = stored(reader.now), bool(queries.to_send(reader))
        rows = queries.active(reader)
    due = [row for row in rows if _is_due(row, now) and ((is_sending and row["out_folder"]) or _is_time(row))]
    return [exchange(record, home, row["connection_id"]) for row in due]


def exchange(record: Record, home: Home, connection_id: str) -> Exchanged:
    """One look at a connection, now: send what waits, fetch what is new. One at a time."""
    done = Exchanged()
    with _one_at_a_time:
        with record.read() as reader:
            row = reader.get("payer_connections", connection_id, "connection")
        _looked[connection_id] = _seconds()
        try:
            with opened(record, home, row) as drop:
                _both_ways(record, home, drop, row, done)
        except DropTrouble as trouble:
            done.trouble = trouble.code
            _note_trouble(record, connection_id, trouble)
        else:
            if row["trouble"]:
                record.run(exchanged.note_well, SYSTEM, connection_id=connection_id)
    return done


def _both_ways(record: Record, home: Home, drop: Drop, row: Row, done: Exchanged) -> None:
    """Answers come in even where ours cannot go out: a full disk there holds up no money."""
    first: DropTrouble | None = None
    try:
        if row["out_folder"]:
            _send(record, drop, row, done)
    except DropTrouble as trouble:
        if trouble.code in ENDED:
            raise
        first = trouble
    if row["in_folder"]:
        fetch(record, home, drop, row, done.fetched)
    if first:
        raise first


def try_out(record: Record, home: Home, connection_id: str) -> str:
    """Sign in and look into the folders; changes nothing there. Answers what was found. Raises DropTrouble."""
    with record.read() as reader:
        row = reader.get("payer_connections", connection_id, "connection")
    try:
        found = _look_around(record, home, row)
    except DropTrouble as trouble:
        if trouble.code == "host_key_changed":  # the page asks who says so, and nothing goes meanwhile
            _note_trouble(record, connection_id, trouble)
        raise
    if row["trouble"]:
        record.run(exchanged.note_well, SYSTEM, connection_id=connection_id)
    return found


def _look_around(record: Record, home: Home, row: Row) -> str:
    found = "It works"
    with opened(record, home, row) as drop:
        if row["out_folder"]:
            drop.list_folder(row["out_folder"])
        if row["done_folder"]:
            drop.list_folder(row["done_folder"])
        if row["in_folder"]:
            files = [file for file in drop.list_folder(row["in_folder"]) if is_wanted(file.name, row["in_names"])]
            found += f": {len(files)} files of those names lie there" if len(files) != 1 else ": one file lies there"
    return found + "."


def _note_trouble(record: Record, connection_id: str, trouble: DropTrouble) -> None:
    _log.warning("connection %s: %s", connection_id, trouble.code)
    record.run(
        exchanged.note_trouble, SYSTEM, connection_id=connection_id, code=trouble.code, is_final=trouble.is_final
    )


def opened(record: Record, home: Home, row: Row) -> Drop:
    """A session with the server of a connection. Raises DropTrouble."""
    with record.read() as reader:
        is_demo = bool(reader.setting("demo_today"))
    if is_demo and row["host"] not in LOCAL:
        raise DropTrouble("demo")
    if not row["host_key"]:
        raise DropTrouble("no_host_key")
    return Drop(row["host"], row["port"], row["user_name"], row["host_key"], sign_in_of(home, row))


def _send(record: Record, drop: Drop, row: Row, done: Exchanged) -> None:
    with record.read() as reader:
        files, zone = queries.to_send(reader), reader.setting("zone", "UTC")
    for file in files:
        if file["connection_id"] not in (None, row["connection_id"]) and file["state"] == "naming":
            continue  # another connection knows whether it is there
        content = file["content"].encode()
        day = to_wall(file["known_at"], zone).date()
        note = record.run(
            exchanged.note_sending, SYSTEM, file_sent_id=file["file_sent_id"], connection_id=row["connection_id"],
            remote_name=remote_name(row["out_names"], file["file_name"], file["number"], day),
            size_bytes=len(content), digest=hashlib.sha256(content).hexdigest(),
        )  # fmt: skip
        _send_one(record, drop, row["out_folder"], file["file_sent_id"], note, content)
        done.sent.append(note["remote_name"])


def _send_one(record: Record, drop: Drop, folder: str, key: str, note: Row, content: bytes) -> None:
    """Where it was cut off is known: a file that waits for its name either still has the passing one, or is there."""
    name = path_of(folder, note["remote_name"])
    if note["state"] == "writing":
        if drop.look(name):
            raise DropTrouble("name_taken")
        drop.write(name + PASSING, content)
        there = drop.look(name + PASSING)
        if there is None or there.size != len(content):
            raise DropTrouble("cut_off")
        record.run(exchanged.note_naming, SYSTEM, file_sent_id=key)
        drop.rename(name + PASSING, name)
    elif drop.look(name + PASSING):
        drop.rename(name + PASSING, name)
    record.run(exchanged.note_sent, SYSTEM, file_sent_id=key)


def _is_due(row: Row, now: object) -> bool:
    return not row["trouble"] or (row["next_try_at"] is not None and row["next_try_at"] <= now)


def _is_time(row: Row) -> bool:
    return bool(row["trouble"]) or _seconds() - _looked.get(row["connection_id"], float("-inf")) >= EVERY_SECONDS


_seconds = time.monotonic
