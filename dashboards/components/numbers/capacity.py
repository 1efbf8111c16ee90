"""Capacity's own parts: the weeks past and coming, the forecast with its record, next week by provider."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from dashboards.components.charts import card, chart
from dashboards.components.numbers.breakdown import by_members
from dashboards.components.numbers.drawer import open_rows
from dashboards.components.numbers.periods import Window
from dashboards.components.numbers.picking import forget, picked_cell, picked_point
from dashboards.components.numbers.trend import LEGEND
from dashboards.components.numbers.view import View
from dashboards.metrics.capacity import forecast, scorecard
from dashboards.theme import Palette

LAYERS = {"bookable_minutes": "Bookable", "booked_minutes": "Booked", "kept_minutes": "Kept"}
COMING_WEEKS = 12
LEVELS = {"provider": "this provider", "location": "this location", "practice": "the practice"}


def weeks(view: View) -> None:
    """Bookable, booked and kept hours by week, those that come too; a click opens the provider days."""
    with card("Hours by week", "Past and coming; click a bar for its days"):
        known = [name for name in LAYERS if name in view.known]
        lacks = next((view.lacks(name) for name in known if view.lacks(name)), "")
        if lacks or not known:
            st.caption(f"Hours are {lacks}." if lacks else "This build has no hours yet.")
            return
        first = min(view.window.first, view.window.last - timedelta(83))
        monday = view.today - timedelta(view.today.weekday())
        days = Window(first - timedelta(first.weekday()), monday + timedelta(7 * COMING_WEEKS + 6))
        frame = pd.concat([
            view.table(name, ["week"], days).assign(metric=name, label=LAYERS[name], hours=lambda r: r.value / 60)
            for name in known
        ])  # fmt: skip
        frame = frame[frame.hours > 0]
        if frame.empty:
            st.caption("Nobody's hours are known in these weeks.")
            return
        frame = frame.assign(day=pd.to_datetime(frame.week), start=pd.to_datetime(frame.week).dt.strftime("%Y-%m-%d"))
        shown = frame[["metric", "label", "hours", "day", "start"]]
        picked = picked_point(
            view.key("weeks", days), lambda colours: _weeks(shown, monday, colours), name="weeks",
            alt_text="Bookable, booked and kept hours by week",
        )  # fmt: skip
        if picked:
            start = date.fromisoformat(picked["start"])
            week = Window(start, start + timedelta(6))
            open_rows(view, picked["metric"], view.asked.over(week.first, week.last), about=week.in_words(),
                      on_close=forget("weeks"))  # fmt: skip


def _weeks(frame: pd.DataFrame, monday: date, colours: Palette) -> Any:
    pick = alt.selection_point(name="pick", fields=["metric", "start"], on="click", clear="dblclick")
    widths = {"Bookable": 0.86, "Booked": 0.6, "Kept": 0.3}
    shades = [colours.sequential[1], colours.sequential[4], colours.teal]
    order = [label for label in widths if label in set(frame.label)]
    starts = list(dict.fromkeys(sorted(frame.start)))
    said = "timeFormat(toDate(datum.value + 'T12:00'), '%-d %b')"
    axis = alt.Axis(labelAngle=0, labelOverlap=True, ticks=False, labelExpr=said)
    x = alt.X("start:O", sort=starts, title=None, axis=axis)
    colour = alt.Color("label:N", scale=alt.Scale(domain=list(widths), range=shades), sort=order,
                       legend=alt.Legend(orient="top", title=None, **LEGEND))  # fmt: skip
    tips = [alt.Tooltip("day:T", format="%-d %b %Y", title="Week of"), alt.Tooltip("label:N", title="Hours"),
            alt.Tooltip("hours:Q", format=",.1f", title="Hours")]  # fmt: skip
    layers: list[Any] = []
    for place, label in enumerate(order):
        bars = alt.Chart(frame[frame.label == label]).mark_bar(
            width={"band": widths[label]}, cornerRadiusTopLeft=2, cornerRadiusTopRight=2, cursor="pointer"
        )
        bars = bars.encode(x, alt.Y("hours:Q", stack=None, title=None, axis=alt.Axis(format="~s", tickCount=5)),
                           colour, tooltip=tips)  # fmt: skip
        layers.append(bars.add_params(pick) if place == 0 else bars)  # it sees clicks on every layer
    now = pd.DataFrame({"start": [str(monday)], "said": ["this week"]})
    line = alt.Chart(now).mark_rule(color=colours.muted, strokeDash=[3, 3]).encode(alt.X("start:O", sort=starts))
    return alt.layer(*layers, line).properties(height=380)


def outlook(view: View) -> None:
    """The forecast with its 80 % range against what can be booked, how near it used to be, and the weeks with a gap."""
    asked = _level(view)
    with card("The coming weeks", "Expected hours of visits, with the range of four weeks in five"):
        if isinstance(asked, str):
            st.caption(asked)
            return
        level, provider, location = asked
        frame = view.read(forecast, level, provider, location)
        if frame.empty:
            st.caption("There is no forecast for this yet: it needs some weeks of history.")
            return
        if frame.is_provisional.any():
            st.caption(
                ":orange[:material/info:] Provisional: less than 60 whole weeks are known, so there is no season in it."
            )
        chart(
            view.key("outlook", asked), lambda colours: _outlook(frame, colours), name="outlook",
            alt_text="Forecast hours by week with an 80 % range, against bookable and already booked hours",
        )  # fmt: skip
        st.caption(record_in_words(view.read(scorecard, level, str(frame.method.iloc[0])), level))


def _level(view: View) -> tuple[str, str | None, str | None] | str:
    """Whose forecast is asked for, or why there is none for these filters."""
    members = dict(view.members)
    if view.filters.source != "record":
        return "Only the practice's own record is forecast."
    others = [name for name in members if name not in ("provider", "location")]
    if others:
        return f"The forecast is not by {others[0].replace('_', ' ')}; clear that filter."
    if "provider" in members and "location" in members:
        return "The forecast is by provider or by location, not by both; clear one of the two."
    for name, member in members.items():
        if isinstance(member, tuple) and len(member) == 1:
            member = member[0]
        if not isinstance(member, str):
            return "Choose one location to see its forecast."
        return (name, member, None) if name == "provider" else (name, None, member)
    return "practice", None, None


def record_in_words(cards: pd.DataFrame, level: str) -> str:
    """`Over the last 52 weeks …`: how far off it was, from the scorecard, in a sentence."""
    judged = cards[cards.n > 0] if len(cards) else cards
    if judged.empty:
        return "How near such forecasts are is not known yet: too few whole weeks have passed."
    said = []
    for row in judged.itertuples(index=False):
        ahead = row.horizon_band.replace("-", " to ")
        said.append(f"{row.wape:.0%} on average {ahead} weeks ahead")
    first, last = pd.Timestamp(judged.first_origin_date.min()), pd.Timestamp(judged.last_origin_date.max())
    span = (last - first).days // 7 + 1
    words = (
        f"Made again for {LEVELS[level]} from each of the last {span} weeks, the forecast was off by {', '.join(said)}."
    )
    covered = judged[judged.coverage_n > 0]
    if len(covered):
        share = (covered.coverage_80 * covered.coverage_n).sum() / covered.coverage_n.sum()
        words += f" {round(share * 100)} of 100 weeks fell into the range; it aims at 80."
    return words


def _outlook(frame: pd.DataFrame, colours: Palette) -> Any:
    parts = ["forecast", "low_80", "high_80", "bookable", "already_booked", "gap"]
    hours = pd.DataFrame(
        {"day": pd.to_datetime(frame.week_start_date)} | {p: frame[f"{p}_minutes"] / 60 for p in parts}
    )
    ticks = [alt.DateTime(year=day.year, month=day.month, date=day.day) for day in hours.day]
    axis = alt.Axis(format="~s", tickCount=5)
    days = alt.X("day:T", title=None, axis=alt.Axis(format="%-d %b", grid=False, values=ticks, labelOverlap=True))
    base = alt.Chart(hours).encode(days)
    words = {"forecast": "Forecast", "bookable": "Bookable", "already_booked": "Already booked"}
    tips = [alt.Tooltip("day:T", format="%-d %b %Y", title="Week of")]
    tips += [
        alt.Tooltip(f"{name}:Q", format=",.1f", title=title)
        for name, title in (words | {"low_80": "Low", "high_80": "High", "gap": "Gap"}).items()
    ]
    long = hours.melt("day", list(words), var_name="series", value_name="hours")
    long = long.assign(series=long.series.map(words))
    shades = [colours.teal, colours.gold, colours.categorical[2]]
    colour = alt.Color(
        "series:N",
        scale=alt.Scale(domain=list(words.values()), range=shades),
        legend=alt.Legend(orient="top", title=None, symbolType="stroke", symbolStrokeWidth=3, **LEGEND),
    )
    dash = alt.StrokeDash("series:N", sort=list(words.values()), legend=None)
    band = base.mark_area(opacity=0.18, color=colours.teal)
    band = band.encode(alt.Y("low_80:Q", title=None, axis=axis), alt.Y2("high_80:Q"))
    lines = alt.Chart(long).mark_line(strokeWidth=2.4)
    lines = lines.encode(alt.X("day:T"), alt.Y("hours:Q", title=None), colour, strokeDash=dash)
    points = base.mark_point(filled=True, size=46, color=colours.teal, opacity=1)
    return (band + lines + points.encode(alt.Y("forecast:Q"), tooltip=tips)).properties(height=270)


def gaps(view: View) -> None:
    """The coming weeks as a table, those in which more is wanted than there is marked; booked hours open their days."""
    asked = _level(view)
    if isinstance(asked, str):
        return
    frame = view.read(forecast, *asked)
    if frame.empty:
        return
    short = int((frame.gap_minutes > 0).sum())
    said = (
        "More is wanted than can be booked in " + ("1 week" if short == 1 else f"{short} weeks")
        if short
        else "No week is expected to be short"
    )
    with card("Week by week", f"{said}; click booked hours for their days", height="content"):
        table = pd.DataFrame(
            {
                "Week of": frame.week_start_date,
                "Bookable": frame.bookable_minutes / 60,
                "Booked by now": frame.already_booked_minutes / 60,
                "Forecast": frame.forecast_minutes / 60,
                "Low": frame.low_80_minutes / 60,
                "High": frame.high_80_minutes / 60,
                "Room": (-frame.gap_minutes / 60).where(frame.gap_minutes <= 0),
                "Short": (frame.gap_minutes / 60).where(frame.gap_minutes > 0),
            }
        )
        hours = st.column_config.NumberColumn(format="%,.1f h")
        config = dict.fromkeys(["Bookable", "Booked by now", "Forecast", "Low", "High", "Room", "Short"], hours)
        picked = picked_cell(
            table,
            name="gaps",
            column_config={"Week of": st.column_config.DateColumn(format="D MMM YYYY")} | config,
            most=460,
        )
        if picked:
            start = pd.Timestamp(frame.week_start_date.iloc[picked[0]]).date()
            week = Window(start, start + timedelta(6))
            metric = "bookable_minutes" if picked[1] == "Bookable" else "booked_minutes"
            open_rows(
                view, metric, view.asked.over(week.first, week.last), about=week.in_words(), on_close=forget("gaps")
            )


def next_week(view: View) -> None:
    """Who has room next week."""
    monday = view.today + timedelta(7 - view.today.weekday())
    week = Window(monday, monday + timedelta(6))
    with card("Next week by provider", f"{week.in_words()}; click a cell for its days", height="content"):
        titles = {"bookable_minutes": "Bookable", "booked_minutes": "Booked", "schedule_fill_rate": "Fill"}
        by_members(view.at(week), list(titles), "provider", name="next_week", titles=titles)
