"""The gates on what an import brought: each fault that could come through holds that batch back, and names itself."""

import os

import duckdb
import pytest

from expectations.engine import judge
from expectations.suites.imports import NAMES, import_checks
from ingestion.imports import import_file
from ingestion.landing import manifests, write_json
from practice.home import Home
from tests.ingestion.exports import CLINIC, CLINIC_FILES, LEDGER, LEDGER_FILES, write_export


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home")
    made.create()
    return made


@pytest.fixture
def arrived(home, tmp_path):
    """A clinic's and a ledger's batch; returns what rewrites a file of one: `rewrite("books", "postings", query)`."""
    batches = {
        "clinic": import_file(home, *write_export(tmp_path, CLINIC, CLINIC_FILES)).batch_id,
        "books": import_file(home, *write_export(tmp_path, LEDGER, LEDGER_FILES)).batch_id,
    }

    def rewrite(source, entity, query):
        file = home.landing / "imports" / source / entity / f"{batches[source]}.parquet"
        duckdb.execute(f"copy ({query.format(landed=f'read_parquet({str(file)!r})')}) to '{file}.new' (format parquet)")
        os.replace(f"{file}.new", file)

    return rewrite


def failing(home):
    return {result.check for result in judge(import_checks(home, frozenset())) if not result.success}


def test_a_sound_import_passes_and_every_gate_has_a_name(home, arrived):
    checks = import_checks(home, frozenset())
    assert failing(home) == set()
    assert {check.name for check in checks} == set(NAMES)


@pytest.mark.parametrize(
    ("source", "entity", "query", "gate"),
    [
        ("books", "postings", "select * replace (debit_minor + 1 as debit_minor) from {landed} where debit_minor > 0"
         " union all select * from {landed} where debit_minor = 0", "every_imported_transaction_balances"),
        ("books", "postings", "select * from {landed} union all select * from {landed}",
         "every_imported_posting_comes_once"),
        ("books", "postings", "select * replace (1 as debit_minor, 1 as credit_minor) from {landed}",
         "every_imported_posting_is_a_debit_or_a_credit"),
        ("books", "postings", "select * replace (null as party) from {landed}", "every_imported_open_item_has_its_party"),
        ("books", "postings", "select * replace ('p9' as client_id) from {landed}",
         "every_imported_ledger_row_has_its_client"),
        ("clinic", "slots", "select * from {landed} union all select * from {landed}", "every_imported_slot_comes_once"),
        ("clinic", "slots", "select * from {landed} limit 1", "what_an_import_loaded_is_there"),
        ("clinic", "appointments", "select * from {landed} limit 1", "what_an_import_loaded_is_there"),
        ("clinic", "rows", "select * from {landed} where file <> 'people.csv'", "every_imported_file_is_accounted_for"),
        ("clinic", "rows", "select * from {landed} limit 1", "every_imported_row_is_accounted_for"),
    ],
)  # fmt: skip
def test_a_fault_is_found_by_its_gate(home, arrived, source, entity, query, gate):
    arrived(source, entity, query)
    assert gate in failing(home)


def test_money_of_another_currency_is_held_back_where_the_import_came_before_the_record(home, arrived):
    folder = home.landing / "imports" / "books"
    (manifest,) = manifests(folder)
    write_json(folder / "_batches" / f"{manifest['batch_id']}.json", manifest | {"currency": "EUR"})
    settings = home.landing / "record" / "settings"
    settings.mkdir(parents=True)
    row = "select 'currency' as name, '\"USD\"' as value, 1 as _seq, 'upsert' as _op"
    duckdb.execute(f"copy ({row}) to '{settings / '1.parquet'}' (format parquet)")
    assert failing(home) == {"an_import_keeps_the_currency"}
