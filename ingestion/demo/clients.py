"""Who comes: new clients week by week, what they need and how often, who owes for them, what covers them."""

from __future__ import annotations

import numpy as np

from ingestion.demo.cells import minutes_of
from ingestion.demo.columns import DAY, HOUR, MINUTE, NEVER, Array, Columns, stack
from ingestion.demo.hours import GROUP
from ingestion.demo.house import FAMILY, FOLLOW_UP, INDIVIDUAL, PAYERS, REFERRALS, House
from ingestion.demo.odds import age_band

MEAN_VISITS = 10.0
_EPISODES = ((0.18, 1, 3), (0.42, 4, 11), (0.30, 10, 27), (0.10, 30, 81))
"""(share, fewest, one more than most) visits of an episode of care."""


def season(days: Array) -> Array:
    """How much is wanted on a day, by the time of year: summer and the end of the year are quiet."""
    day_of_year = (days.astype("datetime64[D]") - days.astype("datetime64[D]").astype("datetime64[Y]")).astype(int)
    wanted = np.interp(
        day_of_year,
        [0, 6, 25, 100, 165, 182, 232, 246, 262, 322, 328, 334, 350, 357, 366],
        [0.40, 0.95, 1.06, 1.03, 0.97, 0.82, 0.80, 0.96, 1.08, 1.05, 0.72, 1.02, 0.88, 0.36, 0.40],
    )
    return wanted / 1.08


def build_clients(house: House, cells: Columns, dice: np.random.Generator) -> Columns:
    """One row per client who is seen, those who came before the history began first.

    provider, location, created (wall seconds), is_new (a new client of this history), visits, gap_days, service, age,
    habit, weekday and minute they prefer, payer (−1 = pays alone), covered_from, payer_2 and switch_day, referral.
    """
    provider, week, is_new = _arrivals(house, cells, dice)
    count = len(provider)
    band = dice.choice(5, count, p=[0.19, 0.17, 0.29, 0.23, 0.12])
    low, high = np.array([6, 18, 30, 45, 65])[band], np.array([18, 30, 45, 65, 84])[band]
    age = dice.integers(low, high)
    created = (house.first_day + week * 7) * DAY + dice.integers(0, 5, count) * DAY
    created = np.where(is_new, created, (house.first_day - dice.integers(3, 24, count)) * DAY)
    created = created + _office_minute(count, dice) * MINUTE + dice.integers(0, 60, count)
    service = dice.choice([INDIVIDUAL, FOLLOW_UP, FAMILY], count, p=[0.745, 0.205, 0.05])
    often, seldom = dice.choice([7, 14, 28], count, p=[0.45, 0.43, 0.12]), dice.choice([14, 28], count, p=[0.6, 0.4])
    gap = np.where(service == FOLLOW_UP, seldom, often)
    home = _home_location(house, cells)
    clients = {
        "provider": provider, "location": home[provider], "created": created, "is_new": is_new,
        "visits": _episode_lengths(is_new, dice), "gap_days": gap, "service": service, "age": age,
        "habit": dice.gamma(2.2, 1 / 2.2, count),
        "weekday": dice.choice(np.arange(1, 6), count, p=np.array([0.92, 1.12, 1.15, 1.06, 0.85]) / 5.1),
        "minute": _wanted_minute(age_band(age), dice),
        "referral": dice.choice(len(REFERRALS), count, p=[0.24, 0.21, 0.2, 0.08, 0.15, 0.03, 0.09]),
    }  # fmt: skip
    return clients | _cover(house, created, dice) | {"sort": np.arange(count)}


