"""Mail to whoever looks after the numbers: refused, recovered, an import held back, stale. Off unless configured.

What has been told is remembered in the data directory, so that the same failure is told once. A mail has names of
checks and counts, nothing of a client. Sending never fails or blocks a refresh.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from expectations.check import CRITICAL, RECORD
from expectations.results import read_results
from expectations.suites.reading import settings
from ingestion.landing import write_json
from orchestration.builds import published, status
from orchestration.mail import MailServer, send
from practice.clock import stored, system_clock
from practice.home import Home

STALE_HOURS = 26
"""The nightly build makes new numbers every day; older ones mean that it did not run, or was refused."""
PAUSE = timedelta(minutes=15)
"""A mail server that failed is left alone so long."""


@dataclass(frozen=True)
class Told:
    """What has been told and still holds: failing checks, held imports (source/batch), stale numbers."""

    failing: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    is_stale: bool = False
    failed_at: str = ""


@dataclass(frozen=True)
class Seen:
    """How things stand. `failing` and `held` have the checks with the number of rows that broke each."""

    is_refused: bool = False
    build_id: str = ""
    failing: Mapping[str, int] | None = None
    causes: tuple[str, ...] = ()
    """Why a build was refused that no check refused: no room on the disk, a project that can't be read."""
    held: Mapping[str, Mapping[str, int]] | None = None
    served_of: str = ""
    hours_old: float | None = None
    """Age of the published build; None for a demo, which stands still, and before the first build."""


@dataclass(frozen=True)
class Alert:
    """A mail's subject and text."""

    subject: str
    text: str


def decide(seen: Seen, told: Told) -> tuple[list[Alert], Told]:
    """What is news, and what will have been told then."""
    alerts = []
    failing = tuple(sorted(seen.failing or ())) or (("no check",) if seen.is_refused else ())
    served = f"Pages go on showing {seen.served_of}." if seen.served_of else "Nothing is published yet."
    if seen.is_refused and failing != told.failing:
        listed = _listed(seen.failing or {}) or "".join(f"- {cause}\n" for cause in seen.causes)
        text = f"Build {seen.build_id} was refused and not published. {served}\n\n{listed}"
        alerts.append(Alert("Daybook: a build was refused", text))
    if not seen.is_refused and told.failing:
        text = f"Build {seen.build_id} passed its checks and is published. It had been refused for:\n\n"
        alerts.append(Alert("Daybook: the numbers are good again", text + "".join(f"- {c}\n" for c in told.failing)))
    held = seen.held or {}
    if news := {scope: checks for scope, checks in held.items() if scope not in told.held}:
        text = "".join(f"The import {scope} was held back:\n\n{_listed(checks)}\n" for scope, checks in news.items())
        alerts.append(Alert("Daybook: an import was held back", text + "The practice's own numbers are not affected."))
    is_stale = seen.hours_old is not None and seen.hours_old > STALE_HOURS
    if is_stale and not told.is_stale:
        text = f"The numbers are {seen.hours_old:.0f} hours old: no build has been published since. {served}"
        alerts.append(Alert("Daybook: the numbers are stale", text))
    if told.is_stale and not is_stale:
        alerts.append(Alert("Daybook: the numbers are fresh again", f"Build {seen.build_id} is published."))
    return alerts, Told(failing if seen.is_refused else (), tuple(sorted(held)), is_stale)


def look(home: Home, now: datetime) -> Seen:
    """How things stand in a data directory at `now` (naive UTC)."""
    attempt, build = status(home), published(home)
    rows = [row for row in read_results(home).to_pylist() if not row["is_success"] and row["severity"] == CRITICAL]
    of_attempt = [row for row in rows if row["build_id"] == attempt.get("build_id")]
    failing = {row["check_name"]: row["failing_rows"] for row in of_attempt if row["scope"] == RECORD}
    held: dict[str, dict[str, int]] = {}
    for row in rows:
        if row["scope"] != RECORD:
            held.setdefault(row["scope"], {})[row["check_name"]] = row["failing_rows"]
    is_demo = bool(build) and bool(settings(home).get("demo_today"))
    return Seen(
        attempt.get("status") == "refused",
        str(attempt.get("build_id", "")),
        failing,
        () if failing else tuple(attempt.get("failed", ())),
        held,
        f"build {build.build_id}, which knows the record up to {build.known_at:%d %b %Y, %H:%M} UTC" if build else "",
        None if build is None or is_demo else (now - build.built_at).total_seconds() / 3600,
    )


def tell(
    home: Home,
    *,
    log: Callable[[str], None],
    environment: Mapping[str, str] = os.environ,
    now: datetime | None = None,
) -> list[Alert]:
    """Send what is news, if a mail server is configured. Returns what was sent; a failure is a line in the log."""
    try:
        server = MailServer.of(environment)
        return _tell(home, server, log, now or stored(system_clock())) if server else []
    except Exception as error:  # whatever is wrong with mail, the numbers go on
        log(f"warning: no alert could be sent ({type(error).__name__}: {error})")
        return []


def _tell(home: Home, server: MailServer, log: Callable[[str], None], now: datetime) -> list[Alert]:
    told = _told(home)
    alerts, after = decide(look(home, now), told)
    if alerts and told.failed_at and now < datetime.fromisoformat(told.failed_at) + PAUSE:
        return []
    try:
        for alert in alerts:
            send(server, alert.subject, alert.text)
    except Exception:
        _remember(home, replace(told, failed_at=now.isoformat()))
        raise
    if after != told:
        _remember(home, after)
    for alert in alerts:
        log(f"told by mail: {alert.subject.removeprefix('Daybook: ')}")
    return alerts


def _told(home: Home) -> Told:
    try:
        content: dict[str, Any] = json.loads((home.path / "alerts.json").read_text(encoding="utf-8"))
        lists = {name: tuple(content.get(name, ())) for name in ("failing", "held")}
        return Told(**lists, is_stale=bool(content.get("is_stale")), failed_at=str(content.get("failed_at") or ""))
    except (FileNotFoundError, ValueError, TypeError, AttributeError):
        return Told()


def _remember(home: Home, told: Told) -> None:
    write_json(home.path / "alerts.json", asdict(told))


def _listed(checks: Mapping[str, int]) -> str:
    return "".join(f"- {name}" + (f": {rows:,} rows\n" if rows else "\n") for name, rows in sorted(checks.items()))
