"""What every test starts from: a record in a temporary folder, a clock that tests move, and a small furnished practice."""

from __future__ import annotations

import atexit
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings

from practice.access import passwords
from practice.access.permissions import SYSTEM, Actor, Permission
from practice.ids import seeded_ids
from practice.store.record import Command, Record

settings.register_profile(
    "daybook", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("daybook")


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


def furniture() -> list[tuple[str, dict]]:
    """The rows of the `house`."""
    began = date(2025, 1, 6)
    rows: list[tuple[str, dict]] = [
        ("settings", {"name": "practice_name", "value": '"Elm Street Practice"'}),
        ("settings", {"name": "zone", "value": '"America/New_York"'}),
        ("settings", {"name": "currency", "value": '"USD"'}),
        (
            "locations",
            {
                "location_id": "loc-elm", "name": "Elm Street", "zone": "America/New_York", "address": "1 Elm Street",
                "phone": None, "is_active": True,
            },
        ),
        ("payers", {"payer_id": "payer-harbor", "name": "Harbor Health", "kind": "commercial", "is_active": True}),
        ("referral_sources", {"referral_source_id": "ref-web", "name": "Web", "kind": "web", "is_active": True}),
    ]  # fmt: skip
    for number in (1, 2):
        rows.append(
            (
                "rooms",
                {
                    "room_id": f"room-{number}", "location_id": "loc-elm", "name": f"Room {number}", "capacity": 1,
                    "is_active": True,
                },
            )
        )  # fmt: skip
    services = [
        ("svc-visit", "Follow-up", "V50", 50, 0, 10, 150_00, 1, True),
        ("svc-intake", "Intake", "I90", 90, 0, 0, 220_00, 1, False),
        ("svc-group", "Group", "G60", 60, 0, 0, 60_00, 6, False),
    ]
    for key, name, code, minutes, before, after, fee, capacity, needs_room in services:
        rows.append(
            (
                "services",
                {
                    "service_id": key, "name": name, "code": code, "duration_minutes": minutes,
                    "buffer_before_minutes": before, "buffer_after_minutes": after, "fee_minor": fee,
                    "capacity": capacity, "needs_room": needs_room, "is_for_new_clients": key == "svc-intake",
                    "is_active": True,
                },
            )
        )  # fmt: skip
    rows.append(
        (
            "payer_contracts",
            {
                "payer_contract_id": "con-1", "payer_id": "payer-harbor", "service_id": "svc-visit",
                "allowed_minor": 110_00, "effective_from": began, "effective_to": None,
            },
        )
    )  # fmt: skip
    for key, name, code in (("prov-moss", "Dr. Ines Moss", "IM"), ("prov-reed", "Tomas Reed", "TR")):
        rows.append(
            (
                "providers",
                {
                    "provider_id": key, "name": name, "code": code, "discipline": "Psychology", "npi": None,
                    "started_date": began, "ended_date": None, "is_active": True,
                },
            )
        )  # fmt: skip
        for service in services:
            rows.append(
                (
                    "provider_services",
                    {
                        "provider_service_id": f"{key}:{service[0]}", "provider_id": key, "service_id": service[0],
                        "is_active": True,
                    },
                )
            )  # fmt: skip
        for weekday in range(1, 6):
            rows.append(
                (
                    "availability",
                    {
                        "availability_id": f"av-{key}-{weekday}", "provider_id": key, "location_id": "loc-elm",
                        "weekday": weekday, "start_time": "09:00", "end_time": "17:00", "effective_from": began,
                        "effective_to": None,
                    },
                )
            )  # fmt: skip
    rows.append(
        (
            "cancellation_policies",
            {
                "cancellation_policy_id": "cp-1", "service_id": None, "notice_minutes": 24 * 60, "fee_minor": 50_00,
                "effective_from": began, "effective_to": None,
            },
        )
    )  # fmt: skip
    people = [("ada", "Ada", "Birch", None), ("ben", "Ben", "Alder", None), ("cora", "Cora", "Birch", "client-ada")]
    for key, given, family, guarantor in [*people, ("dan", "Dan", "Ford", None)]:
        rows.append(
            (
                "clients",
                {
                    "client_id": f"client-{key}", "given_name": given, "family_name": family,
                    "birth_date": date(1990, 5, 17), "phone": "+1 555 010 0" + str(len(rows)), "email": None,
                    "guarantor_client_id": guarantor, "referral_source_id": "ref-web", "location_id": "loc-elm",
                    "provider_id": "prov-moss", "created_at": datetime(2025, 2, 3, 15), "created_date": date(2025, 2, 3),
                    "is_active": True,
                },
            )
        )  # fmt: skip
    # Ben is covered by Harbor Health; the others pay themselves.
    rows.append(
        (
            "policies",
            {
                "policy_id": "pol-ben", "client_id": "client-ben", "payer_id": "payer-harbor", "rank": 1,
                "member_number": "H-100", "copay_minor": 20_00, "effective_from": began, "effective_to": None,
            },
        )
    )  # fmt: skip
    return rows


@atexit.register
def _nothing_after_the_last_word() -> None:
    """DuckDB's binding would print a page of leaks at the interpreter's end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
