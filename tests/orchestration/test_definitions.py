"""Dagster shows the line as it is, and does nothing that `refresh` does not do."""

import importlib
import sys

import dagster as dg
import pytest

from ingestion.feed_sources import InProcess
from orchestration.builds import published
from orchestration.launcher import WarmRunLauncher
from orchestration.process import dagster_command, dagster_environment, prepare
from orchestration.refresh import refresh
from practice.home import Home

MODULES = (
    "orchestration.definitions",
    "orchestration.defs",
    "orchestration.defs.automation",
    "orchestration.defs.warehouse",
)

# A change to this list is a change to what people see in Dagster and to what others may depend on.
GRAPH = {
    "landing": {"imports", "record"},
    "intermediate": {
        "int_billing__put_off_daily", "int_billing__aging_daily", "int_billing__applied_daily", "int_billing__charge_places",
        "int_billing__charged_visits", "int_billing__claims_daily", "int_billing__cohorts_daily", "int_billing__leakage_daily",
        "int_billing__entries", "int_billing__billed_daily", "int_billing__bills", "int_billing__item_balances",
        "int_billing__money_daily", "int_billing__receivables_daily", "int_billing__visits_to_pay", "int_build", "int_forecast__backtest",
        "int_forecast__intervals", "int_forecast__weeks", "int_imports__things", "int_scheduling__attendance_daily",
        "int_scheduling__capacity_daily", "int_scheduling__recovery_daily",
    },
    "marts": {
        "ar_as_of", "ar_daily", "balance_forward_as_of", "capacity_forecast", "collection_curve", "dim_client", "dim_date", "dim_location",
        "dim_payer", "dim_provider", "dim_referral_source", "dim_room", "dim_service", "fct_allocations",
        "fct_appointment_events", "fct_appointments", "fct_availability", "fct_card_charges", "fct_charges",
        "fct_claim_checks", "fct_claims", "fct_freed_slots", "fct_holds", "fct_invoice_lines", "fct_ledger_entries", "fct_offers", "fct_payments",
        "fct_third_next_available", "fct_waitlist_entries", "forecast_scorecard", "metric_catalogue", "metric_daily",
        "leakage_as_of", "quality_results", "receivables_daily", "revenue_leakage",
    },
    "pages": {
        "attendance", "capacity", "catalogue", "data_quality", "overview", "receivables", "revenue", "sql_page",
    },
    "published_warehouse": {"published_warehouse"},
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    made = Home(tmp_path_factory.mktemp("dagster") / "home")
    made.create()
    return made


@pytest.fixture
def loaded(home, monkeypatch):
    """The definitions as Dagster loads them for that data directory."""
    monkeypatch.setenv("DAYBOOK_HOME", str(home.path))
    for name in MODULES:
        sys.modules.pop(name, None)
    yield importlib.import_module("orchestration.definitions").defs
    for name in MODULES:
        sys.modules.pop(name, None)


@pytest.mark.warehouse
def test_the_graph_is_this(loaded):
    graph = loaded.resolve_asset_graph()
    found = {}
    for key in graph.get_all_asset_keys():
        found.setdefault(key.path[0], set()).add(key.path[-1])
    assert found == GRAPH


@pytest.mark.warehouse
def test_lineage_runs_from_landing_through_the_marts_to_what_is_published(loaded):
    graph = loaded.resolve_asset_graph()
    entries = dg.AssetKey(["intermediate", "int_billing__entries"])
    assert entries in graph.get(dg.AssetKey(["marts", "fct_ledger_entries"])).parent_keys
    assert dg.AssetKey(["landing", "record"]) in graph.get(entries).parent_keys
    assert dg.AssetKey(["landing", "imports"]) in graph.get(dg.AssetKey(["marts", "fct_appointments"])).parent_keys
    assert dg.AssetKey(["marts", "metric_daily"]) in graph.get(dg.AssetKey(["published_warehouse"])).parent_keys


@pytest.mark.warehouse
def test_lineage_ends_at_the_pages_which_nothing_makes(loaded):
    graph = loaded.resolve_asset_graph()
    page = graph.get(dg.AssetKey(["pages", "receivables"]))
    assert {dg.AssetKey(["published_warehouse"]), dg.AssetKey(["marts", "ar_daily"])} <= page.parent_keys
    assert (page.is_executable, page.group_name) == (False, "pages")


@pytest.mark.warehouse
def test_the_published_warehouse_is_expected_anew_each_day(loaded):
    spec = loaded.resolve_asset_graph().get(dg.AssetKey(["published_warehouse"]))
    assert spec.freshness_policy.warn_window.to_timedelta().total_seconds() == 26 * 3600


def test_the_watch_over_stale_numbers_starts_nothing(loaded):
    tick = loaded.resolve_sensor_def("stale_numbers").evaluate_tick(dg.build_sensor_context())
    assert tick.run_requests == []
    assert "Just started" in tick.skip_message


@pytest.mark.warehouse
def test_the_checks_of_both_doors_and_of_dbt_are_asset_checks(loaded):
    checks = {(key.asset_key.path[-1], key.name) for key in loaded.resolve_asset_graph().asset_check_keys}
    assert ("record", "batches_follow_each_other") in checks
    assert ("imports", "an_import_fits_its_mapping") in checks
    assert ("published_warehouse", "the_ledger_agrees_to_the_cent") in checks
    assert any(asset.startswith("fct_") for asset, _ in checks)


@pytest.mark.warehouse
def test_there_is_one_job_a_sensor_and_a_nightly_run_in_full(loaded):
    job = loaded.resolve_job_def("refresh_warehouse")
    assert job.executor_def.name == "in_process"
    sensor = loaded.resolve_sensor_def("new_changes")
    assert (sensor.minimum_interval_seconds, sensor.job.name) == (5, "refresh_warehouse")
    schedule = loaded.resolve_schedule_def("nightly")
    (request,) = schedule.evaluate_tick(dg.build_schedule_context()).run_requests
    assert schedule.cron_schedule == "0 2 * * *"
    assert request.run_config == {"ops": {"warehouse": {"config": {"full": True}}}}


@pytest.mark.warehouse
def test_the_sensor_says_that_the_app_is_down_and_does_not_fail(loaded):
    sensor = loaded.resolve_sensor_def("new_changes")
    tick = sensor.evaluate_tick(dg.build_sensor_context(instance=dg.DagsterInstance.ephemeral()))
    assert tick.run_requests == []
    assert "app is not running" in tick.skip_message


@pytest.mark.warehouse
@pytest.mark.timeout(600)
def test_a_run_publishes_and_reports_its_assets_and_checks(loaded, home, record, house, monkeypatch):
    monkeypatch.setattr("orchestration.defs.warehouse.app_feed", lambda _: InProcess(record))
    result = loaded.resolve_job_def("refresh_warehouse").execute_in_process()
    assert result.success
    made = {event.asset_key.path[-1] for event in result.get_asset_materialization_events()}
    assert {"record", "fct_appointments", "published_warehouse"} <= made
    checks = {check.check_name: check.passed for check in result.get_asset_check_evaluations()}
    assert checks["the_ledger_agrees_to_the_cent"]
    assert checks["every_change_comes_once"]
    assert published(home).feed_seq > 0


@pytest.mark.warehouse
@pytest.mark.timeout(600)
def test_a_build_that_the_command_line_published_is_heard_of_once(loaded, home, record, house, monkeypatch):
    monkeypatch.setattr("orchestration.defs.warehouse.app_feed", lambda _: InProcess(record))
    assert refresh(home, InProcess(record), log=lambda _: None).status in ("published", "up_to_date")
    with dg.DagsterInstance.ephemeral() as instance:
        heard = [
            [event.asset_key.path[-1] for event in job.get_asset_materialization_events()]
            for job in (
                loaded.resolve_job_def("refresh_warehouse").execute_in_process(instance=instance) for _ in range(2)
            )
        ]
    assert heard == [["published_warehouse"], []]


def test_its_own_directory_is_set_up_once_and_reports_to_nobody(tmp_path):
    home = Home(tmp_path / "home")
    prepare(home)
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        assert isinstance(instance.run_launcher, WarmRunLauncher)
        assert not instance.telemetry_enabled


def test_its_command_keeps_the_feeds_token_to_itself(tmp_path):
    home = Home(tmp_path / "home")
    home.create()
    told = " ".join([*dagster_command(home, 3000), *dagster_environment(home).values()])
    assert "--port 3000" in told
    assert home.feed_token() not in told
