"""The record's change feed into the landing folder: `landing/record/<table>/<from>-<to>.parquet`, typed.

What is new lands in slices, each a batch with its manifest, so that a feed of any length passes through the same
memory. Where the next one continues is read from the manifests: landing twice changes nothing, a crash loses nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.contracts import CONTRACTS, empty_relation, json_structure
from ingestion.feed_sources import FeedSource, InProcess, OverHttp
from ingestion.landing import EMPTY, commit, engine, manifests, quoted, sweep, write_parquet
from practice.clock import stored, system_clock
from practice.errors import Refusal
from practice.home import Home
from practice.store.feed import FeedHead
from practice.store.tables import TABLES

SLICE_ROWS = 500_000
"""A batch is written as soon as it holds so many changes: what bounds the memory of a landing."""

FEED = pa.schema(
    {
        "seq": pa.int64(), "table": pa.string(), "key": pa.string(), "op": pa.string(), "row": pa.string(),
        "schema_version": pa.int64(), "known_at": pa.timestamp("us"),
    }
)  # fmt: skip
"""What landing reads of a page; one of tombstones alone has no text in `row` to tell its type by."""

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
    """What one landing brought. `batch_id` is its newest batch, None when there was nothing new; numbers are inclusive.

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


def land_record(source: FeedSource, home: Home, *, progress: Callable[[str], None] | None = None) -> Landed:
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
        landed = Landed(None, began, head.seq, {}, (), head.audit_seq, head.audit_hash)
        reached = began - 1
        while reached < head.seq:
            changes = _collect(source, reached, head.seq)
            batch = _land_slice(connection, folder, changes, reached + 1, head)
            landed, reached = _with(landed, batch), batch.to_seq
            if progress and reached < head.seq:
                progress(f"landed up to change {reached:,} of {head.seq:,}")
        return landed
    finally:
        connection.close()


def _with(landed: Landed, batch: Landed) -> Landed:
    """What has landed until now, and one more batch."""
    tables = landed.rows_by_table.keys() | batch.rows_by_table.keys()
    return replace(
        landed,
        batch_id=batch.batch_id,
        rows_by_table={
            table: landed.rows_by_table.get(table, 0) + batch.rows_by_table.get(table, 0) for table in sorted(tables)
        },
        unknown_columns=tuple(sorted({*landed.unknown_columns, *batch.unknown_columns})),
    )


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


def _collect(source: FeedSource, reached: int, ends: int) -> pa.Table:
    """The pages that come next, until they make a slice or the head is there; refuses a feed that ends before it."""
    pages, rows = [], 0
    while reached < ends and rows < SLICE_ROWS:
        page = source.changes_after(reached)
        if not page.num_rows:
            raise Refusal(f"The feed gave nothing after change {reached}, though its head is {ends}; try again.")
        if page.column("seq")[-1].as_py() > ends:
            page = page.filter(pc.less_equal(page.column("seq"), ends))
        reached = page.column("seq")[-1].as_py()
        rows += page.num_rows
        pages.append(page.select(FEED.names).cast(FEED))
    return pa.concat_tables(pages)


def _land_slice(
    connection: duckdb.DuckDBPyConnection, folder: Path, changes: pa.Table, began: int, head: FeedHead
) -> Landed:
    """Write one batch: the files of its tables, then its manifest."""
    reached = changes.column("seq")[-1].as_py()
    batch_id = f"{began:012d}-{reached:012d}"
    connection.register("changes", changes)
    try:
        unknown = _unknown_columns(connection)
        rows, files = _write_tables(connection, folder, batch_id)
    finally:
        connection.unregister("changes")
    landed = Landed(batch_id, began, reached, rows, unknown, head.audit_seq, head.audit_hash)
    added = {
        "newest_known_at": pc.max(changes.column("known_at")).as_py(),
        "landed_at": stored(system_clock()),
        "anchors": [[head.audit_seq, head.audit_hash]],
    }
    commit(folder, landed.__dict__ | added, files)
    return landed


def _unknown_columns(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Seen in the newest row of each table and schema version: the record feeds every column of a version always."""
    shapes = connection.execute(
        'select "table", json_keys(arg_max("row", seq)) from changes where "row" is not null'
        ' group by "table", schema_version'
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
    """The table's changes, in the order of the feed, with typed columns; a tombstone keeps its key.

    A column that the feed lacks is null.
    """
    key = TABLES[table].key
    columns = [
        f'coalesce(fed."{name}", key) as "{name}"' if name == key else f'fed."{name}"' for name in CONTRACTS[table]
    ]
    return (
        f"select {', '.join(columns)}, seq as _seq, op as _op, known_at as _known_at, {quoted(batch_id)} as _batch_id"
        f' from (select *, from_json("row", {quoted(json_structure(table))}) as fed'
        f' from changes where "table" = {quoted(table)})'
    )
