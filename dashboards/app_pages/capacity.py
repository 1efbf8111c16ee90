"""Capacity: how full the hours are, how many of them were kept, and what the coming weeks will want."""

from __future__ import annotations

import streamlit as st

from dashboards.components.numbers import capacity
from dashboards.components.numbers.breakdown import breakdown
from dashboards.components.numbers.page import number_page
from dashboards.components.numbers.tiles import tiles

TILES = {
    "schedule_fill_rate": "line",
    "kept_utilization": "line",
    "kept_utilization_with_outside": "line",
    "buffer_share": "line",
    "bookable_minutes": "bar",
    "booked_minutes": "bar",
    "kept_minutes": "bar",
    "third_next_available_days_median": "line",
    "slot_fill_rate": "line",
}
TITLES = {
    "bookable_minutes": "Bookable hours",
    "booked_minutes": "Booked hours",
    "kept_minutes": "Kept hours",
    "kept_utilization_with_outside": "Kept, outside hours too",
    "third_next_available_days_median": "Third next available",
}
HOURS = ("bookable_minutes", "booked_minutes", "kept_minutes", "schedule_fill_rate", "kept_utilization",
         "kept_utilization_with_outside", "buffer_share")  # fmt: skip

view = number_page("Capacity")
has_slots = view.filters.source != "record"  # the record's hours are not cut into slots
tiles(view, {name: chart for name, chart in TILES.items() if has_slots or name != "slot_fill_rate"}, titles=TITLES)
left, right = st.columns(2, gap="small")
with left:
    capacity.weeks(view)
with right:
    capacity.outlook(view)
left, right = st.columns([3, 2], gap="small")
with left:
    capacity.gaps(view)
with right:
    capacity.next_week(view)
breakdown(view, HOURS, title="Hours in this period", name="capacity_by", dimensions=("provider", "location"),
          titles=TITLES)  # fmt: skip
