"""The record: one file, one owner process, one writer at a time. `Record.run` is law 1."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from practice.access.permissions import Actor, Permission, require
from practice.audit.chain import GENESIS, entry_hash
from practice.clock import Clock, stored, system_clock
from practice.errors import Conflict, Refusal, StorageTrouble
from practice.ids import Ids, random_ids
from practice.store.migrate import migrate
from practice.store.shelf import Shelf
from practice.store.work import Reader, Work, plain

FREE_BYTES_NEEDED = 16 * 1024 * 1024
"""Below this the record stops writing: a commit must never be the thing that finds the disk full."""


UNSURE = "The disk refused the write; free some space, then reload and look whether it was saved."


@dataclass(frozen=True)
class Command:
    """A named intention with the permission it needs. `function(work, **parameters)` does it."""

    name: str
    needs: Permission
    function: Callable[..., Any]

    def __call__(self, work: Work, **parameters: Any) -> Any:
        """Do it inside a transaction that is already open (a command made of commands)."""
        require(work.actor, self.needs)
        return self.function(work, **parameters)


COMMANDS: dict[str, Command] = {}
"""Every command by name, so that another process can ask for it over the socket."""


def command(needs: Permission) -> Callable[[Callable[..., Any]], Command]:
    """Decorate a function `(work, *, …) -> JSON-able answer` as a command."""

    def decorate(function: Callable[..., Any]) -> Command:
        made = Command(function.__name__, needs, function)
        COMMANDS[made.name] = made
        return made

    return decorate


class Record:
    """The practice's system of record. Open it once per process; share it between threads."""

    def __init__(self, path: Path, *, clock: Clock = system_clock, ids: Ids | None = None) -> None:
        self.path = path
        self.clock = clock
        self.ids = ids or random_ids()
        self._lock = threading.Lock()
        self._is_broken = False
        self._shelf = Shelf()
        self._newest: tuple[int, str] | None = None  # the audit chain's head, while we know it
        self._open()

    def _open(self) -> None:
        try:
            self._connection = duckdb.connect(str(self.path))
        except duckdb.IOException as error:
            if "lock" in str(error).lower():
                raise Conflict(
                    "Another process has this practice's record open; stop it first, or ask the running app.",
                    rule="record_in_use",
                ) from None
            raise
        self._shelf.forget()
        self._newest = None
        migrate(self._connection, stored(self.clock()))

    def close(self) -> None:
        """Close the file; open cursors end with it."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """A consistent view for reading; never waits for the writer (but after a failed write, for the reopening)."""
        if self._is_broken:
            with self._lock:
                self._usable()
        cursor = self._connection.cursor()
        try:
            stamp = self._shelf.stamp
            cursor.begin()
            yield Reader(cursor, self.clock(), self._shelf, stamp)
        finally:
            cursor.close()

    def run(
        self, command: Command, actor: Actor, *, key: str | None = None, reason: str | None = None, **parameters: Any
    ) -> Any:
        """Authorise → validate → write → audit, in one transaction: all or nothing.

        `key` is the idempotency key: the same command sent twice by the same actor is done once and answered the same;
        anything else under it is refused. Raises Refusal with a sentence for people; nothing is kept then.
        """
        require(actor, command.needs)
        asked = json.dumps([actor.user_id, command.name, parameters, reason], default=plain, sort_keys=True)
        request_hash = hashlib.sha256(asked.encode()).hexdigest()
        with self._lock:
            self._check_space()
            cursor = self._usable().cursor()
            entry_id, result, newest = None, None, None
            try:
                cursor.begin()
                seq, head = newest = self._newest or _head(cursor)
                self._newest = None  # until this one is kept, or refused
                work = Work(cursor, self.clock(), actor, self.ids, reason, seq + 1, self._shelf, self._shelf.stamp)
                repeated = key and work.one(
                    "select request_hash, result from audit_entries where idempotency_key = ?", key
                )
                if repeated:
                    if repeated["request_hash"] != request_hash:
                        raise Conflict("This form was already used for something else; reload it and try again.")
                    self._newest = newest
                    return json.loads(repeated["result"])
                result = json.loads(json.dumps(command.function(work, **parameters), default=plain))
                entry_id, own_hash = _write_audit(work, head, command.name, key, request_hash, result)
                work.feed()
                cursor.commit()
                self._shelf.changed(work.written())
                self._newest = seq + 1, own_hash
                return result
            except Refusal:
                self._newest = newest
                raise
            except duckdb.Error as error:
                cursor.close()  # lets go of a broken instance, so that a fresh one can be opened
                try:
                    self._after(error)
                except StorageTrouble:
                    if entry_id is None or not self._was_kept(entry_id):
                        raise
                    return result
                raise
            finally:
                cursor.close()  # rolls back whatever was not committed, for any exception

    def housekeeping(self, sql: str, *parameters: Any) -> None:
        """One write that no person intended (when a session was last seen): serialised, but neither audited nor fed.

        Never for anything that a table in `TABLES` feeds, or that somebody could ask about.
        """
        with self._lock:
            self._check_space()
            cursor = self._usable().cursor()
            try:
                cursor.execute(sql, [stored(value) if isinstance(value, datetime) else value for value in parameters])
            except duckdb.Error as error:
                cursor.close()
                self._after(error)
                raise
            finally:
                cursor.close()

    @contextmanager
    def standing_still(self) -> Iterator[Reader]:
        """No command runs inside, and everything committed is in the file itself: for copying it."""
        with self._lock:
            cursor = self._usable().cursor()
            try:
                try:
                    cursor.execute("checkpoint")
                except duckdb.Error as error:
                    cursor.close()
                    self._after(error)
                    raise
                yield Reader(cursor, self.clock())
            finally:
                cursor.close()

    def _check_space(self) -> None:
        free = shutil.disk_usage(self.path.parent).free
        if free < FREE_BYTES_NEEDED:
            raise StorageTrouble("The disk is full, so nothing was saved; free some space and send it again.")

    def _after(self, error: duckdb.Error) -> None:
        text = str(error)
        if "append-only" in text or "never" in text or "does not balance" in text:
            raise Refusal(f"The record refused this: {text.splitlines()[0]}", rule="store") from error
        if isinstance(error, duckdb.ConstraintException) and "slot_at" in text:
            raise Conflict("That time was just taken; choose another.", rule="slot_taken") from error
        if _is_storage(error):
            self._is_broken = True
            self._usable()
            sentence = "The disk refused the write, so nothing was saved; check it and send it again."
            raise StorageTrouble(sentence) from error

    def _usable(self) -> duckdb.DuckDBPyConnection:
        """The connection. After a failed write DuckDB's instance is unusable: a new one replays what was committed."""
        if self._is_broken:
            try:
                self._connection.close()
                self._open()
            except (duckdb.Error, OSError) as error:
                raise StorageTrouble(UNSURE) from error  # the next caller tries again
            self._is_broken = False
        return self._connection

    def _was_kept(self, entry_id: str) -> bool:
        """Whether a command whose commit failed is in the record all the same: logged before the disk refused."""
        if self._is_broken:
            return False
        found = self._connection.execute("select count(*) from audit_entries where entry_id = ?", [entry_id]).fetchone()
        return bool(found and found[0])


