"""A place comes free, is offered, and is taken from a telephone: the calendar shows it, and the later visit has moved."""

from __future__ import annotations

import re
import shutil
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from practice.access.permissions import SYSTEM
from practice.home import Home, open_record
from practice.messages.settings import set_messages
from practice.people.commands import change_client
from practice.waitlist.entries import add_waitlist_entry, withdraw_waitlist_entry
from tests.journeys.axe import shuts_out

pytestmark = pytest.mark.browser

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)  # half past nine in New York
VISITS = """
select a.*, t.client_id, c.given_name || ' ' || c.family_name as client_name from appointments a
join attendees t using (appointment_id) join clients c using (client_id)
where a.status = 'scheduled' and t.status = 'scheduled' and a.capacity = 1 and a.starts_at > ? order by a.starts_at
"""


@pytest.fixture
def waiting(demo_home, tmp_path, serving, free_port):
    """The served demo, in which somebody with a later visit waits for an earlier one of the same service."""
    home, clock_file = tmp_path / "home", tmp_path / "clock"
    shutil.copytree(demo_home, home)
    clock_file.write_text("2026-11-20T14:30")
    record = open_record(Home(home))
    record.clock = lambda: NOW
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with record.read() as reader:
        coming = reader.rows(VISITS, NOW)
    today = [row for row in coming if row["start_date"] == coming[0]["start_date"]]
    leaving, later = next(
        (one, other)
        for one in today[-4:]
        for other in coming
        if other["start_date"] > one["start_date"] and other["service_id"] == one["service_id"]
        and other["duration_minutes"] <= one["duration_minutes"] and other["location_id"] == one["location_id"]
        and not any(row["client_id"] == other["client_id"] for row in today)
    )  # fmt: skip
    with record.read() as reader:
        others = reader.rows("select waitlist_entry_id from waitlist_entries where status = 'waiting'")
    for other in others:  # the demo's own: this story is of one who waits
        record.run(withdraw_waitlist_entry, SYSTEM, **other)
    record.run(set_messages, SYSTEM, is_on=True, public_url=url)
    record.run(change_client, SYSTEM, client_id=later["client_id"], email="waits@birch.example")
    record.run(
        add_waitlist_entry, SYSTEM, client_id=later["client_id"], service_id=later["service_id"], notice_minutes=0,
        fallback_appointment_id=later["appointment_id"],
    )  # fmt: skip
    record.close()
    command = [sys.executable, str(Path(__file__).with_name("serve_at.py")), str(port), str(clock_file)]
    with serving(command, port, health="/healthz", env={"DAYBOOK_HOME": str(home)}):
        yield SimpleNamespace(url=url, home=home, leaving=leaving, later=later)


def idle(page: Page) -> None:
    page.wait_for_timeout(250)
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def link_in_the_mail(home: Path) -> str:
    """What the waiting client got, once it has left the outbox (no server is set up, so it is written to a file)."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for file in (home / "outbox").glob("*.eml"):
            found = re.search(r"http://\S+/offer/[\w-]+", file.read_text())
            if found:
                return found[0]
        time.sleep(0.3)
    raise AssertionError("no offer left the outbox")


def test_a_cancelled_place_goes_to_whoever_waits_and_their_later_visit_moves(waiting, sign_in, open_page):
    leaving, later = waiting.leaving, waiting.later
    desk = sign_in(waiting.url, "front_desk")
    desk.locator("article", has_text=leaving["client_name"]).first.click()
    drawer = desk.get_by_role("dialog")
    drawer.get_by_text("Cancel the visit").first.click()
    drawer.get_by_role("radio", name="Ill", exact=True).click()
    desk.wait_for_timeout(1_000)  # the choice is heard before the press
    drawer.get_by_role("button", name="Cancel the visit").click()

    expect(desk.get_by_text("1 person waits")).to_be_visible()
    desk.get_by_role("link", name=re.compile("Offer it")).click()
    desk.get_by_role("button", name=re.compile(f"Offer it to {later['client_name']}")).first.click()  # the one left
    expect(desk.get_by_text(re.compile("asked, may answer until"))).to_be_visible()

    phone = open_page(link_in_the_mail(waiting.home), width=390, height=844)
    expect(phone.get_by_role("heading", name="A visit is free")).to_be_visible()
    expect(phone.get_by_text(f"{leaving['wall_start']:%H:%M}").first).to_be_visible()
    assert shuts_out(phone) == []
    assert later["client_name"] not in phone.content()
    phone.get_by_role("button", name="Take this visit").click()
    expect(phone.get_by_role("heading", name="The visit is yours")).to_be_visible()
    assert shuts_out(phone) == []
    phone.reload()  # the browser sends the form again: the same answer
    expect(phone.get_by_role("heading", name="The visit is yours")).to_be_visible()

    expect(desk.get_by_text("What became of them")).to_be_visible()
    desk.get_by_test_id("stSidebarNav").get_by_role("link", name="Calendar", exact=True).click()
    idle(desk)
    visit = desk.locator("article", has_text=later["client_name"]).first
    expect(visit).to_be_visible()
    visit.click()
    moved = desk.get_by_role("dialog")
    expect(moved).to_contain_text(f"{leaving['wall_start']:%H:%M}")

    desk.goto(f"{waiting.url}/client?client={later['client_id']}")
    idle(desk)
    expect(desk.get_by_role("button", name=re.compile(f"Today, {leaving['wall_start']:%H:%M}"))).to_be_visible()
    before = f"{later['wall_start']:%a} {later['wall_start'].day} {later['wall_start']:%b}, {later['wall_start']:%H:%M}"
    expect(desk.get_by_role("button", name=re.compile(before))).to_have_count(0)  # it has moved
