"""The practice as its record stands at the demo's present: what lies beyond it is cut off, times become UTC."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingestion.demo.attendance import attend
from ingestion.demo.cells import build_cells
from ingestion.demo.clients import build_clients, guarantors
from ingestion.demo.columns import DAY, NEVER, Array, Columns, stack, take
from ingestion.demo.fates import CANCELLED, COMPLETED, LEFT_UNSEEN, MISTAKE, MOVED, NO_SHOW, before_the_start
from ingestion.demo.house import FOLLOW_UP, INDIVIDUAL, House
from ingestion.demo.visits import OF_GROUP, book, group_visits, regular_visits

STATUSES = (
    "scheduled", "arrived", "in_session", "completed", "no_show", "cancelled", "left_unseen", "rescheduled",
    "entered_in_error",
)  # fmt: skip
(SCHEDULED, ARRIVED, IN_SESSION, IS_COMPLETED, IS_NO_SHOW, IS_CANCELLED, IS_LEFT, IS_MOVED, IS_MISTAKE) = range(9)
_TIMES = ("booked", "first_booked", "confirmed", "arrived", "seated", "ended", "outcome", "gone")


@dataclass
class Story:
    """Everything that the practice knows of people and visits. `attendees` refer to rows of `clients`, `appointments`.

    Times are UTC seconds but for `wall_start` and `wall_end`; `owes` is each client's guarantor (a row of `clients`).
    """

    clients: Columns
    owes: Array
    appointments: Columns
    attendees: Columns


def tell(house: House, seed: int) -> Story:
    """Everything up to the present, from a seed."""
    dice = [np.random.default_rng([seed, part]) for part in range(6)]
    cells = build_cells(house)
    clients = build_clients(house, cells, dice[0])
    visits = regular_visits(house, cells, clients, dice[1])
    visits = stack(visits, group_visits(cells, clients, visits, dice[2]))
    visits = take(visits, np.lexsort((visits["cell"], visits["start"], visits["client"])))
    visits = _one_at_a_time(visits)
    book(visits, clients, dice[3])
    visits = before_the_start(house, cells, clients, visits, dice[4])
    visits = attend(clients, visits, house.today, dice[5])
    return _cut(house, cells, clients, visits, np.random.default_rng([seed, 6]))


def _one_at_a_time(visits: Columns) -> Columns:
    """A group's member is nowhere else at that time; visits are ordered by client and start."""
    same = visits["client"][1:] == visits["client"][:-1]
    clash = same & (visits["start"][1:] < visits["end"][:-1] + 1800)
    weaker = np.where(visits["origin"][1:] == OF_GROUP, np.arange(1, len(clash) + 1), np.arange(len(clash)))[clash]
    stays = np.ones(len(visits["client"]), dtype=bool)
    stays[weaker] = False
    return take(visits, stays)


def _cut(house: House, cells: Columns, clients: Columns, visits: Columns, dice: np.random.Generator) -> Story:
    zone = cells["location"][visits["cell"]]
    known = visits | {name: house.zones.to_utc(visits[name], zone) for name in _TIMES}
    here = known["booked"] <= house.now
    known = take(known, here)
    position = np.cumsum(here) - 1
    moved_to = known["moved_to"]
    is_gone = known["gone"] <= house.now
    known["moved_to"] = np.where(is_gone & (moved_to >= 0), position[moved_to], -1)
    known["moved_from"] = np.where(known["moved_from"] >= 0, position[known["moved_from"]], -1)
    for name in _TIMES:
        known[name] = np.where(known[name] <= house.now, known[name], NEVER)
    known["status"] = _status(known)
    clients, owes, known["client"] = _known_clients(house, clients, known["client"], dice)
    appointments, known["appointment"] = _appointments(house, cells, known, dice)
    latest = [np.where(known[name] < NEVER, known[name], 0) for name in _TIMES]
    known["known"] = np.maximum.reduce(latest)
    appointments["known"] = np.zeros(len(appointments["status"]), dtype=np.int64)
    np.maximum.at(appointments["known"], known["appointment"], known["known"])
    return Story(clients, owes, appointments, known)


