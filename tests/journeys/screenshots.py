"""Refreshes the pictures of docs/walk.md and the README: `.venv/bin/python tests/journeys/screenshots.py`.

It walks as docs/walk.md says, through a small demo and a practice of one's own in a temporary folder, with the journeys'
tools: Chromium from `$CHROMIUM` or the path, the practice's clock in a file, no other host asked. Takes a few minutes.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from conftest import FLAGS, OpenPages, Practice, _serving, settled
from PIL import Image
from playwright.sync_api import Locator, Page, expect, sync_playwright
from test_spine import add_client, book_it, choose_row, go, idle

from orchestration.process import dagster_command, dagster_environment
from practice.home import Home

REPOSITORY = Path(__file__).parents[2]
IMAGES = REPOSITORY / "docs" / "images"
CLIENT = "Aada Aalto"  # invented; the first of every list that is sorted by name
MORNING, LATER = "2026-11-20T14:36", "2026-11-20T15:22"  # UTC: 9:36 and 10:22 in New York


@dataclass
class Album:
    """Opens pages and keeps pictures of them."""

    pages: OpenPages

    def sign_in(self, url: str, role: str, **looks: object) -> Page:
        """The role's first page."""
        page = self.pages(f"{url}/login", **looks)
        page.get_by_role("button", name=role.replace("_", " ").capitalize(), exact=True).click()
        settled(page)
        return page

    def keep(self, page: Page, name: str, see: Locator | None = None) -> None:
        """Wait until nothing moves any more (and `see` is visible), then write docs/images/<name>.png."""
        if see is not None:
            expect(see).to_be_visible()
        idle_and_whole(page)
        with Image.open(io.BytesIO(page.screenshot())) as picture:
            fewer_colours(picture.convert("RGB")).save(IMAGES / f"{name}.png", optimize=True)
        print(f"{name}.png  {(IMAGES / f'{name}.png').stat().st_size / 1000:.0f} kB", flush=True)


def fewer_colours(picture: Image.Image) -> Image.Image:
    """The picture in its 256 most frequent colours: every area and line keeps its own, soft edges get the nearest."""
    pixels = np.asarray(picture, dtype=np.int32)
    packed = pixels @ np.array([65536, 256, 1], dtype=np.int32)
    colours, places, counts = np.unique(packed, return_inverse=True, return_counts=True)
    parts = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1)
    palette = parts[np.argsort(-counts)[:256]]
    nearest = ((parts[:, None] - palette[None]) ** 2).sum(axis=2).argmin(axis=1).astype(np.uint8)
    small = Image.fromarray(nearest[places.reshape(packed.shape)], mode="P")
    small.putpalette(palette.astype(np.uint8).tobytes())
    return small


def idle_and_whole(page: Page) -> None:
    """The script has run, no placeholder is left, and no message stands over the page."""
    page.wait_for_timeout(600)
    if page.get_by_test_id("stApp").count():
        settled(page)
        for passing in ("stSkeleton", "stToast"):
            expect(page.get_by_test_id(passing)).to_have_count(0)
    page.wait_for_timeout(900)  # charts and tables draw themselves after they arrive


