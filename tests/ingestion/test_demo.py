"""The demo practice: the same each time, alive on its day, within the laws, and as it was planted."""

from __future__ import annotations

import ast
import uuid
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from ingestion.demo.columns import Zones, day_number, uuid7_texts
from ingestion.demo.make import DEMO_TODAY, make_demo
from ingestion.demo.sizes import DEMO_PASSWORD, DEMO_USERS, PLACES
from practice.access.sign_in import session_actor, sign_in
from practice.clock import to_instant
from practice.errors import Refusal
from practice.home import Home
from practice.ids import uuid7
from practice.store.tables import TABLES

ROOT = Path(__file__).parents[2]
LEDGER_ORDER = (
    "list_position(['charge', 'void_charge', 'payment', 'deallocation', 'adjustment', 'transfer', 'allocation',"
    " 'refund'], t.kind)"
)


# --- the same each time ----------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_tables_and_the_same_audit_trail(demo, make_another, tmp_path):
    again, _, counts = make_another(tmp_path / "again")
    tables = {**TABLES, "audit_entries": None, "changes": None, "accounts": None}
    assert counts == demo.counts
    with demo.record.read() as one, again.read() as other:
        for table in tables:
            sql = f"select * from {table} order by all"
            assert one.cursor.execute(sql).fetchall() == other.cursor.execute(sql).fetchall(), table
    again.close()


def test_another_seed_gives_another_practice(demo, make_another, tmp_path):
    other, _, counts = make_another(tmp_path / "other", seed=7)
    with other.read() as reader:
        names = reader.value("select string_agg(given_name, ',' order by client_id) from clients")
    assert counts["attendees"] != demo.counts["attendees"]
    assert names != demo.value("select string_agg(given_name, ',' order by client_id) from clients")
    other.close()


def test_a_record_that_holds_something_is_not_mixed_with_the_demo(demo):
    with pytest.raises(Refusal, match="not empty"):
        make_demo(demo.record, demo.home, "small", DEMO_TODAY)


def test_an_unknown_size_is_refused_in_one_sentence(record, tmp_path):
    with pytest.raises(Refusal, match="small, medium or large"):
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
    assert demo.value("select count(*) from locations") == 1
    assert demo.value("select count(*) from providers") == 4
    assert 2_100 <= demo.counts["attendees"] <= 3_000


def test_today_is_alive_and_so_are_the_weeks_ahead(demo):
    today = {
        row["status"]: row["n"]
        for row in demo.rows(
            "select t.status, count(*) n from attendees t join appointments using (appointment_id)"
            " where start_date = ? group by all",
            DEMO_TODAY,
        )
    }
    assert today["scheduled"] >= 8
    assert today.get("completed", 0) + today.get("in_session", 0) + today.get("arrived", 0) >= 3
    ahead = demo.value("select count(*) from appointments where start_date > ? and status = 'scheduled'", DEMO_TODAY)
    assert ahead >= 100
    assert demo.value("select max(start_date) from appointments") > date(2026, 12, 14)
    assert demo.value("select count(*) from attendees where confirmed_at is not null and status = 'scheduled'") >= 5


def test_some_clients_have_a_weekly_series_one_of_them_ends_soon_and_some_wait(demo):
    series = demo.rows("select * from series order by last_date")
    assert len(series) == demo.counts["series"] == 4
    assert (series[0]["last_date"] - DEMO_TODAY).days < 60
    clash = "select count(*) from series_exceptions where kind = 'skipped'"
    assert demo.value(clash) > 0  # a holiday, or somebody else's visit, left a week out
    waiting = demo.rows("select * from waitlist_entries")
    assert len(waiting) == demo.counts["waitlist_entries"] == 7
    assert {row["urgency"] for row in waiting} == {1, 2, 3}
    assert 0 < sum(row["fallback_appointment_id"] is not None for row in waiting) < len(waiting)


def test_nothing_is_known_before_it_could_be(demo):
    now = demo.value("select max(happened_at) from audit_entries")
    for table in ("attendees", "appointments", "appointment_events", "charges", "postings", "changes"):
        assert demo.value(f"select max(known_at) from {table}") <= now
    early = demo.value("select count(*) from changes where known_at < ?", datetime(2026, 9, 1))
    assert early > demo.value("select count(*) from changes") / 3
    assert not demo.value(
        "select count(*) from attendees a join clients using (client_id) where booked_at < created_at"
    )


def test_demo_people_sign_in_and_own_their_role(living_demo):
    for user in DEMO_USERS:
        session = session_actor(living_demo.record, sign_in(living_demo.record, user.email, DEMO_PASSWORD))
        assert session.actor.role == user.role
        assert bool(session.actor.provider_id) == (user.role == "provider")


def test_people_are_invented(demo):
    assert not demo.value("select count(*) from clients where phone not like '+1 555 01%'")
    assert not demo.value("select count(*) from clients where email not like '%@example.com'")
    children = "from clients where guarantor_client_id is not null"
    assert demo.value(f"select count(*) {children}") > 20
    assert not demo.value(f"select count(*) {children} and birth_date < ?", date(2007, 1, 1))


def test_opening_it_again_starts_its_day_at_half_past_nine(living_demo):
    # The whole module may have passed since; the demo's clock runs on from half past nine.
    assert 0 <= (living_demo.record.clock() - datetime(2026, 11, 20, 14, 30, tzinfo=UTC)).total_seconds() < 3_600


# --- who may know it --------------------------------------------------------------------------------------------------


def test_only_init_the_sign_in_page_and_the_benchmarks_know_the_generator():
    allowed = {
        "dashboards/cli/init.py": {"ingestion.demo.make"},
        "dashboards/http/sign_in.py": {"ingestion.demo.sizes"},
        # A benchmark needs a practice to measure, and somebody to sign in.
        "dashboards/bench/ground.py": {"ingestion.demo.make"},
        "dashboards/bench/pages.py": {"ingestion.demo.sizes"},
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
