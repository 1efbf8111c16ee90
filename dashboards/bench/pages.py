"""What a page costs its server: each page of the running app against an empty Streamlit page, over the websocket."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from dashboards.bench.measure import Measure, Say, alone, compare
from dashboards.bench.raw import clients
from dashboards.bench.visitor import Visitor
from dashboards.pages import PAGES
from dashboards.session import COOKIE
from ingestion.demo.sizes import DEMO_PASSWORD, DEMO_USERS
from practice.access.sign_in import sign_in
from practice.errors import Refusal
from practice.home import Home, open_record

AREA = "dashboard"
EMPTY = "an empty Streamlit page"
RERUNS = 11
"""Warm reruns of each page; the empty page runs beside every one of them."""
HEALTHY_WITHIN_SECONDS = 90
LIKE_OURS = ("--runner.postScriptGC=false", "--server.fileWatcherType=none", "--browser.gatherUsageStats=false")


def measure(home: Home, say: Say) -> list[Measure]:
    """Start of the app; each page's first run, with empty caches, and warm; bytes sent; peak memory of the server."""
    with closing(open_record(home)) as record:
        owner = next(user for user in DEMO_USERS if user.role == "owner")
        cookie = f"{COOKIE}={sign_in(record, owner.email, DEMO_PASSWORD)}"
        with record.read() as reader:
            somebody = clients(reader)[0]
    pages = [(page.title, "" if page.url == "overview" else page.url, "") for page in PAGES]
    pages.append(("Clients, one client open", "client", f"client={somebody}"))
    empty_page = [sys.executable, "-m", "streamlit", "run", str(Path(__file__).with_name("empty_page.py"))]
    with _server([*empty_page, "--server.headless=true", *LIKE_OURS], "--server.port", "/_stcore/health") as (port, _):
        say("starting the app")
        app = [sys.executable, "-m", "dashboards.cli", "serve"]
        with _server(app, "--port", "/healthz", home) as (app_port, started):
            said = [Measure(AREA, "start of the app until it answers", started, "s")]
            empty = Visitor(port)
            for _ in range(RERUNS):  # warm before it is compared with
                empty.open()
            said += [
                line
                for title, address, query in pages
                for line in _page(app_port, cookie, empty, title, address, query, say)
            ]
            empty.close()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
    return [*said, Measure(AREA, "peak memory of the app", peak, "MB")]


def _page(port: int, cookie: str, empty: Visitor, title: str, address: str, query: str, say: Say) -> list[Measure]:
    """One page in a tab of its own."""
    say(f"running {title}")
    visitor = Visitor(port, cookie)
    first = visitor.open(address, query).seconds * 1000
    visitor.rerun(query)
    visitor.empty_caches()
    uncached = visitor.open(address, query).seconds * 1000
    warm, nothing, size = [], [], 0
    visitor.rerun(query)
    for _ in range(RERUNS):
        run = visitor.rerun(query)
        warm.append(run.seconds * 1000)
        nothing.append(empty.rerun().seconds * 1000)
        size = run.bytes
    visitor.close()
    return [
        compare(AREA, f"{title}: warm rerun", "ms", warm, EMPTY, nothing),
        alone(AREA, f"{title}: caches emptied", "ms", [uncached]),
        alone(AREA, f"{title}: first visit since the start", "ms", [first]),
        alone(AREA, f"{title}: sent", "kB", [size / 1000]),
    ]


@contextmanager
def _server(command: list[str], port_option: str, health: str, home: Home | None = None) -> Iterator[tuple[int, float]]:
    """A server on a free port, stopped at the end; gives the port and the seconds until it answered."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | ({"DAYBOOK_HOME": str(home.path)} if home else {})
    began = time.perf_counter()
    process = subprocess.Popen(
        [*command, port_option, str(port)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not _is_healthy(f"http://127.0.0.1:{port}{health}"):
            if process.poll() is not None or time.perf_counter() - began > HEALTHY_WITHIN_SECONDS:
                raise Refusal("A server that is to be measured did not start; `daybook serve` says why.")
            time.sleep(0.05)
        yield port, time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(30)


def _is_healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - this machine
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
