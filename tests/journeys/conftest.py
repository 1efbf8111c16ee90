"""A browser for the journeys: Debian's Chromium, cut off from every host but this machine."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from dashboards.metrics import metric_table
from dashboards.warehouse import Warehouse
from practice.home import Home

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1"}
HEALTHY_WITHIN_SECONDS = 60
expect.set_options(timeout=20_000)  # two busy cores: waiting longer costs nothing when all is well


@dataclass
class OpenPages:
    """Opens pages, and remembers what a journey must not do: talk to other hosts, throw in the browser."""

    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    foreign_requests: list[str] = field(default_factory=list)
    page_errors: list[str] = field(default_factory=list)

    def __call__(self, url: str, *, width: int = 1440, height: int = 900, dark: bool = False) -> Page:
        """Open `url` in a context of its own, as a browser far away from the practice's zone."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            timezone_id="Asia/Tokyo",
            locale="en-US",
        )
        self.contexts.append(context)
        context.set_default_timeout(20_000)
        context.route(lambda address: not is_local(address), self._block)
        page = context.new_page()
        page.on("pageerror", lambda error: self.page_errors.append(str(error)))
        page.goto(url)
        return page

    def _block(self, route: Route) -> None:
        self.foreign_requests.append(route.request.url)
        route.abort()


