"""How every number page begins: who may see it, its heading with the filters, a sentence before the first build."""

from __future__ import annotations

from datetime import date

import streamlit as st

from dashboards import frame, runtime
from dashboards.components.beginning import show_first_step
from dashboards.components.numbers.bar import bar, chips, filters_and_names
from dashboards.components.numbers.filters import COMPARISONS, Filters
from dashboards.components.numbers.view import View, definitions
from dashboards.session import actor
from practice.access.permissions import Permission, require
from practice.money import Currency


def number_page(title: str, *, has_period: bool = True) -> View:
    """Draw the heading and answer the look at the numbers; before the first build say so and stop.

    A page that is about a day instead of a period says `has_period=False` and has an input of its own.
    """
    person = actor()
    require(person, Permission.SEE_NUMBERS)
    running = runtime.current()
    published = running.warehouse.published()
    with running.record.read() as reader:
        currency = Currency.of(reader.setting("currency", "USD"))
    if published is None:
        _heading(title)
        show_first_step(person)
        st.info(
            "There are no numbers yet. The pipelines make the first build within a minute, and this page shows it then;"
            " without them run `daybook refresh`."
        )
        frame.wait_for_first_build()
        st.stop()
    today = date.fromisoformat(published.today)
    filters, choices, refused = filters_and_names(running.warehouse, person, today)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"## {title}")
        st.space("stretch")
        bar(filters, choices, has_period=has_period)
        frame.freshness()
    chips(filters, choices)
    if filters.source == "record":  # what the practice's old system left has numbers already
        show_first_step(person)
    for sentence in refused:
        st.warning(sentence, icon=":material/filter_alt_off:")
    known = definitions(published.build_id, running.warehouse)
    view = View(running.warehouse, published.build_id, person, currency, filters, today, choices.names, known)
    if has_period:
        st.caption(_days(view))
    return view


def _heading(title: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"## {title}")
        st.space("stretch")
        frame.freshness()


def _days(view: View) -> str:
    shown = f"{view.window.in_words()}{' (today)' if view.window.last == view.today else ''}"
    return f"{shown} · changes are against {against(view.filters, view.today)}"


def against(filters: Filters, today: date) -> str:
    """`the period before, 22 Sep to 21 Oct 2026`."""
    return f"{COMPARISONS[filters.compare]}, {filters.compared(today).in_words()}"
