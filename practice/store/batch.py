"""Commands that are committed together, though each is all or nothing.

While its commands only add rows, a batch keeps them in memory: who is refused is simply forgotten, and the others go
to the record in one statement per table and one commit. A command that has to write directly (a change, a deletion, a
question about rows that wait) has those before it committed first, and is committed itself when it ends. So whatever
goes wrong in a command undoes that command alone.
"""

from __future__ import annotations

import json
from typing import Any

import duckdb

from practice.audit.chain import GENESIS, entry_hash
from practice.clock import Clock, stored
from practice.errors import Conflict, Refusal
from practice.ids import Ids
from practice.store.memory import Memory
from practice.store.pending import Mark, Pending
from practice.store.queue import Request
from practice.store.shelf import PEOPLE, Row
from practice.store.tables import TABLES
from practice.store.work import Reader, Work, plain


class LostError(Exception):
    """What was to be committed was not; the cause says why. Nobody in the batch who has not heard yet was kept."""


class Batch:
    """Begun on a cursor of its own, under the writer's lock."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, memory: Memory, clock: Clock, ids: Ids) -> None:
        cursor.begin()
        self.cursor = cursor
        self.memory = memory
        self.pending = Pending(cursor, memory.kinds, self._before_a_write)
        self._head = memory.head or _newest(cursor)
        self._clock = clock
        self._ids = ids
        self._stamp = memory.shelf.stamp
        self._open: list[Request] = []
        self._answered: dict[str, tuple[str, Any]] = {}
        self._mark: tuple[Mark, int] = {}, 0

    def perform(self, request: Request) -> None:
        """Do it. A refused one hears so at once; the others when they are committed."""
        self._mark = self.pending.mark(), self.memory.mark()
        self.pending.has_written = False
        try:
            self._perform(request)
        except LostError:
            raise
        except Exception as error:
            if is_storage(error):
                raise LostError from error
            self._forget(is_in_record=self.pending.has_written or isinstance(error, duckdb.Error))
            request.settle(in_words(error))
            return
        self._open.append(request)
        if self.pending.has_written:
            self.commit()

    def commit(self) -> None:
        """Keep all that was done, and answer those who asked for it."""
        self._keep(self.memory.mark())

    def _keep(self, mark: int) -> None:
        try:
            self.pending.flush()
            self.cursor.commit()
        except duckdb.Error as error:
            raise LostError from error
        self.memory.kept(self._head, self.pending.written, self._fresh(), mark)
        self.pending.forget_tables()
        for request in self._open:
            request.settle()
        self._open = []
        self.cursor.begin()
        self._stamp = self.memory.shelf.stamp

    def _fresh(self) -> dict[str, list[Row]]:
        """The changed rows of tables that the shelf knows, as they are now; without a table, it is read anew."""
        known = {table: keys for table, keys in self.pending.changed.items() if self.memory.shelf.knows(table)}
        try:
            return {table: self._rows_of(table, keys) for table, keys in known.items() if keys and table in PEOPLE}
        except duckdb.Error:  # what is committed stays committed, whatever becomes of this question
            return {}

    def _before_a_write(self) -> None:
        """The command at work is about to write directly: those before it are kept first, whatever becomes of it."""
        if self._open:
            own = self.pending.take_after(self._mark[0])
            self._keep(self._mark[1])
            self.pending.put_back(own)
            self.pending.has_written = False
            self._mark = {}, 0

    def _forget(self, *, is_in_record: bool) -> None:
        self.pending.back_to(self._mark[0])
        if is_in_record:
            self.cursor.rollback()
            self.cursor.begin()
            self.memory.rolled_back(self._mark[1])
        else:
            self.memory.back_to(self._mark[1])

    def _perform(self, request: Request) -> None:
        if request.key:
            found = self._answered.get(request.key) or _repeated(self.cursor, request.key)
            if found is not None:
                if found[0] != request.hash:
                    raise Conflict("This form was already used for something else; reload it and try again.")
                request.result = found[1]
                return
        seq, head = self._head
        work = Work(
            self.cursor, self._clock(), request.actor, self._ids, request.reason, seq + 1,
            self.memory.shelf, self._stamp, self.pending, self.memory,
        )  # fmt: skip
        result = json.loads(json.dumps(request.command.function(work, **request.parameters), default=plain))
        request.entry_id, own_hash = _write_audit(work, head, request, result)
        work.feed()
        self._head = seq + 1, own_hash
        request.result = result
        if request.key:
            self._answered[request.key] = request.hash, result

    def _rows_of(self, table: str, keys: set[str]) -> list[Row]:
        """These rows as they are now."""
        marks = ", ".join("?" * len(keys))
        sql = f"select * from {table} where {TABLES[table].key} in ({marks})"
        return Reader(self.cursor, self._clock()).rows(sql, *keys)


def is_storage(error: Exception) -> bool:
    """Whether the disk is to blame. A commit that finds it full comes as a TransactionException."""
    is_commit = isinstance(error, duckdb.TransactionException) and "Could not" in str(error)
    return is_commit or isinstance(error, duckdb.IOException | duckdb.FatalException)


def in_words(error: Exception) -> Exception:
    """What the record's own guards refuse, as a sentence for people; anything else as it is."""
    text = str(error)
    if isinstance(error, duckdb.Error) and ("append-only" in text or "never" in text or "does not balance" in text):
        return _because(error, Refusal(f"The record refused this: {text.splitlines()[0]}", rule="store"))
    if isinstance(error, duckdb.ConstraintException) and "slot_at" in text:
        return _because(error, Conflict("That time was just taken; choose another.", rule="slot_taken"))
    return error


def _because(cause: Exception, said: Exception) -> Exception:
    said.__cause__ = cause
    return said


def _newest(cursor: duckdb.DuckDBPyConnection) -> tuple[int, str]:
    newest = cursor.execute("select seq, hash from audit_entries order by seq desc limit 1").fetchall()
    return (newest[0][0], newest[0][1]) if newest else (0, GENESIS)


def _repeated(cursor: duckdb.DuckDBPyConnection, key: str) -> tuple[str, Any] | None:
    """What was asked under an idempotency key before, and what was answered."""
    sql = "select request_hash, result from audit_entries where idempotency_key = ?"
    found = cursor.execute(sql, [key]).fetchall()
    return (found[0][0], json.loads(found[0][1])) if found else None


def _write_audit(work: Work, head: str, request: Request, result: Any) -> tuple[str, str]:
    """Append the entry to the chain; returns its id and its hash."""
    entry = {
        "seq": work.audit_seq,
        "entry_id": work.new_id(),
        "happened_at": stored(work.now),
        "actor_id": work.actor.user_id,
        "actor_role": work.actor.role,
        "command": request.command.name,
        "reason": work.reason,
        "changes": json.dumps(work.noted, default=plain, ensure_ascii=False),
        "idempotency_key": request.key,
        "request_hash": request.hash,
        "result": json.dumps(result, ensure_ascii=False),
        "prev_hash": head,
    }
    entry["hash"] = entry_hash(entry)
    work.pending.add("audit_entries", tuple(entry), [tuple(entry.values())])
    return str(entry["entry_id"]), str(entry["hash"])
