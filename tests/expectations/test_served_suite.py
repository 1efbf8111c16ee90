"""A warehouse that differs from its record by a row or a cent is not served."""

import json
from datetime import date

import duckdb
import pytest

from expectations.check import CRITICAL, WARNING, Check
from expectations.concerns import is_concerned
from expectations.runner import check_candidate
from ingestion.contracts import CONTRACTS
from ingestion.record_feed import land_record
from practice.home import Home
from tests.ingestion.feeds import feed_of

TODAY = date(2026, 3, 2)
POSTING = {
    "transaction_id": "t1", "party": "client:c1", "charge_id": "ch1", "location_id": "l1", "post_date": "2026-03-02",
    "known_at": "2026-03-02 14:00:00", "debit_minor": 0, "credit_minor": 0,
}  # fmt: skip
CHARGE = {"charge_id": "ch1", "amount_minor": 150_00}
# What the marts say in their own words.
DERIVED = {
    "attendees": ", status as source_status, date '2026-02-27' as start_date, 'completed' as counted_as,"
    " 'completed' as outcome, false as is_unresolved, timestamp '2026-02-27 15:00' as starts_at",
    "charges": ", status = 'void' as is_void",
    "payments": ", status = 'void' as is_void",
}
FACTS = {
    "fct_appointments": "attendees",
    "fct_appointment_events": "appointment_events",
    "fct_ledger_entries": "postings",
    "fct_charges": "charges",
    "fct_payments": "payments",
    "fct_allocations": "allocations",
    "dim_client": "clients",
    "dim_provider": "providers",
    "dim_location": "locations",
    "dim_service": "services",
}


@pytest.fixture
def home(tmp_path):
    """A landing with one visit and one charge of 150.00."""
    made = Home(tmp_path / "home")
    made.create()
    land_record(
        feed_of(
            ("attendees", "a1", "upsert", {"attendee_id": "a1", "status": "scheduled"}),
            ("attendees", "a1", "upsert", {"attendee_id": "a1", "status": "completed"}),
            ("attendees", "a2", "upsert", {"attendee_id": "a2", "status": "scheduled"}),
            ("attendees", "a2", "tombstone", None),
            ("appointment_events", "e1", "upsert", {"event_id": "e1", "known_at": "2026-02-27 16:00:00"}),
            ("postings", "p1", "upsert", POSTING | {"posting_id": "p1", "account": "1110", "debit_minor": 150_00}),
            ("postings", "p2", "upsert", POSTING | {"posting_id": "p2", "account": "4000", "credit_minor": 150_00}),
            ("charges", "ch1", "upsert", CHARGE | {"status": "posted"}),
            ("charges", "ch0", "upsert", CHARGE | {"charge_id": "ch0", "status": "posted"}),
            ("charges", "ch0", "upsert", CHARGE | {"charge_id": "ch0", "status": "void"}),
            ("payments", "pay1", "upsert", {"payment_id": "pay1", "amount_minor": 40_00, "status": "posted"}),
            ("allocations", "al1", "upsert", {"allocation_id": "al1", "amount_minor": 40_00}),
        ),
        made,
    )
    return made


@pytest.fixture
def warehouse(home):
    """A small warehouse that agrees with it; returns a function that runs SQL on it."""
    with duckdb.connect(str(home.candidate)) as connection:
        connection.execute("create schema marts; create schema intermediate")
        connection.execute(f"create table intermediate.int_build as select date '{TODAY}' as today")
        for fact, table in FACTS.items():
            key = next(iter(CONTRACTS[table]))
            files = f"{home.landing}/record/{table}/*.parquet"
            connection.execute(
                f"""create table marts.{fact} as select 'record' as source, *{DERIVED.get(table, "")} from (
                    select * from read_parquet('{files}', union_by_name = true)
                    qualify row_number() over (partition by {key} order by _seq desc) = 1) where _op = 'upsert'"""
            )
        connection.execute(
            f"""create table marts.ar_daily as select 'record' as source, date '{TODAY}' as as_of_date,
                unnest(['service_date', 'responsibility_date']) as aging_clock, 15000 as open_minor, 0 as credit_minor,
                null::text as payer_id"""
        )
        connection.execute(
            """create table marts.metric_daily as select 'no_show_rate_due' as metric, 'record' as source,
                1 as numerator, 10 as denominator, 1 as low_numerator, 12 as low_denominator, 3 as high_numerator,
                12 as high_denominator"""
        )

    def change(sql):
        with duckdb.connect(str(home.candidate)) as connection:
            connection.execute(sql)

    return change


def failing(home):
    return {result.check: result for result in check_candidate(home, home.candidate).results if not result.success}


def test_a_warehouse_that_agrees_with_its_record_passes(home, warehouse):
    assert set(failing(home)) == {"arrivals_are_stamped"}  # a warning: the one visit has no arrival


