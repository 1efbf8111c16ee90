"""What the Revenue page has of its own: the bridge, revenue by provider on three bases, how money comes in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from dashboards.components.charts import card, chart
from dashboards.components.numbers.breakdown import by_members
from dashboards.components.numbers.drawer import open_rows
from dashboards.components.numbers.periods import Window, months_before
from dashboards.components.numbers.picking import forget, picked_point
from dashboards.components.numbers.tiles import tiles
from dashboards.components.numbers.view import View
from dashboards.metrics.money import CURVE_DIMENSIONS, collection_curve
from dashboards.theme import Palette

BRIDGE = (("charged", "Charged", 1), ("contractual_adjustments", "Contractual", -1), ("write_offs", "Written off", -1),
          ("collected_applied", "Applied", -1))  # fmt: skip
"""Metric, its word, and whether it raises or lowers what is open."""
BASES = {"charged": "Charged", "invoiced": "Invoiced", "collected": "Collected"}
MATURE_DAYS = 120
LAST_AGE = 12


def bridge(view: View) -> None:
    """From what was open before the period to what is open at its end; each step opens its rows."""
    with card("From charged to open", "What moved receivables in the period. Click a step for its rows"):
        known = [step for step in BRIDGE if step[0] in view.known]
        lacks = next((view.lacks(name) for name in ("ar_open", *(step[0] for step in known)) if view.lacks(name)), "")
        if lacks or len(known) < len(BRIDGE):
            st.caption(f"The bridge is {lacks}." if lacks else "This build does not have every step of the bridge yet.")
            return
        frame = steps_of(view)
        picked = picked_point(
            view.key("bridge"), lambda colours: _falls(frame, colours), name="bridge",
            alt_text="From receivables before the period over charges, adjustments and payments to those at its end",
        )  # fmt: skip
        if picked and picked["metric"]:
            before = picked["label"] == "Open before"
            day = view.window.first - timedelta(1) if before else view.window.last
            asked = view.asked.over(day, day) if picked["metric"] == "ar_open" else view.asked
            open_rows(view, picked["metric"], asked, about=picked["label"], on_close=forget("bridge"))
        st.caption(bridge_words(view, frame))


def steps_of(view: View) -> pd.DataFrame:
    """One row for each bar: metric, label, amount (whole units), and where the bar begins and ends."""
    before = view.window.first - timedelta(1)
    flows = view.values([name for name, _, _ in BRIDGE], [view.window])
    opening, closing = view.values(["ar_open"], [Window(before, before), view.window])["ar_open"]
    level = opening.value or 0.0
    rows = [("ar_open", "Open before", level, 0.0, level)]
    for name, word, sign in BRIDGE:
        amount = sign * (flows[name][0].value or 0.0)
        rows.append((name, word, amount, level, level + amount))
        level += amount
    end = closing.value or 0.0
    if round(end - level):
        rows.append(("", "Other moves", end - level, level, end))
    rows.append(("ar_open", "Open at the end", end, 0.0, end))
    frame = pd.DataFrame(rows, columns=["metric", "label", "amount", "start", "end"])
    scale = 10**view.currency.exponent
    return frame.assign(**{name: frame[name] / scale for name in ("amount", "start", "end")})


def bridge_words(view: View, frame: pd.DataFrame) -> str:
    """The bridge as a sum, to the cent."""
    scale = 10**view.currency.exponent
    said = [view.currency.show(round(amount * scale)) for amount in frame.amount]
    steps = "".join(
        f" {'+' if amount >= 0 else '−'} {text.removeprefix('−')}"
        for amount, text in list(zip(frame.amount, said, strict=True))[1:-1]
    )
    return f"{said[0]}{steps} = {said[-1]}"


def _falls(frame: pd.DataFrame, colours: Palette) -> Any:
    pick = alt.selection_point(name="pick", fields=["metric", "label"], on="click", clear="dblclick")
    whole = frame.label.isin(["Open before", "Open at the end"])
    kinds = ["balance" if is_whole else "up" if amount > 0 else "down"
             for is_whole, amount in zip(whole, frame.amount, strict=True)]  # fmt: skip
    base = alt.Chart(frame.assign(kind=kinds, top=frame[["start", "end"]].max(axis=1))).encode(
        alt.X("label:N", sort=list(frame.label), title=None, axis=alt.Axis(labelAngle=0, labelLimit=90, ticks=False)),
    )
    bars = base.mark_bar(cornerRadius=2, width={"band": 0.62}, cursor="pointer").encode(
        alt.Y("start:Q", title=None, axis=alt.Axis(format="~s", tickCount=5)),
        alt.Y2("end:Q"),
        alt.Color("kind:N", legend=None, scale=alt.Scale(
            domain=["balance", "up", "down"], range=[colours.muted, colours.teal, colours.gold])),
        opacity=alt.condition(pick, alt.value(1), alt.value(0.4)),
        tooltip=[alt.Tooltip("label:N", title="Step"), alt.Tooltip("amount:Q", format="+,.2f", title="Amount")],
    )  # fmt: skip
    texts = base.mark_text(dy=-7, fontSize=11, color=colours.ink).encode(
        alt.Y("top:Q"), alt.Text("amount:Q", format=",.0f")
    )
    return (bars.add_params(pick) + texts).properties(height=260)


def by_provider(view: View) -> None:
    """Each provider's revenue on three bases, with visits, and what a visit and an hour bring on the chosen one."""
    with card("Revenue by provider", "Click a heading to sort, a cell for its rows", height="content"):
        basis = st.segmented_control(
            "A visit and an hour, by what was", list(BASES), format_func=BASES.__getitem__, default="collected",
            required=True, key="basis",
        )  # fmt: skip
        titles = {
            "charged": "Charged",
            "invoiced": "Invoiced",
            "collected_applied": "Collected",
            "completed_visits": "Visits",
            "kept_minutes": "Hours kept",
            f"revenue_per_visit_{basis}": "Per visit",
            f"revenue_per_hour_{basis}": "Per hour",
        }
        by_members(view, list(titles), "provider", name=f"providers_{basis}", titles=titles)


