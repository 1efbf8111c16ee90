"""How likely a booked client is to stay away: the truth that is planted, and that models have to find.

A hazard, not a logistic regression: risk rises with the wait and levels off, personal habit multiplies it, recent
misses add to it, and a new client who waits long carries a part of its own. p = 1 − exp(−hazard).
"""

from __future__ import annotations

import numpy as np

from ingestion.demo.columns import Array

BASE = 0.030
WAIT = 0.072
WAIT_DAYS = 11.0
NEW_AND_WAITED = 0.075
PER_MISS = 0.045
MISSES_COUNTED = 3
CONFIRMED = 0.62
HIGHEST = 0.65

WEEKDAY = np.array([0.0, 1.18, 0.95, 0.92, 0.98, 1.12, 1.0, 1.0])
"""By ISO weekday."""
AGE = np.array([0.85, 1.45, 1.05, 0.85, 0.60])
"""By age band: under 18, 18–29, 30–44, 45–64, from 65."""


def age_band(age_years: Array) -> Array:
    """0 … 4: under 18, 18–29, 30–44, 45–64, from 65."""
    return np.digitize(age_years, [18, 30, 45, 65])


def no_show_probability(
    lead_days: Array, is_new: Array, weekday: Array, band: Array, misses: Array, is_confirmed: Array, habit: Array
) -> Array:
    """The chance that a client who is still booked at the start does not come.

    `misses` counts earlier no-shows, `habit` is the client's own factor (mean 1).
    """
    waited = 1 - np.exp(-np.maximum(lead_days, 0) / WAIT_DAYS)
    hazard = habit * AGE[band] * WEEKDAY[weekday] * (BASE + WAIT * waited)
    hazard = hazard + NEW_AND_WAITED * (is_new & (lead_days > 7)) + PER_MISS * np.minimum(misses, MISSES_COUNTED)
    hazard = hazard * np.where(is_confirmed, CONFIRMED, 1.0)
    return np.minimum(1 - np.exp(-hazard), HIGHEST)
