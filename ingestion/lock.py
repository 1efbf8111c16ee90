"""One file lock for all that writes landing or a build: Dagster and the command line never overlap."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from practice.errors import Conflict
from practice.home import Home

POLL_SECONDS = 0.2


@contextmanager
def build_lock(home: Home, doing: str, *, wait_seconds: float = 0) -> Iterator[None]:
    """Hold the data directory's build lock while `doing` (such as "refresh", shown to whoever must wait).

    Raises Conflict, naming the holder, if it isn't free after `wait_seconds`. The system frees it when a process dies.
    """
    home.path.mkdir(parents=True, exist_ok=True)
    with (home.path / "build.lock").open("a+", encoding="utf-8") as file:
        _take(file, wait_seconds)
        try:
            file.seek(0)
            file.truncate()
            file.write(f"{doing} (process {os.getpid()})")
            file.flush()
            yield
        finally:
            file.truncate(0)
            fcntl.flock(file, fcntl.LOCK_UN)


def _take(file: IO[str], wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)
                continue
            file.seek(0)
            holder = file.read().strip() or "another process"
            raise Conflict(
                f"The warehouse is being worked on by {holder}; wait until it is done and try again.",
                rule="build_running",
            ) from None
