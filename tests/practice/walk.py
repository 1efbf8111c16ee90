"""A practice in memory with the plainest model beside it, and what always holds between the two."""

from __future__ import annotations

import random
from collections import Counter, deque
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import ClassVar

from practice.access.permissions import SYSTEM
from practice.audit.verify import verify
from practice.errors import Refusal
from practice.ids import seeded_ids
from practice.store.record import Record
from tests.conftest import INSERT, MovableClock, actor

from .plain_diary import DEVICES, ELM, OAK, ROOMS, SERVICES, ZONES, PlainDiary, Visit, Year

YEARS = {"spring": (date(2026, 3, 8), True), "autumn": (date(2026, 11, 1), False)}
PROVIDERS, CLIENTS = ("prov-moss", "prov-reed"), ("client-ada", "client-ben", "client-cora", "client-dan")
POOLS = {"room": "pool-rooms", "device": "pool-devices"}
MOST_LIVE = 24


def furnish(now: datetime) -> list[tuple[str, dict]]:
    """Two places, three rooms, three devices, two providers at work in both every day from midnight to eight."""
    began = date(2025, 1, 6)
    rows: list[tuple[str, dict]] = [("settings", {"name": "zone", "value": '"America/New_York"'})]
    for place, (zone, _) in ZONES.items():
        rows.append(("locations", {"location_id": place, "name": place, "zone": zone, "is_active": True}))
    for room, place in ROOMS.items():
        rows.append(("rooms", {"room_id": room, "location_id": place, "name": room, "capacity": 1, "is_active": True}))
    for device, place in DEVICES.items():
        thing = {"equipment_id": device, "location_id": place, "name": device, "capacity": 1, "is_active": True}
        rows.append(("equipment", thing))
    for kind, members in (("room", ROOMS), ("device", DEVICES)):
        pool = {
            "pool_id": POOLS[kind],
            "name": kind,
            "kind": "room" if kind == "room" else "equipment",
            "is_active": True,
        }
        rows.append(("pools", pool))
        for one in members:
            member = {"pool_member_id": f"in {one}", "pool_id": POOLS[kind], "resource_id": one}
            rows.append(("pool_members", member | {"effective_from": began, "effective_to": None}))
    for key, one in SERVICES.items():
        rows.append(("services", {
            "service_id": key, "name": key, "code": key[-4:], "duration_minutes": one.minutes, "fee_minor": 1, "capacity": 1,
            "buffer_before_minutes": one.before, "buffer_after_minutes": one.after, "needs_room": one.needs_room,
            "is_for_new_clients": False, "is_active": True,
        }))  # fmt: skip
    for key in PROVIDERS:
        rows.append(("providers", {
            "provider_id": key, "name": key, "code": key[-4:], "discipline": None, "npi": None, "started_date": began,
            "ended_date": None, "is_active": True,
        }))  # fmt: skip
        for service in SERVICES:
            given = {"provider_service_id": key + service, "provider_id": key, "service_id": service, "is_active": True}
            rows.append(("provider_services", given))
        for weekday in range(1, 8):
            for place in ZONES:
                rows.append(("availability", {
                    "availability_id": f"{key}{place}{weekday}", "provider_id": key, "location_id": place,
                    "weekday": weekday, "start_time": "00:00", "end_time": "08:00", "effective_from": began,
                    "effective_to": None,
                }))  # fmt: skip
    for key in CLIENTS:
        rows.append(("clients", {
            "client_id": key, "given_name": key, "family_name": "Birch", "birth_date": date(1990, 5, 17), "phone": None,
            "email": None, "guarantor_client_id": None, "referral_source_id": None, "location_id": ELM,
            "provider_id": PROVIDERS[0], "created_at": now, "created_date": began, "is_active": True,
        }))  # fmt: skip
    return rows


