"""Which client comes when: every visit that is ever booked, before anything happens to it.

A visit is one client in one cell (a group's cell has several). Columns: client, cell, start and end (wall seconds),
service, is_first (the first visit of a new client), booked (wall seconds), origin.
"""

from __future__ import annotations

import numpy as np

from ingestion.demo.cells import drop_clashes, match
from ingestion.demo.clients import contact_delay, season
from ingestion.demo.columns import DAY, HOUR, MINUTE, Array, Columns, spread, stack, take
from ingestion.demo.hours import GROUP, LONG, SHORT, STANDARD
from ingestion.demo.house import BEFORE, FAMILY, FOLLOW_UP, GROUP_SESSION, INDIVIDUAL, INTAKE, MINUTES, House

REGULAR, OF_GROUP, SUCCESSOR, REFILL = range(4)
"""Where a visit comes from."""

_INTAKE_PATIENCE = 28 * DAY
_PATIENCE = 9 * DAY


def regular_visits(house: House, cells: Columns, clients: Columns, dice: np.random.Generator) -> Columns:
    """Intakes and the visits of each episode of care, in cells; what found no cell in time never came to be."""
    intake = np.flatnonzero(clients["is_new"])
    wanted = clients["created"][intake] + contact_delay(len(intake), dice)
    found = match(cells, cells["kind"] == LONG, clients["provider"][intake], wanted, _INTAKE_PATIENCE)
    taken = found[found >= 0]
    parts = [_visits(cells, intake, found, np.full(len(intake), INTAKE))]
    wishes = _episode_wishes(house, clients, dice)
    # What intakes leave free of the long cells goes to families, and then to anybody.
    for service, kinds in ((FAMILY, (LONG,)), (FOLLOW_UP, (SHORT,)), (INDIVIDUAL, (STANDARD, LONG))):
        some = wishes["service"] == service
        usable = np.isin(cells["kind"], kinds)
        usable[taken] = False
        found = match(cells, usable, clients["provider"][wishes["client"][some]], wishes["wanted"][some], _PATIENCE)
        taken = np.concatenate([taken, found[found >= 0]])
        parts.append(_visits(cells, wishes["client"][some], found, np.full(some.sum(), service)))
    visits = stack(*parts)
    return _after_intake(visits, clients)