@pytest.mark.parametrize(
    ("harm", "check", "observed"),
    [
        ("delete from marts.fct_appointments", "the_warehouse_holds_every_row_of_the_record", "fct_appointments"),
        (
            "update marts.fct_ledger_entries set debit_minor = 14999 where account = '1110'",
            "the_ledger_agrees_to_the_cent",
            "warehouse_debits 14999",
        ),
        (
            "update marts.ar_daily set open_minor = 14999 where aging_clock = 'service_date'",
            "receivables_agree_with_the_ledger",
            "aging_clock service_date, owed_by client, receivables 14999, ledger 15000",
        ),
        ("delete from marts.ar_daily", "receivables_agree_with_the_ledger", "receivables 0"),
        ("update marts.ar_daily set payer_id = 'p'", "receivables_agree_with_the_ledger", "owed_by payer"),
        (
            "update marts.fct_appointments set source_status = 'no_show'",
            "visits_agree_by_status",
            "status completed, record 1, warehouse 0",
        ),
        (
            "update marts.fct_charges set is_void = false",
            "charges_agree_to_the_cent",
            "status posted, record_rows 1, warehouse_rows 2, record_minor 15000, warehouse_minor 30000",
        ),
        ("update marts.fct_payments set amount_minor = 4001", "payments_agree_to_the_cent", "warehouse_minor 4001"),
        (
            "delete from marts.fct_allocations",
            "allocations_agree_to_the_cent",
            "record_minor 4000, warehouse_minor None",
        ),
        ("update marts.fct_appointments set start_date = null", "every_served_visit_has_its_day", "attendee_id "),
        ("update marts.fct_ledger_entries set post_date = null", "every_served_posting_has_its_day", "posting_id p"),
        ("delete from marts.fct_appointment_events", "the_newest_change_is_served", "warehouse None"),
        ("update marts.metric_daily set low_numerator = 2", "bands_stand_in_order", "no_show_rate_due"),
        ("update marts.metric_daily set high_numerator = 1", "bands_stand_in_order", "no_show_rate_due"),
    ],
)
def test_a_warehouse_that_differs_is_refused_with_what_was_found(home, warehouse, harm, check, observed):
    warehouse(harm)
    found = failing(home)
    assert check in found
    assert found[check].severity == CRITICAL
    assert observed in found[check].observed


@pytest.mark.parametrize(
    ("harm", "check", "value"),
    [
        ("is_unresolved = true", "past_visits_have_an_outcome", 1.0),
        ("first_booked_at = starts_at + interval 1 hour", "visits_are_booked_before_they_start", 1.0),
    ],
)
def test_what_the_desk_leaves_open_warns_with_its_share(home, warehouse, harm, check, value):
    warehouse(f"update marts.fct_appointments set {harm}, arrived_at = starts_at")
    found = failing(home)
    assert set(found) == {check}
    assert (found[check].severity, found[check].value, found[check].observed) == (WARNING, value, "100.0%")


def test_a_share_is_measured_also_where_it_is_well(home, warehouse):
    warehouse("update marts.fct_appointments set arrived_at = starts_at")
    results = {result.check: result for result in check_candidate(home, home.candidate).results}
    assert (results["arrivals_are_stamped"].success, results["arrivals_are_stamped"].value) == (True, 0.0)


def test_the_rows_that_broke_a_rule_are_kept_with_the_result(home, warehouse):
    warehouse("update marts.fct_charges set is_void = false")
    sample = json.loads(failing(home)["charges_agree_to_the_cent"].sample)
    assert sorted(row["status"] for row in sample) == ["posted", "void"]


def test_a_check_says_which_numbers_it_concerns(home, warehouse):
    tokens = {result.check: result.concerns for result in check_candidate(home, home.candidate).results}
    assert is_concerned("charged", {"fct_ledger_entries"}, tokens["the_ledger_agrees_to_the_cent"])
    assert is_concerned("days_in_ar_gross", set(), tokens["receivables_agree_with_the_ledger"])
    assert not is_concerned("no_show_rate_due", {"fct_appointments"}, tokens["the_ledger_agrees_to_the_cent"])
    assert is_concerned("no_show_rate_due", {"fct_appointments"}, tokens["visits_agree_by_status"])


def test_what_came_after_the_build_is_not_held_against_it(home, warehouse):
    verdict = check_candidate(home, home.candidate, feed_seq=1)
    refused = {result.check for result in verdict.results if not result.success and result.severity == CRITICAL}
    assert "the_ledger_agrees_to_the_cent" in refused  # the record of change 1 has no money yet
    assert check_candidate(home, home.candidate, feed_seq=10**6).is_passed


def test_the_file_is_free_when_the_checks_are_done(home, warehouse):
    check_candidate(home, home.candidate)
    warehouse("create table marts.written_afterwards (x integer)")


def test_a_check_that_can_not_be_run_has_not_passed(home, warehouse):
    from expectations.engine import judge

    (result,) = judge([Check("nonsense", "It can be asked.", "select nothing_there")], str(home.candidate))
    assert not result.success
    assert "could not be run" in result.observed
