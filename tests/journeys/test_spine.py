"""The spine, as people walk it: sign in → book → arrive → complete → charge → invoice → part-pay → refund → refresh → the
Overview has moved by exactly that."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect

from ingestion.feed_sources import OverHttp
from practice.home import Home

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]  # the first test also makes the demo and its numbers

ROW = 35  # height of a row in Streamlit's tables, pixels; the head has the same


def go(page: Page, address: str) -> None:
    """Open a page by its link in the navigation, as people do."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=address, exact=True).click()
    idle(page)


def idle(page: Page) -> None:
    page.wait_for_timeout(250)
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def choose_row(page: Page, table: int = 0, row: int = 0) -> None:
    """Select a row of a table by the box at its left edge (the table is a canvas)."""
    frame = page.get_by_test_id("stDataFrame").nth(table)
    frame.locator("[role=row]").nth(1).wait_for(state="attached")  # it names its rows once it has drawn them
    frame.click(position={"x": 14, "y": ROW + ROW * row + ROW / 2})
    idle(page)


def add_client(page: Page, name: str, phone: str) -> None:
    """On Book: search in vain, then add."""
    go(page, "Book")
    page.get_by_placeholder("Name, phone or date of birth").fill(name)
    expect(page.get_by_text("Nobody matches that")).to_be_visible()
    page.get_by_role("button", name="New client").click()
    page.get_by_label("Phone").fill(phone)
    page.get_by_role("button", name="Add client").click()
    expect(page.get_by_role("button", name="Change")).to_be_visible()
    idle(page)


def book_it(page: Page) -> None:
    expect(page.get_by_role("button", name=re.compile("^Book")).last).to_be_enabled()
    page.get_by_role("button", name=re.compile("^Book")).last.click()


def test_from_a_booking_to_the_owners_numbers(practice, sign_in):
    names = ("completed_visits", "charged", "collected", "ar_open")
    before = {name: practice.metric(name) for name in names}

    desk = sign_in(practice.url, "front_desk")
    add_client(desk, "Aaltje Aardsma", "+1 555 014 7788")
    desk.get_by_role("radio", name="10:00", exact=True).first.click()
    book_it(desk)
    expect(desk.get_by_text("Another visit for the same client")).to_be_visible()

    practice.now("2026-11-20T15:05")  # 10:05 in New York
    go(desk, "Calendar")
    desk.locator("article", has_text="Aaltje Aardsma").click()
    desk.get_by_role("button", name=re.compile("^Arrived")).click()
    desk.locator("article", has_text="Aaltje Aardsma").click()
    desk.get_by_role("button", name=re.compile("^Start")).click()
    practice.now("2026-11-20T16:30")
    desk.locator("article", has_text="Aaltje Aardsma").click()
    desk.get_by_role("button", name=re.compile("^Complete")).click()
    desk.get_by_role("button", name=re.compile(r"^Charge \$")).click()
    desk.locator("article", has_text="Aaltje Aardsma").click()
    expect(desk.get_by_role("dialog").get_by_text("Charged", exact=True)).to_be_visible()

    biller = sign_in(practice.url, "biller")
    go(biller, "Billing")
    biller.get_by_role("radio", name="To invoice").click()
    idle(biller)
    choose_row(biller)  # sorted by who owes: Aaltje Aardsma comes first
    expect(biller.get_by_text(re.compile(r"\$240\.00"))).to_be_visible()
    biller.get_by_role("button", name=re.compile("^Issue")).click()
    expect(biller.get_by_text(re.compile(r"^Pay invoice \d+"))).to_be_visible()
    biller.get_by_label(re.compile("^Amount")).first.fill("100.00")
    biller.get_by_role("button", name=re.compile("^Take payment")).click()
    expect(biller.get_by_text(re.compile(r"\$100\.00 taken"))).to_be_visible()

    biller.get_by_role("radio", name="Payments").click()
    idle(biller)
    choose_row(biller)  # the newest payment
    choose_row(biller, table=1)  # where it went
    biller.get_by_label(re.compile("^Amount")).last.fill("40.00")
    biller.get_by_label("Why").last.fill("Session was cut short")
    biller.get_by_role("button", name=re.compile("^Refund")).click()
    expect(biller.get_by_text(re.compile(r"\$40\.00 refunded"))).to_be_visible()

    practice.daybook("refresh")
    after = {name: practice.metric(name) for name in names}
    # Charged 240.00; 100.00 came in and 40.00 went back; the refunded part is asked of nobody again: 240 − 60 − 40.
    assert {name: after[name] - before[name] for name in names} == {
        "completed_visits": 1, "charged": 240_00, "collected": 60_00, "ar_open": 140_00,
    }  # fmt: skip

    owner = sign_in(practice.url, "owner")
    tile = owner.get_by_test_id("stMetric").filter(has_text="Completed visits")
    expect(tile).to_contain_text(f"{after['completed_visits']:,.0f}")
    expect(owner.get_by_test_id("stMetric").filter(has_text="Charged")).to_contain_text(
        f"{after['charged'] / 100:,.0f}"
    )
    owner.get_by_role("button", name="Rows").first.click()
    expect(owner.get_by_role("dialog")).to_contain_text(f"{after['completed_visits']:,.0f}")
    assert practice.daybook("audit", "verify").stdout.startswith(tuple("123456789"))


