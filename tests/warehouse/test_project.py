"""What every model owes its readers: a grain, a contract, words for every column, and a key that is tested."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ingestion.contracts import CONTRACTS

pytestmark = pytest.mark.warehouse
HERE = Path(__file__).parent

PUBLIC = {
    "dim_client", "dim_provider", "dim_location", "dim_room", "dim_service", "dim_payer", "dim_referral_source", "dim_date",
    "fct_appointments", "fct_appointment_events", "fct_availability", "capacity_forecast", "forecast_scorecard",
    "fct_charges", "fct_payments", "fct_allocations", "fct_ledger_entries",
    "fct_third_next_available", "fct_freed_slots", "fct_holds", "fct_offers", "fct_waitlist_entries",
    "fct_invoice_lines", "collection_curve", "receivables_daily", "ar_daily", "ar_as_of", "balance_forward_as_of", "revenue_leakage", "leakage_as_of", "fct_claims", "fct_claim_checks", "fct_card_charges",
    "metric_daily", "metric_catalogue", "quality_results",
}  # fmt: skip


@pytest.fixture(scope="module")
def nodes(built, landing):
    """dbt's own account of the project, by unique id."""
    return json.loads((landing.path.parent / "target" / "manifest.json").read_text())["nodes"]


@pytest.fixture(scope="module")
def marts(nodes):
    return {n["name"]: n for n in nodes.values() if n["resource_type"] == "model" and n["schema"] == "marts"}


def test_the_public_marts_are_these_and_all_are_public(marts):
    assert set(marts) == PUBLIC
    assert {mart["config"]["access"] for mart in marts.values()} == {"public"}
    assert all(mart["config"]["group"] for mart in marts.values())


def test_every_model_says_its_grain(nodes):
    models = [n for n in nodes.values() if n["resource_type"] == "model"]
    assert [m["name"] for m in models if not m["config"]["meta"].get("grain")] == []
    assert [m["name"] for m in models if "one row" not in m["description"].lower()] == []


def test_every_mart_that_is_a_relation_has_an_enforced_contract_with_described_columns(marts):
    relations = {name: mart for name, mart in marts.items() if mart["config"]["materialized"] != "table_function"}
    assert set(marts) - set(relations) == {"ar_as_of", "balance_forward_as_of", "leakage_as_of"}
    assert all(mart["config"]["contract"]["enforced"] for mart in relations.values())
    undescribed = [
        (name, c["name"])
        for name, m in relations.items()
        for c in m["columns"].values()
        if not c["description"].strip()
    ]
    assert undescribed == []


def test_every_marts_grain_is_tested_as_its_key(marts, nodes):
    tests = [n for n in nodes.values() if n["resource_type"] == "test" and n.get("test_metadata")]
    keyed = {
        next(nodes[model]["name"] for model in test["depends_on"]["nodes"]): test["test_metadata"]["kwargs"]["columns"]
        for test in tests
        if test["test_metadata"]["name"] == "unique_key"
    }
    grains = {name: mart["config"]["meta"]["grain"] for name, mart in marts.items()}
    # Functions have no key, and quality_results holds what others wrote; every other grain is held.
    assert {n: grain for n, grain in grains.items() if not n.endswith("_as_of") and n != "quality_results"} == keyed


def test_every_fed_table_is_staged(nodes):
    staged = {
        n["name"].removeprefix("stg_practice__") for n in nodes.values() if n["name"].startswith("stg_practice__")
    }
    assert staged == set(CONTRACTS)


def test_descriptions_are_comments_in_the_file(warehouse):
    assert warehouse("select count(*) from duckdb_columns() where schema_name = 'marts' and comment is null") == [(0,)]


def test_sums_are_no_hugeints_and_nothing_that_is_served_reads_a_file(warehouse):
    assert warehouse("select table_name, column_name from duckdb_columns() where data_type = 'HUGEINT'") == []
    assert warehouse("select view_name from duckdb_views() where sql like '%read_parquet%'") == []


def test_marts_carry_no_names_of_people_no_contacts_and_no_notes(warehouse):
    columns = {
        name for (name,) in warehouse("select distinct column_name from duckdb_columns() where schema_name = 'marts'")
    }
    private = (
        "given_name",
        "family_name",
        "birth",
        "phone",
        "email",
        "address",
        "reason",
        "note",
        "member_number",
        "npi",
    )
    assert [
        column for column in columns if any(word in column for word in private) and column != "notice_minutes"
    ] == []


def test_the_catalogue_and_the_daily_metrics_name_the_same_metrics(warehouse):
    # What re-sums from no other slice is worked out from the rows and stands in no cube.
    catalogue = {
        name
        for (name,) in warehouse(
            "select metric from marts.metric_catalogue where kind not in ('distinct', 'distribution')"
        )
    }
    daily = {name for (name,) in warehouse("select distinct metric from marts.metric_daily")}
    assert catalogue == daily


def test_every_fact_metric_and_receivable_names_its_source(warehouse):
    with_source = {
        name
        for (name,) in warehouse(
            "select table_name from duckdb_columns() where schema_name = 'marts' and column_name = 'source'"
        )
    }
    assert with_source == PUBLIC - {
        "dim_date",
        "metric_catalogue",
        "quality_results",
        "ar_as_of",
        "balance_forward_as_of",
        "leakage_as_of",
    }


def test_the_docs_name_every_metric_and_no_other(warehouse):
    text = (HERE.parents[1] / "docs" / "data.md").read_text().split("\n## Metrics\n")[1].split("\n## ")[0]
    first_cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    told = {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)}
    assert told == {name for (name,) in warehouse("select metric from marts.metric_catalogue")}
