"""Thousands of random steps against the plainest model: who holds what when, counted.

Law 2: nothing overlaps beyond its capacity, and nothing is refused that would fit. Law 4: each occurrence is a row that
stays. Moves form chains, and events only ever grow.
"""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from practice.audit.chain import findings
from practice.errors import Refusal
from practice.ids import seeded_ids
from practice.scheduling.commands import book_appointment, cancel_appointment, enter_in_error, move_appointment
from practice.scheduling.policies import set_overlap_policy
from practice.store.record import Record

MIDNIGHT = datetime(2026, 3, 3, 5)  # of Tuesday in New York, in UTC
QUARTERS = st.integers(36, 60)  # starts from 9:00 to 15:00, so that every length stays within hours
PROVIDERS = ("prov-moss", "prov-reed")
ROOMS = ("room-1", "room-2")
CLIENTS = ("client-ada", "client-ben", "client-cora", "client-dan")
LENGTH = {"svc-visit": 50, "svc-intake": 90, "svc-group": 60}
AFTER = {"svc-visit": 10, "svc-intake": 0, "svc-group": 0}
SEATS = 6
A_MINUTE = timedelta(minutes=1)
STEPS = ("book",) * 10 + ("move",) * 5 + ("change",) * 3 + ("cancel",) * 2 + ("take_back", "change_policy")
TAKEN = {"provider_taken", "room_taken", "client_taken", "group_full"}


def wall(quarter: int) -> str:
    return (datetime(2026, 3, 3) + 15 * quarter * A_MINUTE).strftime("%Y-%m-%dT%H:%M")


@dataclass(frozen=True)
class Visit:
    """What the model knows of a live visit."""

    provider: str
    room: str | None
    clients: tuple[str, ...]
    service: str
    quarter: int
    minutes: int

    def holds(self) -> list[tuple[str, str, datetime, datetime]]:
        """(resource, kind, start, end) of all that it claims."""
        start = MIDNIGHT + 15 * self.quarter * A_MINUTE
        end = start + self.minutes * A_MINUTE
        after = end + AFTER[self.service] * A_MINUTE
        spans = [(one, "care", start, end) for one in (self.provider, self.room, *self.clients) if one]
        if after > end:
            spans += [(one, "after", end, after) for one in (self.provider, self.room) if one]
        return spans


