"""The demo practice keeps the record's laws, and is what was planted."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest

from ingestion.demo.make import DEMO_TODAY, make_demo
from practice.access.permissions import SYSTEM
from practice.audit.chain import findings
from practice.clock import fixed_clock
from practice.home import Home
from practice.scheduling.queries import unresolved
from practice.store.record import Record

LEDGER_ORDER = (
    "list_position(['charge', 'void_charge', 'payment', 'deallocation', 'adjustment_reversal', 'package_redeemed',"
    " 'adjustment', 'transfer', 'allocation', 'refund', 'package_sold', 'deposit'], t.kind)"
)


def test_the_audit_trail_is_whole(demo):
    entries = demo.rows("select * from audit_entries order by seq")
    assert not findings(entries)
    assert {"load_demo"} <= {entry["command"] for entry in entries}


def test_nobody_and_no_room_is_claimed_twice(demo):
    overlapping = """
        select count(*) from (
            select starts_at, max(ends_at) over (
                partition by resource_id, lane order by starts_at, ends_at
                rows between unbounded preceding and 1 preceding) as taken_until
            from claims)
        where starts_at < taken_until
    """
    assert demo.value(overlapping) == 0
    assert demo.counts["slots"] > 10_000


def test_visits_lie_in_working_hours_and_never_in_time_off(demo):
    live = "a.status not in ('cancelled', 'rescheduled', 'entered_in_error')"
    outside = f"""
        select count(*) from appointments a where {live} and not exists (
            select 1 from availability v where v.provider_id = a.provider_id and v.location_id = a.location_id
                and v.weekday = isodow(a.start_date) and v.effective_from <= a.start_date
                and coalesce(v.effective_to, date '9999-01-01') >= a.start_date
                and v.start_time <= cast(a.wall_start as time) and v.end_time >= cast(a.wall_end as time))
    """
    assert demo.value(outside) == 0
    away = f"select count(*) from appointments a join time_off t on t.provider_id = a.provider_id and {live}"
    assert demo.value(away + " and a.start_date between t.start_date and t.end_date") == 0
    closed = f"select count(*) from appointments a join availability_exceptions x using (location_id) where {live}"
    assert demo.value(closed + " and a.start_date = x.exception_date") == 0


def test_every_entry_balances_and_no_open_item_is_ever_negative(demo):
    assert (
        demo.value(
            "select count(*) from (select 1 from postings group by transaction_id having sum(debit_minor) <> sum(credit_minor))",
        )
        == 0
    )
    running = f"""
        select count(*) from (
            select sum(debit_minor - credit_minor) over (
                partition by p.charge_id, p.party order by p.known_at, {LEDGER_ORDER}) as open_minor
            from postings p join ledger_transactions t using (transaction_id) where p.account in ('1100', '1110'))
        where open_minor < 0
    """
    assert demo.value(running) == 0


def test_no_payment_gives_out_more_than_came_in(demo):
    pots = f"""
        select count(*) from (
            select sum(credit_minor - debit_minor) over (
                partition by p.payment_id, p.account order by p.known_at, {LEDGER_ORDER}) as waiting_minor
            from postings p join ledger_transactions t using (transaction_id) where p.account in ('2100', '1040'))
        where waiting_minor < 0
    """
    assert demo.value(pots) == 0
    # In clearing waits only what a payer sent wrong, or for a claim that nobody here knows.
    waiting = demo.rows(
        "select payment_id, cast(sum(credit_minor - debit_minor) as bigint) as waiting_minor from postings"
        " where account = '1040' group by 1 having sum(debit_minor - credit_minor) <> 0 order by 1"
    )
    unsettled = demo.rows(
        "select r.payment_id, cast(case when r.status = 'held' then r.amount_minor else sum(m.paid_minor) end as bigint)"
        " as waiting_minor from remittances r left join remittance_claims m using (remittance_id)"
        " where r.status = 'held' or m.status = 'unmatched' group by r.payment_id, r.status, r.amount_minor order by 1"
    )
    assert waiting == unsettled
    assert len(waiting) == 2


def test_an_estimate_is_undone_once_the_payer_has_settled(demo):
    left = """
        select count(*) from (
            select coalesce(sum(credit_minor - debit_minor) filter (account = '1190'), 0) as expected_minor,
                coalesce(sum(debit_minor - credit_minor) filter (account = '1100'), 0) as open_minor
            from postings where charge_id is not null group by charge_id)
        where expected_minor < 0 or (open_minor = 0 and expected_minor <> 0)
    """
    assert demo.value(left) == 0


def test_invoices_are_numbered_without_a_gap_and_add_up(demo):
    assert demo.value("select max(number) - count(*) from invoices") == 0
    assert demo.value("select min(number) from invoices") == 1
    assert (
        demo.value(
            "select count(*) from invoices i where total_minor <> (select sum(amount_minor) from invoice_lines l where l.invoice_id = i.invoice_id)",
        )
        == 0
    )
    assert demo.value("select count(*) from invoices where status = 'issued' and due_date < ?", DEMO_TODAY) > 0


# --- as it was planted -----------------------------------------------------------------------------------------------


def planted(demo) -> dict[str, int]:
    table = pq.read_table(demo.home.truth / "counts.parquet").to_pydict()
    return dict(zip(table["name"], table["value"], strict=True))


def test_the_record_holds_as_many_of_each_kind_as_were_planted(demo):
    truth = planted(demo)
    statuses = {row["status"]: row["n"] for row in demo.rows("select status, count(*) n from attendees group by 1")}
    assert {name: truth[f"attendees_{name}"] for name in statuses} == statuses
    assert sum(statuses.values()) == truth["attendees"]
    for table in (
        "appointments",
        "clients",
        "payments",
        "allocations",
        "adjustments",
        "transfers",
        "refunds",
        "invoices",
    ):
        assert demo.value(f"select count(*) from {table}") == truth[table], table
    sums = {
        "charged_minor": "select sum(amount_minor) from charges where status = 'posted'",
        "received_minor": "select sum(amount_minor) from payments",
        "collected_minor": "select sum(amount_minor) from allocations",
        "refunded_minor": "select sum(amount_minor) from refunds",
        "charges_void": "select count(*) from charges where status = 'void'",
        "late_entries": "select count(*) from attendees t join appointments a using (appointment_id) where t.booked_at > a.starts_at",
    }
    for name, sql in sums.items():
        assert demo.value(sql) == truth[name], name


def test_unresolved_visits_are_the_planted_ones(demo):

    with demo.record.read() as reader:
        reader.now = reader.value("select max(happened_at) from audit_entries").replace(tzinfo=UTC)
        assert len(unresolved(reader, SYSTEM)) == planted(demo)["unresolved"] > 0


def test_every_kind_of_event_in_a_practice_is_there(demo):
    kinds = {row["kind"] for row in demo.rows("select distinct kind from ledger_transactions")}
    assert kinds >= {
        "charge",
        "void_charge",
        "payment",
        "allocation",
        "deallocation",
        "adjustment",
        "transfer",
        "refund",
    }
    classes = {row["class"] for row in demo.rows("select distinct class from adjustments")}
    assert classes == {"contractual", "courtesy", "small_balance", "denial", "bad_debt"}
    assert demo.value("select count(*) from charges where kind = 'missed_visit'") > 10
    assert demo.value("select count(*) from invoices where status = 'void'") > 0
    assert (
        demo.value(
            "select count(*) from attendees where status = 'completed' and attendee_id not in (select live_key from charges where live_key is not null)"
        )
        > 0
    )
    assert demo.value("select sum(credit_minor - debit_minor) from postings where account = '2100'") > 0


def test_the_ledger_at_each_months_end_is_the_planted_one(demo):
    sql = """
        select cast(coalesce(sum(debit_minor - credit_minor) filter (account = '1100'), 0) as bigint) as open_payer_minor,
            cast(coalesce(sum(debit_minor - credit_minor) filter (account = '1110'), 0) as bigint) as open_client_minor,
            cast(coalesce(sum(credit_minor - debit_minor) filter (account in ('4000', '4010')), 0) as bigint) as charged_minor,
            cast(coalesce(sum(credit_minor - debit_minor) filter (account = '2100'), 0) as bigint) as client_credit_minor,
            cast(coalesce(sum(credit_minor - debit_minor) filter (account = '1190'), 0) as bigint)
                as expected_contractual_minor,
            cast(coalesce(sum(debit_minor - credit_minor) filter (
                account in ('4100', '4110', '4120', '4140', '5100')), 0) as bigint) as adjusted_minor
        from postings where post_date <= ?
    """
    truth = pq.read_table(demo.home.truth / "month_ends.parquet").to_pylist()
    assert len(truth) >= 6
    for month in truth:
        found = demo.rows(sql, month["as_of_date"])[0]
        assert found == {name: month[name] for name in found}, month["as_of_date"]
        assert month["open_minor"] == month["open_payer_minor"] + month["open_client_minor"] > 0


# --- the medium one --------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_medium_demo_loads_and_keeps_the_same_laws(tmp_path):
    home = Home(tmp_path / "home")
    home.create()
    record = Record(home.record, clock=fixed_clock(datetime(2026, 11, 20, 14, tzinfo=UTC)))
    counts = make_demo(record, home, "medium", DEMO_TODAY)
    with record.read() as reader:
        demo = SimpleNamespace(record=record, home=home, counts=counts, rows=reader.rows, value=reader.value)
        for law in (
            test_nobody_and_no_room_is_claimed_twice,
            test_visits_lie_in_working_hours_and_never_in_time_off,
            test_every_entry_balances_and_no_open_item_is_ever_negative,
            test_no_payment_gives_out_more_than_came_in,
            test_an_estimate_is_undone_once_the_payer_has_settled,
            test_invoices_are_numbered_without_a_gap_and_add_up,
            test_the_ledger_at_each_months_end_is_the_planted_one,
        ):
            law(demo)
    assert counts["attendees"] > 55_000
    record.close()
