"""What becomes of each row of a file, and the counts of it that a person reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb

from ingestion.imports.shapes import reason_in_words
from ingestion.landing import quoted

EXAMPLES = 20


@dataclass(frozen=True)
class ImportReport:
    """What became of the rows: read = loaded + merged + rejected + ignored. `batch_id` None: nothing was written.

    `reasons` counts the rejected, ignored and merged rows by reason, `flags` the odd rows that loaded nevertheless;
    `examples` are sentences on the first rejected rows, by row number and without their content.
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


def dispose(connection: duckdb.DuckDBPyConnection, folder: Path, known_at: datetime) -> None:
    """Make the table `disposed`: file_row, disposition, reason, flags, row_hash of every row read."""
    landed = folder / "appointments" / "*.parquet"
    before = (
        f"select attendee_id, max(known_at) as known_at, arg_max(_row_hash, (known_at, _batch_id)) as row_hash"
        f" from read_parquet({quoted(landed)}, union_by_name = true) group by attendee_id"
        if any(landed.parent.glob("*.parquet"))
        else "select null::varchar as attendee_id, null::timestamp as known_at, null::varchar as row_hash where false"
    )
    connection.execute(
        f"""create table disposed as
        with before as ({before}),
        ranked as (
            select *, last_value(_row_hash) over ids as last_hash, last_value(file_row) over ids as last_row
            from judged
            window ids as (partition by attendee_id order by file_row
                rows between unbounded preceding and unbounded following)
        ),
        reasoned as (
            select r.file_row, r.flags, r._row_hash as row_hash, case
                when r.file_row < last_row and r._row_hash = last_hash then 'repeated_row'
                when r.file_row < last_row then 'later_row_of_same_id'
                when before.row_hash = r._row_hash then 'already_loaded'
                when before.known_at > ? then 'newer_export_loaded'
                when before.row_hash is not null then 'changed_since_earlier_import' end as reason
            from ranked r left join before using (attendee_id)
        )
        select file_row, flags, row_hash, reason, case
            when reason is null then 'loaded'
            when reason in ('later_row_of_same_id', 'changed_since_earlier_import') then 'merged'
            else 'ignored' end as disposition
        from reasoned
        union all by name
        select file_row, null as flags, null as row_hash, problem as reason,
            case when problem = 'blank_row' then 'ignored' else 'rejected' end as disposition
        from parsed where problem is not null""",
        [known_at],
    )


def report_of(connection: duckdb.DuckDBPyConnection, source: str, batch_id: str, known_at: datetime) -> ImportReport:
    """Count what became of the rows; raises AssertionError if a row is unaccounted for."""

    def counts(query: str) -> dict[str, int]:
        return dict(connection.execute(query).fetchall())

    by = counts("select disposition, count(*) from disposed group by 1")
    lands = "disposition in ('loaded', 'merged')"
    flags = counts(
        f"select unnest(string_split(flags, ',')) as flag, count(*) from disposed where {lands} group by 1 order by 1"
    )
    flagged = counts(f"select 'n', count(*) from disposed where {lands} and flags is not null")["n"]
    reasons = counts("select reason, count(*) from disposed where reason is not null group by 1 order by 2 desc, 1")
    rejected = connection.execute(
        "select file_row, reason from disposed where disposition = 'rejected' order by file_row limit ?", [EXAMPLES]
    ).fetchall()
    examples = tuple(f"Row {row}: {reason_in_words(reason)}." for row, reason in rejected)
    (read,) = connection.execute("select count(*) from raw").fetchone() or (0,)
    numbers = {name: by.get(name, 0) for name in ("loaded", "merged", "rejected", "ignored")}
    if sum(numbers.values()) != read:
        raise AssertionError(f"{read} rows were read and {sum(numbers.values())} accounted for")
    return ImportReport(
        source=source, read=read, flagged=flagged, batch_id=batch_id, as_known_at=known_at, reasons=reasons,
        flags=flags, examples=examples, **numbers,
    )  # fmt: skip
