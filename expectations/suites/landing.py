"""What arrives: the record's changes and the files of earlier systems, before anything is built from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from expectations.check import WARNING, Check
from practice.home import Home
from practice.store.tables import TABLES

FUTURE_TOLERATED = "interval 2 days"
REJECTED_SHARE_TOLERATED = 0.5
VOCABULARIES = {
    ("appointments", "status"): (
        "scheduled", "in_session", "completed", "closed", "cancelled", "rescheduled", "entered_in_error",
    ),
    ("attendees", "status"): (
        "scheduled", "arrived", "in_session", "completed", "no_show", "cancelled", "left_unseen", "rescheduled",
        "entered_in_error",
    ),
    ("charges", "status"): ("posted", "void"),
    ("payments", "status"): ("posted", "void"),
    ("invoices", "status"): ("issued", "void"),
}  # fmt: skip
IMPORT_OUTCOMES = (
    "completed", "no_show", "cancelled", "late_cancelled", "rescheduled", "left_unseen", "unresolved", "scheduled",
    "entered_in_error",
)  # fmt: skip


def record_checks(home: Home, since_seq: int) -> list[Check]:
    """Checks on the record's batches; row by row only on those that came after change `since_seq`."""
    folder = home.landing / "record"
    batches = _manifests(folder)
    checks = [_batches_follow_each_other(batches), _nothing_is_missing(folder, batches)]
    fresh = [batch for batch in batches if batch["to_seq"] > since_seq]
    files = {table: [folder / table / f"{batch['batch_id']}.parquet" for batch in fresh if table in batch["rows_by_table"]]
             for table in TABLES}  # fmt: skip
    files = {table: found for table, found in files.items() if found}
    return checks + (_row_checks(files, fresh) if files else [])


def _row_checks(files: dict[str, list[Path]], fresh: list[dict[str, Any]]) -> list[Check]:
    rows = " union all ".join(
        f"select '{table}' as table_name, {TABLES[table].key} as key, _seq, _op, _known_at from {_parquet(found)}"
        for table, found in files.items()
    )
    checks = [
        Check(
            "every_change_has_its_key", "every change that arrives names the row that it changes.", rows,
            expectation="ExpectColumnValuesToNotBeNull", arguments={"column": "key"},
        ),
        Check(
            "every_change_comes_once", "no change of the feed arrives twice.", rows,
            expectation="ExpectColumnValuesToBeUnique", arguments={"column": "_seq"},
        ),
        Check(
            "every_change_is_an_upsert_or_a_tombstone", "each change says whether the row stands or is gone.", rows,
            expectation="ExpectColumnValuesToBeInSet", arguments={"column": "_op", "value_set": ["upsert", "tombstone"]},
        ),
        Check(
            "nothing_is_known_before_it_happens", "no change claims to be known more than two days from now.",
            f"select table_name, _seq, _known_at from ({rows}) where _known_at > now()::timestamp + {FUTURE_TOLERATED}",
            severity=WARNING,
        ),
        Check(
            "the_warehouse_knows_every_column", "the feed carries no column that the warehouse does not know yet.",
            _values([(name,) for name in sorted({name for batch in fresh for name in batch["unknown_columns"]})], "name"),
            severity=WARNING,
        ),
    ]  # fmt: skip
    for (table, column), words in VOCABULARIES.items():
        if table in files:
            checks.append(
                Check(
                    f"{table}_{column}_is_a_known_word", f"every {column} in {table} is a word of the vocabulary.",
                    f"select {column} from {_parquet(files[table])} where _op = 'upsert'",
                    expectation="ExpectColumnValuesToBeInSet", arguments={"column": column, "value_set": list(words)},
                )
            )  # fmt: skip
    if "postings" in files:
        checks.append(
            Check(
                "every_transaction_arrives_whole_and_balanced", "the debits of each transaction equal its credits.",
                "select transaction_id, sum(debit_minor) as debits, sum(credit_minor) as credits"
                f" from {_parquet(files['postings'])} group by 1 having sum(debit_minor) <> sum(credit_minor)",
            )
        )  # fmt: skip
    return checks


def _batches_follow_each_other(batches: list[dict[str, Any]]) -> Check:
    expected = 1
    gaps = []
    for batch in sorted(batches, key=lambda batch: batch["from_seq"]):
        if batch["from_seq"] != expected:
            gaps.append((batch["batch_id"], expected, batch["from_seq"]))
        expected = batch["to_seq"] + 1
    return Check(
        "batches_follow_each_other", "each batch begins where the one before it ended.",
        _values(gaps, "batch_id", "expected_change", "first_change"),
    )  # fmt: skip


