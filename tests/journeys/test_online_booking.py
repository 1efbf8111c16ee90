"""A stranger with a phone: books in under a minute, moves and cancels by the link; every page can be used by everybody."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.axe import shuts_out

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}


def type_in(page: Page, label: str, text: str) -> None:
    """As thumbs do: one sign after the other."""
    page.get_by_label(label, exact=True).press_sequentially(text, delay=60)


def book(page: Page, family_name: str) -> None:
    """From the practice's page to the page of the visit."""
    page.get_by_role("link", name=re.compile("Individual session")).click()
    page.get_by_role("link", name="By video").click()
    page.get_by_role("button", name=re.compile(r"^\d\d:\d\d$")).nth(6).click()
    type_in(page, "First name", "Aaltje")
    type_in(page, "Last name", family_name)
    type_in(page, "E-mail", "aaltje@aardsma.example")
    page.get_by_role("button", name="Book this visit").click()


def test_booked_in_under_a_minute_then_moved_and_cancelled_by_the_link(practice, open_page, browser: Browser):
    looked_at: list[str] = []

    def look(page: Page, name: str) -> None:
        looked_at.append(name)
        assert shuts_out(page) == [], name

    page = open_page(f"{practice.url}/book", **PHONE)
    look(page, "menu")
    began = time.monotonic()
    book(page, "Aardsma")
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    assert time.monotonic() - began < 60
    expect(page.get_by_text("New York time (America/New_York)")).to_be_visible()
    look(page, "booked")
    link = page.url.split("?")[0]

    page.get_by_role("link", name="Move to another time").click()
    look(page, "other times")
    page.locator("ul.times a").last.click()
    look(page, "move it?")
    page.get_by_role("button", name="Move it").click()
    expect(page.get_by_role("heading", name="Your visit is moved")).to_be_visible()
    assert page.url.split("?")[0] == link

    page.get_by_role("link", name="Cancel the visit").click()
    look(page, "cancel it?")
    page.get_by_label("I am ill").check()
    page.get_by_role("button", name="Cancel the visit").click()
    expect(page.get_by_text("This visit is cancelled.")).to_be_visible()
    look(page, "cancelled")

    page.goto(f"{practice.url}/book/harbor-street")
    page.get_by_role("link", name=re.compile("Individual session")).click()
    look(page, "times")
    page.get_by_role("button", name=re.compile(r"^\d\d:\d\d$")).first.click()
    expect(page.get_by_text(re.compile(r"9:\d\d minutes"))).to_be_visible()
    look(page, "details")
    for address, name in (("/visit/made-up", "unknown link"), ("/api", "API")):
        page.goto(practice.url + address)
        look(page, name)
    assert len(looked_at) == 10
    without_a_script(practice.url, browser)


def without_a_script(url: str, browser: Browser) -> None:
    """It works all the same."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{url}/book")
    book(page, "Zonder")
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    context.close()
