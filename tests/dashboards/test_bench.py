"""`daybook bench`: its baselines do the same work, its ratios say what they claim, and scripts can read it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import closing

import pytest
from click.testing import CliRunner

from dashboards.bench import money, postgres, scheduling
from dashboards.bench.by_hand import run_by_hand
from dashboards.bench.ground import make_home
from dashboards.bench.measure import Measure, compare, percentile, run_laps
from dashboards.bench.raw import Duel
from dashboards.bench.visits import wishes
from dashboards.cli import bench as cli
from dashboards.cli.main import main
from practice.access.permissions import SYSTEM
from practice.billing.commands import charge_visit, take_payment
from practice.errors import Refusal
from practice.home import Home, open_record
from practice.scheduling.attendance import complete_visit
from practice.scheduling.commands import book_appointment, cancel_appointment

BOOKED = ("appointments", "attendees", "appointment_events", "claims", "slots", "changes", "audit_entries")
PAID = ("charges", "payments", "ledger_transactions", "postings", "changes", "audit_entries")


@pytest.fixture
def duel(record, house, clock, tmp_path):
    """The furnished practice twice, with the tests' clock."""
    home = Home(tmp_path / "home")
    home.create()
    with record.standing_still():
        shutil.copyfile(record.path, home.record)
    made = Duel(home, tmp_path / "duel")
    made.record.clock = clock
    yield made
    made.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A small demo practice, for reading and copying."""
    return make_home(tmp_path_factory.mktemp("bench") / "demo", "small")


def both(duel, table):
    """A table's rows, ours and theirs."""
    sql = f"select * from {table} order by all"
    with duel.record.read() as reader:
        ours = reader.cursor.execute(sql).fetchall()
    return ours, duel.theirs.execute(sql).fetchall()


def booking(duel, house, wall_start, client=None):
    return lambda: duel.record.run(
        book_appointment, SYSTEM, client_id=client or house.ada, provider_id=house.moss, service_id=house.visit,
        location_id=house.location, wall_start=wall_start,
    )  # fmt: skip


# The baselines


@pytest.mark.parametrize("threads", [1, 4])
def test_raw_inserts_leave_exactly_the_rows_that_the_bookings_left(duel, house, threads):
    calls = [booking(duel, house, f"2026-03-0{day}T{hour}:00") for day in (3, 4) for hour in ("10", "12", "14")]
    ours, theirs = duel.round(calls, threads)
    assert (len(ours.each), len(theirs.each), ours.refused) == (6, 6, 0)
    for table in BOOKED:
        commands, raw = both(duel, table)
        assert commands == raw, table
        assert commands


def test_raw_inserts_leave_exactly_the_rows_that_charges_and_payments_left(duel, house, clock):
    booked = booking(duel, house, "2026-03-03T10:00")()
    clock.to("2026-03-03T20:00")
    duel.follow(lambda: duel.record.run(complete_visit, SYSTEM, attendee_id=booked["attendee_id"]))
    duel.round([lambda: duel.record.run(charge_visit, SYSTEM, attendee_id=booked["attendee_id"])])
    pay = {"party": f"client:{house.ada}", "amount_minor": 50_00, "method": "card", "location_id": house.location}
    duel.round([lambda: duel.record.run(take_payment, SYSTEM, **pay)])
    for table in PAID:
        commands, raw = both(duel, table)
        assert commands == raw, table
        assert commands


def test_a_refused_booking_is_counted_and_has_nothing_to_insert(duel, house):
    twice = [booking(duel, house, "2026-03-03T10:00"), booking(duel, house, "2026-03-03T10:00", house.ben)]
    ours, theirs = duel.round(twice)
    assert (len(ours.each), ours.refused, len(theirs.each)) == (1, 1, 1)


def test_a_command_that_changes_rows_is_not_passed_off_as_inserts(duel, house):
    booked = booking(duel, house, "2026-03-03T10:00")()
    with pytest.raises(RuntimeError, match="changed a row"):
        duel.round([
            lambda: duel.record.run(
                cancel_appointment, SYSTEM, reason="ill", appointment_id=booked["appointment_id"], cancelled_by="client"
            )
        ])  # fmt: skip


