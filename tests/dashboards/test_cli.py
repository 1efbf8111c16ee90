"""The command line: done is 0, refused is 1 with one line on stderr, wrong usage is 2; never a traceback."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from dashboards import operations
from dashboards.cli.main import main
from practice.access.permissions import SYSTEM
from practice.billing.schedules import add_schedule
from practice.home import Home, open_record
from practice.insurance.folders import put
from practice.people.commands import add_location, add_payer
from tests.dashboards.published import publish, refuse
from tests.practice.insurance.remits import claim, line, remit
from tests.practice.insurance.test_acknowledgements import of_set

PASSWORD = "four quiet herons wade"


@pytest.fixture(scope="session")
def furnished(tmp_path_factory):
    """A data directory with an empty practice and an owner, made once and copied for each test."""
    path = tmp_path_factory.mktemp("practice") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAYBOOK_HOME", str(path))
        run = command_line(path)
        assert "guided set-up" in done(run("init"))
        done(add(run))
    return path


def command_line(path):
    """`run("user", "list")` does it and answers click's result."""

    def run(*arguments, input=None):
        return CliRunner().invoke(main, [str(argument) for argument in arguments], input=input)

    run.home = Home(path)
    return run


@pytest.fixture
def daybook(tmp_path, monkeypatch):
    """The command line over a data directory that does not exist yet."""
    monkeypatch.setenv("DAYBOOK_HOME", str(tmp_path / "home"))
    return command_line(tmp_path / "home")


@pytest.fixture
def practice(daybook, furnished):
    """The command line over an empty practice with an owner."""
    shutil.copytree(furnished, daybook.home.path)
    return daybook


@pytest.fixture
def analyst(practice):
    """A practice whose numbers have been published."""
    publish(practice.home)
    return practice


def add(daybook, email="ines@elm.example", role="owner", password=PASSWORD):
    arguments = ["--email", email, "--name", "Ines Moss", "--role", role, "--password-stdin"]
    return daybook("user", "add", *arguments, input=password + "\n")


def done(result):
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    return result.stdout


def refused(result):
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert "Traceback" not in result.output
    return lines[0]


# The data directory


def test_init_makes_a_practice_once(practice):
    assert "There is a practice in" in refused(practice("init"))


def test_the_data_directory_is_its_owners_alone(practice):
    assert practice.home.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "command",
    [
        ["status"], ["user", "list"], ["user", "disable", "a@b.example"], ["audit", "verify"], ["backup", "copy"],
        ["serve"], ["up"], ["refresh"], ["import", "some_format", __file__],
    ],
)  # fmt: skip
def test_without_a_practice_a_command_says_how_to_make_one(daybook, command):
    assert "daybook init" in refused(daybook(*command))
    assert not daybook.home.path.exists(), "a refused command leaves nothing behind"


@pytest.mark.parametrize("command", [["sql", "select 1"], ["metric", "charged"], ["check"]])
def test_without_a_warehouse_a_command_says_how_to_make_one(practice, command):
    assert "daybook refresh" in refused(practice(*command))


@pytest.mark.parametrize(
    "command",
    [
        ["fly"], ["init", "--demo", "huge"], ["init", "--today", "2026-01-01"], ["init", "--demo", "small", "--today", "soon"],
        ["user", "add"], ["sql"], ["sql", "select 1", "--format", "xml"], ["metric", "charged", "--from", "yesterday"],
        ["serve", "--port", "99999999"], ["restore", "/nowhere/at/all"], ["import", "x", "/nowhere/at/all"],
    ],
)  # fmt: skip
def test_wrong_usage_is_told_apart_from_a_refusal(daybook, command):
    result = daybook(*command)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


@pytest.mark.parametrize("command", [[], ["init"], ["serve"], ["user", "add"], ["metric"], ["import"], ["restore"]])
def test_help_is_everywhere(daybook, command):
    assert "Usage:" in done(daybook(*command, "--help"))


# Users


def test_users_are_added_listed_and_disabled(practice):
    assert "may sign in" in done(add(practice, "Desk@elm.example", "front_desk"))
    listed = done(practice("user", "list")).splitlines()
    assert [line.split()[:3] for line in listed] == [
        ["ines@elm.example", "owner", "active"],
        ["desk@elm.example", "front_desk", "active"],
    ]
    done(practice("user", "disable", "DESK@elm.example"))
    assert "disabled" in done(practice("user", "list"))