def _status(known: Columns) -> Array:
    """The attendee's status now, from the fate and from which of its times have come."""
    status = np.full(len(known["fate"]), SCHEDULED)
    status[known["arrived"] < NEVER] = ARRIVED
    status[known["seated"] < NEVER] = IN_SESSION
    settled = known["outcome"] < NEVER
    for fate, final in (
        (COMPLETED, IS_COMPLETED), (NO_SHOW, IS_NO_SHOW), (LEFT_UNSEEN, IS_LEFT), (CANCELLED, IS_CANCELLED),
        (MOVED, IS_MOVED), (MISTAKE, IS_MISTAKE),
    ):  # fmt: skip
        status[settled & (known["fate"] == fate)] = final
    return status


def _known_clients(
    house: House, clients: Columns, visited_by: Array, dice: np.random.Generator
) -> tuple[Columns, Array, Array]:
    """Those who have booked, and their guarantors; created before their first booking."""
    here = np.zeros(len(clients["age"]), dtype=bool)
    here[visited_by] = True
    everybody, owes = guarantors(take(clients, here), dice)
    position = np.cumsum(here) - 1
    everybody["created"] = house.zones.to_utc(everybody["created"], everybody["location"])
    return everybody, owes, position[visited_by]


def _appointments(house: House, cells: Columns, known: Columns, dice: np.random.Generator) -> tuple[Columns, Array]:
    """One per attendee, but one per cell for groups. Columns of appointments, and each attendee's row among them."""
    count = len(known["cell"])
    group = known["origin"] == OF_GROUP
    key = np.where(group, known["cell"], len(cells["start"]) + np.arange(count))
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    cell, zone = known["cell"][first], cells["location"][known["cell"][first]]
    likes_video = dice.random(int(known["client"].max()) + 1) < 0.24
    remote = likes_video[known["client"][first]] & (dice.random(len(first)) < 0.7)
    remote &= np.isin(known["service"][first], (INDIVIDUAL, FOLLOW_UP))
    _follow(remote, known, first, inverse)
    booked = np.full(len(first), NEVER)
    np.minimum.at(booked, inverse, known["booked"])
    to_utc, from_row, to_row = house.zones.to_utc, known["moved_from"], known["moved_to"]
    made = {
        "provider": cells["provider"][cell], "location": zone, "service": known["service"][first],
        "room": np.where(remote, -1, cells["room"][cell]), "is_video": remote, "booked": booked,
        "wall_start": known["start"][first], "wall_end": known["end"][first], "day": known["start"][first] // DAY,
        "starts": to_utc(known["start"][first], zone), "ends": to_utc(known["end"][first], zone),
        "is_online": (dice.random(len(first)) < 0.27) | ((known["booked"][first] // DAY + 3) % 7 >= 5),
        "moved_from": _linked(from_row, first, inverse), "moved_to": _linked(to_row, first, inverse),
        "is_group": group[first],
    }  # fmt: skip
    made["status"] = appointment_status(len(first), inverse, known["status"])
    return made, inverse


def _follow(remote: Array, known: Columns, first: Array, inverse: Array) -> None:
    """A moved visit stays on video, or in the room."""
    successor = np.flatnonzero(known["moved_from"][first] >= 0)
    remote[successor] = remote[inverse[known["moved_from"][first[successor]]]]


def _linked(attendee: Array, first: Array, inverse: Array) -> Array:
    other = attendee[first]
    return np.where(other >= 0, inverse[other], -1)


APPOINTMENT_STATUSES = (
    "scheduled", "in_session", "completed", "closed", "cancelled", "rescheduled", "entered_in_error",
)  # fmt: skip


def appointment_status(count: int, appointment: Array, status: Array) -> Array:
    """Like `practice.scheduling.model.status_of`, for all appointments at once (an index of APPOINTMENT_STATUSES)."""
    seen = np.zeros((count, len(STATUSES)), dtype=bool)
    seen[appointment, status] = True
    rules = (
        (seen[:, IN_SESSION], 1),
        (seen[:, SCHEDULED] | seen[:, ARRIVED], 0),
        (seen[:, IS_COMPLETED], 2),
        (seen[:, IS_NO_SHOW] | seen[:, IS_LEFT], 3),
        (seen[:, IS_MOVED], 5),
        (seen[:, IS_CANCELLED], 4),
    )
    return np.select([where for where, _ in rules], [code for _, code in rules], 6)