def test_the_sql_by_hand_builds_what_dbt_compiled_and_runs_its_tests(tmp_path):
    def node(kind, name, **config):
        relation = f'"warehouse"."marts"."{name}"' if kind == "model" else None
        return {"resource_type": kind, "schema": "marts", "relation_name": relation,
                "config": {"materialized": "table"} | config}  # fmt: skip

    nodes = {
        "model.visits": (node("model", "visits"), "select range as n from range(3)"),
        "model.late": (node("model", "late", materialized="view"), "select * from marts.visits where n > 1"),
        "model.since": (
            node("model", "since", materialized="table_function", parameters=["first"]),
            "select * from marts.visits where n >= first",
        ),
        "test.few": (node("test", "few"), "select * from marts.since(0) where n > 9 -- none"),
    }
    results = [{"unique_id": key, "compiled_code": sql} for key, (_, sql) in nodes.items()]
    results.append({"unique_id": "exposure.page", "compiled_code": None})
    (tmp_path / "manifest.json").write_text(json.dumps({"nodes": {key: about for key, (about, _) in nodes.items()}}))
    (tmp_path / "run_results.json").write_text(json.dumps({"results": results}))
    for _ in range(2):  # a second run starts from nothing again
        hand = run_by_hand(tmp_path, tmp_path)
        assert (hand.models, hand.tests) == (3, 1)
        assert min(hand.models_seconds, hand.tests_seconds) > 0


# The figures


def test_a_ratio_is_of_times_whether_seconds_or_rates_were_measured():
    slower = compare("a", "seconds", "s", [4.0, 6.0, 9.0], "by hand", [2.0, 2.0, 3.0]).baseline
    assert (slower.value, slower.times, slower.low, slower.high) == (2.0, 3.0, 2.0, 3.0)
    slower = compare("a", "rate", "per second", [50.0], "raw", [200.0], is_rate=True).baseline
    assert slower.times == 4.0


def test_percentiles_are_values_that_occurred():
    values = [float(one) for one in range(1, 101)]
    assert [percentile(values, share) for share in (0, 0.5, 0.99, 1)] == [1, 51, 99, 100]
    assert percentile([7.0], 0.99) == 7.0


def test_laps_count_refusals_and_let_faults_through():
    def refuse():
        raise Refusal("That time is taken; choose another.")

    laps = run_laps([refuse, lambda: None, lambda: None])
    assert (len(laps.each), laps.refused) == (2, 1)
    assert laps.rate == pytest.approx(2 / laps.seconds)
    with pytest.raises(ZeroDivisionError):
        run_laps([lambda: 1 / 0] * 2, threads=2)


def test_wishes_of_one_provider_never_touch_and_are_the_same_each_time(demo):
    with closing(open_record(demo)) as record, record.read() as reader:
        found = wishes(reader, 200)
        assert found == wishes(reader, 200)
    assert len(found) == 200
    assert len({(wish["provider_id"], wish["wall_start"]) for wish in found}) == 200


@pytest.mark.parametrize("area", [scheduling, money])
def test_an_area_compares_each_rate_with_raw_inserts_and_leaves_the_demo_as_it_was(area, demo, monkeypatch):
    monkeypatch.setattr(scheduling, "ROUNDS", 1)
    monkeypatch.setattr(scheduling, "BOOKINGS", {1: 4, 16: 8})
    monkeypatch.setattr(scheduling, "WARM_UP", 1)
    monkeypatch.setattr(scheduling, "QUESTIONS", 3)
    monkeypatch.setattr(money, "ROUNDS", 1)
    monkeypatch.setattr(money, "VISITS", 3)
    monkeypatch.setattr(money, "ASKED", 1)
    monkeypatch.setattr(money, "CLAIMS", 20)
    monkeypatch.setattr(money, "PAPERS", 3)
    before = demo.record.stat()  # reading it may change when it was read, and nothing else
    said = []
    found = area.measure(demo, said.append)
    assert said, "whoever waits is told what is being done"
    rates = [one for one in found if one.unit == "per second"]
    assert rates
    for one in rates:
        assert one.value > 0
        assert one.baseline.name in ("raw inserts", "PostgreSQL")
        assert one.baseline.low <= one.baseline.times <= one.baseline.high
    after = demo.record.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)


