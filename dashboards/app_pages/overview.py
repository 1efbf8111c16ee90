"""Overview: what the owner opens at eight. Every number opens its rows; every number passed its checks."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from dashboards.components.charts import card
from dashboards.components.numbers import attendance
from dashboards.components.numbers.breakdown import by_members
from dashboards.components.numbers.page import number_page
from dashboards.components.numbers.periods import Window
from dashboards.components.numbers.receivables import aging_bars
from dashboards.components.numbers.tiles import tiles
from dashboards.components.numbers.trend import trend

TILES = {
    "completed_visits": "bar",
    "no_show_rate_due": "line",
    "schedule_fill_rate": "line",
    "new_clients": "bar",
    "charged": "area",
    "collected": "area",
    "ar_open": "area",
    "days_in_ar_gross": "line",
}
PROVIDERS = {
    "charged": "Charged",
    "completed_visits": "Completed",
    "no_show_rate_due": "No-show",
    "schedule_fill_rate": "Fill",
}

view = number_page("Overview")
tiles(view, TILES)
year = view.at(Window(view.window.last - timedelta(364), view.window.last))
left, right = st.columns([3, 2], gap="small")
with left:
    trend(year, ["charged", "collected"], title="Charged and collected", name="trend_money")
with right:
    aging_bars(view, height=250)
left, right = st.columns(2, gap="small")
with left:
    attendance.outcomes(view)
with right, card("Providers", "In this period; click a cell for its rows"):
    by_members(view, list(PROVIDERS), "provider", name="providers", titles=PROVIDERS)
