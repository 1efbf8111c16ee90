"""The record's change feed into the landing folder: `landing/record/<table>/<from>-<to>.parquet`, typed.

Where the next batch continues is read from the manifests, so landing twice changes nothing and a crash loses nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.contracts import CONTRACTS, empty_relation, json_structure
from ingestion.feed_sources import FeedSource, InProcess, OverHttp
from ingestion.landing import EMPTY, commit, engine, manifests, quoted, sweep, write_parquet
from practice.clock import stored, system_clock
from practice.errors import Refusal
from practice.home import Home
from practice.store.tables import TABLES

__all__ = [
    "FeedSource",
    "InProcess",
    "Landed",
    "OverHttp",
    "audit_anchors",
    "land_record",
    "landed_settings",
    "last_seq",
]


@dataclass(frozen=True)
class Landed:
    """What one landing brought. `batch_id` is None when there was nothing new; the sequence numbers are inclusive.

    `unknown_columns` are `table.column` names that the feed carries and the contracts don't: the record is newer.
    """

    batch_id: str | None
    from_seq: int
    to_seq: int
    rows_by_table: dict[str, int]
    unknown_columns: tuple[str, ...]
    audit_seq: int
    audit_hash: str


def record_folder(home: Home) -> Path:
    """Where the record's batches lie."""
    return home.landing / "record"


def last_seq(home: Home) -> int:
    """The newest change that has landed; 0 before the first."""
    return max((manifest["to_seq"] for manifest in manifests(record_folder(home))), default=0)


def newest_known_at(home: Home) -> datetime | None:
    """When the newest landed change was known: naive UTC; None before the first."""
    texts = [manifest["newest_known_at"] for manifest in manifests(record_folder(home))]
    return max(map(datetime.fromisoformat, texts), default=None)


def audit_anchors(home: Home) -> list[tuple[int, str]]:
    """(entry number, hash) of the audit chain's head at each batch: a cut tail of the chain shows against them."""
    return [(seq, digest) for manifest in manifests(record_folder(home)) for seq, digest in manifest["anchors"]]


def land_record(source: FeedSource, home: Home) -> Landed:
    """Land every change that came after the last batch. Refuses a feed that stands before what has landed."""
    folder = record_folder(home)
    connection = engine(home.landing)
    try:
        sweep(folder)
        _ensure_empty_files(connection, folder)
        began, head = last_seq(home) + 1, source.head()
        if head.seq < began - 1:
            raise Refusal(
                f"The record's feed ends at change {head.seq}, but {began - 1} have landed: this is an older or "
                "another record. Restore the landing folder that belongs to it, or move it away.",
                rule="feed_went_back",
            )
        rows, unknown = {}, ()
        if head.seq >= began:
            _collect(connection, source, began, head.seq)
            batch_id = f"{began:012d}-{head.seq:012d}"
            unknown = _unknown_columns(connection)
            rows, files = _write_tables(connection, folder, batch_id)
            landed = Landed(batch_id, began, head.seq, rows, unknown, head.audit_seq, head.audit_hash)
            (newest,) = connection.execute("select max(known_at) from changes").fetchone() or (None,)
            added = {
                "newest_known_at": newest,
                "landed_at": stored(system_clock()),
                "anchors": [[head.audit_seq, head.audit_hash]],
            }
            commit(folder, landed.__dict__ | added, files)
            return landed
        return Landed(None, began, head.seq, rows, unknown, head.audit_seq, head.audit_hash)
    finally:
        connection.close()


def landed_settings(home: Home) -> dict[str, Any]:
    """The practice's settings as they last landed: name → decoded value."""
    files = record_folder(home) / "settings" / "*.parquet"
    with duckdb.connect() as connection:
        found = connection.execute(
            f"select name, arg_max(value, _seq) from read_parquet({quoted(files)}) where _op = 'upsert' group by name"
        ).fetchall()
    return {name: json.loads(value) for name, value in found}


def _ensure_empty_files(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    for table in CONTRACTS:
        empty = folder / table / EMPTY
        # A contract that gained a column must show it in every reader, so the empty file follows the contract.
        if not empty.exists() or _columns_of(connection, empty) != _columns_of_query(connection, empty_relation(table)):
            write_parquet(connection, empty_relation(table), empty)


def _columns_of(connection: duckdb.DuckDBPyConnection, file: Path) -> list[tuple[str, str]]:
    return _columns_of_query(connection, f"select * from read_parquet({quoted(file)})")


def _columns_of_query(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in connection.execute(f"describe {query}").fetchall()]


def _collect(connection: duckdb.DuckDBPyConnection, source: FeedSource, began: int, ends: int) -> None:
    """Fetch the pages up to the head into the table `changes`; refuses a feed that ends before its head."""
    connection.execute(
        'create table changes (seq bigint, "table" varchar, key varchar, op varchar, "row" varchar, known_at timestamp)'
    )
    reached = began - 1
    while reached < ends:
        page = source.changes_after(reached)
        if not page.num_rows:
            raise Refusal(f"The feed gave nothing after change {reached}, though its head is {ends}; try again.")
        connection.register("page", page)
        connection.execute(
            'insert into changes select seq, "table", key, op, "row", known_at from page where seq <= ? order by seq',
            [ends],
        )
        connection.unregister("page")
        reached = page.column("seq")[-1].as_py()


def _unknown_columns(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    shapes = connection.execute(
        'select distinct "table", json_keys("row") from changes where "row" is not null'
    ).fetchall()
    found = {f"{table}.{name}" for table, names in shapes for name in names if name not in CONTRACTS.get(table, ())}
    return tuple(sorted(found))


def _write_tables(
    connection: duckdb.DuckDBPyConnection, folder: Path, batch_id: str
) -> tuple[dict[str, int], list[Path]]:
    present = [row[0] for row in connection.execute('select distinct "table" from changes order by 1').fetchall()]
    rows: dict[str, int] = {}
    files = []
    for table in present:
        if table in CONTRACTS:
            target = folder / table / f"{batch_id}.parquet"
            rows[table] = write_parquet(connection, _typed(table, batch_id), target)
            files.append(target)
    return rows, files


def _typed(table: str, batch_id: str) -> str:
    """The table's changes with typed columns; a tombstone keeps its key. A column that the feed lacks is null."""
    key = TABLES[table].key
    columns = [
        f'coalesce(fed."{name}", key) as "{name}"' if name == key else f'fed."{name}"' for name in CONTRACTS[table]
    ]
    return (
        f"select {', '.join(columns)}, seq as _seq, op as _op, known_at as _known_at, {quoted(batch_id)} as _batch_id"
        f' from (select *, from_json("row", {quoted(json_structure(table))}) as fed'
        f' from changes where "table" = {quoted(table)}) order by seq'
    )
