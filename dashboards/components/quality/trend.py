"""Checks by build or by day: passed, warned, failed; a click lists what was found then."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from dashboards.components.charts import card, chart, table_height
from dashboards.components.quality.results import BARS, STATES, at_bar, trend
from dashboards.components.quality.words import DOORS
from dashboards.theme import Palette

TITLES = {"failed": "Failed", "warned": "Warned", "passed": "Passed"}


def trend_card(frame: pd.DataFrame, zone: str) -> None:
    """The stacked bars; the picked bar's results open below them."""
    with card("Checks over time", f"The last {BARS} builds or days. Click a bar for its results"):
        step = st.segmented_control(
            "By", ["Builds", "Days"], default="Builds", required=True, label_visibility="collapsed", key="quality_step"
        )
        is_daily = step == "Days"
        bars = trend(frame, zone, is_daily=is_daily)
        if bars.empty:
            st.caption("No check has run yet.")
            return
        event = chart(
            ("quality", frame.build_id.max(), is_daily),
            lambda colours: _bars(bars, colours),
            name="chart_quality",
            on_select="rerun",
            alt_text="Checks passed, warned and failed over time",
        )
        picked = event.selection.get("pick") if event else None
        if picked:
            _results(at_bar(frame, zone, is_daily=is_daily, key=str(picked[0]["key"])))


def _bars(bars: pd.DataFrame, colours: Palette) -> alt.TopLevelMixin:
    pick = alt.selection_point(name="pick", fields=["key"], on="click", clear="dblclick")
    order = list(dict.fromkeys(bars.label))
    drawn = bars.assign(state=bars.state.map(TITLES), place=bars.state.map({s: i for i, s in enumerate(STATES)}))
    base = alt.Chart(drawn).encode(
        alt.X("label:N", sort=order, title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True, ticks=False))
    )
    stacked = base.mark_bar(size=min(42, 520 // max(len(order), 1)), cornerRadiusEnd=2).encode(
        alt.Y("checks:Q", title=None, axis=alt.Axis(tickCount=4)),
        alt.Color(
            "state:N",
            sort=list(TITLES.values()),
            scale=alt.Scale(domain=list(TITLES.values()), range=[colours.red, colours.gold, colours.teal]),
            legend=alt.Legend(orient="top", title=None),
        ),
        order=alt.Order("place:Q"),
        opacity=alt.condition(pick, alt.value(1), alt.value(0.35)),
        tooltip=[alt.Tooltip("label:N", title="When"), alt.Tooltip("state:N", title="Result"), "checks:Q"],
    )
    odd = _labelled(drawn)
    marks = alt.Chart(odd).mark_text(dy=-8, color=colours.ink, fontSize=11)
    marks = marks.encode(alt.X("label:N", sort=order), alt.Y("total:Q"), text="text:N")
    return alt.layer(stacked.add_params(pick), marks).properties(height=280)


def _labelled(drawn: pd.DataFrame) -> pd.DataFrame:
    """How many failed (✕) and warned (!) above each bar: one of a hundred is too thin to be seen."""
    odd = drawn[drawn.state != TITLES["passed"]].sort_values("place")
    signs = odd.state.map({TITLES["failed"]: " ✕", TITLES["warned"]: " !"})
    texts = odd.assign(text=odd.checks.astype(str) + signs).groupby("label").text.agg("  ".join)
    total = drawn.groupby("label").checks.sum()
    return pd.DataFrame({"label": texts.index, "total": total.loc[texts.index].to_numpy(), "text": texts.to_numpy()})


def _results(found: pd.DataFrame) -> None:
    shown = pd.DataFrame(
        {
            "Result": found.state.map(TITLES),
            "Door": found.door.map(DOORS),
            "What must hold": found.sentence,
            "Found": found.observed,
        }
    )
    st.dataframe(shown, hide_index=True, height=table_height(len(shown), 260), key="quality_at_bar", placeholder="–")
