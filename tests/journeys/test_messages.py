"""A client hears of a visit: booked at the desk, nothing for three minutes, then one message whose link shows the visit."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.test_spine import add_client, book_it, go

pytestmark = pytest.mark.browser


def test_a_booking_is_told_three_minutes_later_and_its_link_shows_the_visit(practice, sign_in, open_page):
    desk = sign_in(practice.url, "front_desk")
    add_client(desk, "Aaltje Aardsma", "+1 555 014 7788")
    desk.get_by_role("radio", name="15:00", exact=True).first.click()
    book_it(desk)
    expect(desk.get_by_text("Another visit for the same client")).to_be_visible()
    outbox = practice.home / "outbox"
    assert not outbox.exists()

    practice.now("2026-11-20T14:34")
    for _ in range(60):
        if outbox.exists() and (sent := list(outbox.glob("*.txt"))):
            break
        desk.wait_for_timeout(500)
    (file,) = sent
    text = file.read_text()
    assert "+1 555 014 7788" in text
    assert "Friday 20 November 2026 at 15:00, New York time (America/New_York)" in text

    go(desk, "Messages")
    expect(desk.get_by_text("Select a message to read it.")).to_be_visible()
    desk.get_by_test_id("stDataFrame").first.click(position={"x": 120, "y": 52})
    expect(desk.get_by_text("Written to a file: no server is set up for this channel.")).to_be_visible()
    expect(desk.get_by_text("Today 09:34, version 1")).to_be_visible()

    path = re.search(r"https?://\S+?(/visit/\S+)", text)[1]
    client = open_page(practice.url + path, width=390, height=800)
    expect(client.get_by_text("15:00").first).to_be_visible()