def _arrivals(house: House, cells: Columns, dice: np.random.Generator) -> tuple[Array, Array, Array]:
    """(provider, week, is new): as many as keep each provider as busy as the practice wants to be."""
    weeks = (house.last_day - house.first_day) // 7 + 1
    hours = np.zeros((house.size.providers, weeks))
    usable = cells["kind"] != GROUP
    position = (cells["provider"][usable], (cells["start"][usable] // DAY - house.first_day) // 7)
    np.add.at(hours, position, minutes_of(cells["kind"][usable]) / 60)
    usual = np.array([np.median(row[row > 0]) for row in hours])
    growth = house.size.load * (0.68 + 0.32 * np.linspace(0, 1, weeks))
    tenure = np.arange(weeks)[None, :] - (np.array(house.joins)[:, None] - house.first_day) // 7
    stays = house.first_day + np.arange(weeks)[None, :] * 7 < np.array(house.leaves)[:, None] - 60
    catching_up = np.where((tenure < 16) & (np.array(house.joins)[:, None] > house.first_day), 1.9, 1.0)
    middles = house.first_day + np.arange(weeks) * 7 + 3
    rate = usual[:, None] * growth * season(middles) * catching_up * ((tenure >= 0) & stays) / MEAN_VISITS
    new = dice.poisson(rate)
    who, when = np.nonzero(new)
    repeats = new[who, when]
    # Those who were clients before: a full caseload on the first day, for whoever worked then.
    founders = np.flatnonzero(np.array(house.joins) <= house.first_day)
    load = dice.poisson(usual[founders] * growth[0] / 0.56)
    provider = np.concatenate([np.repeat(founders, load), np.repeat(who, repeats)])
    week = np.concatenate([np.zeros(load.sum(), dtype=np.int64), np.repeat(when, repeats)])
    is_new = np.arange(len(provider)) >= load.sum()
    return provider, week, is_new


def _episode_lengths(is_new: Array, dice: np.random.Generator) -> Array:
    """Visits to come. Who was in care before has a part of a (longer) episode left."""
    kind = dice.choice(4, len(is_new), p=[share for share, _, _ in _EPISODES])
    long_kind = np.where(dice.random(len(is_new)) < 0.55, 2, 3)
    kind = np.where(is_new, kind, long_kind)
    length = dice.integers(
        np.array([low for _, low, _ in _EPISODES])[kind], np.array([high for *_, high in _EPISODES])[kind]
    )
    left = np.ceil(length * dice.uniform(0.1, 1.0, len(is_new))).astype(np.int64)
    return np.where(is_new, length, left)


def _office_minute(count: int, dice: np.random.Generator) -> Array:
    """A minute of the working day."""
    return (8.2 * 60 + dice.beta(1.3, 1.6, count) * 9.6 * 60).astype(np.int64)


def _wanted_minute(band: Array, dice: np.random.Generator) -> Array:
    """When people like to come: children after school, workers early or late, retired people in the morning."""
    count = len(band)
    early_or_late = np.where(dice.random(count) < 0.4, dice.normal(8.5, 0.8, count), dice.normal(15.5, 1.6, count))
    hour = np.where(band == 0, dice.normal(15.0, 1.2, count), early_or_late)
    hour = np.where(band == 4, dice.normal(10.8, 1.5, count), hour)
    return (np.clip(hour, 8, 18) * 60).astype(np.int64)


def _home_location(house: House, cells: Columns) -> Array:
    counts = np.zeros((house.size.providers, house.size.locations), dtype=np.int64)
    np.add.at(counts, (cells["provider"], cells["location"]), 1)
    return counts.argmax(axis=1)


def _cover(house: House, created: Array, dice: np.random.Generator) -> Columns:
    """Seven in ten are covered; some change to another payer on a first of January."""
    count = len(created)
    shares = np.array([payer[3] for payer in PAYERS])
    payer = np.where(dice.random(count) < 0.71, dice.choice(len(PAYERS), count, p=shares / shares.sum()), -1)
    year = (created // DAY).astype("datetime64[D]").astype("datetime64[Y]")
    next_year = (year + 1).astype("datetime64[D]").astype(np.int64)
    switches = (payer >= 0) & (dice.random(count) < 0.12) & (next_year < house.today)
    other = (payer + dice.integers(1, len(PAYERS), count)) % len(PAYERS)
    # A plan has either a copay or a share of what it allows.
    coinsurance = dice.choice([0, 10, 20, 30], count, p=[0.45, 0.2, 0.25, 0.1])
    copay = dice.choice([15_00, 20_00, 25_00, 30_00, 40_00], count)
    return {
        "payer": payer,
        "payer_2": np.where(switches, other, -1),
        "switch_day": np.where(switches, next_year, NEVER),
        "covered_from": year.astype("datetime64[D]").astype(np.int64),
        "copay": np.where(coinsurance > 0, 0, copay),
        "coinsurance": coinsurance,
        "pays_at_desk": dice.random(count) < 0.72,
    }


def guarantors(clients: Columns, dice: np.random.Generator) -> tuple[Columns, Array]:
    """Parents of the children, as clients who are never seen themselves; and each client's guarantor (own row = self).

    The parents' rows follow the clients' rows. Every fifth child shares a parent with the child before (a sibling).
    """
    children = np.flatnonzero(clients["age"] < 18)
    is_sibling = dice.random(len(children)) < 0.18
    is_sibling[:1] = False
    first = children[~is_sibling]
    parent_of_child = np.cumsum(~is_sibling) - 1
    owes = np.arange(len(clients["age"]))
    owes[children] = len(owes) + parent_of_child
    parents = {name: values[first].copy() for name, values in clients.items()}
    parents["created"] = clients["created"][first] - dice.integers(2, 9, len(first)) * MINUTE
    # A sibling may have come first: the parent is known from the earliest child on.
    np.minimum.at(parents["created"], parent_of_child, clients["created"][children] - 2 * MINUTE)
    parents["age"] = clients["age"][first] + dice.integers(22, 41, len(first))
    parents |= {"payer": np.full(len(first), -1), "payer_2": np.full(len(first), -1)}
    return stack(clients, parents), np.concatenate([owes, np.arange(len(owes), len(owes) + len(first))])


def contact_delay(count: int, dice: np.random.Generator) -> Array:
    """Seconds from the first contact to the wanted intake: skewed, a week in the median."""
    return np.clip(dice.lognormal(np.log(7.5), 0.75, count), 0.3, 45) * DAY + HOUR
