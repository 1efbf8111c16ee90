"""The small demo practice, made once for all tests of this room that only read it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from ingestion.demo.make import DEMO_TODAY, make_demo
from practice.clock import fixed_clock
from practice.home import Home, open_record
from practice.store.record import Record


def made(folder: Path, *, seed: int = 20260302) -> tuple[Record, Home, dict[str, int]]:
    """A small demo in that folder: its record, home and counts."""
    home = Home(folder)
    home.create()
    record = Record(home.record, clock=fixed_clock(datetime(2026, 11, 20, 14, tzinfo=UTC)))
    return record, home, make_demo(record, home, "small", DEMO_TODAY, seed=seed)


class Demo(SimpleNamespace):
    """A demo to ask: record, home, counts, and the seconds it took."""

    def rows(self, sql: str, *values: object) -> list[dict]:
        with self.record.read() as reader:
            return reader.rows(sql, *values)

    def value(self, sql: str, *values: object) -> object:
        with self.record.read() as reader:
            return reader.value(sql, *values)


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The small demo as it was made. Tests that write use `living_demo`."""
    began = time.perf_counter()
    record, home, counts = made(tmp_path_factory.mktemp("demo") / "home")
    yield Demo(record=record, home=home, counts=counts, seconds=time.perf_counter() - began)
    record.close()


@pytest.fixture(scope="session")
def living_demo(tmp_path_factory):
    """Another one, opened again as the app opens it: its day has begun and people may work in it."""
    record, home, counts = made(tmp_path_factory.mktemp("living") / "home")
    record.close()
    opened = open_record(home)
    yield Demo(record=opened, home=home, counts=counts)
    opened.close()


@pytest.fixture
def make_another():
    """`make_another(folder, seed=…)` makes a small demo of one's own."""
    return made
