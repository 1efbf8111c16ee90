"""`daybook up`: a booking reaches the published warehouse by itself; a dead pipeline stops nobody; Ctrl-C stops all."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.heavy, pytest.mark.alone, pytest.mark.timeout(600)]


@pytest.fixture
def up(demo_home, tmp_path, free_port):
    """A running `daybook up` on a copy of the demo: (process, the app's URL, the pipelines' URL, home)."""
    home = tmp_path / "home"
    shutil.copytree(demo_home, home)
    port, dagster_port = free_port(), free_port()
    environment = os.environ | {"DAYBOOK_HOME": str(home)}
    command = [sys.executable, "-m", "dashboards.cli", "up", "--port", str(port), "--dagster-port", str(dagster_port)]
    with (tmp_path / "up.log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_for(lambda: "Ctrl-C stops both" in (tmp_path / "up.log").read_text(), 180, process)
        yield process, f"http://127.0.0.1:{port}", f"http://127.0.0.1:{dagster_port}", home
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def wait_for(condition, seconds: float, process=None) -> float:
    """Seconds until the condition held."""
    began = time.monotonic()
    while not condition():
        assert process is None or process.poll() is None, "`daybook up` ended by itself"
        assert time.monotonic() - began < seconds, f"not within {seconds} s"
        time.sleep(0.5)
    return time.monotonic() - began


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def published_visits(home: Path) -> int:
    done = subprocess.run(
        [sys.executable, "-m", "dashboards.cli", "sql", "select count(*) as n from fct_appointments", "--format", "json"],
        env=os.environ | {"DAYBOOK_HOME": str(home)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return int(json.loads(done.stdout)[0]["n"])


def processes_of(home: Path) -> list[int]:
    """Processes whose environment names this data directory."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if f"DAYBOOK_HOME={home}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def test_a_booking_reaches_the_numbers_by_itself_and_ctrl_c_stops_all(up, sign_in):
    process, url, pipelines, home = up
    before = published_visits(home)
    # The pipelines come up beside the app; from then on nobody does anything.
    wait_for(lambda: answers(f"{pipelines}/server_info"), 120, process)
    desk = sign_in(url, "front_desk")
    desk.get_by_test_id("stSidebarNav").get_by_role("link", name="Book", exact=True).click()
    desk.get_by_placeholder("Name, phone or date of birth").fill("an")
    desk.locator("[class*='st-key-'][class*='pick']").first.get_by_role("button").click()
    expect(desk.get_by_role("button", name="Change")).to_be_visible()
    desk.wait_for_timeout(800)
    desk.get_by_role("radio", name=re.compile(r"^\d\d:\d\d$")).last.click()
    book = desk.get_by_role("button", name=re.compile("^Book")).last
    expect(book).to_be_enabled()
    book.click()
    expect(desk.get_by_text("Another visit for the same client")).to_be_visible()
    seconds = wait_for(lambda: published_visits(home) == before + 1, 60, process)
    print(f"booking → published: {seconds:.0f} s")

    # A dead pipeline stops nobody: the app answers, and the supervisor starts the pipeline again.
    for number in processes_of(home):
        arguments = Path(f"/proc/{number}/cmdline").read_bytes().decode(errors="ignore").split("\0")
        if any(argument.startswith("dagster") for argument in arguments):
            os.kill(number, signal.SIGKILL)
    with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:
        assert answer.status == 200
    desk.get_by_role("button", name="Book another client").click()
    expect(desk.get_by_placeholder("Name, phone or date of birth")).to_be_visible()
    assert process.poll() is None

    process.send_signal(signal.SIGINT)
    process.wait(60)
    wait_for(lambda: not processes_of(home), 20)
