"""Who waits to write. The first in the queue leads: it does what all of them came for, and then passes the lead on."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from practice.access.permissions import Actor
from practice.store.commands import Command
from practice.store.work import plain

TOGETHER = 64
"""At most so many commands are committed together."""


@dataclass(eq=False)
class Request:
    """One command, asked for by one actor, and what became of it."""

    command: Command
    actor: Actor
    key: str | None
    reason: str | None
    parameters: dict[str, Any]
    entry_id: str | None = None
    result: Any = None
    error: Exception | None = None
    is_done: bool = False
    turn: threading.Event = field(default_factory=threading.Event)
    """Set when it is done, or when it is this request's turn to lead."""
    hash: str = field(init=False)

    def __post_init__(self) -> None:
        asked = json.dumps(
            [self.actor.user_id, self.command.name, self.parameters, self.reason], default=plain, sort_keys=True
        )
        self.hash = hashlib.sha256(asked.encode()).hexdigest()

    def settle(self, error: Exception | None = None) -> None:
        """It is over: kept, or refused with the error."""
        self.error, self.is_done = error, True
        self.turn.set()

    def answer(self) -> Any:
        """The result, or the error raised."""
        assert self.is_done
        if self.error is not None:
            raise self.error
        return self.result


class Queue:
    """First come, first served; nobody leads while another does."""

    def __init__(self) -> None:
        self._door = threading.Lock()
        self._waiting: deque[Request] = deque()
        self._is_led = False

    def join(self, request: Request) -> bool:
        """Wait until another has done it (False), or until it is this request's turn to lead (True)."""
        with self._door:
            self._waiting.append(request)
            if not self._is_led:
                self._is_led = True
                return True
        try:
            request.turn.wait()
        except BaseException:
            self._leave(request)
            raise
        return not request.is_done

    def take(self) -> list[Request]:
        """Those who wait now, for whoever leads."""
        with self._door:
            return [self._waiting.popleft() for _ in range(min(TOGETHER, len(self._waiting)))]

    def pass_on(self) -> None:
        """Whoever waits first leads next."""
        with self._door:
            if self._waiting:
                self._waiting[0].turn.set()
            else:
                self._is_led = False

    def _leave(self, request: Request) -> None:
        """Its thread was interrupted while it waited. What another does for it already is done all the same."""
        with self._door:
            if request not in self._waiting:
                return
            is_next = request.turn.is_set() and not request.is_done
            self._waiting.remove(request)
        if is_next:
            self.pass_on()
