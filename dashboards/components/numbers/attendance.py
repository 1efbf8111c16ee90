"""Attendance's own parts: the variants of the no-show rate, outcomes, when and how far ahead, the worklist."""

from __future__ import annotations

from datetime import date
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from dashboards.components.beginning import nothing
from dashboards.components.charts import card
from dashboards.components.numbers.drawer import open_rows, show_table
from dashboards.components.numbers.periods import steps
from dashboards.components.numbers.picking import forget, picked_point
from dashboards.components.numbers.trend import LEGEND, step_days
from dashboards.components.numbers.view import View
from dashboards.metrics import by_rows, rows_of
from dashboards.metrics.relations import LEAD_BANDS
from dashboards.theme import Palette
from practice.access.permissions import Permission

OUTCOMES = {
    "completed": "Completed",
    "no_show": "No-show",
    "late_cancelled": "Cancelled late",
    "cancelled_by_client": "Cancelled",
    "cancelled_by_practice": "Cancelled",
    "cancelled_by_unknown": "Cancelled",
    "rescheduled": "Moved",
    "left_unseen": "Left unseen",
    "unresolved": "Unresolved",
    "scheduled": "Still to come",
}
"""What a visit counts as → what it is called in the chart; together they are all that was booked."""
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
WAITING = 200


def outcomes(view: View) -> None:
    """What became of everything that was booked, stacked by week or month; a click opens the visits."""
    step, days = steps(view.window)
    with card("What became of the visits", f"By {step}; together all that was booked. Click for the visits"):
        if "booked_visits" not in view.known or view.lacks("booked_visits"):
            st.caption(f"Booked visits are {view.lacks('booked_visits')}.")
            return
        frame = view.read(by_rows, "booked_visits", (step, "class"), view.asked.over(days.first, days.last))
        frame = frame.assign(label=frame["class"].map(OUTCOMES).fillna("Other"), day=pd.to_datetime(frame[step]))
        frame = frame.groupby(["day", "label"], as_index=False).agg(visits=("value", "sum"))
        if frame.empty:
            st.caption("No visits in these days.")
            return
        frame = frame.assign(start=frame.day.dt.strftime("%Y-%m-%d"))
        picked = picked_point(
            view.key("outcomes", step, days), lambda colours: _stacked(frame, step, colours), name="outcomes",
            alt_text=f"Visits by outcome and {step}",
        )  # fmt: skip
        if picked:
            clicked = step_days(date.fromisoformat(picked["start"]), step, days.last)
            classes = tuple(name for name, label in OUTCOMES.items() if label == picked["label"])
            asked = view.asked.over(max(clicked.first, days.first), clicked.last).narrow(**{"class": classes})
            open_rows(view, "booked_visits", asked, about=f"{picked['label']}, {clicked.in_words()}",
                      on_close=forget("outcomes"))  # fmt: skip


BY_WIDTH = "width < 360 ? 2 : 4"
"""Columns of a legend: on a phone four would be cut."""


def _stacked(frame: pd.DataFrame, step: str, colours: Palette) -> Any:
    status = colours.status
    shades = {
        "Completed": status["completed"], "No-show": status["no_show"], "Cancelled late": status["arrived"],
        "Cancelled": status["cancelled"], "Moved": colours.categorical[4], "Left unseen": status["left_unseen"],
        "Unresolved": status["unresolved"], "Still to come": status["scheduled"],
    }  # fmt: skip
    present = [label for label in shades if label in set(frame.label)]
    order = {label: i for i, label in enumerate(present)}
    frame = frame.assign(order=frame.label.map(order))
    pick = alt.selection_point(name="pick", fields=["start", "label"], on="click", clear="dblclick")
    return (
        alt.Chart(frame)
        .mark_bar(cursor="pointer")
        .encode(
            alt.X("day:O", timeUnit="yearmonth" if step == "month" else "yearmonthdate", title=None,
                  axis=alt.Axis(format="%b %y" if step == "month" else "%-d %b", labelAngle=0, labelOverlap=True)),
            alt.Y("visits:Q", title=None, axis=alt.Axis(tickCount=4, format="~s")),
            alt.Color("label:N", sort=present, scale=alt.Scale(domain=present, range=[shades[one] for one in present]),
                      legend=alt.Legend(orient="bottom", title=None, columns=alt.ExprRef(BY_WIDTH), **LEGEND)),
            order=alt.Order("order:Q"),
            tooltip=[alt.Tooltip("day:T", format="%-d %b %Y", title=step.capitalize()),
                     alt.Tooltip("label:N", title="Outcome"), alt.Tooltip("visits:Q", format=",.0f", title="Visits")],
        )
        .add_params(pick)
        .properties(height=270)
    )  # fmt: skip


def heat(view: View, metric: str) -> None:
    """The rate by weekday and hour of the visit's start; a click on a field opens its visits."""
    with card("When visits are missed", "By weekday and hour; click a field for its visits"):
        frame = _by(view, metric, ("weekday", "hour"))
        if frame is None:
            return
        frame = frame[frame.denominator > 0].assign(name=frame.weekday.map(dict(enumerate(WEEKDAYS, 1))))
        picked = picked_point(
            view.key("heat", metric), lambda colours: _squares(frame, colours), name="heat",
            alt_text="The rate by weekday and hour",
        )  # fmt: skip
        if picked:
            weekday, hour = int(picked["weekday"]), int(picked["hour"])
            open_rows(view, metric, view.asked.narrow(weekday=weekday, hour=hour),
                      about=f"{WEEKDAYS[weekday - 1]}, {hour:02d}:00", on_close=forget("heat"))  # fmt: skip


