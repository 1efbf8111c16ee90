"""A thread in which time passes for the record: one look every few seconds, until it is ended."""

from __future__ import annotations

import threading
from collections.abc import Callable


def every(seconds: float, look: Callable[[], None], *, name: str) -> Callable[[], None]:
    """Begin; the answer ends it, and waits for a look that is under way. `look` says itself what fails."""
    ended = threading.Event()

    def run() -> None:
        while not ended.wait(seconds):
            look()

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()

    def stop() -> None:
        ended.set()
        thread.join(timeout=10)

    return stop