def test_a_second_desk_is_refused_the_same_time_and_told_why(shared_practice, sign_in):
    """Of a held time nobody else is offered; once a hold has run out, whoever books first has it."""
    shared_practice.now("2026-11-20T17:02")
    first, second = sign_in(shared_practice.url, "front_desk"), sign_in(shared_practice.url, "manager")
    times = re.compile(r"^\d\d:\d\d$")
    add_client(first, "Aaltje Aardsma", "+1 555 014 7788")
    first.get_by_role("radio", name=times).nth(12).click()
    expect(first.get_by_text("Held for you until")).to_be_visible()
    shared_practice.now("2026-11-20T17:09")  # the first desk was called away for seven minutes
    add_client(second, "Bodil Zwart", "+1 555 014 7799")
    second.get_by_role("radio", name=times).nth(12).click()
    expect(second.get_by_text("Held for you until")).to_be_visible()
    book_it(second)
    expect(second.get_by_text("Another visit for the same client")).to_be_visible()
    book_it(first)
    refusal = first.get_by_test_id("stAlert")
    expect(refusal).to_contain_text("Bodil Zwart")  # who is there
    # What was typed is still there, and the nearest free times are one click away.
    expect(first.get_by_text("Aaltje Aardsma").first).to_be_visible()
    first.get_by_role("button", name=re.compile("^Book (Today|Tomorrow|Mon|Tue)")).first.click()
    expect(first.get_by_text("Another visit for the same client")).to_be_visible()


def test_a_failed_gate_keeps_the_last_build_and_every_page_says_so(practice, sign_in):
    published = (practice.home / "published.json").read_text()
    posted = next((practice.home / "landing" / "record" / "postings").glob("[0-9]*.parquet"))
    damage_a_posting(posted)
    done = practice.daybook("refresh", "--full", check=False)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert (practice.home / "published.json").read_text() == published
    owner = sign_in(practice.url, "owner")
    for address in ("Overview", "Calendar", "Billing"):
        go(owner, address)
        expect(owner.get_by_test_id("stAlert").first).to_contain_text("not published")
    go(owner, "Overview")
    expect(owner.get_by_test_id("stMetric").first).to_be_visible()


def damage_a_posting(file) -> None:
    """What a broken disk or a careless hand would do: one landed amount is another."""
    import duckdb

    changed = file.with_suffix(".tmp")
    duckdb.sql(
        f"copy (select * replace (debit_minor + case when _seq = (select min(_seq) from '{file}' where debit_minor > 0)"
        f" then 1 else 0 end as debit_minor) from '{file}') to '{changed}' (format parquet)"
    )
    changed.replace(file)


def test_a_double_click_and_a_reload_take_one_payment(shared_practice, sign_in):
    feed = OverHttp(shared_practice.url, Home(shared_practice.home).feed_token())
    biller = sign_in(shared_practice.url, "biller")
    go(biller, "Billing")
    biller.get_by_role("radio", name="Unpaid").click()
    idle(biller)
    choose_row(biller)
    biller.get_by_label(re.compile("^Amount")).first.fill("7.00")
    before = feed.head().seq
    biller.get_by_role("button", name=re.compile("^Take payment")).dblclick()
    expect(biller.get_by_text(re.compile(r"\$7\.00 taken")).first).to_be_visible()
    biller.reload()
    idle(biller)
    assert feed.changes_after(before)["table"].to_pylist().count("payments") == 1


def test_two_tabs_of_one_person_see_the_same_and_signing_out_ends_both(shared_practice, sign_in):
    first = sign_in(shared_practice.url, "front_desk")
    second = first.context.new_page()
    second.goto(shared_practice.url + "/new-visit")
    idle(second)
    second.get_by_role("link", name="Sign out").click()
    second.wait_for_url("**/login")
    deadline = time.monotonic() + 20
    while "/login" not in first.url and time.monotonic() < deadline:
        first.wait_for_timeout(200)  # Today asks anew every two seconds
    assert "/login" in first.url
