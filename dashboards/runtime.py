"""The app process's one record and one warehouse reader.

Streamlit runs pages as scripts and replaces `__main__`; this module is imported normally by launcher and pages
alike, so there is never a second connection.
"""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.warehouse import Warehouse
from practice.home import Home
from practice.store.record import Record


@dataclass(frozen=True)
class Runtime:
    """What a page needs of its process."""

    home: Home
    record: Record
    warehouse: Warehouse


_current: Runtime | None = None


def start(home: Home, record: Record) -> Runtime:
    """Set this process's runtime (once at start; again in tests)."""
    global _current
    _current = Runtime(home, record, Warehouse(home))
    return _current


def current() -> Runtime:
    """This process's runtime."""
    if _current is None:
        raise RuntimeError("The app was not started by `daybook serve`.")
    return _current
