"""The front desk's calendar in a real browser: dragging with an undo, the keyboard alone, two desks at once, a phone."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from .axe import STREAMLIT, but_for_streamlit, grave_violations
from .conftest import settled
from .test_calendar_component import begin_drag, drag
from .test_spine import go

pytestmark = pytest.mark.browser

HOUR = 72  # pixels on a wide screen
CALENDAR = ('[data-testid="stBidiComponentIsolated"]', ".daybook-calendar")
LIVE_WITHIN = 6_000  # ms: a beat is two seconds, and a busy machine may miss one
FOCUSED = """() => {
  let node = document.activeElement;
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  return node?.innerText ?? "";
}"""


@pytest.fixture(scope="module")
def desk_url(
    bare_home: Path,
    tmp_path_factory: pytest.TempPathFactory,
    serving: Callable[..., AbstractContextManager[str]],
    free_port: Callable[[], int],
) -> Iterator[str]:
    """The small demo, served; its clock stands at 10:12 in New York on Friday, 20 November 2026."""
    folder = tmp_path_factory.mktemp("desk")
    clock, home = folder / "clock", folder / "home"
    clock.write_text("2026-11-20T15:12")
    env = {"DAYBOOK_HOME": str(home)}
    shutil.copytree(bare_home, home)
    port = free_port()
    command = [sys.executable, str(Path(__file__).with_name("serve_at.py")), str(port), str(clock)]
    with serving(command, port, health="/healthz", env=env) as url:
        yield url


def visit(page: Page, client: str, at: str = "") -> Locator:
    return page.locator("article:not(.ec-preview):not(.ec-ghost)", has_text=client).filter(has_text=at)


def bar(page: Page) -> Locator:
    return page.locator(".bar:not([hidden])")


def ready(page: Page) -> Page:
    expect(visit(page, "Hector Fairweather")).to_be_visible()
    return page


def open_scope(page: Page) -> None:
    page.get_by_test_id("stPopover").get_by_role("button").click()


def tab_to_the_visits(page: Page) -> None:
    """From the page's top with Tab alone: all visits are one stop."""
    page.mouse.click(5, 5)
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement?.shadowRoot?.activeElement?.matches('.ec-event') ?? false"):
            return
    pytest.fail("Tab never reached a visit")


def with_arrows_to(page: Page, client: str) -> None:
    """Up along each column from its last visit, from the first column on."""
    for _ in range(4):
        page.keyboard.press("End")
        for _ in range(12):
            if client in page.evaluate(FOCUSED):
                return
            page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowRight")
    pytest.fail(f"the arrows never reached {client}")


