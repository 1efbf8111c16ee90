"""What happens to each visit before its start: cancelled, moved (with a successor), a freed cell given to another."""

from __future__ import annotations

import numpy as np

from ingestion.demo.cells import drop_clashes, match
from ingestion.demo.columns import DAY, HOUR, MINUTE, NEVER, Array, Columns, stack, take
from ingestion.demo.hours import GROUP, SHORT
from ingestion.demo.house import FOLLOW_UP, INDIVIDUAL, House
from ingestion.demo.visits import OF_GROUP, REFILL, REGULAR, SUCCESSOR, place

OPEN, CANCELLED, MOVED, MISTAKE, COMPLETED, NO_SHOW, LEFT_UNSEEN = range(7)
"""OPEN = still booked at the start; what then becomes of it is in attendance.py."""

CLIENT, PROVIDER, PRACTICE = range(3)
CANCELLED_BY = ("client", "provider", "practice")


def before_the_start(
    house: House, cells: Columns, clients: Columns, visits: Columns, dice: np.random.Generator
) -> Columns:
    """The visits with their fate so far, successors and refills added.

    New columns: fate, gone (wall seconds when it was cancelled, moved or found mistaken), gone_by, moved_to (row).
    """
    visits = _decide(cells, visits, dice)
    _lose_days(house, visits, dice)
    visits = take(visits, ~((visits["fate"] == CANCELLED) & (visits["gone"] <= visits["booked"])))
    successors = _successors(cells, clients, visits, dice)
    refills = _refills(house, clients, cells, visits, successors["cell"], dice)
    visits["moved_to"][successors["moved_from"]] = np.arange(len(successors["client"])) + len(visits["client"])
    lost = (visits["fate"] == MOVED) & (visits["moved_to"] < 0)
    visits["fate"][lost] = CANCELLED  # no other time was found
    return stack(visits, successors, refills)


def _decide(cells: Columns, visits: Columns, dice: np.random.Generator) -> Columns:
    count = len(visits["client"])
    draw = dice.random(count)
    regular = visits["origin"] == REGULAR
    fate = np.full(count, OPEN)
    fate[draw < 0.115] = CANCELLED
    fate[(draw >= 0.115) & (draw < 0.172) & regular] = MOVED
    fate[(draw > 0.998) & regular] = MISTAKE
    by = np.where((fate == CANCELLED) & (dice.random(count) < 0.10), PROVIDER, CLIENT)
    late = dice.random(count) < np.where(fate == MOVED, 0.2, 0.36)
    notice = np.where(
        late, 0.6 * HOUR + dice.beta(1.2, 1.8, count) * 46 * HOUR, dice.lognormal(np.log(4.2), 0.8, count) * DAY + DAY
    ).astype(np.int64)
    lead = visits["start"] - visits["booked"]
    notice = np.where(notice < lead, notice, (lead * dice.uniform(0.05, 0.9, count)).astype(np.int64))
    gone = np.where(fate == MISTAKE, visits["booked"] + dice.integers(5, 120, count) * MINUTE, visits["start"] - notice)
    gone = awake(gone, dice)
    possible = (fate == OPEN) | ((gone > visits["booked"]) & (gone < visits["start"] - 10 * MINUTE))
    fate = np.where(possible, fate, OPEN)
    return visits | {
        "fate": fate, "gone": np.where(fate == OPEN, NEVER, gone), "gone_by": by, "moved_to": np.full(count, -1),
        "is_lost": cells["is_lost"][visits["cell"]],
    }  # fmt: skip


def awake(wall: Array, dice: np.random.Generator) -> Array:
    """Nobody calls at night: earlier than seven becomes after seven, later than nine before nine."""
    day, time = wall // DAY, wall % DAY
    spot = dice.integers(0, 50 * MINUTE, len(wall))
    time = np.where(time < 7 * HOUR, 7 * HOUR + spot, np.where(time > 21 * HOUR, 20 * HOUR + spot, time))
    return np.where(wall >= NEVER, NEVER, day * DAY + time)


def _lose_days(house: House, visits: Columns, dice: np.random.Generator) -> None:
    """A provider is ill, or the practice can't open: whoever is still booked is called off that morning."""
    day = visits["start"] // DAY
    morning = day * DAY + 6 * HOUR + dice.integers(30, 75, len(day)) * MINUTE
    hit = visits["is_lost"] & (visits["gone"] > morning)
    visits["fate"] = np.where(hit, CANCELLED, visits["fate"])
    visits["gone"] = np.where(hit, morning, visits["gone"])
    visits["gone_by"] = np.where(hit, np.where(day == house.storm_day, PRACTICE, PROVIDER), visits["gone_by"])


