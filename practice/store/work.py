"""One transaction's work: reads, writes, and the notes from which its audit entry and its changes are made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from types import NoneType
from typing import Any

import duckdb
import pyarrow as pa

from practice.access.permissions import Actor
from practice.clock import as_utc, stored
from practice.errors import NotFound
from practice.ids import Ids
from practice.store.diary import Diary
from practice.store.memory import Memory
from practice.store.pending import Pending
from practice.store.shelf import PEOPLE, SHELVED, Shelf
from practice.store.tables import SCHEMA_VERSION, TABLES

Row = dict[str, Any]

MANY = 200
"""Rows beyond which an audit entry notes how many they are instead of each."""

SLOT = ("resource_id", "slot_at", "lane", "claim_id")
CHANGE = ("table_name", "key", "op", "row", "schema_version", "known_at", "audit_seq")


_AS_THEY_ARE = frozenset((str, int, bool, float, NoneType))


def plain(value: Any) -> Any:
    """A value as it stands in JSON: instants and dates as DuckDB prints them."""
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, datetime):
        return str(stored(value))
    if isinstance(value, date | time):
        return str(value)
    return value


class Reader:
    """Reads the record. Rows are dicts; instants come back as naive UTC."""

    known_money: Any = None  # what a command that posts many entries keeps in mind (billing.queries.known)

    def __init__(
        self, cursor: duckdb.DuckDBPyConnection, now: datetime, shelf: Shelf | None = None, stamp: int = -1
    ) -> None:
        """`stamp` is the shelf's, noted before the view of the record began."""
        self.cursor = cursor
        self.now = as_utc(now)
        self.shelf = shelf
        self.stamp = stamp

    def rows(self, sql: str, *parameters: Any) -> list[Row]:
        """Every row of the answer."""
        self.cursor.execute(sql, [_bound(value) for value in parameters])
        names = [column[0] for column in self.cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in self.cursor.fetchall()]

    def one(self, sql: str, *parameters: Any) -> Row | None:
        """The first row, or None."""
        rows = self.rows(sql, *parameters)
        return rows[0] if rows else None

    def value(self, sql: str, *parameters: Any) -> Any:
        """The first column of the first row, or None."""
        # Fetched to the end: DuckDB lets nothing else happen on a cursor with an unfinished result.
        rows = self.cursor.execute(sql, [_bound(value) for value in parameters]).fetchall()
        return rows[0][0] if rows else None

    def find(self, table: str, key: str | None) -> Row | None:
        """The row of `table` with that primary key, or None."""
        if not key:
            return None
        if table in SHELVED:
            return next(iter(self.those(table, TABLES[table].key, key)), None)
        return self.one(f"select * from {table} where {TABLES[table].key} = ?", key)

    def all(self, table: str) -> list[Row]:
        """Every row of a shelved table, in no particular order."""
        known = None
        if self.shelf is not None and self._may_shelve(table):
            known = self.shelf.rows(table, self.stamp, lambda: self._read(table))
        return [row.copy() for row in known] if known is not None else self._read(table)

    def those(self, table: str, column: str, *values: Any) -> list[Row]:
        """The rows of a shelved table with one of these values in that column, in no particular order."""
        if self.shelf is not None and self._may_shelve(table):
            found = self.shelf.those(table, column, values, self.stamp, lambda: self._read(table))
            if found is not None:
                return [row.copy() for row in found]
        given = [value for value in values if value is not None]
        places = ", ".join("?" * len(given)) or "null"
        or_null = f" or {column} is null" if len(given) < len(values) else ""
        return self.rows(f"select * from {table} where {column} in ({places}){or_null}", *given)

    def _may_shelve(self, table: str) -> bool:
        assert table in SHELVED, f"{table} is read by SQL of its own"
        return True

    def _read(self, table: str) -> list[Row]:
        return self.rows(f"select * from {table}")

    def get(self, table: str, key: str | None, what: str) -> Row:
        """Like `find`, but refuses with "This <what> does not exist"."""
        row = self.find(table, key)
        if row is None:
            raise NotFound(f"This {what} does not exist; it may have been opened from an old page, so search again.")
        return row

    def waiting(self, table: str, keys: Iterable[str]) -> dict[str, Row]:  # noqa: ARG002
        """Those of these rows that the open transaction inserts, by key, as they were given. Nothing for a reader."""
        return {}

    def diary(self) -> Diary | None:
        """The claims from now on, in memory; None for a reader, whose view may be older."""
        return None

    def setting(self, name: str, default: Any = None) -> Any:
        """A setting's value, decoded."""
        row = self.find("settings", name)
        return default if row is None else json.loads(row["value"])


