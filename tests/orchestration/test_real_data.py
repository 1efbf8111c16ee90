"""Data that nobody here wrote, from import to SQL in one home: the numbers are those that its own files give.

`../shared/data/expected.json` has them, counted by independent SQL. Where the folder is absent there is nothing to test.
"""

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from ingestion.feed_sources import InProcess
from ingestion.imports import import_file
from orchestration.builds import published
from orchestration.refresh import refresh
from practice.home import Home
from practice.store.record import Record

DATA = Path(__file__).parents[3] / "shared" / "data"
FOLDERS = {"noshow_brazil": "noshow_brazil", "medsched": "medsched_dev", "synthea": "synthea_dbt"}
pytestmark = [
    pytest.mark.warehouse,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not DATA.exists(), reason="the folder of real data is not on this machine"),
]


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """The three sources imported into one home with an empty record, and built: `ask(sql)` answers from the build."""
    home = Home(tmp_path_factory.mktemp("real") / "home")
    home.create()
    with closing(Record(home.path / "empty.duckdb")) as record:
        reports = {name: import_file(home, name, DATA / folder) for name, folder in FOLDERS.items()}

        def build():
            now = datetime(2026, 11, 22, 15, tzinfo=UTC)
            return refresh(home, InProcess(record), log=lambda _: None, clock=lambda: now)

        built = build()
        assert (built.status, built.failed, built.held) == ("published", (), {})
        with closing(duckdb.connect(str(published(home).path), read_only=True)) as connection:
            connection.execute("set enable_external_access = false")
            yield SimpleNamespace(
                home=home,
                reports=reports,
                build=build,
                ask=lambda query: connection.execute(query).fetchall(),
                expected=json.loads((DATA / "expected.json").read_text()),
            )


@pytest.mark.parametrize("name", FOLDERS)
def test_every_row_of_every_file_is_accounted_for(real, name):
    report = real.reports[name]
    for counts in (report, *report.files):
        assert counts.read == counts.loaded + counts.merged + counts.rejected + counts.ignored
    assert report.read == sum(file.read for file in report.files)
    assert (report.merged, report.rejected) == (0, 0)


def test_the_brazilian_appointments_give_their_printed_rate(real):
    """39,596 rows of 26,579 clients; no-shows 20.5551 % of all rows; one fractional id, one booking after its visit."""
    assert real.ask(
        "select count(*), count(distinct client_key), round(100.0 * count(*) filter (outcome = 'no_show') / count(*), 4)"
        " from marts.fct_appointments where source = 'noshow_brazil'"
    ) == [(39_596, 26_579, 20.5551)]
    assert real.ask("select count(*) from marts.dim_client where source = 'noshow_brazil'") == [(26_579,)]
    assert real.reports["noshow_brazil"].flags == {"fractional_id": 1, "booked_after_visit": 1}


def test_the_clinics_appointments_keep_their_statuses(real):
    found = real.ask(
        "select source_status, count(*) from marts.fct_appointments where source = 'medsched' group by 1 order by 1"
    )
    assert found == [
        ("attended", 12_207), ("cancelled", 2_641), ("did not attend", 924), ("scheduled", 163), ("unknown", 65),
    ]  # fmt: skip
    assert found == sorted((row["status"], row["n"]) for row in real.expected["medsched_dev"]["status"])


def test_the_clinics_months_are_those_of_its_files(real):
    months = real.ask(
        "select strftime(start_date, '%Y-%m'), count(*), count(*) filter (outcome = 'completed'),"
        " count(*) filter (outcome = 'no_show'), count(*) filter (outcome = 'cancelled')"
        " from marts.fct_appointments where source = 'medsched' group by 1 order by 1"
    )
    expected = real.expected["medsched_dev"]["by_month"]
    assert months == [(row["m"], row["n"], row["attended"], row["dna"], row["cancelled"]) for row in expected]


def test_of_those_due_at_the_clinic_7_0368_percent_did_not_attend(real):
    """Variant f: missed of attended and missed. 'unknown' is unresolved, visits after the export are scheduled."""
    assert real.ask(
        "select round(100.0 * sum(numerator) / sum(denominator), 4) from marts.metric_daily"
        " where metric = 'no_show_rate_did_not_attend' and source = 'medsched'"
    ) == [(7.0368,)]
    assert real.ask(
        "select outcome, count(*) from marts.fct_appointments where source = 'medsched' group by 1 order by 1"
    ) == [("cancelled", 2_641), ("completed", 12_207), ("no_show", 924), ("scheduled", 163), ("unresolved", 65)]


def test_the_clinics_ids_keep_their_zeros_and_its_times_their_wait(real):
    """Appointment 000059 was due at 8:00, there at 7:52:35, called at 8:00:57: no wait to speak of."""
    assert real.ask(
        "select appointment_id, client_id, starts_at, arrived_at, seated_at, ended_at, booked_date, wait_minutes"
        " from marts.fct_appointments where source = 'medsched' and appointment_id = '000059'"
    ) == [
        (
            "000059", "13688", datetime(2024, 1, 1, 8), datetime(2024, 1, 1, 7, 52, 35), datetime(2024, 1, 1, 8, 0, 57),
            datetime(2024, 1, 1, 8, 27, 57), datetime(2023, 12, 16).date(), 0,
        )
    ]  # fmt: skip


