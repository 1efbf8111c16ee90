"""The record: one file, one owner process, one writer at a time. `Record.run` is law 1."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from practice.access.permissions import Actor, require
from practice.clock import Clock, stored, system_clock
from practice.errors import Conflict, StorageTrouble
from practice.ids import Ids, random_ids
from practice.store.batch import Batch, LostError, in_words, is_storage
from practice.store.commands import COMMANDS, Command, command
from practice.store.memory import Memory
from practice.store.migrate import migrate
from practice.store.pending import named_in
from practice.store.queue import Queue, Request
from practice.store.shelf import PEOPLE
from practice.store.work import Reader

FREE_BYTES_NEEDED = 16 * 1024 * 1024
"""Below this the record stops writing: a commit must never be the thing that finds the disk full."""

UNSURE = "The disk refused the write; free some space, then reload and look whether it was saved."

STOPPED = "The app was stopped before this was saved; send it again."

__all__ = ["COMMANDS", "Command", "Record", "command"]


class Record:
    """The practice's system of record. Open it once per process; share it between threads."""

    def __init__(self, path: Path, *, clock: Clock = system_clock, ids: Ids | None = None) -> None:
        self.path = path
        self.clock = clock
        self.ids = ids or random_ids()
        self._lock = threading.Lock()
        self._queue = Queue()
        self._is_broken = False
        self._memory = Memory()
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
        self._memory.begin(self._connection)
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
        shelf = self._memory.shelf
        try:
            stamp = shelf.stamp
            cursor.begin()
            yield Reader(cursor, self.clock(), shelf, stamp)
        finally:
            cursor.close()

    def run(
        self, command: Command, actor: Actor, *, key: str | None = None, reason: str | None = None, **parameters: Any
    ) -> Any:
        """Authorise → validate → write → audit, in one transaction: all or nothing.

        `key` is the idempotency key: the same command sent twice by the same actor is done once and answered the same;
        anything else under it is refused. Raises Refusal with a sentence for people; nothing is kept then.

        Commands that wait at the same time are committed together: the first of them does what the others came for,
        one after the other, each on top of what those before it did.
        """
        require(actor, command.needs)
        request = Request(command, actor, key, reason, parameters)
        if self._queue.join(request):
            self._lead()
        return request.answer()

    def _lead(self) -> None:
        requests = self._queue.take()
        try:
            with self._lock:
                self._work_off(requests)
        finally:
            for request in requests:
                if not request.is_done:  # this thread was interrupted in the middle of it
                    request.settle(StorageTrouble(STOPPED))
            self._queue.pass_on()

    def _work_off(self, requests: list[Request]) -> None:
        """Do these, and settle each of them."""
        try:
            self._check_space()
            cursor = self._usable().cursor()
        except StorageTrouble as error:
            for request in requests:
                request.settle(error)
            return
        try:
            batch = Batch(cursor, self._memory, self.clock, self.ids)
            for request in requests:
                batch.perform(request)
            batch.commit()
        except (LostError, duckdb.Error) as error:
            cursor.close()  # lets go of a broken instance, so that a fresh one can be opened
            self._memory.rolled_back()
            self._lost([request for request in requests if not request.is_done], error.__cause__ or error)
        except BaseException:
            self._memory.rolled_back()
            raise
        finally:
            cursor.close()  # rolls back whatever was not committed, for any exception

    def _lost(self, requests: list[Request], error: BaseException) -> None:
        """None of these was kept: one hears why, several are tried again one by one."""
        assert isinstance(error, Exception)
        if is_storage(error):
            self._is_broken = True
            trouble = self._reopened(error)
            for request in requests:
                was_kept = request.entry_id is not None and self._was_kept(request.entry_id)
                request.settle(None if was_kept else trouble)
        elif len(requests) == 1:
            requests[0].settle(in_words(error))
        else:
            for request in requests:
                request.entry_id = None
                self._work_off([request])

    def _reopened(self, error: Exception) -> StorageTrouble:
        """What is to be said about a write that the disk refused; the record is opened again first, if it can be."""
        try:
            self._usable()
        except StorageTrouble as trouble:
            return trouble
        said = StorageTrouble("The disk refused the write, so nothing was saved; check it and send it again.")
        said.__cause__ = error
        return said

    def warm(self) -> None:
        """Read what the first command would have to wait for: people, and the claims to come."""
        with self.read() as reader:
            for table in PEOPLE:
                reader.those(table, "client_id")
        with self._lock:
            if self._memory.known_diary() is None:
                cursor = self._usable().cursor()
                try:
                    self._memory.read_diary(cursor, stored(self.clock()), is_committed=True)
                finally:
                    cursor.close()

    def housekeeping(self, sql: str, *parameters: Any) -> None:
        """One write that no person intended (when a session was last seen): serialised, but neither audited nor fed.

        Never for anything that a table in `TABLES` feeds, or that somebody could ask about.
        """
        with self._lock:
            self._check_space()
            cursor = self._usable().cursor()
            try:
                cursor.execute(sql, [stored(value) if isinstance(value, datetime) else value for value in parameters])
                self._memory.changed(named_in(sql))
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
        if is_storage(error):
            self._is_broken = True
            raise self._reopened(error)
        said = in_words(error)
        if said is not error:
            raise said

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
