"""While the app holds the record the command line goes through its socket; when it is gone, through the file."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest
from click.testing import CliRunner

from dashboards import control
from dashboards.cli.main import main
from dashboards.cli.run import running
from practice.access.permissions import SYSTEM
from practice.access.users import create_user
from practice.errors import Refusal
from practice.home import Home, open_record
from practice.store.record import Record

HEALTHY_WITHIN = 60
OWNER = {"email": "ines@elm.example", "name": "Ines Moss", "role": "owner", "password": "four quiet herons wade"}


@contextmanager
def app_process(home):
    """`daybook serve` on a free port until the block ends; yields the process, its `url` and its first words."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "dashboards.cli", "serve", "--port", str(port)]
    log = (home.path / "app.log").open("w+")
    environment = os.environ | {"DAYBOOK_HOME": str(home.path)}
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    process.url = f"http://127.0.0.1:{port}"
    try:
        _wait(process, log)
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(20)
        log.close()


def _wait(process, log):
    limit = time.monotonic() + HEALTHY_WITHIN
    while time.monotonic() < limit:
        if process.poll() is not None:
            log.seek(0)
            pytest.fail(f"the app ended with {process.returncode}: {log.read()[-2000:]}")
        try:
            with urllib.request.urlopen(process.url + "/healthz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the app did not become healthy")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A data directory whose path is longer than a socket's may be, with a practice that nobody has set up."""
    path = tmp_path_factory.mktemp("long") / ("a-data-directory-with-quite-a-long-name-" * 3) / "home"
    made = Home(path)
    made.create()
    Record(made.record).close()
    return made


@pytest.fixture(scope="module")
def app(home):
    with app_process(home) as process:
        yield process


@pytest.fixture
def daybook(home, app, monkeypatch):
    """`daybook("status")` runs the command beside the running app."""
    monkeypatch.setenv("DAYBOOK_HOME", str(home.path))
    return lambda *arguments, **options: CliRunner().invoke(main, list(arguments), **options)


def test_the_app_says_its_set_up_code_where_it_was_started(home, app):
    assert (home.path / "setup.code").read_text() in (home.path / "app.log").read_text()


def test_the_door_of_the_real_app_is_closed(app):
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    with pytest.raises(urllib.error.HTTPError) as told:
        urllib.request.build_opener(Stay).open(app.url + "/today?x=1")
    with told.value as answer:
        assert (answer.code, answer.headers["location"]) == (303, "/login?next=/today%3Fx%3D1")
    with pytest.raises(urllib.error.HTTPError) as told:
        urllib.request.urlopen(app.url + "/_stcore/host-config")
    with told.value as answer:
        assert answer.code == 401


def test_the_files_own_door_is_closed_while_the_app_has_it(home, app):
    with pytest.raises(Refusal, match="Another process has this practice's record open"):
        open_record(home)


def test_only_the_data_directorys_owner_reaches_the_socket(home, app):
    assert stat.S_IMODE(home.socket.stat().st_mode) == 0o600


def test_everything_that_needs_the_record_goes_through_the_app(daybook, home, app, tmp_path):
    arguments = ["--email", "bo@elm.example", "--name", "Bo", "--role", "owner", "--password-stdin"]
    added = daybook("user", "add", *arguments, input=OWNER["password"] + "\n")
    assert added.exit_code == 0, added.stderr
    assert "bo@elm.example" in daybook("user", "list").stdout
    facts = json.loads(daybook("status", "--json").stdout)
    assert facts["app"] == app.url
    assert "whole and unchanged" in daybook("audit", "verify").stdout
    assert daybook("backup", str(tmp_path / "copy")).exit_code == 0
    assert (tmp_path / "copy" / "record.duckdb").exists()


def test_a_refusal_inside_the_app_is_the_command_lines_refusal(daybook):
    result = daybook("user", "disable", "nobody@elm.example")
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert "Nobody has that e-mail address" in result.stderr


def test_a_second_app_on_the_same_practice_is_refused(daybook):
    assert "runs already" in daybook("serve").stderr


def test_a_running_app_is_not_restored_under_its_feet(daybook, tmp_path):
    assert "Stop the app first" in daybook("restore", str(tmp_path), "--force").stderr


def test_an_app_that_was_killed_blocks_nobody_and_one_that_stops_leaves_nothing(tmp_path):
    home = furnished(tmp_path)
    with app_process(home) as process:
        assert running(home)["pid"] == process.pid
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert home.socket.exists(), "a killed process cannot clean up"
    assert running(home) is None
    assert [row["email"] for row in control.call(home, "list_users")] == [OWNER["email"]]
    with app_process(home) as process:
        assert running(home)["pid"] == process.pid
    assert process.returncode == 0
    assert not home.socket.exists()
    assert not home.app_address.exists()


def furnished(tmp_path):
    """A practice with an owner."""
    home = Home(tmp_path / "home")
    home.create()
    record = Record(home.record)
    create_user(record, SYSTEM, **OWNER)
    record.close()
    return home


def test_a_failure_inside_the_app_is_told_without_data(tmp_path, record, monkeypatch):
    def fail(home, record, **fields):
        raise ValueError(f"about {fields['email']}")

    monkeypatch.setitem(control.OPERATIONS, "disable_user", fail)
    home = Home(tmp_path / "home")
    home.create()
    stop = control.listen(home, record)
    try:
        with pytest.raises(Refusal, match="ValueError") as told:
            control.call(home, "disable_user", email="ada@birch.example")
    finally:
        stop()
    assert "ada@birch.example" not in str(told.value)


@pytest.mark.parametrize("line", [b"\n", b"not json\n", b'{"operation": "drop_everything", "parameters": {}}\n'])
def test_nonsense_on_the_socket_is_answered_and_harms_nothing(tmp_path, record, line):
    home = Home(tmp_path / "home")
    home.create()
    stop = control.listen(home, record)
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(home.socket))
            connection.sendall(line)
            assert "refusal" in json.loads(connection.makefile().readline())
        assert control.call(home, "list_users") == []
    finally:
        stop()