def test_of_the_clinics_slots_85_198_percent_are_taken(real):
    assert real.ask(
        "select cast(sum(numerator) as bigint), cast(sum(denominator) as bigint),"
        " round(100.0 * sum(numerator) / sum(denominator), 3) from marts.metric_daily"
        " where metric = 'slot_fill_rate' and source = 'medsched'"
    ) == [(13_359, 15_680, 85.198)]
    months = real.ask(
        "select strftime(metric_date, '%Y-%m'), cast(sum(denominator) as bigint), cast(sum(numerator) as bigint)"
        " from marts.metric_daily where metric = 'slot_fill_rate' and source = 'medsched' group by 1 order by 1"
    )
    expected = real.expected["medsched_dev"]["util_by_month"]
    assert months == [(row["m"], row["slots"], row["taken"]) for row in expected]


LEDGER = "from marts.fct_ledger_entries where source = 'synthea'"


def test_the_claims_ledger_has_its_charges_and_payments_to_the_cent(real):
    assert real.ask(f"select cast(sum(credit_minor) as bigint) {LEDGER} and account = '4000'") == [(1_092_402_73,)]
    assert real.ask(
        f"select cast(sum(debit_minor - credit_minor) as bigint) {LEDGER} and account in ('1000', '1010', '1020')"
    ) == [(1_103_503_95,)]


def test_the_claims_ledger_balances_and_transfers_move_nothing(real):
    unbalanced = f"select transaction_key {LEDGER} group by 1 having sum(debit_minor) <> sum(credit_minor)"
    assert real.ask(unbalanced) == []
    assert (
        real.ask(
            f"select claim_id {LEDGER} and transaction_kind = 'transfer' group by 1 having sum(debit_minor - credit_minor) <> 0"
        )
        == []
    )


@pytest.mark.parametrize("clock", ["service_date", "responsibility_date"])
def test_nothing_is_open_and_190_claims_are_in_credit(real, clock):
    """Credits stand apart, never netted: open 0.00, credit 11,101.22."""
    assert real.ask(
        "select cast(sum(open_minor) as bigint), cast(sum(credit_minor) as bigint) from marts.ar_daily"
        f" where source = 'synthea' and aging_clock = '{clock}' and as_of_date = date '2026-11-22'"
    ) == [(0, 11_101_22)]
    assert real.ask(
        "select cast(sum(open_minor) as bigint), cast(sum(credit_minor) as bigint), count(*), count(distinct claim_id)"
        " from marts.ar_as_of(date '2026-11-22') where source = 'synthea'"
    ) == [(0, 11_101_22, 190, 190)]


def test_each_primary_payer_has_its_charges_payments_and_credits(real):
    """A claim's primary payer is the one that its charges carry; none: the client pays."""
    found = real.ask(
        f"""
        with claims as (select distinct claim_id, payer_key {LEDGER} and account = '4000'),
        credits as (select claim_id, credit_minor from marts.ar_as_of(date '2026-11-22') where source = 'synthea'),
        money as (
            select claim_id, sum(credit_minor) filter (account = '4000') as charged,
                sum(debit_minor) filter (account < '1100') as paid
            {LEDGER} group by 1
        )
        select coalesce(payer_name, 'NONE'), cast(sum(charged) as bigint), cast(sum(paid) as bigint),
            cast(coalesce(sum(credit_minor), 0) as bigint), count(credit_minor)
        from claims join money using (claim_id) left join credits using (claim_id)
            left join marts.dim_payer using (payer_key)
        group by 1 order by 1"""
    )
    expected = real.expected["synthea_dbt"]["by_primary_payer"]

    def minor(amount):
        return round(amount * 100)

    assert found == [
        (row["payer"], minor(row["charges"]), minor(row["payments"]), minor(-row["balance"]), row["credit_claims"])
        for row in expected
    ]


def test_whoever_a_ledger_row_names_exists(real):
    for thing in ("client", "payer", "provider", "location"):
        missing = f"select count(*) {LEDGER} and {thing}_key not in (select {thing}_key from marts.dim_{thing})"
        assert real.ask(missing) == [(0,)]


def test_the_practices_own_numbers_stay_untouched(real):
    for table in ("fct_appointments", "fct_ledger_entries", "ar_daily"):
        assert real.ask(f"select count(*) from marts.{table} where source = 'record'") == [(0,)]
    assert real.ask("select count(*) from marts.metric_daily where source = 'record' and numerator <> 0") == [(0,)]


def test_no_name_contact_or_number_of_a_person_landed(real):
    """Patients of both folders, by family name and by social security number, in any text of landing."""
    landed = b"".join(
        str(duckdb.sql(f"from read_parquet('{file}')").fetchall()).encode()
        for file in (real.home.landing / "imports").rglob("*.parquet")
    )
    for private in (b"Mosciski958", b"999-17-5017", b"Nancy Bell", b"784 Stamm", b"Female"):
        assert private not in landed


@pytest.mark.parametrize("name", FOLDERS)
def test_importing_it_again_changes_nothing(real, name):
    before = {path: path.stat().st_mtime_ns for path in real.home.landing.rglob("*.parquet")}
    again = import_file(real.home, name, DATA / FOLDERS[name])
    assert (again.loaded, again.merged, again.rejected, again.batch_id) == (0, 0, 0, None)
    assert {path: path.stat().st_mtime_ns for path in real.home.landing.rglob("*.parquet")} == before
    assert real.build().status == "up_to_date"