def test_a_password_is_asked_for_twice_and_never_shown(practice):
    arguments = ["user", "add", "--email", "bo@elm.example", "--name", "Bo", "--role", "analyst"]
    result = practice(*arguments, input=f"{PASSWORD}\n{PASSWORD}\n")
    assert PASSWORD not in done(result)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"password": "short"}, "too short"),
        ({"password": ""}, "too short"),
        ({"role": "king"}, "must be one of owner"),
        ({"email": "nobody"}, "not an e-mail address"),
        ({"email": "ines@elm.example"}, "already"),
        ({"role": "provider"}, "which provider"),
    ],
)
def test_a_user_who_cannot_be_is_refused(practice, changes, sentence):
    told = refused(add(practice, **({"email": "new@elm.example", "role": "analyst"} | changes)))
    assert sentence in told
    assert changes.get("password") or PASSWORD not in told


def test_somebody_unknown_and_the_last_owner_cannot_be_disabled(practice):
    assert "user list" in refused(practice("user", "disable", "nobody@elm.example"))
    assert "last active owner" in refused(practice("user", "disable", "ines@elm.example"))


# The record: audit, backup, status


def test_the_audit_trail_verifies(practice):
    assert "whole and unchanged" in done(practice("audit", "verify"))


def test_an_edited_audit_trail_is_found(practice):
    with duckdb.connect(str(practice.home.record)) as file:
        file.execute("drop trigger audit_is_never_changed on audit_entries")
        file.execute("update audit_entries set actor_id = 'somebody else' where seq = 1")
    assert "findings" in refused(practice("audit", "verify"))


def test_a_backup_comes_back(practice, tmp_path):
    copy = tmp_path / "copy"
    assert str(copy) in done(practice("backup", copy))
    assert "exists already" in refused(practice("backup", copy))
    done(add(practice, "late@elm.example", "analyst"))
    assert "--force" in refused(practice("restore", copy))
    done(practice("restore", copy, "--force"))
    assert "late@elm.example" not in done(practice("user", "list"))


def test_status_says_where_everything_stands(practice):
    publish(practice.home, feed_seq=0)
    refuse(practice.home, "The ledger does not balance.")
    facts = json.loads(done(practice("status", "--json")))
    assert facts["app"] is None
    assert facts["audit_seq"] == 1
    assert facts["last_attempt"] == "refused"
    assert facts["failed_checks"] == ["The ledger does not balance."]
    assert "The ledger does not balance." in done(practice("status"))


def test_a_failure_that_nobody_foresaw_is_one_line_without_data(practice, monkeypatch):
    def fail(home, record):
        raise KeyError("Ada Birch")

    monkeypatch.setitem(operations.OPERATIONS, "list_users", fail)
    told = refused(practice("user", "list"))
    assert "KeyError" in told
    log = (practice.home.logs / "failures.log").read_text()
    assert "test_cli.py" in log
    assert "Ada Birch" not in told + log


# Numbers


def test_sql_answers_in_each_format(analyst):
    query = "select outcome, count(*) as visits from marts.fct_appointments group by 1 order by 1"
    table = done(analyst("sql", query))
    assert "completed  2" in table
    assert "(2 rows)" in table
    rows = list(csv.reader(io.StringIO(done(analyst("sql", query, "--format", "csv")))))
    assert rows == [["outcome", "visits"], ["completed", "2"], ["no_show", "1"]]
    assert json.loads(done(analyst("sql", query, "--format", "json"))) == [
        {"outcome": "completed", "visits": 2},
        {"outcome": "no_show", "visits": 1},
    ]


def test_sql_with_two_columns_of_one_name_keeps_both(analyst):
    assert len(json.loads(done(analyst("sql", "select 1 as a, 2 as a", "--format", "json")))[0]) == 2


@pytest.mark.parametrize(
    "query",
    ["select nothing from nowhere", "select * from read_csv('/etc/passwd')", "copy metric_daily to '/tmp/x.csv'"],
)
def test_sql_that_fails_is_one_clear_line(analyst, query):
    assert refused(analyst("sql", query))


def test_a_metric_has_its_parts_and_its_band(analyst):
    asked = ["metric", "no_show_rate_due", "--to", "2026-03-02", "--format", "json"]
    rows = json.loads(done(analyst(*asked)))
    assert rows == [
        {"metric": "no_show_rate_due", "numerator": 1, "denominator": 3, "value": 1 / 3, "low": 0.25, "high": 0.5,
         "unit": "ratio"}
    ]  # fmt: skip