def test_a_drag_asks_who_and_why_and_is_undone(desk_url, sign_in):
    page = ready(sign_in(desk_url, "front_desk"))
    drag(page, visit(page, "Freya Ashdown"), 0, 2 * HOUR)
    question = page.get_by_role("dialog", name="Who asked to move Freya Ashdown?")
    expect(question).to_contain_text("13:00 → 15:00")
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(visit(page, "Freya Ashdown", "13:00")).to_be_focused()

    drag(page, visit(page, "Freya Ashdown"), 0, 2 * HOUR)
    question.get_by_role("group", name="Provider").get_by_role("button", name="The provider is away").click()
    expect(bar(page)).to_contain_text("Moved Freya Ashdown from 13:00 to 15:00.")
    expect(visit(page, "Freya Ashdown", "15:00")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(visit(page, "Freya Ashdown", "13:00")).to_have_count(1)
    expect(bar(page)).to_have_count(0)

    drag(page, visit(page, "Freya Ashdown"), 0, 2 * HOUR)
    expect(question.get_by_role("button", name="The provider is away")).to_be_focused()  # the last answer
    page.keyboard.press("Enter")
    expect(bar(page)).to_contain_text("Moved Freya Ashdown")
    page.keyboard.press("Control+z")
    expect(visit(page, "Freya Ashdown", "13:00")).to_have_count(1)


def test_a_refused_drag_says_who_is_there_and_what_would_pass(desk_url, sign_in):
    page = ready(sign_in(desk_url, "front_desk"))
    drag(page, visit(page, "Greta Novotny"), 0, HOUR)
    page.keyboard.press("Enter")
    expect(bar(page)).to_contain_text("by Hector Fairweather")
    expect(visit(page, "Greta Novotny", "14:00")).to_have_count(1)  # snapped back
    bar(page).get_by_role("button", name=re.compile("^Move to Today")).last.click()
    expect(bar(page)).to_contain_text("Moved Greta Novotny from 14:00")
    bar(page).get_by_role("button", name="Undo").click()
    expect(visit(page, "Greta Novotny", "14:00")).to_have_count(1)


def test_a_visit_is_booked_moved_and_cancelled_with_the_keyboard_alone(desk_url, sign_in):
    page = ready(sign_in(desk_url, "front_desk"))
    tab_to_the_visits(page)
    with_arrows_to(page, "Hector Fairweather")
    expect(visit(page, "Hector Fairweather")).to_be_focused()

    page.keyboard.press("n")
    drawer = page.get_by_role("dialog", name="New visit")
    expect(drawer.get_by_text(re.compile("held for you until"))).to_be_visible()
    expect(drawer.get_by_placeholder("Name, phone or date of birth")).to_be_focused()
    page.keyboard.type("renata kelm")
    expect(drawer.get_by_role("button", name=re.compile("^Book"))).to_be_enabled()
    page.keyboard.press("Control+Enter")
    expect(drawer).to_have_count(0)
    booked = visit(page, "Renata Kelmendi", "16:00")
    expect(booked).to_be_focused()  # what was made

    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog", name="Visit")
    expect(drawer.get_by_role("link", name="Renata Kelmendi")).to_be_visible()
    page.keyboard.press("Escape")
    expect(booked).to_be_focused()
    page.keyboard.press("m")
    expect(drawer.get_by_text("Who asks for it")).to_be_visible()
    page.keyboard.press("Escape")
    expect(booked).to_be_focused()

    page.keyboard.press("PageDown")
    expect(page.get_by_role("heading", name="Saturday, November 21, 2026")).to_be_visible()
    page.keyboard.press("PageUp")
    ready(page)


def test_two_desks_see_each_other_and_a_drag_goes_on(desk_url, sign_in):
    ours = ready(sign_in(desk_url, "front_desk"))
    theirs = sign_in(desk_url, "manager")
    go(theirs, "Calendar")
    ready(theirs)
    start = begin_drag(ours, visit(ours, "Freya Ashdown"))
    ours.mouse.move(700, 700, steps=4)

    column = theirs.locator(".ec-body .ec-day").nth(1)
    column.click(position={"x": 60, "y": 7.1 * HOUR}, force=True)  # 15:00
    drawer = theirs.get_by_role("dialog", name="New visit")
    expect(drawer.get_by_text(re.compile("held for you until"))).to_be_visible()
    expect(drawer.get_by_placeholder("Name, phone or date of birth")).to_be_focused()
    theirs.keyboard.type("imani desro")
    expect(drawer.get_by_role("button", name=re.compile("^Book"))).to_be_enabled()
    ours.wait_for_timeout(2_500)  # a beat or two of ours
    expect(ours.locator(".ec-preview")).to_be_visible()
    ours.mouse.move(*start, steps=4)
    ours.mouse.up()
    expect(ours.locator(".hold")).to_be_visible(timeout=LIVE_WITHIN)  # what had to wait for the drag

    third = ready(sign_in(desk_url, "front_desk"))
    expect(third.locator(".hold")).to_be_visible(timeout=LIVE_WITHIN)
    theirs.keyboard.press("Control+Enter")
    expect(drawer).to_have_count(0)
    expect(visit(third, "Imani Desrosiers", "15:00")).to_be_visible(timeout=LIVE_WITHIN)
    expect(third.locator(".hold")).to_have_count(0)


def test_rooms_are_columns_too_and_a_drag_changes_the_room_at_once(desk_url, sign_in):
    page = ready(sign_in(desk_url, "front_desk"))
    open_scope(page)
    page.get_by_role("radio", name="Rooms").click()
    heads = page.locator(".ec-col-head .head")
    expect(heads.first).to_have_text("Group room")
    expect(heads.last).to_have_text("No room")
    page.keyboard.press("Escape")
    moving = visit(page, "Hector Fairweather")
    box = page.locator(".ec-body .ec-day").first.bounding_box()
    drag(page, moving, -box["width"], 0)
    expect(bar(page)).to_contain_text("Hector Fairweather: Room 1 instead of Room 2.")
    page.get_by_role("button", name="Undo").click()
    expect(bar(page)).to_have_count(0)


def test_a_week_is_of_one_provider_or_of_several_side_by_side(desk_url, sign_in):
    page = ready(sign_in(desk_url, "front_desk"))
    page.get_by_role("button", name="Week", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile("November 16"))).to_be_visible()
    expect(page.locator(".ec-body .ec-day")).to_have_count(5)  # nobody works on the weekend
    page.get_by_test_id("stMain").get_by_role("button", name="Nia Rosenthal").click()
    expect(page.locator(".ec-body .ec-day")).to_have_count(10)
    expect(visit(page, "Hector Fairweather")).to_be_attached()


def test_a_phone_shows_one_provider_at_a_time_and_its_drawers_fit(desk_url, sign_in):
    page = sign_in(desk_url, "front_desk", width=390, height=844)
    page.get_by_role("button", name="Nia Rosenthal").click()
    ready(page)
    expect(page.locator(".ec-body .ec-day")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    visit(page, "Hector Fairweather").click()
    drawer = page.get_by_role("dialog", name="Visit")
    box = drawer.get_by_role("button", name=re.compile("^Arrived")).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


@pytest.mark.parametrize("dark", [False, True])
def test_nothing_of_ours_shuts_anybody_out(desk_url, sign_in, dark):
    page = ready(sign_in(desk_url, "front_desk", dark=dark))
    assert grave_violations(page, *CALENDAR) == []
    seen = grave_violations(page)
    assert but_for_streamlit(seen) == []
    assert {violation.partition(":")[0] for violation in seen} <= set(STREAMLIT)
    drag(page, visit(page, "Freya Ashdown"), 0, 2 * HOUR)
    expect(page.get_by_role("dialog", name=re.compile("Who asked"))).to_be_visible()
    assert grave_violations(page, *CALENDAR) == []
    page.keyboard.press("Escape")
    for name in ("Week", "List"):
        page.get_by_role("button", name=name, exact=True).click()
        expect(visit(page, "Delphine Moonesar")).to_be_attached()
        page.wait_for_timeout(500)  # while a page runs it is drawn pale
        settled(page)
        assert grave_violations(page, *CALENDAR) == []