def _nothing_is_missing(folder: Path, batches: list[dict[str, Any]]) -> Check:
    """Landing only grows: every file that a manifest names is there, with the rows that it had."""
    rows: dict[str, int] = {}
    missing = []
    for batch in batches:
        for table, count in batch["rows_by_table"].items():
            rows[table] = rows.get(table, 0) + count
        missing += [name for name in batch["files"] if not (folder / name).exists()]
    if missing:
        query = _values([(name,) for name in missing], "missing_file")
    else:
        counts = " union all ".join(
            f"select '{table}' as table_name, {count} as landed, count(*) as found from {_parquet([folder / table / '*.parquet'])}"
            for table, count in rows.items()
        )  # fmt: skip
        query = f"select * from ({counts}) where landed <> found" if counts else _values([], "missing_file")
    return Check("what_landed_is_still_there", "landing holds every row that its manifests name.", query)


def import_checks(home: Home, checked: frozenset[str]) -> list[Check]:
    """Checks on each import batch on its own; a critical one that fails holds that batch back and nothing else."""
    checks = []
    for folder in sorted((home.landing / "imports").glob("*")):
        for batch in _manifests(folder):
            if batch["status"] == "landed" and batch["batch_id"] not in checked:
                checks += _batch_checks(folder, batch)
    return checks


def _batch_checks(folder: Path, batch: dict[str, Any]) -> list[Check]:
    visits, clients, rows = (
        _parquet([folder / entity / f"{batch['batch_id']}.parquet"]) for entity in ("appointments", "clients", "rows")
    )
    scope = f"{batch['source']}/{batch['batch_id']}"
    counts = batch["counts"]
    landed = counts["loaded"] + batch["reasons"].get("changed_since_earlier_import", 0)
    return [
        Check(
            "every_imported_visit_has_its_ids", "every imported visit has its own id.", f"select attendee_id from {visits}",
            expectation="ExpectColumnValuesToNotBeNull", arguments={"column": "attendee_id"}, scope=scope,
        ),
        Check(
            "every_imported_visit_comes_once", "no visit stands twice in an import.", f"select attendee_id from {visits}",
            expectation="ExpectColumnValuesToBeUnique", arguments={"column": "attendee_id"}, scope=scope,
        ),
        Check(
            "every_imported_outcome_is_a_known_word", "every imported outcome is a word of the vocabulary.",
            f"select outcome from {visits}", expectation="ExpectColumnValuesToBeInSet",
            arguments={"column": "outcome", "value_set": list(IMPORT_OUTCOMES)}, scope=scope,
        ),
        Check(
            "every_imported_row_is_accounted_for", "rows read = loaded + merged + rejected + ignored, and all are on file.",
            f"select * from (select {counts['read']} as read, (select count(*) from {rows}) as on_file, {landed} as landed,"
            f" (select count(*) from {visits}) as served) where read <> on_file or landed <> served", scope=scope,
        ),
        Check(
            "an_import_fits_its_mapping", "at most half of an import's rows are rejected.",
            f"select rejected, read from (select {counts['rejected']} as rejected, {counts['read']} as read)"
            f" where rejected > {REJECTED_SHARE_TOLERATED} * read", scope=scope,
        ),
        Check(
            "an_import_knows_its_statuses", "at most half of an import's visits have a status that the mapping lacks.",
            f"select count(*) filter (where flags like '%unknown_status%') as unknown, count(*) as visits from {visits}"
            f" having count(*) filter (where flags like '%unknown_status%') > {REJECTED_SHARE_TOLERATED} * count(*)",
            severity=WARNING, scope=scope,
        ),
        Check(
            "every_imported_visit_has_its_client", "every client of an imported visit has arrived.",
            f"select count(distinct client_id) as clients_missing from {visits} where client_id not in"
            f" (select client_id from {_parquet([folder / 'clients' / '*.parquet'])}) having count(*) > 0", scope=scope,
        ),
    ]  # fmt: skip


def _manifests(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted((folder / "_batches").glob("*.json"))]


def _parquet(files: list[Path]) -> str:
    names = ", ".join(_text(file) for file in files)
    return f"read_parquet([{names}], union_by_name = true)"


def _values(rows: list[tuple[Any, ...]], *columns: str) -> str:
    """A query of literal rows, or of none."""
    if not rows:
        return "select " + ", ".join(f"null as {name}" for name in columns) + " where false"
    literals = ", ".join("(" + ", ".join(_text(value) for value in row) + ")" for row in rows)
    return f"select * from (values {literals}) as found({', '.join(columns)})"


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