def _squares(frame: pd.DataFrame, colours: Palette) -> Any:
    pick = alt.selection_point(name="pick", fields=["weekday", "hour"], on="click", clear="dblclick")
    days = [day for day in WEEKDAYS if day in set(frame.name)]
    base = alt.Chart(frame).encode(
        alt.X("name:O", sort=days, title=None, axis=alt.Axis(labelAngle=0, orient="top", ticks=False, domain=False)),
        alt.Y("hour:O", title=None, axis=alt.Axis(ticks=False, domain=False, labelExpr="datum.value + ':00'")),
    )
    middle = float((frame.value.max() + frame.value.min()) / 2)
    cells = base.mark_rect(cornerRadius=3, stroke=colours.background, strokeWidth=2, cursor="pointer").encode(
        alt.Color("value:Q", legend=None, scale=alt.Scale(range=list(colours.sequential[1:9]))),
        tooltip=[alt.Tooltip("name:N", title="Weekday"), alt.Tooltip("hour:O", title="Hour"),
                 alt.Tooltip("value:Q", format=".1%", title="Rate"),
                 alt.Tooltip("numerator:Q", format=",.0f", title="Missed"),
                 alt.Tooltip("denominator:Q", format=",.0f", title="Of")],
    )  # fmt: skip
    texts = base.mark_text(fontSize=11).encode(
        alt.Text("value:Q", format=".0%"),
        color=alt.condition(f"datum.value > {middle}", alt.value(colours.background), alt.value(colours.ink)),
    )
    return (cells.add_params(pick) + texts).properties(height=max(200, 24 * frame.hour.nunique()))


def lead_bands(view: View, metric: str) -> None:
    """The rate by how far ahead the visit was booked; a click opens the visits."""
    with card("How far ahead they were booked", "By days from booking to visit; click a bar"):
        frame = _by(view, metric, ("lead_band",))
        if frame is None:
            return
        frame = frame[frame.lead_band.notna() & (frame.denominator > 0)]
        picked = picked_point(
            view.key("lead", metric), lambda colours: _bars(frame, colours), name="lead",
            alt_text="The rate by days from booking to visit",
        )  # fmt: skip
        if picked:
            open_rows(view, metric, view.asked.narrow(lead_band=picked["lead_band"]), about=picked["lead_band"],
                      on_close=forget("lead"))  # fmt: skip


def _bars(frame: pd.DataFrame, colours: Palette) -> Any:
    pick = alt.selection_point(name="pick", fields=["lead_band"], on="click", clear="dblclick")
    base = alt.Chart(frame).encode(alt.Y("lead_band:N", sort=list(LEAD_BANDS), title=None))
    bars = base.mark_bar(cornerRadiusEnd=3, height={"band": 0.68}, color=colours.teal, cursor="pointer").encode(
        alt.X("value:Q", title=None, axis=alt.Axis(format=".0%", tickCount=5)),
        opacity=alt.condition(pick, alt.value(1), alt.value(0.4)),
        tooltip=[alt.Tooltip("lead_band:N", title="Booked"), alt.Tooltip("value:Q", format=".1%", title="Rate"),
                 alt.Tooltip("numerator:Q", format=",.0f", title="Missed"),
                 alt.Tooltip("denominator:Q", format=",.0f", title="Of")],
    )  # fmt: skip
    texts = base.transform_calculate(said="format(datum.numerator, ',') + ' of ' + format(datum.denominator, ',')")
    words = texts.mark_text(align="left", dx=5, fontSize=11, color=colours.muted).encode(
        alt.X("value:Q"), alt.Text("said:N")
    )
    return (bars.add_params(pick) + words).properties(height=max(120, 34 * len(frame)))


def _by(view: View, metric: str, by: tuple[str, ...]) -> pd.DataFrame | None:
    """The metric by what its rows know; None, and a sentence, where there is nothing to show."""
    if metric not in view.known or view.lacks(metric):
        st.caption("This number lacks one of the filters that are set.")
        return None
    frame = view.read(by_rows, metric, by, view.asked)
    if frame.empty or not (frame.denominator > 0).any():
        st.caption("No visits were due in these days.")
        return None
    return frame


def waiting(view: View) -> None:
    """Visits past their start of which nobody said what became of them; the desk states it in the calendar."""
    with card(
        "Visits without an outcome", "Until somebody states it, they count as neither kept nor missed", height="content"
    ):
        if "unresolved_visits" not in view.known or view.lacks("unresolved_visits"):
            st.caption(f"Unresolved visits are {view.lacks('unresolved_visits')}.")
            return
        rows = view.read(_waiting, view.asked)
        if rows.empty:
            nothing("Every visit of these days has its outcome.")
            return
        show_table(view, rows[["start_date", "client_id", "provider_id", "service_id", "lead_time_days"]], height=300)
        if view.person.may(Permission.RECORD_ATTENDANCE) and view.filters.source == "record":
            st.page_link(
                "app_pages/today.py", label="State their outcomes in the calendar", icon=":material/event_available:"
            )


def _waiting(warehouse: Any, asked: Any) -> Any:
    return rows_of(warehouse, "unresolved_visits", asked, limit=WAITING)
