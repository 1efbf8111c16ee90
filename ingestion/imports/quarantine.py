"""What imports brought and what they left behind, for people to look at: batches, and the rows that couldn't be used.

A quarantined row shows its file, number, column, reason and at most the one value that is at fault: see `report.py`
for what may be shown. Names, contacts and notes are never mapped, so they can't get here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow.parquet as pq

from ingestion.imports.holding import all_batches
from practice.home import Home

COUNTS = ("read", "loaded", "merged", "rejected", "ignored")


@dataclass(frozen=True)
class ImportBatch:
    """One import: its files by name, and what became of their rows: read = loaded + merged + rejected + ignored.

    `imported_at` and `known_at` (when the files were exported) are naive UTC. `held_because` has the sentences for
    which the whole batch is kept out of the numbers; empty: it is in them.
    """

    source: str
    batch_id: str
    title: str
    files: tuple[str, ...]
    imported_at: datetime
    known_at: datetime
    counts: dict[str, int]
    held_because: tuple[str, ...] = ()


@dataclass(frozen=True)
class QuarantinedRow:
    """A row that an import couldn't use. `row` is as a spreadsheet numbers it: the header is row 1.

    `column` is the file's name of the column at fault, `value` what stands there; both None where the row as such is
    broken, `value` also where nothing stands there. `reason` is half a sentence for people.
    """

    source: str
    batch_id: str
    file: str
    row: int
    column: str | None
    value: str | None
    reason: str


def import_batches(home: Home) -> list[ImportBatch]:
    """Every import, held ones too, newest first."""
    found = [
        ImportBatch(
            source=batch["source"],
            batch_id=batch["batch_id"],
            title=batch.get("title") or batch["mapping"],
            files=tuple(batch.get("inputs", ())),
            imported_at=datetime.fromisoformat(batch["imported_at"]),
            known_at=datetime.fromisoformat(batch["as_known_at"]),
            counts={name: batch["counts"].get(name, 0) for name in COUNTS},
            held_because=tuple(batch.get("held_for", ())),
        )
        for batch in all_batches(home)
    ]
    return sorted(found, key=lambda batch: (batch.imported_at, batch.batch_id), reverse=True)


def quarantined(home: Home, source: str | None = None) -> list[QuarantinedRow]:
    """The rejected rows of every import, or of those of one source: newest import first, then by file and row."""
    rows = []
    for batch in all_batches(home):
        if source in (None, batch["source"]):
            folder = home.landing / "imports" / batch["source"]
            files = [folder / name for name in batch["files"] if "quarantine/" in name]
            rows += [row for file in files if file.exists() for row in pq.read_table(file).to_pylist()]
    rows.sort(key=lambda row: (row["file"], row["file_row"]))
    rows.sort(key=lambda row: row["_batch_id"], reverse=True)
    return [
        QuarantinedRow(
            source=row["source"],
            batch_id=row["_batch_id"],
            file=row["file"],
            row=row["file_row"],
            column=row["column"],
            value=row["value"],
            reason=row["reason"],
        )
        for row in rows
    ]
