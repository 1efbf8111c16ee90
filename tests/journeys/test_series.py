"""A weekly series from the desk: two weeks are taken, one is left out and one is moved; later its hour changes, and it
ends. The keyboard alone can do it."""

from __future__ import annotations

import re
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Locator, Page, expect

from practice.access.permissions import SYSTEM
from practice.home import Home, open_record
from practice.people import queries as people
from practice.people.commands import add_client
from practice.scheduling.commands import book_appointment
from practice.scheduling.model import spelled
from practice.scheduling.queries import offered_slots
from practice.scheduling.series.booking import plan_series

from .test_spine import idle

pytestmark = pytest.mark.browser

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)  # half past nine in New York
WEEKS = 5
LATER = timedelta(hours=1)


@pytest.fixture
def weekly(demo_home, tmp_path, serving, free_port):
    """The served demo with a new client, and a free hour that somebody else has in the second and the third week."""
    home, clock_file = tmp_path / "home", tmp_path / "clock"
    shutil.copytree(demo_home, home)
    clock_file.write_text("2026-11-20T14:30")
    record = open_record(Home(home))
    record.clock = lambda: NOW
    found = prepared(record)
    record.close()
    port = free_port()
    command = [sys.executable, str(Path(__file__).with_name("serve_at.py")), str(port), str(clock_file)]
    with serving(command, port, health="/healthz", env={"DAYBOOK_HOME": str(home)}) as url:
        yield SimpleNamespace(url=url, home=home, **found)


def prepared(record):
    """Adds the client and takes two weeks of the first hour that was free in all five, as the hour after it is."""
    with record.read() as reader:
        location = people.locations(reader, SYSTEM)[0]["location_id"]
        service = next(row for row in people.services(reader, SYSTEM) if row["name"] == "Individual session")
        others = [row["client_id"] for row in people.search_clients(reader, SYSTEM, "a", limit=2)]
        slots = offered_slots(reader, SYSTEM, service["service_id"], location, first="2026-11-24", days=4, limit=200)
    client = record.run(add_client, SYSTEM, given_name="Wilma", family_name="Quillfeather", location_id=location)
    client_id = client["client_id"]
    for slot in slots:
        wish = {"provider_id": slot["provider_id"], "service_id": service["service_id"], "location_id": location}
        rule = f"FREQ=WEEKLY;BYDAY={slot['wall_start']:%a}"[:-1].upper() + f";COUNT={WEEKS}"
        with record.read() as reader:
            clashes = [
                plan_series(reader, SYSTEM, client_id=client_id, wall_start=spelled(wall), rule=rule, **wish)["clashes"]
                for wall in (slot["wall_start"], slot["wall_start"] + LATER)
            ]
        if clashes == [0, 0] and slot["wall_start"].minute == 0:
            break
    else:
        raise AssertionError("no hour of the demo is free for five weeks")
    for other, week in zip(others, (1, 2), strict=True):
        at = spelled(slot["wall_start"] + timedelta(weeks=week))
        record.run(book_appointment, SYSTEM, client_id=other, wall_start=at, **wish)
    return {"client_id": client_id, "slot": slot, "service": service}


def choose(page: Page, label: str, option: str) -> None:
    """Take an option of a select box as the keyboard does: type its name, press Enter."""
    box = page.get_by_role("combobox", name=re.compile(label)).first
    box.focus()
    page.keyboard.type(option)
    expect(page.get_by_role("option", name=re.compile(option)).first).to_be_visible()
    page.keyboard.press("Enter")
    idle(page)


def press(control: Locator, page: Page) -> None:
    """Press what has the focus with the space bar."""
    control.focus()
    page.keyboard.press("Space")
    page.wait_for_timeout(400)  # heard before anything else is pressed
    idle(page)


def visits_of(page: Page, weekly: SimpleNamespace) -> list[str]:
    """The coming visits as the client's page lists them, without the service."""
    page.goto(f"{weekly.url}/client?client={weekly.client_id}")
    idle(page)
    expect(visit_buttons(page).first).to_be_visible()
    return [" ".join(text.split()) for text in visit_buttons(page).all_inner_texts()]


