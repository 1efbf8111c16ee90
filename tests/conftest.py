"""What every test starts from: a record in a temporary folder, a clock that tests move, and a small furnished practice."""

from __future__ import annotations

import atexit
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings

from practice.access import passwords
from practice.access.permissions import SYSTEM, Actor, Permission
from practice.ids import seeded_ids
from practice.store.record import Command, Record
from tests import spreading
from tests.furniture import furniture

settings.register_profile(
    "daybook", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("daybook")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    spreading.heavy_first(items)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> spreading.Spreading | None:
    return spreading.Spreading(config, log) if config.getvalue("dist") == "loadfile" else None


class MovableClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def __call__(self) -> datetime:
        return self.instant

    def forward(self, **amount: float) -> None:
        self.instant += timedelta(**amount)

    def to(self, text: str) -> None:
        """To an instant in UTC, such as '2026-03-02T09:00'."""
        self.instant = datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def clock() -> MovableClock:
    """Monday 2 March 2026, 14:00 UTC: nine in the morning in New York."""
    return MovableClock(datetime(2026, 3, 2, 14, tzinfo=UTC))


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost little: how strong the real ones are has a test of its own."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """`prepared(instant, is_furnished=…)`: the closed file of an empty or furnished record made then; copy it, never open it.

    Made once: a new record's migrations cost five times a copy.
    """
    folder = tmp_path_factory.mktemp("prepared")

    @cache
    def make(instant: datetime, *, is_furnished: bool) -> Path:
        path = folder / f"{instant:%Y%m%dT%H%M%S}-{is_furnished}.duckdb"
        opened = Record(path, clock=lambda: instant, ids=seeded_ids(0))
        if is_furnished:
            opened.run(INSERT, SYSTEM, rows=furniture())
        opened.close()
        return path

    return make


@pytest.fixture
def record(
    tmp_path: Path, clock: MovableClock, prepared: Callable[..., Path], request: pytest.FixtureRequest
) -> Iterator[Record]:
    """An empty record; with the furnished practice in it where the test asks for the `house`."""
    path = tmp_path / "record.duckdb"
    shutil.copyfile(prepared(clock.instant, is_furnished="house" in request.fixturenames), path)
    opened = Record(path, clock=clock, ids=seeded_ids(1))
    yield opened
    opened.close()


def actor(role: str, **scope: object) -> Actor:
    """Somebody with that role."""
    return Actor(f"user-{role}", role, role.replace("_", " ").title(), **scope)


@pytest.fixture
def owner() -> Actor:
    return actor("owner")


@pytest.fixture
def desk() -> Actor:
    return actor("front_desk")


@pytest.fixture
def biller() -> Actor:
    return actor("biller")


@pytest.fixture
def as_role():
    """`as_role("provider", provider_id=…)` makes an actor."""
    return actor


def _insert(work, *, rows):
    for table, values in rows:
        work.insert(table, values)


INSERT = Command("test_insert", Permission.OPERATE, _insert)
"""Puts rows into the record as they stand: only for furnishing a test."""


@pytest.fixture
def house(record: Record) -> SimpleNamespace:
    """One location in New York with two rooms, two providers with hours Monday to Friday 9–17, three services, a payer
    with a contract, and four clients (Cora is a child whose guarantor is Ada)."""
    return SimpleNamespace(
        location="loc-elm", rooms=["room-1", "room-2"], moss="prov-moss", reed="prov-reed", visit="svc-visit",
        intake="svc-intake", group="svc-group", payer="payer-harbor", ada="client-ada", ben="client-ben",
        cora="client-cora", dan="client-dan",
    )  # fmt: skip


@atexit.register
def _nothing_after_the_last_word() -> None:
    """DuckDB's binding would print a page of leaks at the interpreter's end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
