"""Random weeks around a clock change, in two places: the product and the plainest model never disagree.

Book, move, cancel; series made, changed and ended (one, following, all); rules of booking, travel, overlap, pools and
needs that change underneath; time that passes, over the change itself. What may be granted is granted, what may not is
refused by a rule that the model sees too, and every other time that a refusal names would pass.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from practice.scheduling.booking_rules import end_booking_rule, set_booking_rule, set_travel_time
from practice.scheduling.commands import book_appointment, cancel_appointment, enter_in_error, move_appointment
from practice.scheduling.policies import set_overlap_policy
from practice.scheduling.resources import set_need, set_pool_members
from practice.scheduling.series.booking import book_series, plan_series
from practice.scheduling.series.cancelling import cancel_series
from practice.scheduling.series.editing import edit_series, plan_edit

from .plain_diary import DEVICES, ELM, OAK, ROOMS, SERVICES, ZONES, Versions, Visit
from .walk import CLIENTS, POOLS, PROVIDERS, Walk, spelled

STEPS = (
    ("book",) * 12 + ("move",) * 7 + ("cancel",) * 3 + ("take_back",) + ("make_series",) * 3 + ("edit",) * 4
    + ("end_series", "rule", "rule", "rule", "end_rule", "end_rule", "travel", "policy", "members", "need")
    + ("wait",) * 3
)  # fmt: skip
VALUES = {
    "notice_minutes": (0, 60, 600, 1_500),
    "window_days": (0, 1, 2, 9, 9),
    "daily_limit": (1, 2, 3, 500),
    "client_daily_limit": (1, 2, 100),
}


class Weeks(Walk):
    """The steps."""

    steps = STEPS

    # --- visits ---

    def book(self) -> None:
        wish, is_online, is_override = self.any_wish(), self.dice.random() < 0.3, self.dice.random() < 0.3
        room = self.dice.choice([name for name, place in ROOMS.items() if place == wish.place])
        if self.dice.random() < 0.3:
            wish = replace(wish, room=room, is_pinned=True)
        expected = self.model.refusals(wish, is_online=is_online, is_override=is_override)
        if self.year.is_skipped(wish.wall):
            expected = {"skipped_hour"}
        answer = self.run(
            book_appointment, client_id=wish.client, provider_id=wish.provider, service_id=wish.service,
            location_id=wish.place, wall_start=spelled(wish.wall), room_id=wish.room,
            override_reason="urgent" if is_override else None, channel="online" if is_online else "desk",
        )  # fmt: skip
        passes = (
            None
            if "skipped_hour" in expected
            else lambda wall: self.model.refusals(self.at(wish, wall), is_online=is_online)
        )
        if self.judge(answer, expected, passes):
            self.model.live[answer["appointment_id"]] = wish
            self.follow(answer["appointment_id"], is_override=is_override)

    def move(self) -> None:
        key = self.any_key()
        if key is None:
            return
        standing, dice = self.model.live[key], self.dice
        wish = replace(standing, provider=dice.choice(PROVIDERS), is_pinned=False, devices=())
        wall = self.any_wall()
        if standing.series:  # on its own day, so that no two dates of a series ever meet
            wall = datetime.combine(standing.day, wall.time())
        elif dice.random() < 0.3:
            wish = replace(wish, place=OAK if wish.place == ELM else ELM)
        wish = self.at(wish, wall)
        if (wish.wall, wish.provider, wish.place) == (standing.wall, standing.provider, standing.place):
            return
        is_override = dice.random() < 0.3
        expected = self.model.refusals(wish, is_override=is_override, ignoring=key)
        if self.year.is_skipped(wall):
            expected = {"skipped_hour"}
        answer = self.run(
            move_appointment, appointment_id=key, wall_start=spelled(wall), provider_id=wish.provider,
            location_id=wish.place, moved_by="client", code="other", override_reason="urgent" if is_override else None,
        )  # fmt: skip
        passes = None if "skipped_hour" in expected else lambda at: self.model.refusals(self.at(wish, at), ignoring=key)
        if self.judge(answer, expected, passes):
            del self.model.live[key]
            moved = answer["appointment_id"]
            self.model.live[moved] = wish
            self.follow(moved, is_override=is_override)
            now = self.model.live[moved]
            self.model.live[moved] = replace(now, is_pinned=standing.is_pinned and now.room == standing.room)

    def cancel(self) -> None:
        if key := self.any_key():
            answer = self.run(cancel_appointment, appointment_id=key, cancelled_by="client")
            assert self.judge(answer, set())
            del self.model.live[key]

    def take_back(self) -> None:
        if key := self.any_key():
            assert self.judge(self.run(enter_in_error, appointment_id=key), set())
            del self.model.live[key]

    # --- series ---

    def make_series(self) -> None:
        wish, count = self.any_wish(), self.dice.choice((2, 3))
        step, text = self.dice.choice(((1, "FREQ=DAILY"), (7, "FREQ=WEEKLY"), (2, "FREQ=DAILY;INTERVAL=2")))
        walls = [wish.wall + timedelta(days=step * number) for number in range(count)]
        asked = {
            "client_id": wish.client, "provider_id": wish.provider, "service_id": wish.service,
            "location_id": wish.place, "wall_start": spelled(wish.wall), "rule": f"{text};COUNT={count}",
        }  # fmt: skip
        if wish.start < self.model.now:
            answer = self.run(book_series, **asked)
            assert not self.judge(answer, {"past"})
            return
        with self.record.read() as reader:
            lines = plan_series(reader, self.owner, **asked)["lines"]
        wishes = [self.at(wish, self._held(wall)) for wall in walls]
        expected = self._lines_agree(lines, [(one, None) for one in wishes])
        clashing = [wall for wall, why in zip(walls, expected, strict=True) if why]
        if clashing:
            answer = self.run(book_series, **asked)
            assert not self.judge(answer, {"series_clash"})
        if len(clashing) == count:
            return
        answer = self.run(book_series, **asked, choices={spelled(wall): {"do": "skip"} for wall in clashing})
        assert self.judge(answer, set())
        made = [(wall, one) for wall, one, why in zip(walls, wishes, expected, strict=True) if not why]
        for key, (wall, one) in zip(answer["appointment_ids"], made, strict=True):
            self.model.live[key] = replace(one, series=answer["series_id"], original=wall)
        self.follow(*answer["appointment_ids"])

    def _held(self, wall: datetime) -> datetime:
        """A skipped time is held after the gap."""
        return wall + timedelta(hours=1) if self.year.is_skipped(wall) else wall

    def _lines_agree(self, lines, wishes) -> list[set[str]]:
        """What the model sees in the way of each date; the lines must say the same."""
        found = []
        for line, (wish, ignoring) in zip(lines, wishes, strict=True):
            expected = self.model.refusals(wish, ignoring=ignoring)
            assert line["wall_start"] == wish.wall
            assert (line["status"] == "clash") is bool(expected), f"{line}, but the model sees {expected}"
            assert not expected or line["rule"] in expected, f"{line}, but the model sees {expected}"
            found.append(expected)
        return found

    def _reached(self, key: str, scope: str) -> list[str]:
        """The visits to come that an edit reaches, in the order of their dates."""
        anchor, live = self.model.live[key], self.model.live
        of_it = [one for one in live if live[one].series == anchor.series and live[one].start >= self.model.now]
        if scope == "one":
            return [one for one in of_it if one == key]
        return sorted(
            (one for one in of_it if scope == "all" or live[one].original >= anchor.original),
            key=lambda one: live[one].original,
        )

    def _any_of_series(self) -> str | None:
        keys = sorted(key for key, one in self.model.live.items() if one.series)
        return self.dice.choice(keys) if keys else None

    def edit(self) -> None:
        """Another time of day, or another provider, for one, the following or all."""
        key = self._any_of_series()
        if key is None:
            return
        scope, live = self.dice.choice(("one", "following", "all")), self.model.live
        anchor, reached = live[key], self._reached(key, scope)
        change, to_time = {}, None
        if self.dice.random() < 0.6:
            to_time = self.any_wall().time()
            goal = datetime.combine(anchor.original.date(), to_time)
            if goal == anchor.wall or (scope == "one" and self.year.is_skipped(goal)):
                return
            change["wall_start"] = spelled(goal)
        else:
            change["provider_id"] = self.dice.choice(PROVIDERS)
        asked = {"appointment_id": key, "scope": scope} | change
        if not reached:
            assert not self.judge(self.run(edit_series, **asked), {"nothing_left"})
            return
        wishes = [self._edited(live[one], scope, to_time, change.get("provider_id")) for one in reached]
        leaving = [
            one
            for one, wish in zip(reached, wishes, strict=True)
            if (wish.wall, wish.provider) != (live[one].wall, live[one].provider)
        ]
        if any(wish.start < self.model.now for wish in wishes):
            return  # into the past: that asks for a reason, date by date
        with self.record.read() as reader:
            lines = plan_edit(reader, self.owner, **asked)["lines"]
        assert [line["original_start"] for line in lines] == [live[one].original for one in reached]
        stay = [(wish, one) if one in leaving else (wish, None) for one, wish in zip(reached, wishes, strict=True)]
        expected = []
        for line, (wish, ignoring) in zip(lines, stay, strict=True):
            why = self.model.refusals(wish, ignoring=ignoring) if ignoring else set()
            assert (line["status"] == "clash") is bool(why), f"{line}, but the model sees {why}"
            assert not why or line["rule"] in why, f"{line}, but the model sees {why}"
            expected.append(why)
        clashing = [spelled(live[one].original) for one, why in zip(reached, expected, strict=True) if why]
        if clashing:
            assert not self.judge(self.run(edit_series, **asked), {"series_clash"})
        answer = self.run(edit_series, **asked, choices={text: {"do": "leave"} for text in clashing})
        assert self.judge(answer, set())
        fresh = []
        for old, new, wish, why in zip(reached, answer["appointment_ids"], wishes, expected, strict=True):
            standing = live.pop(old)
            assert (new == old) is (bool(why) or old not in leaving)
            original = standing.original
            if scope != "one" and to_time is not None:
                original = datetime.combine(original.date(), to_time)
            is_left = bool(why) or old not in leaving
            live[new] = replace(standing if is_left else wish, series=answer["series_id"], original=original)
            fresh += [] if is_left else [new]
        self.follow(*fresh)

    def _edited(self, one: Visit, scope: str, to_time, provider: str | None) -> Visit:
        """What it does not state itself, it takes from the change."""
        wish = replace(one, is_pinned=False, devices=())
        if scope == "one":
            wall = datetime.combine(one.original.date(), to_time) if to_time is not None else one.wall
            return self.at(replace(wish, provider=provider or one.provider), wall)
        if to_time is not None and one.wall == self._held(one.original):
            wish = self.at(wish, self._held(datetime.combine(one.original.date(), to_time)))
        if provider and one.provider == self._says(one.series):
            wish = replace(wish, provider=provider)
        return wish

    def _says(self, series: str) -> str:
        """The provider whom the series names."""
        return self.ask("select provider_id from series where series_id = ?", series)[0]["provider_id"]

    def end_series(self) -> None:
        key = self._any_of_series()
        if key is None:
            return
        scope = self.dice.choice(("one", "following", "all"))
        reached = self._reached(key, scope)
        answer = self.run(cancel_series, appointment_id=key, scope=scope, cancelled_by="client")
        if self.judge(answer, set() if reached else {"nothing_left"}):
            assert sorted(answer["appointment_ids"]) == sorted(reached)
            for one in reached:
                del self.model.live[one]

    # --- what is set up ---

    def rule(self) -> None:
        rule, scope = (
            self.dice.choice(sorted(VALUES)),
            self.dice.choice(("client", "service", "provider", "location", "practice")),
        )
        ids = {
            "client": CLIENTS,
            "service": tuple(SERVICES),
            "provider": PROVIDERS,
            "location": tuple(ZONES),
            "practice": (None,),
        }
        key = (rule, scope, self.dice.choice(ids[scope]), self.dice.choice(("everyone", "everyone", "online")))
        value, today = self.dice.choice(VALUES[rule]), self.model.today()
        answer = self.run(
            set_booking_rule,
            rule=rule,
            value=value,
            scope=scope,
            scope_id=key[2],
            audience=key[3],
            effective_from=str(today),
        )
        assert self.judge(answer, set())
        self.model.rules.setdefault(key, Versions()).say(today, value)
        self.rule_ids[key] = answer["booking_rule_id"]

    def end_rule(self) -> None:
        if self.rule_ids:
            key = self.dice.choice(sorted(self.rule_ids, key=str))
            answer = self.run(end_booking_rule, booking_rule_id=self.rule_ids.pop(key))
            assert self.judge(answer, set())
            self.model.rules[key].say(self.model.today(), None)

    def travel(self) -> None:
        self.model.way = self.dice.choice((0, 15, 30, 60))
        ends = (
            {"from_location_id": ELM, "to_location_id": OAK}
            if self.dice.random() < 0.5
            else {"from_location_id": OAK, "to_location_id": ELM}
        )
        assert self.judge(self.run(set_travel_time, **ends, minutes=self.model.way), set())

    def policy(self) -> None:
        kind, service = (
            self.dice.choice(("provider", "provider", "room", "client")),
            self.dice.choice((None, *SERVICES)),
        )
        rule, number = self.dice.choice(("block", "warn", "capacity")), self.dice.randint(1, 3)
        today = self.model.today()
        answer = self.run(
            set_overlap_policy, resource_kind=kind, service_id=service, rule=rule, capacity=number, ceiling=number,
            effective_from=str(today),
        )  # fmt: skip
        assert self.judge(answer, set())
        limits = {"block": (1, 1), "warn": (1, number), "capacity": (number, number)}[rule]
        self.model.overlap.setdefault((kind, service), Versions()).say(today, limits)

    def members(self) -> None:
        kind = self.dice.choice(("room", "device"))
        every = tuple(ROOMS if kind == "room" else DEVICES)
        chosen = tuple(one for one in every if self.dice.random() < 0.7)
        since = self.model.today() + timedelta(days=self.dice.choice((0, 0, 1, 2)))
        answer = self.run(set_pool_members, pool_id=POOLS[kind], resource_ids=list(chosen), effective_from=str(since))
        assert self.judge(answer, set())
        self.model.members[kind].say(since, chosen)

    def need(self) -> None:
        kind, service = self.dice.choice((("room", "svc-talk"), ("device", "svc-test"), ("device", "svc-talk")))
        quantity = self.dice.choice((0, 1) if kind == "room" else (0, 1, 2))
        assert self.judge(self.run(set_need, service_id=service, pool_id=POOLS[kind], quantity=quantity), set())
        self.model.needs[service, kind] = quantity

    def wait(self) -> None:
        self.clock.forward(minutes=self.dice.choice((5, 20, 45, 90)))
        self.model.now = self.clock().replace(tzinfo=None)


def test_random_weeks_around_a_clock_change_keep_to_the_plainest_model():
    said: Counter[str] = Counter()
    for number in range(3):
        walk = Weeks(number)
        walk.go(200)
        said += walk.said
    for word in ("book_appointment done", "move_appointment done", "book_series done", "edit_series done"):
        assert said[word] >= 10, said
    assert said["book_appointment refused"] >= 20


PARTS = 50
"""Parts of the long run: `DAYBOOK_PART=7 pytest -m long -k many_random_weeks` does one of them, all of them a million steps."""


@pytest.mark.long
@pytest.mark.timeout(0)
@pytest.mark.parametrize("part", [int(os.environ["DAYBOOK_PART"])] if "DAYBOOK_PART" in os.environ else range(PARTS))
def test_many_random_weeks_around_a_clock_change_keep_to_the_plainest_model(part, capsys):
    steps, walks, began = 500, 1_000_000 // (PARTS * 500), time.process_time()
    said: Counter[str] = Counter()
    for number in range(walks):
        walk = Weeks(1_000 + part * walks + number)
        walk.go(steps)
        said += walk.said
    with capsys.disabled():
        seconds = time.process_time() - began
        granted = ", ".join(f"{count} {word}" for word, count in sorted(said.items()))
        print(
            f"\npart {part + 1} of {PARTS}: {walks * steps} steps, {walks * steps / seconds:.0f} a second of processor; {granted}"
        )