def visit_buttons(page: Page) -> Locator:
    return page.get_by_test_id("stMain").get_by_role("button", name=re.compile(r"\d\d:\d\d"))


def said(wall: datetime) -> str:
    """A day and an hour as the pages write them."""
    return f"{wall:%a} {wall.day} {wall:%b}, {wall:%H:%M}"


def test_a_weekly_series_is_booked_around_two_clashes_changed_from_one_visit_on_and_ended(weekly, sign_in):
    first, hour = weekly.slot["wall_start"], weekly.slot["wall_start"]
    page = sign_in(weekly.url, "front_desk")
    page.goto(f"{weekly.url}/new-visit?client={weekly.client_id}")
    idle(page)
    choose(page, "Service", "Individual session")
    choose(page, "Provider", weekly.slot["provider_name"])
    choose(page, "Repeats", "Every week")
    visits = page.get_by_role("spinbutton", name="Visits").first
    visits.fill(str(WEEKS))
    visits.press("Enter")
    idle(page)
    day = page.get_by_role("radiogroup", name=f"Times on {first:%A} {first.day} {first:%B}")
    press(day.get_by_role("radio", name=f"{hour:%H:%M}", exact=True), page)

    expect(page.get_by_text("2 dates are not free")).to_be_visible()
    second, third = (first + timedelta(weeks=number) for number in (1, 2))
    skipped = page.get_by_role("radiogroup", name=f"What becomes of {second:%A} {second.day} {second:%B}")
    press(skipped.get_by_role("radio", name="Leave out"), page)
    expect(page.get_by_text("1 date is not free")).to_be_visible()
    moved = page.get_by_role("radiogroup", name=f"What becomes of {third:%A} {third.day} {third:%B}")
    other = moved.get_by_role("radio", name=re.compile(r"\d\d:\d\d")).first
    instead = other.inner_text().strip()
    press(other, page)
    expect(page.get_by_role("button", name=re.compile("Book 4 visits"))).to_be_enabled()
    expect(page.get_by_text("1 left out").first).to_be_visible()
    page.keyboard.press("Control+Enter")  # with the focus on the choice just made
    expect(page.get_by_text("4 visits booked, 1 left out")).to_be_visible()

    listed = visits_of(page, weekly)
    assert len(listed) == WEEKS - 1
    assert said(first) in listed[0]
    assert instead[-5:] in listed[1]
    assert not any(said(second) in line for line in listed)

    # From the fourth week on it is an hour later; what came before, and the moved one, stay.
    fourth = first + timedelta(weeks=3)
    later = fourth + LATER
    drawer = series_of(page, said(fourth))
    expect(drawer).to_contain_text("3 of 4")
    drawer.get_by_role("spinbutton", name=re.compile("hour")).first.focus()
    page.keyboard.type(f"{later:%H}")
    page.keyboard.press("Tab")
    idle(page)
    press(drawer.get_by_role("button", name=re.compile("Change 2 visits")), page)
    expect(drawer).to_have_count(0)
    listed = visits_of(page, weekly)
    assert said(first) in listed[0]
    assert [said(later + timedelta(weeks=week)) in listed[2 + week] for week in (0, 1)] == [True, True]

    # It ends after the first visit: this one and the following are cancelled.
    drawer = series_of(page, said(later))
    press(drawer.get_by_role("radio", name="Cancel", exact=True), page)
    press(drawer.get_by_role("radio", name="Client", exact=True), page)
    press(drawer.get_by_role("radio", name="Feels better", exact=True), page)
    press(drawer.get_by_role("button", name="Cancel 2 visits"), page)
    expect(drawer).to_have_count(0)
    assert len(visits_of(page, weekly)) == 2


def series_of(page: Page, visit: str) -> Locator:
    """The drawer of a visit on the client's page, its series unfolded, by the keyboard."""
    visit_buttons(page).filter(has_text=visit).first.focus()
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("one of a series")
    drawer.locator("summary", has_text="Change or cancel the series").focus()
    page.keyboard.press("Enter")
    idle(page)
    expect(drawer.get_by_role("radio", name="This and the following")).to_be_visible()
    return drawer
