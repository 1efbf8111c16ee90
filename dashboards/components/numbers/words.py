"""Numbers as people read them."""

from __future__ import annotations

from dashboards.metrics import Definition, Value
from practice.money import Currency

_QUOTIENTS = ("ratio", "days", "months")
_UNITS = {"days": "d", "months": "mo"}


def in_words(value: float | None, unit: str, currency: Currency, *, is_quotient: bool = False) -> str:
    """A value for people; an en dash where there is nothing to divide by or to take the middle of."""
    if value is None:
        return "–" if unit in _QUOTIENTS or is_quotient else in_words(0, unit, currency)
    if unit == "ratio":
        return f"{value:.1%}"
    if unit in ("days", "months"):
        return f"{value:.1f}"
    if unit == "minor":
        return _money(round(value), currency)
    if unit == "minutes":
        return f"{value / 60:,.0f} h"
    return f"{value:,.0f}"


def say(value: float | None, found: Definition, currency: Currency) -> str:
    """A value of a metric, with the unit that its name does not say."""
    text = in_words(value, found.unit, currency, is_quotient=found.divides or found.kind == "distribution")
    return f"{text} {_UNITS[found.unit]}" if found.unit in _UNITS and value is not None else text


def _money(minor: int, currency: Currency) -> str:
    """To the cent below 1,000, in whole units below 100,000, in thousands above."""
    unit = 10**currency.exponent
    if abs(minor) < 1000 * unit:
        return currency.show(minor)
    is_large = abs(minor) >= 100_000 * unit
    text = currency.show(round(minor / unit / (1000 if is_large else 1)) * unit)
    return text.split(".")[0] + ("k" if is_large else "")


def change(current: float | None, before: float | None, unit: str) -> str | None:
    """The difference to what it is compared with: points for ratios, days for days, per cent otherwise."""
    if current is None or before is None:
        return None
    if unit == "ratio":
        return f"{(current - before) * 100:+.1f} pts"
    if unit in ("days", "months"):
        return f"{current - before:+.1f} {_UNITS[unit]}"
    if not before:
        return None
    share = current / before - 1
    return f"{share:+.1%}" if abs(share) < 1 else f"{share:+,.0%}"  # beyond a doubling its tenths say nothing


def band(value: Value, unit: str, currency: Currency) -> str:
    """From where to where the number may lie while visits are unresolved; empty if none is."""
    if value.low is None or value.high is None or value.low == value.high:
        return ""
    return f"{in_words(value.low, unit, currency)} to {in_words(value.high, unit, currency)}"
