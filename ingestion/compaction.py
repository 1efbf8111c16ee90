"""Many small batches become one: a day of bookings leaves hundreds of files, and every build reads them all.

The merged manifest says which batches it replaces and keeps their anchors of the audit chain. From its commit on the
replaced ones don't count; `sweep` removes them, now or after a crash.
"""

from __future__ import annotations

from contextlib import closing
from typing import Any

from ingestion.landing import commit, engine, manifests, quoted, sweep, write_parquet
from ingestion.record_feed import record_folder
from practice.home import Home

SMALL_ROWS = 50_000
WORTH_IT = 20


def compact_record(home: Home) -> int:
    """Merge the newest run of small batches, if it is long enough. Returns how many batches became one."""
    folder = record_folder(home)
    small = _newest_small(manifests(folder))
    if len(small) < WORTH_IT:
        return 0
    batch_id = f"{small[0]['from_seq']:012d}-{small[-1]['to_seq']:012d}"
    tables = sorted({table for batch in small for table in batch["rows_by_table"]})
    files = []
    with closing(engine(home.landing)) as connection:
        for table in tables:
            parts = [
                folder / table / f"{batch['batch_id']}.parquet" for batch in small if table in batch["rows_by_table"]
            ]
            names = ", ".join(map(quoted, parts))
            target = folder / table / f"{batch_id}.parquet"
            write_parquet(
                connection, f"select * from read_parquet([{names}], union_by_name = true) order by _seq", target
            )
            files.append(target)
    commit(folder, _merged(batch_id, small, tables), files)
    sweep(folder)
    return len(small)


def _newest_small(batches: list[dict[str, Any]]) -> list[dict[str, Any]]:
    small: list[dict[str, Any]] = []
    for batch in reversed(batches):
        if sum(batch["rows_by_table"].values()) > SMALL_ROWS:
            break
        small.insert(0, batch)
    return small


def _merged(batch_id: str, small: list[dict[str, Any]], tables: list[str]) -> dict[str, Any]:
    return small[-1] | {
        "batch_id": batch_id,
        "from_seq": small[0]["from_seq"],
        "rows_by_table": {table: sum(batch["rows_by_table"].get(table, 0) for batch in small) for table in tables},
        "unknown_columns": sorted({name for batch in small for name in batch["unknown_columns"]}),
        "newest_known_at": max(batch["newest_known_at"] for batch in small),
        "replaces": [batch["batch_id"] for batch in small],
        "anchors": [anchor for batch in small for anchor in batch["anchors"]],
    }