COHORT = {"net_collection_rate_cohort": "Net, by cohort", "gross_collection_rate_cohort": "Gross, by cohort"}
OF_PERIOD = {
    "net_collection_rate_period": "Net, of the period",
    "gross_collection_rate_period": "Gross, of the period",
    "cash_collection_rate": "Cash, of earlier income",
    "point_of_service_share": "Paid by the visit",
}


def collection(view: View) -> None:
    """Net and gross collection, by cohort and of the period, over the twelve months that can be judged."""
    last = view.window.last
    mature = last - timedelta(MATURE_DAYS)
    cohort = Window(mature - timedelta(364), mature)
    period = Window(last - timedelta(364), last)
    with card("How much of it comes in", f"By cohort: services of {cohort.in_words()}, which had {MATURE_DAYS} days."
              f" Of the period: cash and charges of {period.in_words()}"):  # fmt: skip
        tiles(view.at(cohort), dict.fromkeys(COHORT, "line"), columns=2, titles=COHORT)
        tiles(view.at(period), dict.fromkeys(OF_PERIOD, "line"), columns=2, titles=OF_PERIOD)


def curve(view: View) -> None:
    """The share of each month's net charges that has come in by age."""
    with card("How fast the money comes in", "Share of a month's net charges applied, by months since the service"):
        lacks = [name for name, _ in view.members if name not in CURVE_DIMENSIONS]
        if lacks:
            st.caption(f"The curve is not by {lacks[0].replace('_', ' ')}.")
            return
        first = months_before(view.window.last.replace(day=1), LAST_AGE)
        frame = view.read(collection_curve, view.asked.over(first, view.window.last), LAST_AGE)
        if frame.empty:
            st.caption("No month of service is old enough yet.")
            return
        frame = frame.assign(
            month=pd.to_datetime(frame.cohort_month).dt.strftime("%b %y"),
            order=pd.to_datetime(frame.cohort_month).dt.strftime("%Y-%m"),
            of=frame.net_charged_minor / 10**view.currency.exponent,
        )
        chart(
            view.key("curve", first), lambda colours: _curves(frame, colours), name="curve",
            alt_text="Share of net charges collected by age, a line for each month of service",
        )  # fmt: skip


def _curves(frame: pd.DataFrame, colours: Palette) -> Any:
    months = list(dict.fromkeys(frame.sort_values("order").month))
    return (
        alt.Chart(frame)
        .mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=26))
        .encode(
            alt.X("age_months:O", title="Months since the month of service", axis=alt.Axis(labelAngle=0)),
            alt.Y("share:Q", title=None, axis=alt.Axis(format=".0%", tickCount=5)),
            alt.Color("month:O", sort=months, scale=alt.Scale(range=list(colours.sequential[2:])),
                      legend=alt.Legend(orient="right", title=None, symbolType="stroke", symbolStrokeWidth=3)),
            tooltip=[alt.Tooltip("month:O", title="Services of"), alt.Tooltip("age_months:O", title="Months later"),
                     alt.Tooltip("share:Q", format=".1%", title="Collected"),
                     alt.Tooltip("of:Q", format=",.2f", title="Of net charges")],
        )
        .properties(height=430)
    )  # fmt: skip
