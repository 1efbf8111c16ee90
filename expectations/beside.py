"""The doors in a process of their own: loading Great Expectations takes seconds, which a build can go on beside.

A process that has it loaded already judges by itself.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO

from expectations.check import Verdict
from expectations.runner import check_candidate, check_landing

Answer = Callable[[], Verdict]
"""Waits for the verdict."""
DIED = "The process that runs the checks has died."
DOORS = {"landing": check_landing, "candidate": check_candidate}


class Doors:
    """Both doors, asked one after the other with the parameters of `check_landing` and `check_candidate`."""

    def __init__(self, process: subprocess.Popen[bytes] | None) -> None:
        self._process = process

    @property
    def is_beside(self) -> bool:
        """Whether something else can be done before the answer is waited for."""
        return self._process is not None

    def ask(self, door: str, *args: Any, **kwargs: Any) -> Answer:
        """What 'landing' or 'candidate' says."""
        if self._process is None:
            verdict = DOORS[door](*args, **kwargs)
            return lambda: verdict
        assert self._process.stdin
        try:
            _send(self._process.stdin, (door, args, kwargs))
        except BrokenPipeError:  # an OSError, but none of the disk
            with suppress(BrokenPipeError):
                self._process.stdin.close()  # else what it still holds is tried again at the end
            raise RuntimeError(DIED) from None
        return self._receive

    def _receive(self) -> Verdict:
        assert self._process
        assert self._process.stdout
        try:
            found = pickle.load(self._process.stdout)  # noqa: S301 - from our own process
        except EOFError:
            raise RuntimeError(DIED) from None
        if isinstance(found, Exception):
            raise found
        return found


@contextmanager
def doors(*, beside: bool) -> Iterator[Doors]:
    """The doors, in a process that starts loading at once if `beside` and this one has not loaded them yet."""
    if not beside or "great_expectations" in sys.modules:
        yield Doors(None)
        return
    command = [sys.executable, "-m", __name__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield Doors(process)


def serve() -> None:
    """Answer questions until there are no more. What anything prints goes where errors go."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    import expectations.engine  # noqa: F401 - it is what takes the time

    while True:
        try:
            door, args, kwargs = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own process
        except EOFError:
            break
        try:
            found: Verdict | Exception = DOORS[door](*args, **kwargs)
        except Exception as error:  # told to who asked
            found = error
        _send(answers, found)
    os._exit(0)  # an orderly end has DuckDB complain of connections that Great Expectations keeps


def _send(pipe: BinaryIO, content: object) -> None:
    pickle.dump(content, pipe)
    pipe.flush()


if __name__ == "__main__":
    serve()
