"""Data quality: whether the numbers can be trusted today, what failed, and what is left to mend."""

from __future__ import annotations

import streamlit as st

from dashboards import frame, runtime
from dashboards.components.quality.checks import all_checks
from dashboards.components.quality.failing import failing
from dashboards.components.quality.head import sentence, tiles
from dashboards.components.quality.imports import imports
from dashboards.components.quality.results import kept_now, standing
from dashboards.components.quality.site import docs_button
from dashboards.components.quality.trend import trend_card
from dashboards.components.quality.worklist import worklist
from dashboards.session import actor
from practice.access.permissions import Permission, require

person = actor()
require(person, Permission.SEE_NUMBERS)
running = runtime.current()
zone = frame.practice_settings()["zone"] or "UTC"

with st.container(horizontal=True, vertical_alignment="center"):
    st.markdown("## Data quality")
    st.space("stretch")
    docs_button(running.home)
    frame.freshness()

results = kept_now()
now = standing(results)
sentence(now, zone)
if running.warehouse.published() is None and results.empty:
    frame.wait_for_first_build()
    st.stop()

tiles(now, zone)
failing(running.warehouse, results, now, zone)
left, right = st.columns([3, 2], gap="small")
with left:
    trend_card(results, zone)
with right:
    worklist(running.warehouse, person)
all_checks(now)
imports(running.home, person, zone)
