"""The demo practice: the same each time, alive on its day, within the laws, and as it was planted."""

from __future__ import annotations

import ast
import time
import uuid
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow.parquet as pq
import pytest

from ingestion.demo.columns import Zones, day_number, uuid7_texts
from ingestion.demo.make import DEMO_TODAY, make_demo
from ingestion.demo.sizes import DEMO_PASSWORD, DEMO_USERS, PLACES
from practice.access.sign_in import session_actor, sign_in
from practice.audit.chain import findings
from practice.clock import fixed_clock, to_instant
from practice.errors import Refusal
from practice.home import Home, open_record
from practice.ids import uuid7
from practice.store.record import Record
from practice.store.tables import TABLES

ROOT = Path(__file__).parents[2]
LEDGER_ORDER = (
    "list_position(['charge', 'void_charge', 'payment', 'deallocation', 'adjustment', 'transfer', 'allocation',"
    " 'refund'], t.kind)"
)


def made(folder: Path, *, seed: int = 20260302, size: str = "small") -> tuple[Record, Home, dict[str, int]]:
    home = Home(folder)
    home.create()
    record = Record(home.record, clock=fixed_clock(datetime(2026, 11, 20, 14, tzinfo=UTC)))
    return record, home, make_demo(record, home, size, DEMO_TODAY, seed=seed)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The small demo, made once for this module: record, home, counts and the seconds it took."""
    began = time.perf_counter()
    record, home, counts = made(tmp_path_factory.mktemp("demo") / "home")
    yield SimpleNamespace(record=record, home=home, counts=counts, seconds=time.perf_counter() - began)
    record.close()


def rows(demo, sql, *values):
    with demo.record.read() as reader:
        return reader.rows(sql, *values)


def value(demo, sql, *values):
    with demo.record.read() as reader:
        return reader.value(sql, *values)


def planted(demo) -> dict[str, int]:
    table = pq.read_table(demo.home.truth / "counts.parquet").to_pydict()
    return dict(zip(table["name"], table["value"], strict=True))


# --- the same each time ----------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_tables_and_the_same_audit_trail(demo, tmp_path):
    again, _, counts = made(tmp_path / "again")
    tables = {**TABLES, "audit_entries": None, "changes": None, "accounts": None}
    assert counts == demo.counts
    with demo.record.read() as one, again.read() as other:
        for table in tables:
            sql = f"select * from {table} order by all"
            assert one.cursor.execute(sql).fetchall() == other.cursor.execute(sql).fetchall(), table
    again.close()


def test_another_seed_gives_another_practice(demo, tmp_path):
    other, _, counts = made(tmp_path / "other", seed=7)
    with other.read() as reader:
        names = reader.value("select string_agg(given_name, ',' order by client_id) from clients")
    assert counts["attendees"] != demo.counts["attendees"]
    assert names != value(demo, "select string_agg(given_name, ',' order by client_id) from clients")
    other.close()


def test_a_record_that_holds_something_is_not_mixed_with_the_demo(demo):
    with pytest.raises(Refusal, match="not empty"):
        make_demo(demo.record, demo.home, "small", DEMO_TODAY)


def test_an_unknown_size_is_refused_in_one_sentence(record, tmp_path):
    with pytest.raises(Refusal, match="small or medium"):
        make_demo(record, Home(tmp_path), "huge", DEMO_TODAY)


def test_ids_made_in_bulk_are_the_ids_made_one_by_one():
    bits = [(7, 11), (4095, (1 << 62) - 1), (0, 0)]
    moments = [
        datetime(2024, 5, 20, 13, 0, 0, tzinfo=UTC),
        datetime(2026, 11, 20, tzinfo=UTC),
        datetime(2030, 1, 1, tzinfo=UTC),
    ]
    bulk = uuid7_texts(
        np.array([int(at.timestamp() * 1000) for at in moments]),
        np.array([high for high, _ in bits]),
        np.array([low for _, low in bits]),
    )
    assert bulk.to_pylist() == [uuid7(at, high << 62 | low) for at, (high, low) in zip(moments, bits, strict=True)]
    assert all(uuid.UUID(text).version == 7 for text in bulk.to_pylist())


def test_instants_made_in_bulk_are_those_of_the_clock():
    first = day_number(date(2024, 1, 1))
    zones = Zones([zone for _, zone in PLACES], first, first + 800)
    walls = [datetime(2024, 1, 1, 4) + (datetime(2024, 1, 2, 1, 7) - datetime(2024, 1, 1)) * n for n in range(700)]
    walls = [wall for wall in walls if wall.hour >= 4]
    seconds = np.array([int(wall.replace(tzinfo=UTC).timestamp()) for wall in walls])
    for place, (_, zone) in enumerate(PLACES):
        expected = [int(to_instant(wall, zone).timestamp()) for wall in walls]
        assert zones.to_utc(seconds, np.full(len(seconds), place)).tolist() == expected


# --- its day ---------------------------------------------------------------------------------------------------------


def test_the_small_demo_is_quick_and_of_its_size(demo):
    # Six seconds on a quiet machine; the limit leaves room for a busy one.
    assert demo.seconds < 30
    assert value(demo, "select count(*) from locations") == 1
    assert value(demo, "select count(*) from providers") == 4
    assert 2_100 <= demo.counts["attendees"] <= 3_000


def test_today_is_alive_and_so_are_the_weeks_ahead(demo):
    today = {
        row["status"]: row["n"]
        for row in rows(
            demo,
            "select t.status, count(*) n from attendees t join appointments using (appointment_id)"
            " where start_date = ? group by all",
            DEMO_TODAY,
        )
    }
    assert today["scheduled"] >= 8
    assert today.get("completed", 0) + today.get("in_session", 0) + today.get("arrived", 0) >= 3
    ahead = value(demo, "select count(*) from appointments where start_date > ? and status = 'scheduled'", DEMO_TODAY)
    assert ahead >= 100
    assert value(demo, "select max(start_date) from appointments") > date(2026, 12, 14)
    assert value(demo, "select count(*) from attendees where confirmed_at is not null and status = 'scheduled'") >= 5


def test_nothing_is_known_before_it_could_be(demo):
    now = value(demo, "select max(happened_at) from audit_entries")
    for table in ("attendees", "appointments", "appointment_events", "charges", "postings", "changes"):
        assert value(demo, f"select max(known_at) from {table}") <= now
    early = value(demo, "select count(*) from changes where known_at < ?", datetime(2026, 9, 1))
    assert early > value(demo, "select count(*) from changes") / 3
    assert not value(
        demo, "select count(*) from attendees a join clients using (client_id) where booked_at < created_at"
    )


def test_demo_people_sign_in_and_own_their_role(demo):
    for user in DEMO_USERS:
        session = session_actor(demo.record, sign_in(demo.record, user.email, DEMO_PASSWORD))
        assert session.actor.role == user.role
        assert bool(session.actor.provider_id) == (user.role == "provider")


def test_people_are_invented(demo):
    assert not value(demo, "select count(*) from clients where phone not like '+1 555 01%'")
    assert not value(demo, "select count(*) from clients where email not like '%@example.com'")
    children = "from clients where guarantor_client_id is not null"
    assert value(demo, f"select count(*) {children}") > 20
    assert not value(demo, f"select count(*) {children} and birth_date < ?", date(2007, 1, 1))


def test_opening_it_again_starts_its_day_at_half_past_nine(tmp_path):
    record, home, _ = made(tmp_path / "home")
    record.close()
    opened = open_record(home)
    assert (opened.clock() - datetime(2026, 11, 20, 14, 30, tzinfo=UTC)).total_seconds() < 60
    opened.close()


# --- laws ------------------------------------------------------------------------------------------------------------


def test_the_audit_trail_is_whole(demo):
    entries = rows(demo, "select * from audit_entries order by seq")
    assert not findings(entries)
    assert {"load_demo"} <= {entry["command"] for entry in entries}


def test_nobody_and_no_room_is_claimed_twice(demo):
    overlapping = """
        select count(*) from claims a join claims b on a.resource_id = b.resource_id and a.lane = b.lane
            and a.claim_id < b.claim_id and a.starts_at < b.ends_at and b.starts_at < a.ends_at
    """
    assert value(demo, overlapping) == 0
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
    assert value(demo, outside) == 0
    away = f"select count(*) from appointments a join time_off t on t.provider_id = a.provider_id and {live}"
    assert value(demo, away + " and a.start_date between t.start_date and t.end_date") == 0
    closed = f"select count(*) from appointments a join availability_exceptions x using (location_id) where {live}"
    assert value(demo, closed + " and a.start_date = x.exception_date") == 0


def test_every_entry_balances_and_no_open_item_is_ever_negative(demo):
    assert (
        value(
            demo,
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
    assert value(demo, running) == 0


def test_no_payment_gives_out_more_than_came_in(demo):
    pots = f"""
        select count(*) from (
            select sum(credit_minor - debit_minor) over (
                partition by p.payment_id, p.account order by p.known_at, {LEDGER_ORDER}) as waiting_minor
            from postings p join ledger_transactions t using (transaction_id) where p.account in ('2100', '1040'))
        where waiting_minor < 0
    """
    assert value(demo, pots) == 0
    clearing = "select count(*) from (select 1 from postings where account = '1040' group by payment_id having sum(debit_minor - credit_minor) <> 0)"
    assert value(demo, clearing) == 0


def test_an_estimate_is_undone_once_the_payer_has_settled(demo):
    left = """
        select count(*) from (
            select coalesce(sum(credit_minor - debit_minor) filter (account = '1190'), 0) as expected_minor,
                coalesce(sum(debit_minor - credit_minor) filter (account = '1100'), 0) as open_minor
            from postings where charge_id is not null group by charge_id)
        where expected_minor < 0 or (open_minor = 0 and expected_minor <> 0)
    """
    assert value(demo, left) == 0


def test_invoices_are_numbered_without_a_gap_and_add_up(demo):
    assert value(demo, "select max(number) - count(*) from invoices") == 0
    assert value(demo, "select min(number) from invoices") == 1
    assert (
        value(
            demo,
            "select count(*) from invoices i where total_minor <> (select sum(amount_minor) from invoice_lines l where l.invoice_id = i.invoice_id)",
        )
        == 0
    )
    assert value(demo, "select count(*) from invoices where status = 'issued' and due_date < ?", DEMO_TODAY) > 0


def test_only_the_command_line_and_the_sign_in_page_know_the_generator():
    allowed = {
        "dashboards/cli/init.py": {"ingestion.demo.make"},
        "dashboards/http/sign_in.py": {"ingestion.demo.sizes"},
    }
    for room in ("practice", "ingestion", "expectations", "orchestration", "dashboards", "dbt_project"):
        for file in sorted((ROOT / room).rglob("*.py")):
            name = file.relative_to(ROOT).as_posix()
            if not name.startswith("ingestion/demo/"):
                assert imported(file) <= allowed.get(name, set()), name
    texts = [*(ROOT / "dbt_project").rglob("*.sql"), *(ROOT / "dbt_project").rglob("*.yml")]
    assert not [file for file in texts if "truth/" in file.read_text() or "ingestion.demo" in file.read_text()]


def imported(file: Path) -> set[str]:
    """The modules of the generator that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {
        name for name in found if name.startswith("ingestion.demo") and "." not in name.removeprefix("ingestion.demo.")
    }
