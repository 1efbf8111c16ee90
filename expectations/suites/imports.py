"""What arrives in a file of an earlier system: each batch is judged, and held back, on its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from expectations.check import WARNING, Check
from expectations.suites.reading import manifests, parquet
from practice.home import Home

SHARE_TOLERATED = 0.5
IMPORT_OUTCOMES = (
    "completed", "no_show", "cancelled", "late_cancelled", "rescheduled", "left_unseen", "unresolved", "scheduled",
    "entered_in_error",
)  # fmt: skip


def import_checks(home: Home, checked: frozenset[str]) -> list[Check]:
    """Checks on each import batch on its own; a critical one that fails holds that batch back and nothing else."""
    checks = []
    for folder in sorted((home.landing / "imports").glob("*")):
        for batch in manifests(folder):
            if batch["status"] == "landed" and batch["batch_id"] not in checked:
                checks += _batch_checks(folder, batch)
    return checks


def _batch_checks(folder: Path, batch: dict[str, Any]) -> list[Check]:
    visits, rows = (parquet([folder / entity / f"{batch['batch_id']}.parquet"]) for entity in ("appointments", "rows"))
    scope = f"{batch['source']}/{batch['batch_id']}"
    counts = batch["counts"]
    landed = counts["loaded"] + batch["reasons"].get("changed_since_earlier_import", 0)
    return [
        Check(
            "every_imported_visit_has_its_ids",
            "Every imported visit has its own id.",
            f"select attendee_id from {visits}",
            expectation="ExpectColumnValuesToNotBeNull",
            arguments={"column": "attendee_id"},
            scope=scope,
        ),
        Check(
            "every_imported_visit_comes_once",
            "No visit stands twice in an import.",
            f"select attendee_id from {visits}",
            expectation="ExpectColumnValuesToBeUnique",
            arguments={"column": "attendee_id"},
            scope=scope,
        ),
        Check(
            "every_imported_outcome_is_a_known_word",
            "Every imported outcome is a word of the vocabulary.",
            f"select outcome from {visits}",
            expectation="ExpectColumnValuesToBeInSet",
            arguments={"column": "outcome", "value_set": list(IMPORT_OUTCOMES)},
            scope=scope,
        ),
        Check(
            "every_imported_row_is_accounted_for",
            "Rows read = loaded + merged + rejected + ignored.",
            f"select * from (select {counts['read']} as read, (select count(*) from {rows}) as on_file,"
            f" {landed} as landed, (select count(*) from {visits}) as visits)"
            " where read <> on_file or landed <> visits",
            scope=scope,
        ),
        Check(
            "an_import_fits_its_mapping",
            "At most half of an import's rows are rejected.",
            f"select rejected, read from (select {counts['rejected']} as rejected, {counts['read']} as read)"
            f" where rejected > {SHARE_TOLERATED} * read",
            scope=scope,
        ),
        Check(
            "an_import_knows_its_statuses",
            "At most half of an import's visits have a status that the mapping lacks.",
            f"select count(*) filter (where flags like '%unknown_status%') as unknown, count(*) as visits from {visits}"
            f" having count(*) filter (where flags like '%unknown_status%') > {SHARE_TOLERATED} * count(*)",
            severity=WARNING,
            scope=scope,
        ),
        Check(
            "every_imported_visit_has_its_client",
            "Every client of an imported visit has arrived.",
            f"select count(distinct client_id) as clients_missing from {visits} where client_id not in"
            f" (select client_id from {parquet([folder / 'clients' / '*.parquet'])}) having count(*) > 0",
            scope=scope,
        ),
    ]


_NO_BATCH = {"source": "", "batch_id": "", "counts": dict.fromkeys(("read", "loaded", "rejected"), 0), "reasons": {}}
NAMES = tuple(check.name for check in _batch_checks(Path(), _NO_BATCH))
"""The checks on each import."""