def is_local(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"data", "blob", "about"} or parts.hostname in LOCAL_HOSTS


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the session: `$CHROMIUM`, else `chromium` on the path."""
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if executable is None:
        missing = "no browser: set CHROMIUM to an executable, or `apt-get install -y chromium` on Debian"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPages]:
    """`open_page(url, width=…, dark=…) -> Page`; fails the test on a foreign request or an error in the browser."""
    pages = OpenPages(browser)
    yield pages
    for context in pages.contexts:
        context.close()
    assert pages.foreign_requests == [], "a page asked another host"
    assert pages.page_errors == [], "a script failed in the browser"


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """A port that was free a moment ago."""

    def find() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
            return port

    return find


@pytest.fixture(scope="session")
def serving() -> Callable[..., contextlib.AbstractContextManager[str]]:
    """`with serving(command, port) as url:` runs a server until the block ends; `health` is the path to wait for."""
    return _serving


@contextlib.contextmanager
def _serving(
    command: list[str],
    port: int,
    *,
    health: str = "/_stcore/health",
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
) -> Iterator[str]:
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile("w+") as output:
        server = subprocess.Popen(
            command, cwd=cwd, env=os.environ | (env or {}), stdout=output, stderr=subprocess.STDOUT
        )
        try:
            _wait_until_healthy(server, url + health)
            yield url
        except BaseException:
            output.seek(0)
            print(output.read()[-5000:])
            raise
        finally:
            server.terminate()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait_until_healthy(server: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + HEALTHY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with {server.returncode} before it answered {url}")
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=1) as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise TimeoutError(f"no answer from {url} within {HEALTHY_WITHIN_SECONDS} s")


DAYBOOK = [sys.executable, "-m", "dashboards.cli"]


@dataclass
class Practice:
    """A served demo practice whose clock the journey moves."""

    url: str
    home: Path
    clock_file: Path

    def now(self, instant: str) -> None:
        """Move the practice's clock to an instant in UTC, such as 2026-11-20T15:05."""
        fresh = self.clock_file.with_suffix(".new")  # the app reads it all the time, never half a one
        fresh.write_text(instant)
        fresh.replace(self.clock_file)

    def daybook(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the command line on this practice."""
        done = subprocess.run(
            [*DAYBOOK, *arguments], env=os.environ | {"DAYBOOK_HOME": str(self.home)}, capture_output=True, text=True
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    def metric(self, name: str, **options: str) -> float:
        """A metric's numerator over the 30 days that Overview shows, in minor units where it is money.

        Read here: a process for each number would cost a second each.
        """
        found = metric_table(Warehouse(Home(self.home)), name, **options)
        return float(found.numerator.iloc[0] if len(found) and pd.notna(found.numerator.iloc[0]) else 0)


@pytest.fixture(scope="session")
def bare_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small demo without its numbers, made once; a journey works on its own copy."""

    def make(home: Path) -> None:
        subprocess.run([*DAYBOOK, "init", "--demo", "small"], env=os.environ | {"DAYBOOK_HOME": str(home)}, check=True)

    return _once(tmp_path_factory, "bare", make)


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where each journey's practice stands, one after the other: at another place dbt would read its project anew."""
    return tmp_path_factory.getbasetemp() / "stage" / "home"


@pytest.fixture(scope="session")
def demo_home(bare_home: Path, stage: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small demo with its first warehouse, made once; a journey works on its own copy."""

    def make(home: Path) -> None:
        shutil.rmtree(stage, ignore_errors=True)  # another journey's practice stood there
        shutil.copytree(bare_home, stage)
        subprocess.run([*DAYBOOK, "refresh"], env=os.environ | {"DAYBOOK_HOME": str(stage)}, check=True)
        stage.rename(home)

    return _once(tmp_path_factory, "demo", make)


def _once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder of that name: the first of pytest's workers makes it, the others wait for it and find it."""
    together = _together(tmp_path_factory)
    folder, unfinished = together / name, together / f"{name}-unfinished"
    with _locked(together / f"{name}.lock", fcntl.LOCK_EX):
        if not folder.exists():
            shutil.rmtree(unfinished, ignore_errors=True)  # of somebody whose time was up
            make(unfinished)
            unfinished.rename(folder)
    return folder


def _together(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that all of pytest's workers see."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@contextlib.contextmanager
def _locked(file: Path, kind: int) -> Iterator[None]:
    with file.open("w") as lock:
        fcntl.flock(lock, kind)
        yield


@pytest.fixture(autouse=True)
def turn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Journeys run side by side; one that is marked `alone` waits until the others are through and keeps them waiting.

    Who waits does so at the gate, so that nobody who came later goes first.
    """
    together = _together(tmp_path_factory)
    kind = fcntl.LOCK_EX if request.node.get_closest_marker("alone") else fcntl.LOCK_SH
    with contextlib.ExitStack() as held:
        with _locked(together / "gate.lock", fcntl.LOCK_EX):
            held.enter_context(_locked(together / "turn.lock", kind))
        yield


@pytest.fixture
def practice(demo_home: Path, stage: Path, tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Practice]:
    """A copy of the demo practice, served; its clock stands at 9:30 in New York on Friday, 20 November 2026."""
    with _served(demo_home, stage, tmp_path / "clock", free_port()) as served:
        yield served


@pytest.fixture(scope="module")
def shared_practice(
    demo_home: Path, tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int]
) -> Iterator[Practice]:
    """The same, for journeys of one file that do not mind what the ones before have done: a start takes seconds."""
    folder = tmp_path_factory.mktemp("shared")
    with _served(demo_home, folder / "home", folder / "clock", free_port()) as served:
        yield served


@contextlib.contextmanager
def _served(demo: Path, home: Path, clock_file: Path, port: int) -> Iterator[Practice]:
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(demo, home)
    clock_file.write_text("2026-11-20T14:30")
    command = [sys.executable, str(Path(__file__).with_name("serve_at.py")), str(port), str(clock_file)]
    with _serving(command, port, health="/healthz", env={"DAYBOOK_HOME": str(home)}) as url:
        yield Practice(url, home, clock_file)


@pytest.fixture
def sign_in(open_page: OpenPages) -> Callable[..., Page]:
    """`sign_in(url, "front_desk")` opens the role's first page in a context of its own."""

    def enter(url: str, role: str, **size: int) -> Page:
        page = open_page(f"{url}/login", **size)
        page.get_by_role("button", name=role.replace("_", " ").capitalize(), exact=True).click()
        settled(page)
        return page

    return enter


def settled(page: Page) -> None:
    """Wait until the page's script has run."""
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