# The command line


@pytest.fixture
def measured(monkeypatch):
    """What the areas would find, without measuring: the command line's own work."""
    found = [
        compare(
            "scheduling",
            "bookings, 1 thread",
            "per second",
            [100.0, 110.0],
            "raw inserts",
            [300.0, 220.0],
            is_rate=True,
        ),
        Measure("scheduling", "bookings refused", 0, ""),
    ]
    asked = []
    monkeypatch.setattr(cli, "run", lambda areas, size, folder: asked.append((areas, size)) or found)
    return asked


def test_a_script_gets_one_json_object_with_the_machine_it_ran_on(measured):
    result = CliRunner().invoke(main, ["bench", "all", "--size", "medium", "--json"])
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert measured == [(cli.AREAS, "medium")]
    assert answer["size"] == "medium"
    assert {"cores", "python", "duckdb", "load_average"} <= set(answer["machine"])
    bookings = answer["measures"][0]
    assert bookings["value"] == 105.0
    assert bookings["baseline"] == {"name": "raw inserts", "value": 260.0, "times": 2.5, "low": 2.0, "high": 3.0}


def test_a_person_gets_a_table_that_names_the_baseline(measured):
    result = CliRunner().invoke(main, ["bench", "scheduling"])
    assert result.exit_code == 0, result.output
    assert measured == [(("scheduling",), "small")]
    line = next(line for line in result.stdout.splitlines() if "bookings, 1 thread" in line)
    assert "2.50 (2–3)" in line
    assert "raw inserts" in line
    assert "small demo; cores" in result.stdout


def test_an_area_that_is_none_is_wrong_usage():
    result = CliRunner().invoke(main, ["bench", "coffee"])
    assert result.exit_code == 2
    assert "scheduling" in result.stderr


@pytest.mark.long
@pytest.mark.timeout(900)
def test_every_area_can_be_measured_on_the_small_demo(tmp_path):
    command = [sys.executable, "-m", "dashboards.cli", "bench", "all", "--json"]
    done = subprocess.run(command, cwd=tmp_path, env=os.environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    compared = {one["area"] for one in answer["measures"] if one["baseline"]}
    assert compared == {"demo", *cli.AREAS}
    assert "measuring dashboard" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == [], "everything was made elsewhere, and is gone"


@pytest.mark.skipif(postgres.binaries() is None, reason="PostgreSQL is not on this machine (package postgresql)")
def test_postgresql_gets_the_same_bookings_and_refuses_an_overlap_itself(duel, house, tmp_path):
    import psycopg

    duel.round([booking(duel, house, "2026-03-03T10:00")])
    first = duel.last
    tmp_path.chmod(0o755)
    for parent in list(tmp_path.parents)[:3]:
        parent.chmod(0o755)
    with postgres.server(tmp_path / "postgres") as address, duel.record.read() as reader:
        twin = postgres.Twin(address, reader)
        try:
            assert twin.guarded() == reader.value("select count(*) from claims") > 0
            duel.round([booking(duel, house, "2026-03-03T12:00", house.ben)])
            assert len(twin.replay(duel.last, 2).each) == 1
            claim = next(one for one in first[0] if one[0].startswith("insert into claims"))
            width = claim[0].partition(")")[0].count("?")
            again = (
                claim[0],
                [f"new-{value}" if number % width == 0 else value for number, value in enumerate(claim[1])],
            )
            with pytest.raises(psycopg.errors.ExclusionViolation):
                twin.replay([[again]], 1)
        finally:
            twin.close()
