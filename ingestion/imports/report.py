"""What becomes of each row of each file, and the counts of it that a person reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb

from ingestion.imports.mapping import Mapping
from ingestion.imports.reasons import disposition_of, reason_in_words
from ingestion.imports.shapes import KEYS, empty
from ingestion.landing import quoted

EXAMPLES = 20
DISPOSITIONS = ("loaded", "merged", "rejected", "ignored")
STANDS = "(disposition = 'loaded' or reason = 'changed_since_earlier_import')"
"""SQL: the rows that land."""


@dataclass(frozen=True)
class FileCounts:
    """What became of one file's rows: read = loaded + merged + rejected + ignored."""

    file: str
    read: int
    loaded: int
    merged: int
    rejected: int
    ignored: int


@dataclass(frozen=True)
class ImportReport:
    """What became of the rows: read = loaded + merged + rejected + ignored, in total and per file. `batch_id` None:
    nothing was written.

    `reasons` counts the rejected, ignored and merged rows by reason, `flags` the odd rows that loaded nevertheless;
    `examples` are sentences on the first rejected rows, by row number and without their content. `left_out` are the
    files of the folder that the mapping doesn't read.
    """

    source: str
    read: int
    loaded: int
    merged: int
    rejected: int
    ignored: int
    flagged: int
    batch_id: str | None
    as_known_at: datetime | None
    reasons: dict[str, int] = field(default_factory=dict)
    flags: dict[str, int] = field(default_factory=dict)
    examples: tuple[str, ...] = ()
    files: tuple[FileCounts, ...] = ()
    left_out: tuple[str, ...] = ()


def dispose(connection: duckdb.DuckDBPyConnection, mapping: Mapping, folder: Path, known_at: datetime) -> None:
    """Make the table `disposed`: what each row of each file ends as, and why. A row that is rejected for one entity is
    used for none."""
    connection.execute(
        f"""create table disposed as
        select distinct on (file_no, file_row) file_no, file_row, entity, {disposition_of("reason")} as disposition,
            reason, null::varchar as flags, null::varchar as row_hash, "column", value
        from problems order by file_no, file_row, entity"""
    )
    landed = {entity.landed_as for file in mapping.inputs for entity in file.entities}
    for entity in sorted(landed):
        # Through the empty shape: older batches lack the columns that came later.
        files = folder / entity / "*.parquet"
        found = f" union all by name from read_parquet({quoted(files)}, union_by_name = true)"
        landing = empty(entity) + (found if any(files.parent.glob("*.parquet")) else "")
        connection.execute(
            f"""insert into disposed by name
            with before as (
                select {KEYS[entity]} as key, max(known_at) as known_at,
                    arg_max(_row_hash, (known_at, _batch_id)) as row_hash from ({landing}) group by 1
            ),
            ranked as (
                select *, last_value(_row_hash) over ids as last_hash, row_number() over ids as place,
                    count(*) over (partition by key) as times
                from judged_{entity} anti join problems using (file_no, file_row)
                window ids as (partition by key order by file_no, file_row
                    rows between unbounded preceding and unbounded following)
            ),
            reasoned as (
                select r.*, case
                    when place < times and _row_hash = last_hash then 'repeated_row'
                    when place < times then 'later_row_of_same_id'
                    when before.key is null then null
                    when coalesce(before.row_hash, _row_hash) = _row_hash then 'already_loaded'
                    when before.known_at > ? then 'newer_export_loaded'
                    else 'changed_since_earlier_import' end as reason
                from ranked r left join before using (key)
            )
            select file_no, file_row, entity, {disposition_of("reason")} as disposition, reason, flags,
                _row_hash as row_hash
            from reasoned""",
            [known_at],
        )


def report_of(
    connection: duckdb.DuckDBPyConnection, names: list[str], source: str, batch_id: str, known_at: datetime
) -> ImportReport:
    """Count what became of the rows of the files called `names`; raises AssertionError if one is unaccounted for."""

    def counts(query: str) -> dict[str, int]:
        return dict(connection.execute(query).fetchall())

    files = tuple(_counts_of_file(connection, number, name) for number, name in enumerate(names))
    lands = "disposition in ('loaded', 'merged')"
    flags = counts(
        f"select unnest(string_split(flags, ',')) as flag, count(*) from disposed where {lands} group by 1 order by 1"
    )
    flagged = counts(f"select 'n', count(*) from disposed where {lands} and flags is not null")["n"]
    reasons = counts("select reason, count(*) from disposed where reason is not null group by 1 order by 2 desc, 1")
    rejected = connection.execute(
        "select file_no, file_row, reason from disposed where disposition = 'rejected' order by all limit ?", [EXAMPLES]
    ).fetchall()
    examples = tuple(
        f"{f'{names[number]}, row' if len(names) > 1 else 'Row'} {row}: {reason_in_words(reason)}."
        for number, row, reason in rejected
    )
    totals = {name: sum(getattr(file, name) for file in files) for name in ("read", *DISPOSITIONS)}
    return ImportReport(
        source=source, flagged=flagged, batch_id=batch_id, as_known_at=known_at, reasons=reasons, flags=flags,
        examples=examples, files=files, **totals,
    )  # fmt: skip


def _counts_of_file(connection: duckdb.DuckDBPyConnection, number: int, name: str) -> FileCounts:
    # A row that gives several things counts once, as the most that became of it.
    found = dict(
        connection.execute(
            """select disposition, count(*) from (
                select file_row, arg_min(disposition, list_position(?, disposition)) as disposition
                from disposed where file_no = ? group by file_row) group by 1""",
            [list(DISPOSITIONS), number],
        ).fetchall()
    )
    (read,) = connection.execute(f"select count(*) from raw_{number}").fetchone() or (0,)
    if sum(found.values()) != read:
        raise AssertionError(f"{name}: {read} rows were read and {sum(found.values())} accounted for")
    return FileCounts(name, read, *(found.get(disposition, 0) for disposition in DISPOSITIONS))