def _successors(cells: Columns, clients: Columns, visits: Columns, dice: np.random.Generator) -> Columns:
    """The moved visits' new places: free cells of the same length, usually some days later."""
    taken = np.zeros(len(cells["start"]), dtype=bool)
    taken[visits["cell"]] = True
    moved = np.flatnonzero(visits["fate"] == MOVED)
    shift = (dice.normal(3.5, 3.2, len(moved)) * DAY).astype(np.int64)
    wanted = np.maximum(visits["start"][moved] + shift, visits["gone"][moved] + 20 * HOUR)
    kind = cells["kind"][visits["cell"][moved]]
    found = np.full(len(moved), -1)
    for length in np.unique(kind):
        some = kind == length
        usable = (cells["kind"] == length) & ~taken & ~cells["is_lost"]
        found[some] = match(cells, usable, clients["provider"][visits["client"][moved[some]]], wanted[some], 15 * DAY)
    fits = (found >= 0) & (found != visits["cell"][moved])
    origin, cell = moved[fits], found[fits]
    made = place(cells, visits["client"][origin], cell, visits["service"][origin], SUCCESSOR)
    made["is_first"] = visits["is_first"][origin]
    made["booked"], made["first_booked"] = visits["gone"][origin], visits["first_booked"][origin]
    made["moved_from"] = origin
    made = _with_fate(made, dice)
    standing = visits["fate"] != MOVED
    both = stack(take(visits, standing), made)
    strength = (both["origin"] != SUCCESSOR).astype(int)
    stays = drop_clashes(both["client"], both["start"], both["end"], strength)
    return take(made, stays[standing.sum() :])


def _refills(
    house: House, clients: Columns, cells: Columns, visits: Columns, taken: Array, dice: np.random.Generator
) -> Columns:
    """Freed cells go to other clients of the provider at short notice; so do free cells of the demo's own day."""
    freed = (visits["origin"] != OF_GROUP) & np.isin(visits["fate"], (CANCELLED, MOVED)) & ~visits["is_lost"]
    left = visits["start"] - visits["gone"]
    freed &= (left > 4 * HOUR) & (dice.random(len(left)) < np.clip(left / (4 * DAY), 0.15, 0.55))
    is_free = (cells["start"] // DAY == house.today) & (cells["kind"] != GROUP) & ~cells["is_lost"]
    is_free[visits["cell"]], is_free[taken] = False, False
    today = np.flatnonzero(is_free & (dice.random(len(is_free)) < 0.8))
    cell = np.concatenate([visits["cell"][freed], today])
    since = np.concatenate([visits["gone"][freed], cells["start"][today] - 8 * DAY])
    near = _somebody_near(clients, cells, visits, cell, dice)
    start = cells["start"][cell]
    wait = (dice.uniform(0.02, 0.8, len(cell)) * (start - since - 2 * HOUR)).astype(np.int64)
    booked = awake(since + wait + 5 * MINUTE, dice)
    first_seen = np.full(len(clients["age"]), np.int64(2**60))
    np.minimum.at(first_seen, visits["client"], visits["end"])
    fits = (near >= 0) & (booked > since) & (booked < start - 20 * MINUTE)
    fits &= first_seen[visits["client"][near]] < booked
    cell, near, booked = cell[fits], near[fits], booked[fits]
    service = np.where(cells["kind"][cell] == SHORT, FOLLOW_UP, INDIVIDUAL)
    made = place(cells, visits["client"][near], cell, service, REFILL)
    made["booked"] = made["first_booked"] = booked
    made = _with_fate(made, dice)
    both = stack(visits, made)
    stays = drop_clashes(both["client"], both["start"], both["end"], (both["origin"] != REFILL).astype(int))
    return take(made, stays[len(visits["client"]) :])


def _somebody_near(clients: Columns, cells: Columns, visits: Columns, cell: Array, dice: np.random.Generator) -> Array:
    """For each cell a visit of the same provider some places before or after it, −1 if there is none.

    Whoever comes around that time is in care, and may like to come sooner.
    """
    far = np.int64(2**40)
    key = clients["provider"][visits["client"]] * far + visits["start"]
    order = np.argsort(key, kind="stable")
    place_of = np.searchsorted(key[order], cells["provider"][cell] * far + cells["start"][cell])
    step = dice.choice([-1, 1], len(cell)) * dice.integers(6, 60, len(cell))
    near = order[np.clip(place_of + step, 0, len(order) - 1)]
    same = clients["provider"][visits["client"][near]] == cells["provider"][cell]
    return np.where(same & (visits["origin"][near] == REGULAR) & ~visits["is_first"][near], near, -1)


def _with_fate(made: Columns, dice: np.random.Generator) -> Columns:
    """Successors and refills may be cancelled too, but are not moved again."""
    count = len(made["client"])
    lead = made["start"] - made["booked"]
    gone = awake(made["start"] - (lead * dice.uniform(0.05, 0.8, count)).astype(np.int64), dice)
    cancelled = (dice.random(count) < 0.06) & (gone > made["booked"]) & (gone < made["start"] - 10 * MINUTE)
    return made | {
        "fate": np.where(cancelled, CANCELLED, OPEN), "gone": np.where(cancelled, gone, NEVER),
        "gone_by": np.full(count, CLIENT), "moved_to": np.full(count, -1), "is_lost": np.zeros(count, dtype=bool),
    }  # fmt: skip