class Walk:
    """Random steps (methods of a subclass, named in `steps`) in a practice that the model follows."""

    steps: ClassVar[tuple[str, ...]] = ()

    def __init__(self, number: int) -> None:
        self.number, self.dice = number, random.Random(number)
        sunday, is_spring = YEARS[self.dice.choice(sorted(YEARS))]
        self.year = Year(sunday, is_spring=is_spring)
        began = datetime.combine(sunday - timedelta(days=2), datetime.min.time(), UTC) + timedelta(hours=20)
        self.clock = MovableClock(began)
        self.record = Record(Path(":memory:"), clock=self.clock, ids=seeded_ids(number))
        self.record.run(INSERT, SYSTEM, rows=furnish(began))
        self.model = PlainDiary(self.year, began.replace(tzinfo=None))
        self.owner = actor("owner")
        self.rule_ids: dict[tuple, str] = {}
        self.said: Counter[str] = Counter()
        self.trace: deque[str] = deque(maxlen=60)

    def go(self, steps: int) -> None:
        """So many steps, then the trail."""
        for count in range(steps):
            step = self.dice.choice(self.steps)
            if len(self.model.live) >= MOST_LIVE:
                step = "cancel"
            try:
                getattr(self, step)()
                self.agree(is_thorough=count % 20 == 0)
            except Exception as error:
                told = "\n".join(self.trace)
                raise AssertionError(f"walk {self.number}, step {count}:\n{told}\n{step}: {error}") from error
        assert verify(self.record) == []
        self.record.close()

    # --- doing ---

    def ask(self, sql: str, *values) -> list[dict]:
        with self.record.read() as reader:
            return reader.rows(sql, *values)

    def run(self, command, **parameters):
        """The answer, or the refusal."""
        try:
            answer = self.record.run(command, self.owner, reason="a walk", **parameters)
        except Refusal as refusal:
            answer = refusal
        word = f"refused: {answer.rule}" if isinstance(answer, Refusal) else "done"
        self.said[f"{command.name} {'refused' if isinstance(answer, Refusal) else 'done'}"] += 1
        self.trace.append(f"{self.model.now:%m-%d %H:%M} {command.name} {parameters} → {word}")
        return answer

    def judge(self, answer, expected: set[str], alternatives=None) -> bool:
        """Whether it was granted; the model must see it alike, and other times that are named must pass."""
        if not isinstance(answer, Refusal):
            assert not expected, f"granted, but the model sees {expected}"
            return True
        assert answer.rule in expected, (
            f"{answer.rule} ({answer}), but the model sees {expected or 'nothing in the way'}"
        )
        for text in answer.alternatives if alternatives else ():
            in_the_way = alternatives(datetime.fromisoformat(text))
            assert not in_the_way, f"{text} was named, but the model sees {in_the_way}"
        return False

    def any_wall(self) -> datetime:
        day = self.dice.choice(self.year.days)
        return datetime.combine(day, datetime.min.time()) + timedelta(minutes=15 * self.dice.randrange(34))

    def at(self, wish: Visit, wall: datetime) -> Visit:
        return replace(wish, wall=wall, start=self.year.instant(wall, wish.place))

    def any_wish(self) -> Visit:
        dice, began = self.dice, self.model.now
        place = dice.choice((ELM, ELM, OAK))
        wish = Visit(
            dice.choice(PROVIDERS),
            dice.choice(CLIENTS),
            dice.choice(sorted(SERVICES)),
            place,
            began,
            began,
        )
        return self.at(wish, self.any_wall())

    def any_key(self) -> str | None:
        return self.dice.choice(sorted(self.model.live)) if self.model.live else None

    def follow(self, *keys: str, is_override: bool = False) -> None:
        """Learn where the granted ones are, and who was led elsewhere for them: only who may be, and only if needed."""
        found: dict[str, list[str]] = {}
        for row in self.ask(
            "select appointment_id as key, resource_id as thing from claims where resource_kind in ('room', 'equipment')"
            " and kind = 'care' order by resource_id"
        ):
            found.setdefault(row["key"], []).append(row["thing"])
        model, before = self.model, dict(self.model.live)
        others = {key: one for key, one in before.items() if key not in keys}
        for key, one in before.items():
            things = found.get(key, [])
            room = next((thing for thing in things if thing in ROOMS), None)
            devices = tuple(thing for thing in things if thing in DEVICES)
            if key in keys:
                wanted = model.needs.get((one.service, "device"), 0)
                assert len(devices) == wanted
                assert set(devices) <= set(model.pool("device", one))
                assert room == one.room if one.is_pinned else (room is None) is (not model.rooms_that_do(one))
                assert one.is_pinned or room is None or room in model.rooms_that_do(one)
            elif room != one.room:
                assert model.may_be_led(one), f"{key} was led from {one.room} to {room}"
                assert any(not model.free_rooms(before[other], others) for other in keys), "led without need"
            model.live[key] = replace(one, room=room, devices=devices if key in keys else one.devices)
        for key, one in model.live.items():
            if one.room and not one.is_pinned and (key in keys or one.room != before[key].room):
                rest = {other: two for other, two in model.live.items() if other != key}
                given = is_override and key in keys and model.may_be_over(one, [one.room], rest)
                assert given or not model.is_over("room", one.room, one, rest, is_override=False), (
                    f"{key} is too many in {one.room}"
                )

    # --- what always holds ---

    def agree(self, *, is_thorough: bool) -> None:
        """The record holds what the model holds, each in a lane of its own."""
        claims = self.ask("select resource_id, kind, starts_at, ends_at, lane from claims")
        held = Counter((one["resource_id"], one["kind"], one["starts_at"], one["ends_at"]) for one in claims)
        assert held == Counter(claim for visit in self.model.live.values() for claim in visit.claims())
        if not is_thorough:
            return
        for one, other in combinations(claims, 2):
            is_same = (one["resource_id"], one["lane"]) == (other["resource_id"], other["lane"])
            assert not is_same or one["ends_at"] <= other["starts_at"] or other["ends_at"] <= one["starts_at"]
        rows = self.ask(
            "select appointment_id, wall_start, starts_at, ends_at, wall_end, location_id from appointments where status = 'scheduled'"
        )
        assert {row["appointment_id"] for row in rows} == set(self.model.live)
        for row in rows:
            visit = self.model.live[row["appointment_id"]]
            assert (row["wall_start"], row["starts_at"], row["ends_at"]) == (visit.wall, visit.start, visit.end)
            assert row["wall_end"] == self.year.wall(visit.end, visit.place)


def spelled(wall: datetime) -> str:
    return wall.strftime("%Y-%m-%dT%H:%M")