def find_free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def seconds_until(condition: Callable[[], bool], limit: float) -> None:
    """Wait for it, at most `limit` seconds."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > limit:
            raise TimeoutError(f"not within {limit:.0f} s")
        time.sleep(1)


def desk(album: Album, practice: Practice) -> None:
    """A new client books, walks in the same morning, is seen and charged."""
    page = album.pages(f"{practice.url}/login")
    album.keep(page, "sign-in", page.get_by_role("button", name="Front desk"))
    page = album.sign_in(practice.url, "front_desk")
    album.keep(page, "calendar", page.locator("article", has_text="Renata Kelmendi"))
    add_client(page, CLIENT, "+1 555 014 7788")
    page.get_by_role("radio", name="09:00", exact=True).first.click()
    album.keep(page, "book", page.get_by_text("Mon 23 Nov, 09:00"))
    book_it(page)
    expect(page.get_by_text("Another visit for the same client")).to_be_visible()
    series(album, page)

    go(page, "Calendar")
    idle_and_whole(page)
    page.mouse.click(*free_place(page))
    drawer = page.get_by_role("dialog")
    drawer.get_by_placeholder("Name, phone or date of birth").fill(CLIENT)
    drawer.get_by_role("button", name=re.compile(CLIENT)).click()
    reason = drawer.get_by_role("textbox", name="Reason for the late entry")
    reason.fill("Walked in at nine")
    drawer.get_by_text("New visit").click()
    album.keep(page, "walk-in", drawer.get_by_text(CLIENT))
    drawer.get_by_role("button", name=re.compile("^Book")).click()
    visit = page.locator("article", has_text=CLIENT)
    for step in ("Arrived", "Start"):
        visit.click()
        drawer.get_by_role("button", name=re.compile(f"^{step}")).click()
    practice.now(LATER)
    visit.click()
    drawer.get_by_role("button", name=re.compile("^Complete")).click()
    expect(drawer.get_by_role("button", name=re.compile("^Complete"))).to_have_count(0)  # what is done goes last
    album.keep(page, "visit", drawer.get_by_role("button", name=re.compile(r"^Charge \$")))
    drawer.get_by_role("button", name=re.compile(r"^Charge \$")).click()
    expect(drawer).to_have_count(0)
    go(page, "Flow")
    album.keep(page, "flow", page.get_by_text("waited").first)


def series(album: Album, page: Page) -> None:
    """The same client every week: which dates are free, and what can be done about the others. Nothing is booked."""
    page.get_by_role("button", name="Another visit for the same client").click()
    page.get_by_role("combobox", name=re.compile("Repeats")).click()
    page.get_by_role("option", name="Every week").click()
    page.get_by_role("radio", name="14:00", exact=True).first.click()
    album.keep(page, "series", page.get_by_text("Leave out").first)


def free_place(page: Page) -> tuple[float, float]:
    """The empty time at 9:00 in the second column of the day: below the visit that ends at 8:50."""
    before = page.locator("article", has_text="Renata Kelmendi").bounding_box()
    assert before is not None
    hour = before["height"] * 60 / 50
    return before["x"] + before["width"] / 2, before["y"] + hour * 1.03


def money(album: Album, practice: Practice) -> None:
    """The invoice, a part of it paid, a part of that refunded."""
    page = album.sign_in(practice.url, "biller")
    go(page, "Billing")
    page.get_by_role("radio", name="To invoice").click()
    idle(page)
    choose_row(page)
    album.keep(page, "invoice", page.get_by_text(re.compile(r"1 line, \$240\.00")))
    page.get_by_role("button", name=re.compile("^Issue")).click()
    expect(page.get_by_text(re.compile(r"^Pay invoice \d+"))).to_be_visible()
    page.get_by_label(re.compile("^Amount")).first.fill("100.00")
    album.keep(page, "payment", page.get_by_role("button", name=re.compile("^Take payment")))
    page.get_by_role("button", name=re.compile("^Take payment")).click()
    expect(page.get_by_text(re.compile(r"\$100\.00 taken"))).to_be_visible()
    page.get_by_role("radio", name="Payments").click()
    idle(page)
    choose_row(page)
    choose_row(page, table=1)
    page.get_by_label(re.compile("^Amount")).last.fill("40.00")
    page.get_by_label("Why").last.fill("Session was cut short")
    album.keep(page, "refund", page.get_by_role("button", name=re.compile("^Refund")))
    page.get_by_role("button", name=re.compile("^Refund")).click()
    expect(page.get_by_text(re.compile(r"\$40\.00 refunded"))).to_be_visible()
    go(page, "Clients")
    page.get_by_role("button", name=CLIENT).click()
    album.keep(page, "client", page.get_by_role("heading", name=CLIENT))


def payers(album: Album, practice: Practice) -> None:
    """What a payer said no to, as a task; and the cash drawer at the end of the day."""
    page = album.sign_in(practice.url, "biller")
    page.goto(f"{practice.url}/insurance?insurance_part=Denials")
    expect(page.get_by_text("Select a denial to work on it.")).to_be_visible()
    choose_row(page)
    album.keep(page, "denial", page.get_by_text("What was done, and why"))
    page.goto(f"{practice.url}/cash?cash_part=Drawer")
    album.keep(page, "drawer", page.get_by_role("button", name="Close the drawer"))


def numbers(album: Album, practice: Practice) -> None:
    """The owner's page and its rows, the analyst's query, a phone, the dark."""
    page = album.sign_in(practice.url, "owner")
    album.keep(page, "overview", page.get_by_test_id("stMetric").first)
    page.locator(".st-key-rows-collected").get_by_role("button").click()
    album.keep(page, "rows", page.get_by_role("dialog").get_by_text("they sum to"))
    page.keyboard.press("Escape")
    for title in ("Attendance", "Revenue", "Receivables", "Capacity"):
        go(page, title)
        album.keep(page, title.lower(), page.get_by_test_id("stMetric").first)
    go(page, "Data quality")
    album.keep(page, "quality", page.get_by_text("All checks", exact=True))
    page = album.sign_in(practice.url, "analyst")
    go(page, "SQL")
    page.get_by_role("button", name=re.compile("^Run")).click()
    album.keep(page, "sql", page.get_by_text(re.compile("rows in")))
    page = album.sign_in(practice.url, "owner", dark=True)
    album.keep(page, "overview-dark", page.get_by_test_id("stMetric").first)
    page = album.sign_in(practice.url, "provider", width=390, height=844)
    album.keep(page, "calendar-phone", page.locator("article").first)
    page = album.pages(f"{practice.url}/book", width=390, height=844)
    page.get_by_role("link", name=re.compile("Individual session")).click()
    album.keep(page, "online", page.get_by_role("button", name=re.compile(r"^\d\d:\d\d$")).first)


def pipelines(album: Album, practice: Practice) -> None:
    """Dagster takes in what the walk did; its page shows the run."""
    port = find_free_port()
    home = Home(practice.home)
    with _serving(dagster_command(home, port), port, health="/server_info", env=dagster_environment(home)) as url:
        seconds_until(lambda: behind(practice) == 0, 120)
        page = album.pages(f"{url}/runs")
        expect(page.get_by_text("Success").first).to_be_visible()
        page.goto(f"{url}/asset-groups")
        page.wait_for_timeout(6000)  # its graph lays itself out in a worker
        album.keep(page, "pipelines")


def behind(practice: Practice) -> int:
    """How many changes the published numbers do not know yet."""
    return int(json.loads(practice.daybook("status", "--json").stdout)["changes_behind"])


def own_practice(album: Album, practice: Practice) -> None:
    """The guided set-up of an empty practice, after its first page."""
    page = album.pages(practice.url)
    page.get_by_label("Name of the practice").fill("Elm Street Dental")
    page.get_by_label("Your name").fill("Ines Moss")
    page.get_by_label("Your e-mail").fill("ines@elm.example")
    page.get_by_label("Set-up code").fill((practice.home / "setup.code").read_text().strip())
    page.get_by_label("Choose a password").fill("four quiet herons wade")
    page.get_by_role("button", name="Create the practice").click()
    album.keep(page, "set-up", page.get_by_role("heading", name="Set-up"))


@contextmanager
def practice_in(folder: Path, *commands: list[str]) -> Iterator[Practice]:
    """A practice made by those commands, served with a clock of its own."""
    practice = Practice("", folder / "home", folder / "clock")
    for arguments in commands:
        practice.daybook(*arguments)
    practice.now(MORNING)
    port = find_free_port()
    command = [sys.executable, str(Path(__file__).with_name("serve_at.py")), str(port), str(practice.clock_file)]
    with _serving(command, port, health="/healthz", env={"DAYBOOK_HOME": str(practice.home)}) as practice.url:
        yield practice


def main() -> None:
    """All pictures."""
    IMAGES.mkdir(exist_ok=True)
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        album = Album(OpenPages(playwright.chromium.launch(executable_path=executable, args=FLAGS)))
        (Path(folder) / "own").mkdir()
        with practice_in(Path(folder), ["init", "--demo", "small"], ["refresh"]) as practice:
            for part in (desk, money, payers, pipelines, numbers):
                part(album, practice)
        with practice_in(Path(folder) / "own", ["init"]) as practice:
            own_practice(album, practice)
    if album.pages.foreign_requests or album.pages.page_errors:
        sys.exit(f"Other hosts asked: {album.pages.foreign_requests}; errors: {album.pages.page_errors}")


if __name__ == "__main__":
    main()