def _episode_wishes(house: House, clients: Columns, dice: np.random.Generator) -> Columns:
    """client, service and wanted time of each visit after the intake: the same weekday and hour, every so many days."""
    count = np.maximum(clients["visits"] - clients["is_new"], 0)
    client = np.repeat(np.arange(len(count)), count)
    step = spread(count)
    monday = (clients["created"] // DAY + 3) // 7 * 7 - 3
    begins = np.where(clients["is_new"], monday + 14, house.first_day + dice.integers(0, clients["gap_days"] // 7) * 7)
    breaks = dice.random(len(client)) < 0.06
    pauses = np.cumsum(breaks * 7) - np.repeat(
        np.r_[0, np.cumsum(np.bincount(client, breaks * 7, len(count)))[:-1]], count
    )
    day = begins[client] + step * clients["gap_days"][client] + pauses.astype(np.int64) + clients["weekday"][client] - 1
    wanted = day * DAY + clients["minute"][client] * MINUTE + dice.choice([-60, 0, 0, 60], len(client)) * MINUTE
    kept = (day <= house.last_day) & (dice.random(len(client)) < season(day) * 1.02)
    return {"client": client[kept], "service": clients["service"][client[kept]], "wanted": wanted[kept]}


def _visits(cells: Columns, client: Array, found: Array, service: Array) -> Columns:
    seated = found >= 0
    return place(cells, client[seated], found[seated], service[seated], REGULAR)


def place(cells: Columns, client: Array, cell: Array, service: Array, origin: int) -> Columns:
    """Visits of those clients in those cells; the care begins after the buffer that the service asks for."""
    start = cells["start"][cell] + BEFORE[service] * MINUTE
    count = len(client)
    return {
        "client": client, "cell": cell, "service": service, "start": start, "end": start + MINUTES[service] * MINUTE,
        "is_first": service == INTAKE, "origin": np.full(count, origin), "booked": np.zeros(count, dtype=np.int64),
        "first_booked": np.zeros(count, dtype=np.int64), "moved_from": np.full(count, -1),
    }  # fmt: skip


def _after_intake(visits: Columns, clients: Columns) -> Columns:
    """New clients come for care after their intake, or not at all if they found no intake."""
    intake_end = np.full(len(clients["age"]), -1)
    first = visits["service"] == INTAKE
    intake_end[visits["client"][first]] = visits["end"][first]
    earliest = np.where(clients["is_new"], np.where(intake_end >= 0, intake_end + 2 * DAY, np.int64(2**60)), 0)
    visits = take(visits, first | (visits["start"] >= earliest[visits["client"]]))
    stays = drop_clashes(visits["client"], visits["start"], visits["end"], visits["is_first"].astype(int))
    return take(visits, stays)


def group_visits(cells: Columns, clients: Columns, visits: Columns, dice: np.random.Generator) -> Columns:
    """Twelve-week groups: five to eight clients of the location who are in care then, each week in the group's cell."""
    first = np.full(len(clients["age"]), np.int64(2**60))
    last = np.zeros(len(clients["age"]), dtype=np.int64)
    np.minimum.at(first, visits["client"], visits["start"])
    np.maximum.at(last, visits["client"], visits["start"])
    grown = clients["age"] >= 18
    parts = []
    of_groups = np.flatnonzero(cells["kind"] == GROUP)
    for provider in np.unique(cells["provider"][of_groups]):
        own = of_groups[cells["provider"][of_groups] == provider]
        location = cells["location"][own[0]]
        for begins in range(0, len(own), 12):
            course = own[begins : begins + 12]
            opens, closes = cells["start"][course[0]], cells["start"][course[-1]]
            in_care = grown & (clients["location"] == location) & (first < opens) & (last > (opens + closes) // 2)
            members = dice.permutation(np.flatnonzero(in_care))[: dice.integers(5, 9)]
            if len(members) >= 3:
                who, where = np.repeat(members, len(course)), np.tile(course, len(members))
                parts.append(place(cells, who, where, np.full(len(who), GROUP_SESSION), OF_GROUP))
    return stack(*parts) if parts else take(visits, np.zeros(len(visits["client"]), dtype=bool))


def book(visits: Columns, clients: Columns, dice: np.random.Generator) -> None:
    """When each visit was booked: at the visit before, weeks ahead, or by phone some days before. Sorted by client."""
    count = len(visits["client"])
    start, client = visits["start"], visits["client"]
    same = np.r_[False, client[1:] == client[:-1]]
    before = np.r_[0, visits["end"][:-1]] + dice.integers(1, 10, count) * MINUTE
    office = (8 * HOUR + dice.beta(1.4, 1.5, count) * 10 * HOUR).astype(np.int64)
    ahead = (start // DAY - dice.integers(14, 64, count)) * DAY + office
    some_days = np.clip(dice.lognormal(np.log(4.5), 0.9, count), 1, 45).astype(np.int64)
    by_phone = (start // DAY - some_days) * DAY + office
    way = dice.random(count)
    booked = np.where(way < 0.30, ahead, by_phone)
    booked = np.where((way > 0.55) & same & (start - before < 60 * DAY), before, booked)
    booked = np.where((way > 0.525) & (way < 0.55), start - dice.integers(35, 280, count) * MINUTE, booked)
    created = clients["created"][client]
    booked = np.where(visits["is_first"], created + dice.integers(2, 8, count) * MINUTE, booked)
    # Nobody books on Sundays; nobody before being a client; nobody before the intake but for the intake itself.
    booked = np.where((booked // DAY + 3) % 7 == 6, booked - DAY, booked)
    earliest = created + dice.integers(8, 30, count) * MINUTE
    booked = np.maximum(booked, np.where(visits["is_first"], 0, earliest))
    regular = visits["origin"] <= OF_GROUP
    visits["booked"] = np.where(regular, np.minimum(booked, start - 15 * MINUTE), visits["booked"])
    visits["first_booked"] = np.where(regular, visits["booked"], visits["first_booked"])
