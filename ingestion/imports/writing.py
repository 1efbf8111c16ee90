"""The tables that an import works in, and how what it found becomes a batch of parquet files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from ingestion.imports.columns import identifier
from ingestion.imports.files import Files
from ingestion.imports.mapping import Mapping
from ingestion.imports.reasons import IGNORED, MERGED, reason_in_words
from ingestion.imports.report import STANDS, ImportReport
from ingestion.imports.shapes import FACTS_OF, LANDED, empty, facts, hash_of
from ingestion.landing import commit, manifests, quoted, write_parquet
from practice.clock import Clock, stored

WORKED_WITH = "flags varchar, file_no bigint, file_row bigint, entity varchar, key varchar, _row_hash varchar"
_OF_A_LEG = ("posting_id", "account", "party", "payer_id", "debit_minor", "credit_minor")
LEG = "struct(n integer, account varchar, party varchar, payer_id varchar, amount bigint)"


def make_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Empty `problems` and `judged_<entity>`."""
    connection.execute(
        "create table problems (file_no bigint, file_row bigint, entity varchar, reason varchar,"
        ' "column" varchar, value varchar)'
    )
    for entity, shape in FACTS_OF.items():
        if entity == "postings":
            kinds = {name: shape[name] for name in facts(entity) if name not in _OF_A_LEG} | {"legs": f"{LEG}[]"}
        else:
            kinds = {name: shape[name] for name in facts(entity) if name != "flags"}
        columns = ", ".join(f"{name} {kind}" for name, kind in kinds.items())
        connection.execute(f"create table judged_{entity} ({columns}, {WORKED_WITH})")


def note_unused_rows(connection: duckdb.DuckDBPyConnection, mapping: Mapping) -> None:
    """Add to `problems` the rows that are broken as such, and those of files that are only looked up."""
    for number, file in enumerate(mapping.inputs):
        connection.execute(
            f"insert into problems by name select {number} as file_no, file_row, problem as reason from raw_{number}"
            " where problem is not null"
        )
        if file.entities:
            continue
        keys = [found.key for other in mapping.inputs for found in other.lookups.values() if found.file == file.name]
        column = f"c{file.file_columns.index(keys[0])}"
        whole = ", ".join(f"c{place}" for place in range(len(file.file_columns)))
        connection.execute(
            f"""insert into problems by name
            with keyed as (
                select *, nullif(trim({column}), '') as given, {identifier("given")} as key,
                    md5(concat_ws('|', {whole})) as content
                from raw_{number} where problem is null
            )
            select {number} as file_no, file_row, case
                when key is null then 'missing_key'
                when row_number() over ids = count(*) over (partition by key) then 'looked_up'
                when content = last_value(content) over ids then 'repeated_row'
                else 'later_row_of_same_id' end as reason,
                case when key is null then {quoted(keys[0])} end as "column"
            from keyed window ids as (partition by key order by file_row
                rows between unbounded preceding and unbounded following)"""
        )


def brings_something(
    connection: duckdb.DuckDBPyConnection, folder: Path, report: ImportReport, digests: dict[str, str]
) -> bool:
    """Rows to land, or the first sight of files whose rejected rows should be on record."""
    (new,) = connection.execute(f"select count(*) from disposed where {STANDS}").fetchone() or (0,)
    if new or not report.read:
        return bool(new)
    seen = [
        {name: about["sha256"] for name, about in manifest.get("inputs", {}).items()}
        for manifest in manifests(folder)
        if manifest["status"] == "landed"
    ]
    return digests not in seen


