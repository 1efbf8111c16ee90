"""This process's card processor, as its environment says, and the thread that asks it what has to be asked."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from dashboards import messaging
from dashboards.failures import where
from practice.cards.beat import beat, slow_beat
from practice.cards.evening import tell_owners
from practice.cards.keys import processor_of
from practice.cards.processor import Processor, ProcessorTrouble
from practice.errors import Refusal
from practice.home import Home
from practice.store.record import Record

SECONDS = 15.0
SLOW_SECONDS = 600.0
"""How often the processor is asked for events that it could not bring here, and autopay is looked at."""

_log = logging.getLogger("daybook.cards")
_made: dict[Path, Processor | None] = {}
_news = threading.Event()


def processor(home: Home, record: Record) -> Processor | None:
    """The processor; None where cards are recorded by hand. Made once: keys are read when Daybook starts."""
    if home.path not in _made:
        with record.read() as reader:
            is_demo = bool(reader.setting("demo_today"))
        try:
            _made[home.path] = processor_of(os.environ, home.path, is_demo=is_demo)
        except ValueError as error:
            _log.error("cards are recorded by hand: %s", error)
            _made[home.path] = None
    return _made[home.path]


def trouble(home: Home) -> str | None:
    """Why cards are recorded by hand although a key is there: what the environment or the file says can't be meant."""
    try:
        processor_of(os.environ, home.path, is_demo=True)
    except ValueError as error:
        return str(error)
    return None


def wake() -> None:
    """Something has to be asked for now: the beat need not wait."""
    _news.set()


def start(home: Home, record: Record, *, seconds: float = SECONDS) -> Callable[[], None]:
    """Begin; the answer ends it, and waits for a look that is under way. Nothing runs without a processor."""
    found = processor(home, record)
    if found is None:
        return lambda: None
    mail = None if messaging.trouble(home, record) else messaging.senders_for(home, record)["email"]
    ended = threading.Event()

    def run() -> None:
        looked_at = float("-inf")
        while not ended.is_set():
            if time.monotonic() - looked_at >= SLOW_SECONDS:
                once(record, found, slow_beat)
                if mail:
                    once(record, found, lambda record, _: tell_owners(record, mail))
                looked_at = time.monotonic()
            once(record, found)
            _news.wait(seconds)
            _news.clear()

    thread = threading.Thread(target=run, name="cards", daemon=True)
    thread.start()

    def stop() -> None:
        ended.set()
        _news.set()
        thread.join(timeout=60)

    return stop


def once(record: Record, found: Processor, look: Callable[[Record, Processor], int] = beat) -> None:
    """One look. What fails is told to the log without anybody's data, and the next look goes on with it."""
    try:
        look(record, found)
    except ProcessorTrouble as trouble:
        _log.warning("cards wait: %s", trouble.code)
    except Refusal as refusal:  # a full disk, for example
        _log.warning("cards wait: %s", refusal.rule)
    except Exception as error:
        _log.error("looking after cards failed: %s\n%s", type(error).__name__, where(error))