class Diary(RuleBasedStateMachine):
    """Bound to a furnished record's file by the tests below."""

    template: Path
    folder: Path
    clock: object
    owner: object
    numbers = count()
    said: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        path = self.folder / f"{next(Diary.numbers)}.duckdb"
        shutil.copy(self.template, path)
        self.record = Record(path, clock=self.clock, ids=seeded_ids(7))
        self.live: dict[str, Visit] = {}
        self.limits = {"provider": (1, 1), "room": (1, 1), "client": (1, 1)}
        self.events = 0
        self.rows = 0
        self.chain: dict[str, str] = {}
        self.done = self._ask("select count(*) as n from audit_entries")[0]["n"]

    def teardown(self) -> None:
        self._check_chains()
        assert findings(self._ask("select * from audit_entries order by seq")) == []
        self.record.close()
        self.record.path.unlink()

    # --- the model ---

    def _ask(self, sql: str) -> list[dict]:
        with self.record.read() as reader:
            return reader.rows(sql)

    def _clashes(self, visit: Visit, ignoring: str | None = None, *, is_override: bool = False) -> set[str]:
        """Kinds of resources of which the visit would be one too many."""
        return {
            self._kind(resource)
            for resource, _, start, end in visit.holds()
            if self._count(resource, start, end, ignoring) >= self.limits[self._kind(resource)][is_override]
        }

    def _count(self, resource: str, start: datetime, end: datetime, ignoring: str | None) -> int:
        spans = [
            (a, b)
            for key, visit in self.live.items()
            if key != ignoring
            for one, _, a, b in visit.holds()
            if one == resource
        ]
        steps = int((end - start) / (5 * A_MINUTE))
        return max(sum(a <= start + 5 * n * A_MINUTE < b for a, b in spans) for n in range(steps))

    @staticmethod
    def _kind(resource: str) -> str:
        return {"prov": "provider", "room": "room", "clie": "client"}[resource[:4]]

    def _pick_room(self, visit: Visit, rooms: tuple[str, ...], ignoring: str | None = None) -> str | None:
        return next((room for room in rooms if "room" not in self._clashes(replace(visit, room=room), ignoring)), None)

    def _run(self, command, expected: set[str], reason: str | None = None, **parameters):
        """Do it; the model has said which kinds stand in the way, none = it must be granted."""
        refusal = None
        try:
            answer = self.record.run(command, self.owner, reason=reason, **parameters)
        except Refusal as error:
            refusal = error
        if refusal is not None:
            assert refusal.rule in TAKEN, str(refusal)
            assert refusal.rule.split("_")[0] in expected, f"{refusal} but the model sees {expected}"
            Diary.said["no"] += 1
            return None
        assert not expected, f"granted, but the model sees {expected}"
        Diary.said[command.name] += 1
        self.done += 1
        return answer

    def _check_chains(self) -> None:
        moved = self._ask(
            "select a.appointment_id as old, b.appointment_id as new from appointments a join appointments b"
            " on a.moved_to_id = b.appointment_id and b.moved_from_id = a.appointment_id where a.status = 'rescheduled'"
        )
        assert {row["old"]: row["new"] for row in moved} == self.chain

    # --- the steps ---

    @rule(data=st.data(), step=st.sampled_from(STEPS))
    def step(self, data, step):
        """One rule that chooses: Hypothesis would otherwise leave bookings out of most runs."""
        getattr(self, step if self.live or step == "change_policy" else "book")(data.draw)

    def book(self, draw):
        provider, client, quarter = draw(st.sampled_from(PROVIDERS)), draw(st.sampled_from(CLIENTS)), draw(QUARTERS)
        service, room = draw(st.sampled_from(sorted(LENGTH))), draw(st.sampled_from((None, None, *ROOMS)))
        is_override = draw(st.booleans())
        wish = Visit(provider, room, (client,), service, quarter, LENGTH[service])
        said = {"override_reason": "urgent"} if is_override else {}
        said |= {"client_id": client, "provider_id": provider, "service_id": service, "location_id": "loc-elm"}
        group = next(
            (
                key for key, one in self.live.items()
                if service == "svc-group" and (one.service, one.provider, one.quarter) == (service, provider, quarter)
            ),
            None,
        )  # fmt: skip
        if group:
            self._join(group, client, is_override, said | {"wall_start": wall(quarter)})
            return
        if room is None and service == "svc-visit":
            room = self._pick_room(wish, ROOMS)
            wish = replace(wish, room=room)
        expected = self._clashes(wish, is_override=is_override)
        if service == "svc-visit" and room is None:
            expected = expected | {"room"}
        asked = said | {"wall_start": wall(quarter), "room_id": wish.room if room and room in ROOMS else None}
        answer = self._run(book_appointment, expected, **asked)
        if answer:
            assert answer["room_id"] == wish.room
            self.live[answer["appointment_id"]] = wish
            self.rows += 1

    def _join(self, group, client, is_override, said):
        standing = self.live[group]
        alone = replace(standing, provider="", room=None, clients=(client,))
        expected = self._clashes(alone, None if client in standing.clients else group, is_override=is_override)
        if client in standing.clients:
            expected = {"client"}
        if len(standing.clients) >= SEATS:
            expected = expected | {"group"}
        if self._run(book_appointment, expected, **said):
            self.live[group] = replace(standing, clients=(*standing.clients, client))

    def move(self, draw):
        quarter, provider, is_override = draw(QUARTERS), draw(st.sampled_from(PROVIDERS)), draw(st.booleans())
        key = draw(st.sampled_from(sorted(self.live)))
        standing = self.live[key]
        wish = replace(standing, quarter=quarter, provider=provider)
        if wish == standing:
            return
        if standing.room:
            liked = (standing.room, *(room for room in ROOMS if room != standing.room))
            wish = replace(wish, room=self._pick_room(wish, liked, key))
        expected = self._clashes(wish, key, is_override=is_override)
        if standing.room and wish.room is None:
            expected = expected | {"room"}
        said = {"override_reason": "urgent"} if is_override else {}
        answer = self._run(
            move_appointment, expected, appointment_id=key, wall_start=wall(quarter), provider_id=provider,
            moved_by="client", code="schedule_conflict", **said,
        )  # fmt: skip
        if answer:
            del self.live[key]
            self.live[answer["appointment_id"]] = replace(wish, room=answer["room_id"])
            self.chain[key] = answer["appointment_id"]
            self.rows += 1

    def change(self, draw):
        room, minutes = draw(st.sampled_from((None, *ROOMS))), draw(st.sampled_from((25, 50, 60, 90, 120)))
        key = draw(st.sampled_from(sorted(self.live)))
        standing = self.live[key]
        if room in (None, standing.room) and minutes == standing.minutes:
            return
        wish = replace(standing, minutes=minutes, room=room or standing.room)
        expected: set[str] = set()
        if minutes > standing.minutes:
            if standing.room and not room:
                liked = (standing.room, *(one for one in ROOMS if one != standing.room))
                wish = replace(wish, room=self._pick_room(wish, liked, key))
                expected = set() if wish.room else {"room"}
            expected = expected | self._clashes(wish, key)
        elif room not in (None, standing.room):
            expected = self._clashes(wish, key) & {"room"}
        answer = self._run(move_appointment, expected, appointment_id=key, room_id=room, duration_minutes=minutes)
        if answer:
            assert answer["appointment_id"] == key
            self.live[key] = replace(wish, room=answer["room_id"])

    def cancel(self, draw):
        who, is_one = draw(st.sampled_from(("client", "provider", "practice"))), draw(st.booleans())
        key = draw(st.sampled_from(sorted(self.live)))
        standing = self.live[key]
        named = {}
        if is_one:
            client = draw(st.sampled_from(standing.clients))
            with self.record.read() as reader:
                sql = "select attendee_id from attendees where appointment_id = ? and client_id = ? and status = 'scheduled'"
                named = reader.one(sql, key, client)
            left = tuple(one for one in standing.clients if one != client)
        else:
            left = ()
        self._run(cancel_appointment, set(), reason="ill", appointment_id=key, cancelled_by=who, **named)
        if left:
            self.live[key] = replace(standing, clients=left)
        else:
            del self.live[key]

    def take_back(self, draw):
        key = draw(st.sampled_from(sorted(self.live)))
        self._run(enter_in_error, set(), reason="a mistake", appointment_id=key)
        del self.live[key]

    def change_policy(self, draw):
        kind, number, is_warn = (
            draw(st.sampled_from(("provider", "room"))),
            draw(st.integers(1, 3)),
            draw(st.booleans()),
        )
        name = "warn" if is_warn and kind == "provider" else "capacity"
        answer = self._run(
            set_overlap_policy, set(), resource_kind=kind, rule=name, capacity=number, ceiling=number,
            effective_from="2026-03-02",
        )  # fmt: skip
        self.limits[kind] = (1, number) if name == "warn" else (number, number)
        too_many = {
            key
            for key, visit in self.live.items()
            for resource, _, start, end in visit.holds()
            if self._kind(resource) == kind and self._count(resource, start, end, None) > self.limits[kind][1]
        }
        assert set(answer["over_capacity"]) == too_many  # evicted is nobody: the invariants still find them

    # --- what always holds ---

    @invariant()
    def what_is_held_is_what_the_model_holds(self):
        claims = self._ask("select resource_id, kind, starts_at, ends_at, lane, claim_id from claims")
        held = Counter((c["resource_id"], c["kind"], c["starts_at"], c["ends_at"]) for c in claims)
        assert held == Counter(span for visit in self.live.values() for span in visit.holds())
        for one in claims:
            for other in claims:
                apart = one["ends_at"] <= other["starts_at"] or other["ends_at"] <= one["starts_at"]
                is_same = (one["resource_id"], one["lane"]) == (other["resource_id"], other["lane"])
                assert one is other or apart or not is_same
        slots = self._ask("select resource_id, slot_at, lane, claim_id from slots")
        wanted = {
            (c["resource_id"], c["starts_at"] + 5 * n * A_MINUTE, c["lane"], c["claim_id"])
            for c in claims
            for n in range(int((c["ends_at"] - c["starts_at"]) / (5 * A_MINUTE)))
        }
        assert {tuple(slot.values()) for slot in slots} == wanted

    @invariant()
    def nothing_is_ever_lost(self):
        (now,) = self._ask(
            "select (select count(*) from appointment_events) as events, (select count(*) from appointments) as rows,"
            " (select count(*) from audit_entries) as done, (select count(*) from appointments a where not exists"
            " (select 1 from attendees t where t.appointment_id = a.appointment_id)) as empty"
        )
        assert now["events"] >= self.events
        self.events = now["events"]
        assert (now["rows"], now["done"], now["empty"]) == (self.rows, self.done, 0)


@pytest.fixture
def diary(record, house, tmp_path, clock, owner):
    """The machine, bound to a copy of the furnished practice for each run."""
    record.close()
    bound = {"template": record.path, "folder": tmp_path, "clock": staticmethod(clock), "owner": owner}
    return type("BoundDiary", (Diary,), bound)


def _explore(machine, examples, steps, phases=tuple(Phase)):
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=phases,
    )
    run_state_machine_as_test(machine, settings=chosen)


def test_random_days_keep_to_the_plainest_model(diary):
    Diary.said.clear()
    # A failure is told as it was found: shrinking it takes minutes, and the long run does that.
    _explore(diary, examples=16, steps=80, phases=(Phase.explicit, Phase.reuse, Phase.generate))
    assert min(Diary.said[word] for word in ("book_appointment", "move_appointment", "cancel_appointment", "no")) > 20


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_many_random_days_keep_to_the_plainest_model(diary):
    _explore(diary, examples=120, steps=150)
