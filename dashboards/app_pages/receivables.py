"""Receivables: what is owed as of any day, by whom, how old it is, and that it ties out with the ledger."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from dashboards.components.numbers import receivables
from dashboards.components.numbers.page import number_page
from dashboards.components.numbers.periods import Window
from dashboards.components.numbers.tiles import tiles
from dashboards.components.numbers.trend import trend
from dashboards.components.numbers.variants import variant_switch

TILES = {
    "ar_open": "area",
    "unapplied_credit": "area",
    "ar_over_90_rate": "line",
    "unbilled_days": "line",
}
# In the record an excess is held at once: only imported history has credit items.
OF_IMPORTS = {"ar_credit": "bar"}

view = receivables.as_of(number_page("Receivables", has_period=False))
top = st.container()
days = variant_switch(view, ("days_in_ar_", "months_in_ar_"), "days_in_ar_gross", "Days in AR, counted how", key="days")
with top:
    is_own = view.filters.source == "record"
    tiles(view, TILES | ({} if is_own else OF_IMPORTS) | ({days: "line"} if days else {}), columns=5 if is_own else 6)
is_due_only = receivables.aged(view)
year = view.at(Window(view.window.last - timedelta(364), view.window.last))
left, right = st.columns(2, gap="small")
with left:
    trend(year, ["ar_open", "unapplied_credit"], title="At the end of each month", name="trend_ar")
with right:
    if days:
        trend(year, [days], title=view.known[days].label, name="trend_days")
receivables.items(view, is_due_only)
