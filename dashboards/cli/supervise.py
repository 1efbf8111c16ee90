"""`daybook up`: starts the app, the first build and the pipelines, restarts pipelines that die, stops all together."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

import click

from orchestration.process import dagster_command, dagster_environment
from practice.errors import Refusal
from practice.home import Home

HEALTHY_WITHIN = 60.0
RESTART_AFTER = 10.0
_DIE_WITH_PARENT = 1  # prctl(PR_SET_PDEATHSIG): a killed supervisor leaves no orphans


def _with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM)


def _start(arguments: list[str], log: Path | None, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    output = log.open("ab") if log else None
    return subprocess.Popen(
        arguments,
        env=os.environ | environment,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        start_new_session=True,
        preexec_fn=_with_parent,
    )


def _stop(process: subprocess.Popen[bytes], seconds: float = 15.0) -> None:
    if process.poll() is None:
        _signal(process, signal.SIGTERM)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            _signal(process, signal.SIGKILL)
            process.wait()
    _signal(process, signal.SIGKILL)  # what it started and left behind


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def _wait_healthy(process: subprocess.Popen[bytes], url: str) -> None:
    limit = time.monotonic() + HEALTHY_WITHIN
    while time.monotonic() < limit:
        if process.poll() is not None:
            raise Refusal("The app did not start; its reason is printed above.")
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise Refusal(f"The app did not become healthy within {HEALTHY_WITHIN:.0f} seconds.")


def supervise(home: Home, host: str, port: int, dagster_port: int) -> None:
    """Run until Ctrl-C (or SIGTERM); then nothing of it is left."""
    home.create()
    signal.signal(signal.SIGTERM, _interrupt)
    environment = {"DAYBOOK_HOME": str(home.path)}
    url = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}"  # noqa: S104
    daybook = [sys.executable, "-m", "dashboards.cli"]
    processes: list[subprocess.Popen[bytes]] = []
    try:
        app = _start([*daybook, "serve", "--host", host, "--port", str(port)], None, environment)
        processes.append(app)
        _wait_healthy(app, url)
        click.echo(f"App          {url}")
        click.echo("Numbers      being brought up to date; the first build takes half a minute …")
        if subprocess.run([*daybook, "refresh"], env=os.environ | environment, check=False).returncode:
            click.echo("The numbers were not refreshed; the page says why. The record works without them.", err=True)
        log = home.logs / "dagster.log"
        dagster = _start(dagster_command(home, dagster_port), log, environment | dagster_environment(home))
        processes.append(dagster)
        click.echo(f"Pipelines    http://127.0.0.1:{dagster_port}   (answers in half a minute; log: {log})")
        click.echo("Ctrl-C stops both.")
        while app.poll() is None:
            time.sleep(0.5)
            if dagster.poll() is not None:
                click.echo(
                    f"The pipelines stopped; starting them again in {RESTART_AFTER:.0f} s (the app goes on).", err=True
                )
                _stop(dagster)
                time.sleep(RESTART_AFTER)
                processes.remove(dagster)
                dagster = _start(dagster_command(home, dagster_port), log, environment | dagster_environment(home))
                processes.append(dagster)
        raise Refusal("The app stopped; its reason is printed above.")
    except KeyboardInterrupt:
        click.echo("Stopping …")
    finally:
        for process in reversed(processes):
            _stop(process)


def _interrupt(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise KeyboardInterrupt
