"""The doors in a process of their own: loading Great Expectations takes seconds, which a build can go on beside.

A process that has it loaded already judges by itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

from expectations.check import Verdict
from expectations.runner import check_candidate, check_landing

Door = Callable[..., Verdict]


class Doors:
    """Both doors, asked with the parameters of `check_landing` and `check_candidate`; the answer is a future."""

    def __init__(self, pool: ProcessPoolExecutor | None) -> None:
        self._pool = pool

    @property
    def is_beside(self) -> bool:
        """Whether something else can be done meanwhile."""
        return self._pool is not None

    def landing(self, *args: Any, **kwargs: Any) -> Future[Verdict]:
        """What arrived."""
        return self._ask(check_landing, *args, **kwargs)

    def candidate(self, *args: Any, **kwargs: Any) -> Future[Verdict]:
        """What would be served."""
        return self._ask(check_candidate, *args, **kwargs)

    def _ask(self, door: Door, *args: Any, **kwargs: Any) -> Future[Verdict]:
        if self._pool is not None:
            return self._pool.submit(door, *args, **kwargs)
        answer: Future[Verdict] = Future()
        answer.set_result(door(*args, **kwargs))
        return answer


@contextmanager
def doors(*, beside: bool) -> Iterator[Doors]:
    """The doors, in a process that starts loading at once if `beside` and this one has not loaded them yet."""
    if not beside or "great_expectations" in sys.modules:
        yield Doors(None)
        return
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        pool.submit(_load)
        yield Doors(pool)
        pool.submit(os._exit, 0)  # an orderly end has DuckDB complain of connections that Great Expectations keeps


def _load() -> None:
    import expectations.engine  # noqa: F401 - for its effect
