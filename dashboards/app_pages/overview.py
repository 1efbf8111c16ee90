"""Overview: what the owner opens at eight. Every number opens its rows; every number passed its checks."""

from __future__ import annotations

import streamlit as st

from dashboards import frame, runtime
from dashboards.components.overview import charts
from dashboards.components.overview.numbers import today_of
from dashboards.components.overview.period import LENGTHS, window
from dashboards.components.overview.tiles import tiles
from dashboards.session import actor
from practice.access.permissions import SYSTEM, Permission, require
from practice.money import Currency
from practice.people.queries import locations, payers, providers

person = actor()
require(person, Permission.SEE_NUMBERS)
warehouse = runtime.current().warehouse
with runtime.current().record.read() as reader:
    places = {row["location_id"]: row["name"] for row in locations(reader, SYSTEM)}
    payer_names = {row["payer_id"]: row["name"] for row in payers(reader, SYSTEM)}
    provider_names = {row["provider_id"]: row["name"] for row in providers(reader, SYSTEM)}
    currency = Currency.of(reader.setting("currency", "USD"))
if person.location_ids:
    places = {key: name for key, name in places.items() if key in person.location_ids}

with st.container(horizontal=True, vertical_alignment="center"):
    st.markdown("## Overview")
    st.space("stretch")
    location = None
    if len(places) > 1 or person.location_ids:
        options = list(places) if person.location_ids else [None, *places]
        location = st.selectbox(
            "Location",
            options,
            format_func=lambda key: places.get(key, "All locations"),
            width=200,
            label_visibility="collapsed",
            key="overview_location",
            bind="query-params",
        )
    length = st.segmented_control(
        "Period",
        list(LENGTHS),
        default="30 days",
        required=True,
        label_visibility="collapsed",
        key="overview_period",
        bind="query-params",
    )
    frame.freshness()

if warehouse.published() is None:
    st.info(
        "There are no numbers yet. The pipelines make the first build within a minute, and this page shows it then;"
        " without them run `daybook refresh`."
    )
    frame.wait_for_first_build()
    st.stop()

current = window(length, today_of(warehouse))
st.caption(f"{current.first:%-d %B %Y} to today, {current.last:%-d %B %Y}.")
tiles(warehouse, current, location, currency)
left, right = st.columns([3, 2], gap="small")
with left:
    charts.money_by_month(warehouse, current, location, currency)
with right:
    charts.aging(warehouse, current, location, currency, payer_names)
left, right = st.columns([3, 2], gap="small")
with left:
    charts.outcomes(warehouse, current, location)
with right:
    charts.providers(warehouse, current, location, currency, provider_names)
