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


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[PasswordHasher]:
    """Hashes that cost little, for whatever a session makes, too. Gives the real hasher, for the test of its strength."""
    real = passwords._hasher
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield real


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[Path, int]]:
    """`prepared(instant, is_furnished=…)`: the closed file of an empty or furnished record made then, and how many ids
    that took. Copy the file, never open it. It is made once: a new record's migrations cost five times a copy."""
    folder = tmp_path_factory.mktemp("prepared")

    @cache
    def make(instant: datetime, *, is_furnished: bool) -> tuple[Path, int]:
        path, ids, made = folder / f"{instant:%Y%m%dT%H%M%S}-{is_furnished}.duckdb", seeded_ids(1), []
        opened = Record(path, clock=lambda: instant, ids=lambda at: made.append(ids(at)) or made[-1])
        if is_furnished:
            opened.run(INSERT, SYSTEM, rows=furniture())
        opened.close()
        return path, len(made)

    return make


@pytest.fixture
def record(
    tmp_path: Path, clock: MovableClock, prepared: Callable[..., tuple[Path, int]], request: pytest.FixtureRequest
) -> Iterator[Record]:
    """An empty record; with the furnished practice in it where the test asks for the `house`."""
    template, ids_made = prepared(clock.instant, is_furnished="house" in request.fixturenames)
    path, ids = tmp_path / "record.duckdb", seeded_ids(1)
    for _ in range(ids_made):
        ids(clock.instant)
    shutil.copyfile(template, path)
    opened = Record(path, clock=clock, ids=ids)
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
