"""What arrives in the files of an earlier system: each batch is judged, and held back, on its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from expectations.check import WARNING, Check
from expectations.suites.reading import manifests, parquet, settings, text, values
from practice.home import Home

SHARE_TOLERATED = 0.5
IMPORT_OUTCOMES = (
    "completed", "no_show", "cancelled", "late_cancelled", "rescheduled", "left_unseen", "unresolved", "scheduled",
    "entered_in_error",
)  # fmt: skip
ENDS = ("loaded", "merged", "rejected", "ignored")
NAMED = ("payers", "locations", "services")
STANDS = "(disposition = 'loaded' or reason = 'changed_since_earlier_import')"


def import_checks(home: Home, checked: frozenset[str]) -> list[Check]:
    """Checks on each import batch on its own; a critical one that fails holds that batch back and nothing else."""
    checks = []
    for folder in sorted((home.landing / "imports").glob("*")):
        for batch in manifests(folder):
            if batch["status"] == "landed" and batch["batch_id"] not in checked:
                checks += _batch_checks(home, folder, batch)
    return checks


def _batch_checks(home: Home, folder: Path, batch: dict[str, Any]) -> list[Check]:
    """The checks on one batch, those of an entity only where the batch has it; `files` None: all of them."""
    made = _checks_of_rows(folder, batch) + _checks_of_people(folder, batch)
    has = {name.split("/")[0] for name in batch["files"]} if batch["files"] is not None else {"slots", "postings"}
    if "slots" in has:
        made.append(_once(folder, batch, "slots", "slot_id", "every_imported_slot_comes_once", "No slot"))
    if "postings" in has:
        made += _checks_of_money(home, folder, batch)
    return made


def _checks_of_rows(folder: Path, batch: dict[str, Any]) -> list[Check]:
    rows, counts, scope = _file(folder, batch, "rows"), batch["counts"], _scope(batch)
    files = [(name, about["read"]) for name, about in batch.get("inputs", {}).items()]
    landed = " union all ".join(
        f"select '{entity}' as entity, count({key}) as facts from {_file(folder, batch, entity)}"
        for entity, key in (("appointments", "attendee_id"), ("slots", "slot_id"), ("names", "id"))
        if f"{entity}/{batch['batch_id']}.parquet" in (batch["files"] or ())
    )
    in_entities = f"case when entity in {NAMED} then 'names' else entity end"
    return [
        Check(
            "every_imported_row_is_accounted_for",
            "Rows read = loaded + merged + rejected + ignored.",
            f"select * from (select {counts['read']} as read, (select count(*) from {rows}) as on_file)"
            f" where read > on_file or read <> {sum(counts[name] for name in ENDS)}",
            scope=scope,
        ),
        Check(
            "every_imported_file_is_accounted_for",
            "Every row of every file of an import has its outcome on record.",
            f"select file, read, found from ({values(files, 'file', 'read')}) left join (select file,"
            f" cast(count(distinct file_row) as text) as found from {rows} group by file) using (file)"
            " where found is distinct from read and read <> '0'"
            if files
            else "select 1 where false",
            scope=scope,
        ),
        Check(
            "what_an_import_loaded_is_there",
            "As many facts landed as rows were loaded.",
            f"select * from ({landed or 'select null as entity, 0 as facts where false'}) left join (select"
            f" {in_entities} as entity, count(*) as kept from {rows} where {STANDS} group by 1) using (entity)"
            " where facts <> coalesce(kept, 0)",
            scope=scope,
        ),
        Check(
            "an_import_fits_its_mapping",
            "At most half of an import's rows are rejected.",
            f"select rejected, read from (select {counts['rejected']} as rejected, {counts['read']} as read)"
            f" where rejected > {SHARE_TOLERATED} * read",
            scope=scope,
        ),
    ]


def _checks_of_people(folder: Path, batch: dict[str, Any]) -> list[Check]:
    visits, scope = _file(folder, batch, "appointments"), _scope(batch)
    return [
        Check(
            "every_imported_visit_has_its_ids",
            "Every imported visit has its own id.",
            f"select attendee_id from {visits}",
            expectation="ExpectColumnValuesToNotBeNull",
            arguments={"column": "attendee_id"},
            scope=scope,
        ),
        _once(folder, batch, "appointments", "attendee_id", "every_imported_visit_comes_once", "No visit"),
        Check(
            "every_imported_outcome_is_a_known_word",
            "Every imported outcome is a word of the vocabulary.",
            f"select outcome from {visits}",
            expectation="ExpectColumnValuesToBeInSet",
            arguments={"column": "outcome", "value_set": list(IMPORT_OUTCOMES)},
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
            _clients_missing(folder, visits),
            scope=scope,
        ),
    ]


def _checks_of_money(home: Home, folder: Path, batch: dict[str, Any]) -> list[Check]:
    postings, scope = _file(folder, batch, "postings"), _scope(batch)
    # A ledger row that came before may be half of a transaction that this batch completes.
    current = (
        f"select * from {parquet([folder / 'postings' / '*.parquet'])} qualify rank() over (partition by line_id"
        " order by known_at desc, _batch_id desc) = 1"
    )
    currency = batch.get("currency") or ""
    kept = settings(home).get("currency", currency)
    return [
        _once(folder, batch, "postings", "posting_id", "every_imported_posting_comes_once", "No posting"),
        Check(
            "every_imported_transaction_balances",
            "The debits and credits of every imported transaction are equal.",
            f"select transaction_id, sum(debit_minor) as debits, sum(credit_minor) as credits from ({current})"
            f" where transaction_id in (select transaction_id from {postings}) group by 1 having debits <> credits",
            scope=scope,
        ),
        Check(
            "every_imported_posting_is_a_debit_or_a_credit",
            "Every imported posting has an account and is either a debit or a credit.",
            f"select posting_id from {postings} where account is null or debit_minor < 0 or credit_minor < 0"
            " or (debit_minor = 0) = (credit_minor = 0)",
            scope=scope,
        ),
        Check(
            "every_imported_open_item_has_its_party",
            "Every imported posting on a receivable says who owes.",
            f"select posting_id from {postings} where account in ('1100', '1110') and (party is null"
            " or (account = '1100') <> starts_with(party, 'payer:'))",
            scope=scope,
        ),
        Check(
            "every_imported_ledger_row_has_its_client",
            "Every client of an imported ledger row has arrived.",
            _clients_missing(folder, postings),
            scope=scope,
        ),
        Check(
            "an_import_keeps_the_currency",
            "Imported money is in the practice's currency.",
            f"select {text(currency)} as imported, {text(kept)} as kept, count(*) as postings from {postings}"
            f" having count(*) > 0 and imported <> kept",
            scope=scope,
        ),
    ]


def _file(folder: Path, batch: dict[str, Any], entity: str) -> str:
    return parquet([folder / entity / f"{batch['batch_id']}.parquet"])


def _scope(batch: dict[str, Any]) -> str:
    return f"{batch['source']}/{batch['batch_id']}"


def _once(folder: Path, batch: dict[str, Any], entity: str, key: str, name: str, thing: str) -> Check:
    return Check(
        name,
        f"{thing} stands twice in an import.",
        f"select {key} from {_file(folder, batch, entity)}",
        expectation="ExpectColumnValuesToBeUnique",
        arguments={"column": key},
        scope=_scope(batch),
    )


def _clients_missing(folder: Path, facts: str) -> str:
    clients = parquet([folder / "clients" / "*.parquet"])
    return (
        f"select count(distinct client_id) as clients_missing from {facts} where client_id not in"
        f" (select client_id from {clients}) having count(*) > 0"
    )


_NO_BATCH = {
    "source": "", "batch_id": "", "files": None, "reasons": {},
    "counts": dict.fromkeys(("read", "loaded", "merged", "rejected", "ignored"), 0),
}  # fmt: skip
NAMES = tuple(check.name for check in _batch_checks(Home(Path()), Path(), _NO_BATCH))
"""The checks on each import."""
