"""What the app does before anybody would have to wait for it: imports, people and the claims to come, the collector."""

from __future__ import annotations

import gc
import importlib

from practice.store.record import Record

HEAVY = ("altair", "pandas", "pyarrow", "duckdb", "streamlit.elements.vega_charts", "streamlit.elements.arrow")
"""The first visitor would pay for these imports otherwise (3 to 6 s)."""


def imports() -> None:
    """Import what pages and the record will need."""
    for module in HEAVY:
        importlib.import_module(module)
    settle()


def memory(record: Record) -> None:
    """Let the record read what the first command would wait for."""
    record.warm()
    settle()


def settle() -> None:
    """What is loaded now lives as long as the process: the collector need not look at it on each rerun or commit."""
    gc.collect()
    gc.freeze()
