"""The large demo: its shape at a hundredth of its scale, written in many slices; in `make test-long` the whole of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import duckdb
import numpy as np
import pytest

from ingestion.demo.make import DEMO_TODAY, make_demo
from ingestion.demo.sizes import PLACES, SIZES
from ingestion.demo.slices import runs, spans, within
from ingestion.feed_sources import InProcess
from ingestion.record_feed import land_record, record_folder
from practice.access.permissions import SYSTEM
from practice.audit.verify import verify
from practice.clock import fixed_clock
from practice.home import Home
from practice.insurance.claim_queries import to_claim
from practice.store.record import Record
from tests.ingestion import test_demo_laws as laws
from tests.ingestion.conftest import Demo

LAWS = (
    laws.test_the_audit_trail_is_whole,
    laws.test_nobody_and_no_room_is_claimed_twice,
    laws.test_visits_lie_in_working_hours_and_never_in_time_off,
    laws.test_every_entry_balances_and_no_open_item_is_ever_negative,
    laws.test_no_payment_gives_out_more_than_came_in,
    laws.test_an_estimate_is_undone_once_the_payer_has_settled,
    laws.test_invoices_are_numbered_without_a_gap_and_add_up,
    laws.test_the_record_holds_as_many_of_each_kind_as_were_planted,
    laws.test_the_ledger_at_each_months_end_is_the_planted_one,
)
DEALINGS = {
    "set_package_offer", "sell_package", "redeem_session", "set_deposit_rule", "take_deposit", "agree_plan", "set_limit",
    "adjust_charge", "add_change", "close_drawer", "reconcile_from", "load_bank_file", "match_line", "post_remittance",
    "add_policy", "check_claims", "set_dunning_step", "record_promise", "record_dispute",
}  # fmt: skip
AT_ONCE = {
    "schedule_rows.VISITS_AT_ONCE": 2_500,
    "claims.CLAIMS_AT_ONCE": 9_000,
    "money_rows.ENTRIES_AT_ONCE": 8_000,
    "invoice_rows.INVOICES_AT_ONCE": 700,
    "claim_rows.CHARGES_AT_ONCE": 3_000,
    "claim_rows.FILES_AT_ONCE": 30,
    "checking.CHECKS_AT_ONCE": 1_000,
    "noting.NOTES_AT_ONCE": 3_000,
    "remittance_rows.ANSWERS_AT_ONCE": 1_000,
    "load.CHUNK_ROWS": 5_000,
    "postings.ROWS_AT_ONCE": 5_000,
}
"""Small enough to part a small history many times."""


def made(folder, size: str) -> Demo:
    home = Home(folder)
    home.create()
    record = Record(home.record, clock=fixed_clock(datetime(2026, 11, 20, 14, tzinfo=UTC)))
    return Demo(record=record, home=home, counts=make_demo(record, home, size, DEMO_TODAY))


@pytest.fixture(scope="module")
def tiny():
    """A size with everything that only the large one has: teams, leavers, hours that change on several days."""
    with pytest.MonkeyPatch.context() as patch:
        few = replace(SIZES["large"], name="tiny", locations=3, providers=6, founders=4, months=18, team=2)
        patch.setitem(SIZES, "tiny", replace(few, leaves_each=4, changes_at=(30, 60), claims_months=9))
        yield "tiny"


@pytest.fixture(scope="module")
def sliced(tiny, tmp_path_factory):
    """That practice, written in many slices."""
    with pytest.MonkeyPatch.context() as patch:
        for name, most in AT_ONCE.items():
            patch.setattr(f"ingestion.demo.{name}", most)
        demo = made(tmp_path_factory.mktemp("sliced") / "home", tiny)
    yield demo
    demo.record.close()


@pytest.fixture(scope="module")
def whole(tiny, tmp_path_factory):
    """The same practice, written at once."""
    demo = made(tmp_path_factory.mktemp("whole") / "home", tiny)
    yield demo
    demo.record.close()


def test_spans_follow_each_other_and_hold_about_equally_many():
    known = np.sort(np.random.default_rng(3).integers(0, 10**6, 10_007))
    parts = [within(known, span) for span in spans(known, 900)]
    assert np.concatenate(parts).tolist() == list(range(len(known)))
    assert max(map(len, parts)) <= 900 + 10
    assert [within(known, span).tolist() for span in spans(known, 20_000)] == [list(range(len(known)))]


def test_runs_leave_nothing_out():
    assert list(runs(10, 4)) == [(0, 3), (3, 6), (6, 10)]
    assert list(runs(0, 4)) == [(0, 0)]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__.removeprefix("test_"))
def test_a_practice_written_in_slices_keeps_the_law(sliced, law):
    law(sliced)


def test_slices_hold_what_one_load_holds(sliced, whole):
    assert sliced.counts == whole.counts
    assert sliced.value("select count(*) from audit_entries") > whole.value("select count(*) from audit_entries") + 15
    for table in (*sliced.counts, "changes"):
        mine = "* exclude (seq, audit_seq)" if table == "changes" else "*"
        sql = f"select count(*) as n, sum(cast(hash(one) as hugeint)) as h from (select {mine} from {table}) as one"
        assert sliced.rows(sql) == whole.rows(sql), table


def test_each_slice_is_a_command_of_its_own_that_says_which_it_is(sliced):
    entries = sliced.rows("select command, request_hash from audit_entries")
    # What clients are told, and what is agreed for the weeks to come, is written by the commands that a practice uses.
    assert {entry["command"] for entry in entries} == {
        "load_demo", "set_messages", "add_recall_type", "book_series", "add_waitlist_entry", *DEALINGS,
    }  # fmt: skip
    loads = [entry["request_hash"] for entry in entries if entry["command"] == "load_demo"]
    assert len(set(loads)) == len(loads) > 20


def test_what_was_sent_on_paper_is_not_asked_for_again(sliced):
    with sliced.record.read() as reader:
        assert all(row["service_date"] > date(2026, 2, 1) for row in to_claim(reader, SYSTEM))
    assert sliced.value("select count(*) from claim_exclusions") > 100
    assert sliced.value("select min(service_date) from insurance_claims") >= date(2026, 2, 20)


def test_the_load_leaves_the_records_memory_as_it_was(sliced):
    asked = "select current_setting('memory_limit') as memory, current_setting('threads') as threads"
    with duckdb.connect() as fresh:
        memory, threads = fresh.execute(asked).fetchone()
    assert sliced.rows(asked) == [{"memory": memory, "threads": threads}]


def test_teams_open_one_location_after_the_other(sliced):
    opened = sliced.rows(
        "select l.name, min(start_date) as first from appointments join locations l using (location_id) group by 1"
    )
    order = [name for name, _ in PLACES]
    days = [row["first"] for row in sorted(opened, key=lambda row: order.index(row["name"]))]
    assert len(days) == 3
    assert days[0] < days[2]
    assert days == sorted(days)


def test_who_leaves_has_no_visit_afterwards_and_their_hours_end(sliced):
    gone = sliced.rows("select * from providers where ended_date is not null")
    assert gone
    for provider in gone:
        key, ended = provider["provider_id"], provider["ended_date"]
        assert provider["is_active"] == (ended >= DEMO_TODAY)
        assert sliced.value("select max(start_date) from appointments where provider_id = ?", key) <= ended
        assert sliced.value("select max(effective_to) from availability where provider_id = ?", key) == ended
        assert not sliced.value("select count(*) from availability where provider_id = ? and effective_to is null", key)


def test_hours_change_on_more_than_one_day(sliced):
    later = "select count(distinct effective_from) from availability v join providers using (provider_id)"
    assert sliced.value(later + " where effective_from > started_date") >= 1


def test_availability_covers_everybody_from_the_first_visit_on(sliced):
    begins = sliced.rows(
        "select provider_id, min(start_date) as seen, (select min(effective_from) from availability v where"
        " v.provider_id = a.provider_id) as since from appointments a group by 1"
    )
    assert all(row["since"] <= row["seen"] for row in begins)


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_the_large_demo_loads_keeps_every_law_and_lands(tmp_path):
    demo = made(tmp_path / "home", "large")
    assert 950_000 < demo.counts["attendees"] < 1_100_000
    assert demo.value("select count(*) from providers") == 100
    assert demo.value("select count(*) from locations") == 20
    for law in LAWS:
        law(demo)
    landed = land_record(InProcess(demo.record), demo.home)
    assert sum(landed.rows_by_table.values()) == landed.to_seq == demo.value("select max(seq) from changes")
    files = f"{record_folder(demo.home)}/postings/*.parquet"
    assert duckdb.sql(f"select count(*) from read_parquet('{files}')").fetchall() == [(demo.counts["postings"],)]
    assert verify(demo.record) == []
    demo.record.close()