def land(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    report: ImportReport,
    mapping: Mapping,
    files: Files,
    clock: Clock,
) -> None:
    """Write the batch: the facts that are new or changed, what became of each row, and the quarantine."""
    stamp = f"timestamp '{report.as_known_at}' as known_at, {quoted(report.batch_id)} as _batch_id"
    named = ", ".join(f"({number}, {quoted(name)})" for number, name in enumerate(files.names()))
    connection.execute(f"create table files as select * from (values {named}) as named(file_no, file)")
    about = f"{quoted(report.source)} as source, file, file_row"
    queries = {entity: _facts(entity, stamp) for entity in FACTS_OF if entity != "clients"}
    queries |= {
        "clients": _clients(folder, report.source, stamp),
        "rows": f"select {about}, entity, disposition, reason, flags, row_hash, {quoted(report.batch_id)} as _batch_id"
        " from disposed join files using (file_no) order by file_no, file_row, entity",
        "quarantine": f"""select {about}, "column", value, coalesce(words, reason) as reason,
            {quoted(report.batch_id)} as _batch_id from disposed join files using (file_no) left join ({_words(report)})
            using (reason) where disposition = 'rejected' order by file_no, file_row""",
    }
    written = []
    for entity in LANDED:
        # Through the empty shape, so that an all-null column has its type too.
        target = folder / entity / f"{report.batch_id}.parquet"
        write_parquet(connection, f"{empty(entity)} union all by name select * from ({queries[entity]})", target)
        written.append(target)
    commit(folder, _manifest(report, mapping, files, clock), written)


def _facts(entity: str, stamp: str) -> str:
    landing = f"judged_{entity} j join disposed d using (file_no, file_row, entity)"
    order = f"where {STANDS} order by file_no, file_row"
    if entity != "postings":
        names = ", ".join(f"j.{name}" for name in facts(entity))
        return f"select {names}, {stamp}, j._row_hash from {landing} {order}"
    names = ", ".join(name for name in facts(entity) if name not in _OF_A_LEG)
    return f"""
        select {names}, line_id || '-' || leg.n as posting_id, leg.account as account, leg.party as party,
            leg.payer_id as payer_id, greatest(leg.amount, 0) as debit_minor, greatest(-leg.amount, 0) as credit_minor,
            {stamp}, _row_hash
        from (select j.*, unnest(legs) as leg from {landing} {order})"""


def _clients(folder: Path, source: str, stamp: str) -> str:
    """SQL: the clients that a file lists, and those that only visits and ledger rows mention."""
    known = folder / "clients" / "*.parquet"
    before = (
        f"select client_id from read_parquet({quoted(known)}, union_by_name = true)"
        if any(known.parent.glob("*.parquet"))
        else "select null::varchar as client_id where false"
    )
    mentioned = " union ".join(
        f"select client_id from judged_{entity} join disposed using (file_no, file_row, entity) where {STANDS}"
        for entity in ("appointments", "postings", "clients")
    )
    return f"""
        with found as (select {quoted(source)} as source, client_id from ({mentioned}) where client_id is not null)
        select source, client_id, {stamp}, {hash_of(facts("clients"))} as _row_hash
        from found anti join ({before}) using (client_id) order by client_id"""


def _words(report: ImportReport) -> str:
    rows = [(reason, reason_in_words(reason)) for reason in report.reasons if reason not in (*MERGED, *IGNORED)]
    values = ", ".join(f"({quoted(reason)}, {quoted(words)})" for reason, words in rows) or "(null, null)"
    return f"select * from (values {values}) as known(reason, words)"


def _manifest(report: ImportReport, mapping: Mapping, files: Files, clock: Clock) -> dict[str, Any]:
    counts = ("read", "loaded", "merged", "rejected", "ignored")
    digests = files.digests()
    return {
        "batch_id": report.batch_id,
        "source": report.source,
        "mapping": mapping.name,
        "title": mapping.title or mapping.name,
        "status": "landed",
        "as_known_at": report.as_known_at,
        "imported_at": stored(clock()),
        "currency": mapping.money.currency if mapping.money else None,
        "inputs": {
            path.name: {"sha256": digests[path.name], "bytes": path.stat().st_size}
            | {name: getattr(found, name) for name in counts}
            for path, found in zip(files.paths, report.files, strict=True)
        },
        "counts": {name: getattr(report, name) for name in (*counts, "flagged")},
        "reasons": report.reasons,
        "flags": report.flags,
    }