class Work(Reader):
    """A Reader that also writes. Only `Record.run` makes one; a command gets it as its first argument."""

    wants_alternatives = True  # not where a refusal is only counted: finding other times costs more than the check
    approval_id: str | None = None  # the request that its second person is carrying out just now

    def __init__(
        self,
        cursor: duckdb.DuckDBPyConnection,
        now: datetime,
        actor: Actor,
        ids: Ids,
        reason: str | None,
        audit_seq: int,
        shelf: Shelf | None = None,
        stamp: int = -1,
        pending: Pending | None = None,
        memory: Memory | None = None,
    ) -> None:
        super().__init__(cursor, now, shelf, stamp)
        self.pending = pending or Pending(cursor, lambda _: {})
        self.memory = memory
        self.audit_seq = audit_seq
        self.actor = actor
        self.reason = reason
        self.noted: list[Row] = []
        self._ids = ids
        self._fed: list[tuple[str, str, str, str | None]] = []

    def rows(self, sql: str, *parameters: Any) -> list[Row]:
        """Every row of the answer, what this transaction has written included."""
        self.pending.before(sql)
        return super().rows(sql, *parameters)

    def value(self, sql: str, *parameters: Any) -> Any:
        """The first column of the first row, or None."""
        self.pending.before(sql)
        return super().value(sql, *parameters)

    def waiting(self, table: str, keys: Iterable[str]) -> dict[str, Row]:
        """Those of these rows that still wait to be written, by key, as they were given."""
        return self.pending.rows(table, TABLES[table].key, set(keys))

    def diary(self) -> Diary | None:
        """The claims from now on, what this transaction changed included."""
        if self.memory is None:
            return None
        known = self.memory.known_diary()
        if known is not None:
            return known
        self.pending.before("claims")
        return self.memory.read_diary(self.cursor, stored(self.now))

    def _may_shelve(self, table: str) -> bool:
        return super()._may_shelve(table) and table not in self.pending.written

    def new_id(self) -> str:
        """A fresh id for something that happens now."""
        return self._ids(self.now)

    def keep_setting(self, name: str, value: Any) -> None:
        """Write a setting down, in place of what it was."""
        if self.find("settings", name):
            self.update("settings", name, value=json.dumps(value))
        else:
            self.insert("settings", {"name": name, "value": json.dumps(value)})

    def insert(self, table: str, *rows: Row) -> None:
        """Insert rows that have the same columns."""
        if not rows:
            return
        columns = tuple(rows[0])
        self.pending.add(table, columns, [tuple([_bound(row[name]) for name in columns]) for row in rows])
        for row in rows:
            self._note(table, None, row)

    def insert_all(self, table: str, rows: Sequence[Row]) -> None:
        """Insert rows that have the same columns: a few as `insert` does, many as `insert_many` does."""
        if len(rows) > MANY:
            self.insert_many(table, pa.Table.from_pylist([{name: _bound(row[name]) for name in row} for row in rows]))
        else:
            self.insert(table, *rows)

    def update(self, table: str, key: str, **values: Any) -> Row:
        """Change one row by its primary key; returns it as it is now."""
        before = self.get(table, key, table.rstrip("s").replace("_", " "))
        changed = {name: value for name, value in values.items() if before[name] != _bound(value)}
        after = before | {name: _bound(value) for name, value in values.items()}
        if changed:
            self.pending.touch(table)
            sets = ", ".join(f'"{name}" = ?' for name in changed)
            self.cursor.execute(
                f"update {table} set {sets} where {TABLES[table].key} = ?", [*map(_bound, changed.values()), key]
            )
            if table in PEOPLE:
                self.pending.note(table, key)
            self._note(table, before, after)
        return after

    def insert_many(self, table: str, data: pa.Table, known_at_column: str | None = None) -> None:
        """Insert a whole Arrow table through the same constraints and triggers, and feed its rows.

        The audit entry notes the table and the number of rows instead of each row. `known_at_column` names a column of
        `data` with the instant at which we knew each row, which its change then carries in place of now: for history
        that is loaded. A name that begins with an underscore is no column of the table and is left out of it.
        """
        if not data.num_rows:
            return
        self.pending.touch(table)
        self.pending.changed[table] = None  # too many to name
        if self.memory and table == "claims":
            self.memory.drop_diary()
        spec = TABLES[table]
        known_at = f'"{known_at_column}"' if known_at_column else "?"
        left_out = f"exclude ({known_at})" if (known_at_column or "").startswith("_") else ""
        self.cursor.register("bulk", data)
        try:
            self.cursor.execute(f"insert into {table} by name select * {left_out} from bulk")
            if spec.fed:
                fed = spec.columns_to_feed(data.column_names)
                packed = ", ".join(f"'{name}': {value}" for name, value in fed.items())
                # The feed is only ever scanned: zstd takes half of the time and a third of the space here.
                self.cursor.execute("set force_compression = 'zstd'")
                self.cursor.execute(
                    "insert into changes select nextval('change_seq'), ?, "
                    f"cast({spec.key} as text), 'upsert', to_json({{{packed}}}), ?, {known_at}, ?"
                    " from bulk",
                    [table, SCHEMA_VERSION, *([] if known_at_column else [stored(self.now)]), self.audit_seq],
                )
                self.cursor.execute("set force_compression = 'auto'")
        finally:
            self.cursor.unregister("bulk")
        self.noted.append({"table": table, "rows": data.num_rows})

    def release(self, appointment_id: str) -> None:
        """Give back every claim of an appointment, and its slots."""
        self.pending.touch("claims")
        self.pending.touch("slots")
        self.cursor.execute(
            "delete from slots where claim_id in (select claim_id from claims where appointment_id = ?)",
            [appointment_id],
        )
        self.cursor.execute("delete from claims where appointment_id = ?", [appointment_id])
        if diary := self._known_diary():
            diary.release(appointment_id)

    def keep(self, hold_id: str) -> None:
        """A hold's claims are its visit's from now on, for good."""
        self.pending.touch("claims")
        self.cursor.execute(
            "update claims set holder = 'appointment', expires_at = null where appointment_id = ?", [hold_id]
        )
        if diary := self._known_diary():
            diary.keep(hold_id)

    def hold(self, claims: Sequence[Row], slots: Sequence[tuple[str, datetime, int, str]]) -> None:
        """Write claims and their slots (resource, slot, lane, claim). The slots' primary key refuses a taken one."""
        if claims:
            columns = tuple(claims[0])
            bound = [{name: _bound(row[name]) for name in columns} for row in claims]
            self.pending.add("claims", columns, [tuple(row.values()) for row in bound])
            if diary := self._known_diary():
                diary.hold(bound)
        if slots:
            self.pending.add("slots", SLOT, slots)

    def _known_diary(self) -> Diary | None:
        return self.memory.known_diary() if self.memory else None

    def feed(self) -> None:
        """Append the noted rows to the change feed."""
        if self._fed:
            last = SCHEMA_VERSION, stored(self.now), self.audit_seq
            self.pending.add("changes", CHANGE, [(*entry, *last) for entry in self._fed])

    def _note(self, table: str, before: Row | None, after: Row) -> None:
        spec = TABLES[table]
        key = str(after[spec.key])
        whole = {name: value if type(value) in _AS_THEY_ARE else plain(value) for name, value in after.items()}
        shown = {name: value for name, value in whole.items() if name not in spec.secret} if spec.secret else whole
        old = None
        if before is not None:
            shown = {name: value for name, value in shown.items() if before[name] != after[name]}
            old = {name: plain(before[name]) for name in shown}
        noted_key = None if spec.key in spec.secret else key
        self.noted.append({"table": table, "key": noted_key, "before": old, "after": shown})
        if spec.fed:
            self._fed.append((table, key, "upsert", json.dumps(spec.row_to_feed(whole), ensure_ascii=False)))


def _bound(value: Any) -> Any:
    return stored(value) if type(value) is datetime and value.tzinfo else value
