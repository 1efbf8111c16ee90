"""The calendar in a real browser, on a small page of its own (calendar_page.py)."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

# The page lies outside dashboards/, so the static route that the real app has by its place is mounted by hand.
LAUNCHER = """
import sys
import streamlit as st
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from dashboards.theme import streamlit_config
page, static, port = sys.argv[1:]
options = {"server.port": int(port), "server.address": "127.0.0.1", "server.enableStaticServing": False}
app = st.App(page, routes=[Mount("/app/static", StaticFiles(directory=static))])
app.run(config=streamlit_config() | options)
"""


@pytest.fixture(scope="module")
def calendar_url(serving: Callable[..., AbstractContextManager[str]], free_port: Callable[[], int]) -> Iterator[str]:
    port = free_port()
    arguments = [str(HERE / "calendar_page.py"), str(ROOT / "dashboards" / "static"), str(port)]
    with serving([sys.executable, "-c", LAUNCHER, *arguments], port, cwd=ROOT) as url:
        yield url


def appointments(page: Page) -> Locator:
    return page.locator(".ec-event:not(.ec-preview):not(.ec-ghost)")


def appointment(page: Page, time: str, client: str) -> Locator:
    return appointments(page).filter(has_text=time).filter(has_text=client)


def drag(page: Page, what: Locator, right: float, down: float) -> None:
    what.scroll_into_view_if_needed()
    start = begin_drag(page, what)
    page.mouse.move(start[0] + right, start[1] + down, steps=12)
    page.mouse.up()


def begin_drag(page: Page, what: Locator) -> tuple[float, float]:
    box = what.bounding_box()
    assert box is not None
    start = (box["x"] + box["width"] / 2, box["y"] + 8)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 5, start[1] + 5, steps=3)
    return start


def column_width(page: Page) -> float:
    box = page.locator(".ec-body .ec-day").first.bounding_box()
    assert box is not None
    return box["width"]


def test_shows_forty_appointments_of_four_providers(calendar_url, open_page):
    page = open_page(calendar_url)
    expect(appointments(page)).to_have_count(40)
    expect(page.locator(".ec-col-head")).to_have_count(4)
    expect(page.get_by_role("heading", name="Wednesday, November 18, 2026")).to_be_visible()
    expect(page.locator(".now-line")).to_have_count(4)
    expect(page.locator(".closed-label")).to_have_text("Time off: training")
    # Wall clock, although the browser is in Tokyo.
    expect(appointment(page, "8:00 – 8:45 AM", "Ruth Smith")).to_be_visible()


def test_text_of_the_record_stays_text(calendar_url, open_page):
    page = open_page(calendar_url)
    hostile = appointments(page).filter(has_text="<img src=x onerror=alert(1)>")
    expect(hostile.first).to_be_attached()
    expect(page.locator(".daybook-calendar img")).to_have_count(0)


def test_a_status_is_told_by_sign_and_word_not_only_by_colour(calendar_url, open_page):
    page = open_page(calendar_url)
    unresolved = page.locator(".ec-event.status-unresolved").first
    expect(unresolved.locator("use")).to_have_attribute("href", "#sign-unresolved")
    expect(unresolved).to_have_accessible_name(re.compile("Unresolved"))
    expect(page.locator(".legend li", has_text="Unresolved")).to_be_visible()


def test_a_drag_to_another_provider_moves(calendar_url, open_page):
    page = open_page(calendar_url)
    moving = appointment(page, "2:45 – 3:30 PM", "Łukasz Żak")
    drag(page, moving, column_width(page), 72)  # one column on, and an hour down at 18 px for 15 minutes
    expect(page.get_by_text("accepted Move(kind='drop'")).to_contain_text("resource_id='2'")
    expect(appointment(page, "3:45 – 4:30 PM", "Łukasz Żak")).to_have_count(1)


def test_a_refused_move_snaps_back(calendar_url, open_page):
    page = open_page(calendar_url)
    moving = appointment(page, "2:45 – 3:30 PM", "Łukasz Żak")
    before = moving.bounding_box()
    drag(page, moving, 0, -36)
    expect(page.get_by_text("refused Move(kind='drop'")).to_be_visible()
    expect(moving).to_have_count(1)
    assert moving.bounding_box() == before


def test_pulling_the_end_resizes(calendar_url, open_page):
    page = open_page(calendar_url)
    moving = appointment(page, "2:45 – 3:30 PM", "Łukasz Żak")
    moving.scroll_into_view_if_needed()
    box = moving.bounding_box()
    assert box is not None
    bottom = (box["x"] + box["width"] / 2, box["y"] + box["height"] - 3)
    page.mouse.move(*bottom)
    page.mouse.down()
    page.mouse.move(bottom[0], bottom[1] + 36, steps=8)
    page.mouse.up()
    expect(page.get_by_text("accepted Move(kind='resize'")).to_be_visible()
    expect(appointment(page, "2:45 – 4:00 PM", "Łukasz Żak")).to_have_count(1)


def test_enter_opens_the_focused_appointment(calendar_url, open_page):
    page = open_page(calendar_url)
    appointment(page, "8:00 – 8:45 AM", "Ruth Smith").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Opened(id='0', action='open')")).to_be_visible()


def test_a_click_on_an_empty_place_selects_it(calendar_url, open_page):
    page = open_page(calendar_url)
    column = page.locator(".ec-body .ec-day").nth(2)
    column.click(position={"x": 40, "y": 72 * 8 + 3}, force=True)  # eight hours after 08:00
    expect(page.get_by_text("Selection(start=datetime.datetime(2026, 11, 18, 16, 0), end=None")).to_contain_text(
        "resource_id='3'"
    )


def test_polls_disturb_neither_a_drag_nor_the_focus(calendar_url, open_page):
    page = open_page(f"{calendar_url}/?poll")
    moving = appointment(page, "2:45 – 3:30 PM", "Łukasz Żak")
    moving.focus()
    polls = page.get_by_text(re.compile(r"polls \d+"))
    wait_for_polls(page, polls, 2)
    expect(moving).to_be_focused()
    x, y = begin_drag(page, moving)
    wait_for_polls(page, polls, 2)  # each poll moves the now line, so each brings events that differ
    expect(page.locator(".ec-preview")).to_be_visible()
    page.mouse.move(x + column_width(page), y + 72, steps=12)
    page.mouse.up()
    expect(page.get_by_text("accepted Move(kind='drop'")).to_be_visible()


def wait_for_polls(page: Page, polls: Locator, more: int) -> None:
    def seen() -> int:
        return int(re.findall(r"polls (\d+)", polls.inner_text())[0])

    for _ in range(more):
        expect(polls).to_contain_text(f"polls {seen() + 1}")


def test_leafing_on_is_reported_and_today_leads_back(calendar_url, open_page):
    page = open_page(calendar_url)
    expect(appointments(page)).to_have_count(40)
    for _ in range(3):
        page.get_by_role("button", name="Next day").click()
    expect(page.get_by_text("showing 2026-11-21")).to_be_visible()
    expect(page.get_by_role("heading", name="Saturday, November 21, 2026")).to_be_visible()
    page.get_by_role("button", name="Today").click()
    expect(page.get_by_text("showing 2026-11-18")).to_be_visible()
    expect(appointments(page)).to_have_count(40)


def test_dark_mode_follows_the_theme(calendar_url, open_page):
    dark = open_page(calendar_url, dark=True)
    expect(appointments(dark)).to_have_count(40)
    expect(dark.locator(".daybook-calendar.ec-dark")).to_be_visible()
    light = open_page(calendar_url)
    expect(appointments(light)).to_have_count(40)
    expect(light.locator(".daybook-calendar.ec-dark")).to_have_count(0)


def test_a_phone_shows_one_provider_or_the_list(calendar_url, open_page):
    page = open_page(calendar_url, width=390, height=844)
    expect(page.locator(".ec-body .ec-day")).to_have_count(1)
    expect(appointments(page)).to_have_count(10)
    assert column_width(page) > 250
    page.get_by_role("button", name="Sofia Rossi").click()
    expect(appointment(page, "8:15 – 9:00 AM", "Łukasz Żak")).to_be_visible()
    page.get_by_role("button", name="Everyone").click()
    expect(page.locator(".ec-list .ec-event")).to_have_count(40)
    page.set_viewport_size({"width": 1200, "height": 844})
    expect(page.locator(".ec-col-head")).to_have_count(4)
