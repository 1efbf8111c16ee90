"""A warehouse that differs from its record by a row or a cent is not served."""

from datetime import date

import duckdb
import pytest

from expectations.check import CRITICAL, Check
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
FACTS = {
    "fct_appointments": "attendees",
    "fct_appointment_events": "appointment_events",
    "fct_ledger_entries": "postings",
    "fct_charges": "charges",
    "fct_payments": "payments",
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
            ("postings", "p1", "upsert", POSTING | {"posting_id": "p1", "account": "1110", "debit_minor": 150_00}),
            ("postings", "p2", "upsert", POSTING | {"posting_id": "p2", "account": "4000", "credit_minor": 150_00}),
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
                f"""create table marts.{fact} as select 'record' as source, * from (
                    select * from read_parquet('{files}', union_by_name = true)
                    qualify row_number() over (partition by {key} order by _seq desc) = 1) where _op = 'upsert'"""
            )
        connection.execute(
            f"""create table marts.ar_daily as select 'record' as source, date '{TODAY}' as as_of_date,
                unnest(['service_date', 'responsibility_date']) as aging_clock, 15000 as open_minor, 0 as credit_minor"""
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
    assert failing(home) == {}


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
            "aging_clock service_date, receivables 14999, ledger 15000",
        ),
        ("delete from marts.ar_daily", "receivables_agree_with_the_ledger", "receivables 0"),
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


def test_the_file_is_free_when_the_checks_are_done(home, warehouse):
    check_candidate(home, home.candidate)
    warehouse("create table marts.written_afterwards (x integer)")


def test_a_check_that_can_not_be_run_has_not_passed(home, warehouse):
    from expectations.engine import judge

    (result,) = judge([Check("nonsense", "It can be asked.", "select nothing_there")], str(home.candidate))
    assert not result.success
    assert "could not be run" in result.observed