def _is_storage(error: duckdb.Error) -> bool:
    """Whether the disk is to blame. A commit that finds it full comes as a TransactionException."""
    is_commit = isinstance(error, duckdb.TransactionException) and "Could not" in str(error)
    return is_commit or isinstance(error, duckdb.IOException | duckdb.FatalException)


def _head(cursor: duckdb.DuckDBPyConnection) -> tuple[int, str]:
    """The audit chain's newest entry: its number and hash."""
    newest = cursor.execute("select seq, hash from audit_entries order by seq desc limit 1").fetchall()
    return (newest[0][0], newest[0][1]) if newest else (0, GENESIS)


def _write_audit(work: Work, head: str, name: str, key: str | None, request_hash: str, result: Any) -> tuple[str, str]:
    """Append the entry to the chain; returns its id and its hash."""
    entry = {
        "seq": work.audit_seq,
        "entry_id": work.new_id(),
        "happened_at": stored(work.now),
        "actor_id": work.actor.user_id,
        "actor_role": work.actor.role,
        "command": name,
        "reason": work.reason,
        "changes": json.dumps(work.noted, default=plain, ensure_ascii=False),
        "idempotency_key": key,
        "request_hash": request_hash,
        "result": json.dumps(result, ensure_ascii=False),
        "prev_hash": head,
    }
    entry["hash"] = entry_hash(entry)
    columns = ", ".join(entry)
    work.cursor.execute(
        f"insert into audit_entries ({columns}) values ({', '.join('?' * len(entry))})", list(entry.values())
    )
    return str(entry["entry_id"]), str(entry["hash"])
