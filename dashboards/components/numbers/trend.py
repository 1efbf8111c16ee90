"""A metric over time, by week or month, with its band; a click on a point opens its rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from dashboards.components.charts import card
from dashboards.components.numbers.drawer import open_rows
from dashboards.components.numbers.periods import Window, months_before, steps
from dashboards.components.numbers.picking import forget, picked_point
from dashboards.components.numbers.view import View
from dashboards.metrics import Definition
from dashboards.theme import Palette

DAY = "%-d %b %Y"
LEGEND = {"padding": 0, "offset": 8}


def trend(view: View, metrics: Sequence[str], *, title: str, name: str, height: int = 250) -> None:
    """One line for each metric of the build, in a card. A single one has its band."""
    known = [view.known[metric] for metric in metrics if metric in view.known]
    lacks = [f"{found.label} is {view.lacks(found.metric)}" for found in known if view.lacks(found.metric)]
    known = [found for found in known if not view.lacks(found.metric)]
    step, days = steps(view.window)
    with card(title, f"By {step}; the last one still runs. Click a point for its rows" if known else ""):
        for sentence in lacks:
            st.caption(f"{sentence}.")
        if not known:
            return
        frame = series(view, known, step, days)
        if frame.value.notna().sum() == 0:
            st.caption("Nothing in these days.")
            return
        picked = picked_point(
            view.key(name, step, days, tuple(found.metric for found in known)),
            lambda colours: drawing(frame, known, step, colours, height),
            name=name,
            alt_text=f"{title} by {step}",
        )
        if picked:
            found = next(one for one in known if one.metric == picked["metric"])
            clicked = step_days(date.fromisoformat(picked["from"]), step, days.last)
            open_rows(
                view, found.metric, view.asked.over(clicked.first, clicked.last), about=clicked.in_words(),
                on_close=forget(name),
            )  # fmt: skip


def step_days(first: date, step: str, last: date) -> Window:
    """The days of the week or month that begins so, up to the last day asked for."""
    end = first + timedelta(6) if step == "week" else months_before(first, -1) - timedelta(1)
    return Window(first, min(end, last))


def series(view: View, known: Sequence[Definition], step: str, days: Window) -> pd.DataFrame:
    """One row for each metric and step: value, low, high in whole units, and `from`, the step's first day."""
    parts = []
    for found in known:
        scale = 10**view.currency.exponent if found.unit == "minor" else 60 if found.unit == "minutes" else 1
        rows = view.table(found.metric, [step], days)
        parts.append(
            pd.DataFrame(
                {
                    "metric": found.metric,
                    "label": found.label,
                    "day": pd.to_datetime(rows[step]),
                    "from": pd.to_datetime(rows[step]).dt.strftime("%Y-%m-%d"),
                    "value": rows.value / scale,
                    "low": rows.low / scale,
                    "high": rows.high / scale,
                    "of": rows.denominator,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def value_axis(unit: str) -> dict[str, Any]:
    """How a unit's axis and tooltip are written."""
    formats = {
        "ratio": (".0%", ".1%"),
        "minor": ("~s", ",.2f"),
        "days": (".0f", ".1f"),
        "months": (".1f", ".1f"),
        "minutes": (",.0f", ",.1f"),
    }
    axis, tip = formats.get(unit, ("~s", ",.0f"))
    return {"axis": alt.Axis(format=axis, tickCount=5), "tip": tip}


def time_axis(step: str, days: Sequence[Any]) -> Any:
    """A tick on each week's Monday or each month's first day, as far as there is room; without a grid."""
    ticks = [alt.DateTime(year=day.year, month=day.month, date=day.day) for day in sorted(set(days))]
    return alt.Axis(format="%-d %b" if step == "week" else "%b %y", grid=False, values=ticks, labelOverlap=True)


def drawing(frame: pd.DataFrame, known: Sequence[Definition], step: str, colours: Palette, height: int) -> Any:
    """Lines with points that can be clicked, over the band of a single metric."""
    unit = known[0].unit
    shown = value_axis(unit)
    pick = alt.selection_point(name="pick", fields=["metric", "from"], on="click", clear="dblclick")
    labels = [found.label for found in known]
    legend = alt.Legend(orient="top", title=None, symbolType="stroke", symbolStrokeWidth=3, labelLimit=260, **LEGEND)
    base = alt.Chart(frame).encode(alt.X("day:T", title=None, axis=time_axis(step, frame.day)))
    value = alt.Y("value:Q", title=None, axis=shown["axis"])
    colour = alt.Color(
        "label:N",
        scale=alt.Scale(domain=labels, range=list(colours.categorical[: len(labels)])),
        legend=legend if len(labels) > 1 else None,
    )
    unit_word = {"minutes": " (hours)"}.get(unit, "")
    tips = [
        alt.Tooltip("day:T", format=DAY if step == "week" else "%B %Y", title=step.capitalize()),
        alt.Tooltip("label:N", title="Number"),
        alt.Tooltip("value:Q", format=shown["tip"], title=f"Value{unit_word}"),
    ]
    layers = []
    if len(known) == 1 and frame.high.notna().any() and (frame.high != frame.low).any():
        tips += [alt.Tooltip(f"{end}:Q", format=shown["tip"], title=end.capitalize()) for end in ("low", "high")]
        band = base.mark_area(opacity=0.16, color=colours.teal)
        layers.append(band.encode(alt.Y("low:Q", title=None), alt.Y2("high:Q")))
    layers.append(
        base.mark_line(strokeWidth=2.4).encode(
            value, colour, strokeDash=alt.StrokeDash("label:N", sort=labels, legend=None)
        )
    )
    points = base.mark_point(filled=True, size=46, cursor="pointer", opacity=1).encode(value, colour, tooltip=tips)
    layers.append(points.add_params(pick))
    return alt.layer(*layers).properties(height=height)
