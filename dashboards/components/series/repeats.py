"""How a visit repeats: the few rhythms that most series have as one choice, every other one by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import streamlit as st

from practice.scheduling.series.dates import nth_of
from practice.scheduling.series.rules import (
    DAY_NAMES,
    MOST_INTERVAL,
    MOST_VISITS,
    Rule,
    daily,
    monthly_on_date,
    monthly_on_weekday,
    weekly,
)

USUAL_VISITS = 12
LABELS = {
    "none": "Does not repeat",
    "weekly": "Every week",
    "fortnightly": "Every 2 weeks",
    "month_weekday": "Every month, same weekday",
    "month_date": "Every month, same date",
    "custom": "Custom",
}
_UNITS = {"days": "days", "weeks": "weeks", "month_weekday": "months, same weekday", "month_date": "months, same date",
          "month_end": "months, on the last day"}  # fmt: skip


@dataclass(frozen=True)
class Repeats:
    """What was chosen; the rule follows once the first visit's time is known."""

    unit: str
    interval: int
    weekdays: tuple[int, ...]
    count: int | None
    until: date | None

    def rule(self, first: datetime) -> Rule:
        """The rule of a series that begins then. Raises Refusal for an end that no series may have."""
        end = {"until": self.until} if self.until else {"count": self.count or 1}
        if self.unit == "days":
            return daily(self.interval, **end)
        if self.unit == "weeks":
            return weekly(first.isoweekday(), *self.weekdays, interval=self.interval, **end)
        if self.unit == "month_weekday":
            return monthly_on_weekday(nth_of(first.date()), first.isoweekday(), self.interval, **end)
        return monthly_on_date(-1 if self.unit == "month_end" else first.day, self.interval, **end)


def choose_repeats(form: str, today: date) -> Repeats | None:
    """Draw the choice; None if the visit does not repeat."""
    kind = st.selectbox("Repeats", list(LABELS), format_func=LABELS.__getitem__, key=f"{form}:repeats")
    if kind == "none":
        return None
    unit, interval, weekdays = _preset(kind)
    if kind == "custom":
        unit, interval, weekdays = _custom(form)
    count, until = _end(form, today)
    return Repeats(unit, interval, weekdays, count, until)


def _preset(kind: str) -> tuple[str, int, tuple[int, ...]]:
    return {"weekly": ("weeks", 1, ()), "fortnightly": ("weeks", 2, ())}.get(kind, (kind, 1, ()))


def _custom(form: str) -> tuple[str, int, tuple[int, ...]]:
    left, right = st.columns([1, 2])
    interval = left.number_input("Every", 1, MOST_INTERVAL, 1, key=f"{form}:repeats:every")
    unit = right.selectbox("Unit", list(_UNITS), index=1, format_func=_UNITS.__getitem__, key=f"{form}:repeats:unit")
    weekdays: list[int] = []
    if unit == "weeks":
        weekdays = st.pills(
            "On, besides the first visit's day",
            range(1, 8),
            selection_mode="multi",
            format_func=lambda day: DAY_NAMES[day - 1][:3],
            key=f"{form}:repeats:days",
        )
    return unit, int(interval), tuple(weekdays)


def _end(form: str, today: date) -> tuple[int | None, date | None]:
    left, right = st.columns(2)
    by = left.selectbox("Ends", ["After", "On a date"], key=f"{form}:repeats:ends")
    if by == "After":
        count = right.number_input("Visits", 1, MOST_VISITS, USUAL_VISITS, key=f"{form}:repeats:count")
        return int(count or 1), None
    until = right.date_input(
        "Last day", today + timedelta(weeks=USUAL_VISITS), min_value=today, key=f"{form}:repeats:until",
        format="YYYY-MM-DD",
    )  # fmt: skip
    return None, until or today