def test_a_metric_is_sliced_by_several_dimensions_in_each_format(analyst):
    asked = ["metric", "charged", "--by", "provider,day", "--to", "2026-03-02"]
    rows = list(csv.DictReader(io.StringIO(done(analyst(*asked, "--format", "csv")))))
    assert [(row["provider_id"], row["day"], row["value"]) for row in rows] == [
        ("prov-moss", "2026-02-28", "6000"),
        ("prov-moss", "2026-03-01", "15000"),
    ]
    assert "(2 rows)" in done(analyst(*asked))
    assert done(analyst("metric", "charged", "--by", "provider", "--by", "day", "--to", "2026-03-02"))


def test_a_rate_of_nothing_is_empty_and_not_zero(analyst):
    asked = ["metric", "no_show_rate_due", "--from", "2020-01-01", "--to", "2020-01-31", "--format", "json"]
    assert json.loads(done(analyst(*asked)))[0]["value"] is None


def test_an_unknown_metric_or_dimension_says_what_would_be_right(analyst):
    assert "no_show_rate_due" in refused(analyst("metric", "no_show_rate"))
    assert "location" in refused(analyst("metric", "charged", "--by", "planet"))


# Processes


def test_a_port_in_use_is_one_sentence(practice):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = refused(practice("serve", "--port", port))
        assert f"Port {port} for the app is in use" in told
        assert "--port" in told
        assert "--dagster-port" in refused(practice("up", "--port", free_port(), "--dagster-port", port))


def test_an_address_of_another_machine_is_refused(practice):
    assert "cannot listen" in refused(practice("serve", "--host", "203.0.113.1", "--port", free_port()))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_the_real_program_ends_with_one_line_and_without_a_traceback(tmp_path):
    environment = os.environ | {"DAYBOOK_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "dashboards.cli", "status"]
    result = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    assert not Path(tmp_path / "home").exists()


def test_the_books_of_a_practice_without_a_posting_are_empty_and_balance(practice, tmp_path):
    asked = ("--from", "2026-03-01", "--to", "2026-03-31", "--for", "xero")
    assert done(practice("books", "journal", *asked)).startswith("*Narration,*Date,Description,*AccountCode")
    assert "xero-cash-2026-03-01-2026-03-31-1.csv" in done(
        practice("books", "journal", "--basis", "cash", *asked, "--into", tmp_path / "out")
    )
    assert list((tmp_path / "out").iterdir())
    assert "Sum" in done(practice("books", "trial", "--as-of", "2026-03-31"))
    assert done(practice("books", "trial", "--as-of", "2026-03-31", "--format", "json")).strip() == "[]"


def test_what_waits_in_the_folder_is_taken_and_what_is_refused_is_said(practice):
    assert "Nothing waits" in done(practice("remit"))
    folder = practice.home.remittances_in
    put(folder, "letter.txt", "Dear practice, IEA")
    put(folder, "ack.999", of_set("A", number=77))
    taken = practice("remit")
    assert taken.exit_code == 1
    assert "letter.txt: A remittance is an X12 835" in taken.stderr
    assert "1 unknown" in taken.stdout
    assert [file.name for file in (folder / "done").iterdir()] == ["ack.999"]
    assert practice("remit", "--payer", "Harbor Health").exit_code == 2


def test_a_remittance_is_refused_without_its_payer_then_posted_once(practice, tmp_path):
    with closing(open_record(practice.home)) as record:
        record.run(add_location, SYSTEM, name="Elm Street", zone="America/New_York")
        record.run(add_payer, SYSTEM, name="Harbor Health", kind="commercial")
    file = tmp_path / "one.835"
    lines = line("90834", 150_00, 90_00, cas=["CO*45*60.00"])
    file.write_text(remit(claim("77", 150_00, 90_00, lines), paid=90_00, payer="HARBOR HLTH"))
    refused = practice("remit", file)
    assert (refused.exit_code, "say which payer" in refused.stderr) == (1, True)
    assert "No payer is called" in practice("remit", file, "--payer", "Nobody").stderr
    assert "1 claims, 0 posted, 1 unmatched" in done(practice("remit", file, "--payer", "Harbor Health"))
    assert "It was read before" in done(practice("remit", file))


def test_what_is_made_by_itself_is_made_once(practice):
    assert "Nothing is due." in done(practice("run-documents"))
    with closing(open_record(practice.home)) as record:
        record.run(add_schedule, SYSTEM, kind="invoices", rhythm="daily", at_hour=0)
    assert "0 issued" in done(practice("run-documents"))
    assert "Nothing is due." in done(practice("run-documents"))
