"""What people state from the reminder to the end of a visit: confirmed, arrived, started, completed, no-show."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ingestion.demo.columns import DAY, HOUR, MINUTE, NEVER, Array, Columns, count_within
from ingestion.demo.fates import COMPLETED, LEFT_UNSEEN, NO_SHOW, OPEN, awake
from ingestion.demo.odds import age_band, no_show_probability
from ingestion.demo.visits import OF_GROUP, REGULAR


def attend(clients: Columns, visits: Columns, today: int, dice: np.random.Generator) -> Columns:
    """The visits with fate settled and every time on which something was stated (wall seconds; NEVER = not).

    New columns: confirmed, arrived, seated, ended, outcome (when the outcome was stated), is_late_entry, chance (the
    true probability of a no-show; NaN where the client was not due any more).
    """
    order = np.lexsort((visits["start"], visits["client"]))
    _confirm(visits, dice)
    _enter_late(visits, dice)
    due = order[(visits["fate"][order] == OPEN) & ~visits["is_late_entry"][order]]
    chance = np.full(len(order), np.nan)
    stays_away = np.zeros(len(order), dtype=bool)
    _stay_away(clients, visits, due, chance, stays_away, dice)
    is_open = visits["fate"] == OPEN
    left = is_open & ~stays_away & (dice.random(len(order)) < 0.004)
    fate = np.where(is_open, np.where(stays_away, NO_SHOW, np.where(left, LEFT_UNSEEN, COMPLETED)), visits["fate"])
    visits = visits | {"fate": fate, "chance": chance}
    return visits | _times(visits, today, dice)


def _confirm(visits: Columns, dice: np.random.Generator) -> None:
    """Reminders go out two days before; most who answer do so within a day and a half."""
    count = len(visits["start"])
    when = awake(visits["start"] - (dice.uniform(3, 58, count) * HOUR).astype(np.int64), dice)
    answers = dice.random(count) < np.where(visits["origin"] == OF_GROUP, 0.35, 0.62)
    possible = answers & (when > visits["booked"] + 2 * HOUR) & (when < visits["gone"])
    visits["confirmed"] = np.where(possible & (when < visits["start"] - HOUR), when, NEVER)


def _enter_late(visits: Columns, dice: np.random.Generator) -> None:
    """A few visits are written down after they took place: nobody had booked them."""
    late = (visits["fate"] == OPEN) & (visits["origin"] == REGULAR) & ~visits["is_first"]
    late &= dice.random(len(late)) < 0.006
    written = (
        (visits["start"] // DAY + dice.integers(1, 4, len(late))) * DAY
        + 9 * HOUR
        + dice.integers(0, 300, len(late)) * MINUTE
    )
    visits["is_late_entry"] = late
    for name in ("booked", "first_booked"):
        visits[name] = np.where(late, written, visits[name])
    visits["confirmed"] = np.where(late, NEVER, visits["confirmed"])


def _stay_away(
    clients: Columns, visits: Columns, due: Array, chance: Array, stays_away: Array, dice: np.random.Generator
) -> None:
    """Draw the no-shows, each client's visits in turn: what went before counts. Fills `chance` and `stays_away`."""
    client = visits["client"][due]
    turn = count_within(client)
    by_turn = np.argsort(turn, kind="stable")
    bounds = np.searchsorted(turn[by_turn], np.arange(int(turn.max(initial=-1)) + 2))
    misses = np.zeros(len(clients["age"]), dtype=np.int64)
    luck = dice.random(len(due))
    band = age_band(clients["age"])
    for first, last in pairwise(bounds):
        picked = by_turn[first:last]
        rows, who = due[picked], client[picked]
        day = visits["start"][rows] // DAY
        chance[rows] = no_show_probability(
            lead_days=day - visits["first_booked"][rows] // DAY, is_new=visits["is_first"][rows],
            weekday=(day + 3) % 7 + 1, band=band[who], misses=misses[who],
            is_confirmed=visits["confirmed"][rows] < NEVER, habit=clients["habit"][who],
        )  # fmt: skip
        away = luck[picked] < chance[rows]
        stays_away[rows] = away
        misses[who] += away


def _times(visits: Columns, today: int, dice: np.random.Generator) -> Columns:
    """Most visits are stated as they happen; some in the evening, the next day, days later, or not at all."""
    count = len(visits["start"])
    fate, start, length = visits["fate"], visits["start"], visits["end"] - visits["start"]
    arrived = (
        start + np.clip(dice.normal(-5, 6, count), -28, 17).astype(np.int64) * MINUTE + dice.integers(0, 60, count)
    )
    seated = np.maximum(arrived, start) + (dice.gamma(1.3, 3.2, count) * MINUTE).astype(np.int64) + 20
    ended = seated + np.maximum(length + (dice.normal(-1, 3, count) * MINUTE).astype(np.int64), 10 * MINUTE)
    pace = dice.choice(5, count, p=[0.80, 0.145, 0.038, 0.015, 0.002])
    # On the demo's own day the desk keeps up, so that the day's page has something to show.
    pace = np.where((start // DAY == today) & (dice.random(count) < 0.85), 0, pace)
    is_late = visits["is_late_entry"]
    left = fate == LEFT_UNSEEN
    stamped = ((fate == COMPLETED) & (pace == 0) & ~is_late) | left
    end = np.where(fate == NO_SHOW, start + dice.integers(15, 40, count) * MINUTE, ended)
    evening = np.maximum(end // DAY * DAY + 21 * HOUR, end + MINUTE)
    stated = np.stack(
        [
            end,
            np.minimum(end + dice.integers(HOUR, 5 * HOUR, count), evening),
            awake(end + dice.integers(17 * HOUR, 27 * HOUR, count), dice),
            awake(end + dice.integers(2 * DAY, 9 * DAY, count), dice),
            np.full(count, NEVER),
        ]
    )[pace, np.arange(count)]
    stated = np.where(left, seated + 12 * MINUTE, np.where(is_late, visits["booked"] + 90, stated))
    decided = np.isin(fate, (COMPLETED, LEFT_UNSEEN, NO_SHOW))
    seen = stamped & (fate == COMPLETED)
    return {
        "arrived": np.where(stamped, arrived, NEVER), "seated": np.where(seen, seated, NEVER),
        "ended": np.where(seen, ended, NEVER), "outcome": np.where(decided, stated, visits["gone"]),
    }  # fmt: skip
