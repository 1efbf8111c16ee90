"""Revenue: what was earned, on three bases, what it became, where it leaks, and how fast it comes in."""

from __future__ import annotations

import streamlit as st

from dashboards.components.numbers import lines, revenue
from dashboards.components.numbers.breakdown import breakdown
from dashboards.components.numbers.leakage import leakage
from dashboards.components.numbers.page import number_page
from dashboards.components.numbers.tiles import tiles
from dashboards.components.numbers.trend import trend

TILES = {
    "charged": "area",
    "invoiced": "area",
    "collected": "area",
    "collected_applied": "area",
    "contractual_adjustments": "area",
    "write_offs": "bar",
    "refunds": "bar",
    "charge_lag_days_median": "line",
}
BASES = ("charged", "invoiced", "collected_applied")
STEPS = (*BASES, "contractual_adjustments", "write_offs")
BY = ("payer", "service", "location", "referral_source")

view = number_page("Revenue")
tiles(view, TILES)
left, right = st.columns(2, gap="small")
with left:
    trend(view, BASES, title="Charged, invoiced, collected", name="trend_revenue", height=300)
with right:
    revenue.bridge(view)
leakage(view)
left, right = st.columns(2, gap="small")
with left:
    lines.write_offs(view)
with right:
    lines.lags(view)
lines.claims(view)
revenue.by_provider(view)
left, right = st.columns(2, gap="small")
with left:
    revenue.collection(view)
with right:
    revenue.curve(view)
breakdown(view, STEPS, title="By who pays and what for", name="revenue_by", dimensions=BY)
