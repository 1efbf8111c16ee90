"""A client's way through the house: the tablet at the door, the board at the desk, a room, the session, and the wait."""

from __future__ import annotations

import re

import duckdb
import pytest
from playwright.sync_api import expect

from tests.journeys.axe import shuts_out

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def demo_home(bare_home):
    """The small demo without its numbers: nothing here asks for any."""
    return bare_home


def idle(page):
    page.wait_for_timeout(250)
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def to_the_board(page):
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Flow", exact=True).click()
    idle(page)


def standing_still(tablet):
    """A copy of what the tablet shows, which does not go on to the next person by itself while it is looked at."""
    shown = tablet.content().replace('http-equiv="refresh"', 'name="no-refresh"')
    copy = tablet.context.new_page()
    copy.route(tablet.url, lambda route: route.fulfill(body=shown, content_type="text/html"))
    copy.goto(tablet.url)
    return copy


def whoever_is_expected(home):
    """Somebody with a birth date whose visit in person begins at half past ten or eleven, the demo's day in New York.

    Read before the practice is served: the record has one owner process.
    """
    with duckdb.connect(str(home / "record.duckdb"), read_only=True) as record:
        return record.execute(
            "select c.given_name || ' ' || c.family_name, c.birth_date from attendees t"
            " join appointments a using (appointment_id) join clients c using (client_id)"
            " where a.start_date = date '2026-11-20' and strftime(a.wall_start, '%H:%M') = '10:30'"
            " and a.mode = 'in_person' and t.status = 'scheduled' and a.room_id is not null order by 1 limit 1"
        ).fetchone()


def test_from_the_tablet_to_the_end_of_the_session(demo_home, practice, sign_in, open_page):
    name, born = whoever_is_expected(demo_home)
    practice.now("2026-11-20T15:00")  # ten in New York
    owner = sign_in(practice.url, "owner")
    owner.get_by_test_id("stSidebarNav").get_by_role("link", name="Set-up", exact=True).click()
    idle(owner)
    owner.get_by_role("radio", name="Waiting room", exact=True).click()
    owner.get_by_role("textbox", name=re.compile("^Name of the tablet")).fill("Front door")
    owner.get_by_role("button", name="Make its address").click()
    address = owner.locator("code", has_text="/kiosk/").inner_text().strip()
    address = practice.url + "/kiosk/" + address.partition("/kiosk/")[2]  # the demo's public address is another port

    desk = sign_in(practice.url, "front_desk")
    to_the_board(desk)
    card = desk.locator('[class*="st-key-flow_card"]', has_text=name)
    expect(card).to_have_count(0)

    tablet = open_page(address, width=820, height=1180)
    assert shuts_out(tablet) == []
    tablet.get_by_label("Your first and last name").fill("Nobody Here")
    tablet.get_by_label("Day").fill("31")
    tablet.get_by_label("Month").select_option("2")
    tablet.get_by_label("Year").fill("1980")
    tablet.get_by_role("button", name="Check in").click()
    expect(tablet.get_by_role("alert")).to_be_visible()
    assert shuts_out(tablet) == []
    tablet.get_by_label("Day").fill("28")
    tablet.get_by_role("button", name="Check in").click()
    expect(tablet.get_by_role("heading", name="Please see the front desk")).to_be_visible()
    assert shuts_out(standing_still(tablet)) == []
    tablet.get_by_role("link", name="Start over").click()
    tablet.get_by_label("Your first and last name").fill(name)
    tablet.get_by_label("Day").fill(str(born.day))
    tablet.get_by_label("Month").select_option(str(born.month))
    tablet.get_by_label("Year").fill(str(born.year))
    tablet.get_by_role("button", name="Check in").click()
    expect(tablet.get_by_text("you are checked in")).to_be_visible()
    thanks = standing_still(tablet)
    expect(card).to_be_visible(timeout=10_000)  # the board's beat is two seconds; a busy machine may take longer
    assert name.split()[0] not in tablet.locator("main").inner_text()
    expect(tablet.get_by_label("Your first and last name")).to_be_visible(timeout=15_000)  # ready for the next
    expect(thanks.get_by_text("you are checked in")).to_be_visible()
    assert shuts_out(thanks) == []

    practice.now("2026-11-20T15:25")
    card.first.get_by_role("button", name=re.compile("^To ")).click()
    roomed = desk.locator('[class*="st-key-flow_card"][class*="_roomed"]', has_text=name)
    expect(roomed).to_be_visible()
    practice.now("2026-11-20T15:42")  # twelve minutes after half past ten
    expect(roomed).to_contain_text("waits 12 min")
    roomed.get_by_role("button", name="Start", exact=True).click()
    complete = card.get_by_role("button", name="Complete")
    expect(complete).to_be_visible()
    practice.now("2026-11-20T16:30")
    complete.click()
    expect(card.filter(has_text="waited 12 min").first).to_be_visible()
