"""Attendance: who came, who didn't, when, and of which visits nobody has said so yet."""

from __future__ import annotations

import streamlit as st

from dashboards.components.numbers import attendance
from dashboards.components.numbers.breakdown import breakdown
from dashboards.components.numbers.page import number_page
from dashboards.components.numbers.tiles import tiles
from dashboards.components.numbers.trend import trend
from dashboards.components.numbers.variants import variant_switch

TILES = {
    "no_show_rate_due": "line",
    "kept_rate": "line",
    "late_cancel_rate": "line",
    "cancellation_rate": "line",
    "completed_visits": "bar",
    "new_clients": "bar",
    "lead_time_days_median": "line",
    "unresolved_visits": "bar",
    "wait_minutes_median": "line",
    "backfill_rate": "line",
    "backfill_rate_minutes_waitlist": "line",
    "offer_acceptance_rate": "line",
}
TITLES = {"backfill_rate": "Freed places refilled", "backfill_rate_minutes_waitlist": "Refilled from waitlist"}
BY = ("provider", "service", "location", "payer", "referral_source")

view = number_page("Attendance")
tiles(view, TILES, titles=TITLES)
metric = variant_switch(view, "no_show_rate_", "no_show_rate_due", "No-shows, counted how", key="variant")
if metric:
    left, right = st.columns([3, 2], gap="small")
    with left:
        trend(view, [metric], title=view.known[metric].label, name="trend_no_show", height=270)
    with right:
        attendance.heat(view, metric)
    left, right = st.columns([3, 2], gap="small")
    with left:
        attendance.outcomes(view)
    with right:
        attendance.lead_bands(view, metric)
    breakdown(view, [metric], title=f"{view.known[metric].label}, by", name="attendance_by", dimensions=BY)
attendance.waiting(view)
