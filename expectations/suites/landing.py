"""What arrives from the record, before anything is built from it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from expectations.check import WARNING, Check
from expectations.concerns import EVERYTHING, OF_TABLE, VISITS
from expectations.suites.arrival import WATCHED, arrival_checks
from expectations.suites.reading import manifests, parquet, values
from practice.home import Home
from practice.store.tables import TABLES

FUTURE_TOLERATED = "interval 2 days"
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


def record_checks(home: Home, since_seq: int, now: datetime, zone: str, damaged: Iterable[str]) -> list[Check]:
    """Checks on the record's batches; row by row only on those that came after change `since_seq`.

    `now` (naive UTC) is what freshness is judged against, `damaged` names kept results that can't be read.
    """
    folder = home.landing / "record"
    batches = manifests(folder)
    checks = [
        _batches_follow_each_other(batches),
        _nothing_is_missing(folder, batches),
        _results_are_readable(damaged),
        *arrival_checks(home, now, zone),
    ]
    fresh = [batch for batch in batches if batch["to_seq"] > since_seq]
    files: dict[str, list[Path]] = {}
    for batch in fresh:
        for table in batch["rows_by_table"]:
            file = folder / table / f"{batch['batch_id']}.parquet"
            if file.exists():  # a missing one is named by its own check
                files.setdefault(table, []).append(file)
    return checks + (_row_checks(files, fresh) if files else [])


def _row_checks(files: dict[str, list[Path]], fresh: list[dict[str, Any]]) -> list[Check]:
    rows = " union all ".join(
        f"select '{table}' as table_name, {TABLES[table].key} as key, _seq, _op, _known_at from {parquet(found)}"
        for table, found in files.items()
    )
    unknown = sorted({name for batch in fresh for name in batch["unknown_columns"]})
    checks = [
        Check(
            "every_change_has_its_key",
            "Every change that arrives names the row that it changes.",
            rows,
            expectation="ExpectColumnValuesToNotBeNull",
            arguments={"column": "key"},
            concerns=EVERYTHING,
        ),
        Check(
            "every_change_comes_once",
            "No change of the feed arrives twice.",
            rows,
            expectation="ExpectColumnValuesToBeUnique",
            arguments={"column": "_seq"},
            concerns=EVERYTHING,
        ),
        Check(
            "every_change_is_an_upsert_or_a_tombstone",
            "Each change says whether the row stands or is gone.",
            rows,
            expectation="ExpectColumnValuesToBeInSet",
            arguments={"column": "_op", "value_set": ["upsert", "tombstone"]},
            concerns=EVERYTHING,
        ),
        Check(
            "nothing_is_known_before_it_happens",
            "No change claims to be known more than two days from now.",
            f"select table_name, _seq, _known_at from ({rows})"
            f" where _known_at > (now() at time zone 'UTC') + {FUTURE_TOLERATED}",
            severity=WARNING,
            concerns=EVERYTHING,
        ),
        Check(
            "the_warehouse_knows_every_column",
            "The feed carries no column that the warehouse does not know yet.",
            values([(name,) for name in unknown], "name"),
            severity=WARNING,
        ),
    ]
    for (table, column), words in VOCABULARIES.items():
        if table in files:
            checks.append(
                Check(
                    f"{table}_{column}_is_a_known_word",
                    f"Every {column} in {table} is a word of the vocabulary.",
                    f"select {column} from {parquet(files[table])} where _op = 'upsert'",
                    expectation="ExpectColumnValuesToBeInSet",
                    arguments={"column": column, "value_set": list(words)},
                    concerns=OF_TABLE.get(table, VISITS),
                )
            )
    if "postings" in files:
        checks.append(
            Check(
                "every_transaction_arrives_whole_and_balanced",
                "The debits of each transaction equal its credits.",
                "select transaction_id, sum(debit_minor) as debits, sum(credit_minor) as credits"
                f" from {parquet(files['postings'])} group by 1 having sum(debit_minor) <> sum(credit_minor)",
                concerns=OF_TABLE["postings"],
            )
        )
    return checks


def _batches_follow_each_other(batches: list[dict[str, Any]]) -> Check:
    expected = 1
    gaps = []
    for batch in sorted(batches, key=lambda batch: batch["from_seq"]):
        if batch["from_seq"] != expected:
            gaps.append((batch["batch_id"], expected, batch["from_seq"]))
        expected = batch["to_seq"] + 1
    return Check(
        "batches_follow_each_other",
        "Each batch begins where the one before it ended.",
        values(gaps, "batch_id", "expected_change", "first_change"),
        concerns=EVERYTHING,
    )


def _nothing_is_missing(folder: Path, batches: list[dict[str, Any]]) -> Check:
    """Landing only grows: every file that a manifest names is there, with the rows that it had."""
    rows: dict[str, int] = {}
    missing = []
    for batch in batches:
        for table, count in batch["rows_by_table"].items():
            rows[table] = rows.get(table, 0) + count
        missing += [name for name in batch["files"] if not (folder / name).exists()]
    if missing:
        query = values([(name,) for name in missing], "missing_file")
    else:
        counts = " union all ".join(
            f"select '{table}' as table_name, {count} as landed, count(*) as found"
            f" from {parquet([folder / table / '*.parquet'])}"
            for table, count in rows.items()
        )
        query = f"select * from ({counts}) where landed <> found" if counts else values([], "missing_file")
    return Check(
        "what_landed_is_still_there", "Landing holds every row that its manifests name.", query, concerns=EVERYTHING
    )


def _results_are_readable(damaged: Iterable[str]) -> Check:
    """A damaged file of earlier results costs history, never a build: it is set aside and named."""
    return Check(
        "earlier_results_can_be_read",
        "The kept results of earlier checks can be read; what can't is set aside in quality/_damaged.",
        values([(name,) for name in damaged], "file"),
        severity=WARNING,
    )


NAMES = (
    _batches_follow_each_other([]).name,
    _nothing_is_missing(Path(), []).name,
    _results_are_readable([]).name,
    "the_record_keeps_arriving",
    *WATCHED,
    *(check.name for check in _row_checks({name: [] for name, table in TABLES.items() if table.fed}, [])),
)
"""Every check that this door may make."""
