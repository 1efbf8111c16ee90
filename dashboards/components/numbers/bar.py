"""The one filter bar. Its state is the address: shareable, kept on reload, carried from page to page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from dashboards.components.numbers import periods
from dashboards.components.numbers.filters import (
    COMPARISONS,
    NONE,
    PARAMETERS,
    WITHOUT,
    WORDS,
    Filters,
    from_address,
)
from dashboards.components.numbers.names import Names, names_for, sources
from dashboards.metrics import DIMENSIONS
from dashboards.warehouse import Warehouse
from practice.access.permissions import Actor

KEPT = "numbers:address"
"""The filters' part of the address as it was last written: another one comes from outside."""
PAGE = "numbers:page"
ALL = ""
_ALL = {"location": "All locations", "provider": "All providers", "service": "All services", "payer": "All payers",
        "referral_source": "All sources"}  # fmt: skip


@dataclass(frozen=True)
class Choices:
    """What the person may choose from: ids by dimension, with what they are called, and the sources."""

    names: Names
    sources: list[str]
    members: dict[str, list[str]]


def choices_for(warehouse: Warehouse, person: Actor, source: str) -> Choices:
    """Every member of the source; who is of some locations chooses among those."""
    names, known = names_for(warehouse, source), sources(warehouse)
    members = {dimension: [*names.of[dimension], NONE] for dimension in DIMENSIONS}
    if person.location_ids:
        members["location"] = [key for key in names.of["location"] if key in person.location_ids]
    return Choices(names, known, members)


def filters_and_names(warehouse: Warehouse, person: Actor, today: date) -> tuple[Filters, Choices, list[str]]:
    """What is asked for, by the address if it came from outside, else by the widgets; a sentence for each refusal."""
    state = st.session_state
    query = {name: st.query_params[name] for name in PARAMETERS if name in st.query_params}
    kept, page = state.get(KEPT), state.get("page")
    is_new_page = state.get(PAGE) != page
    state[PAGE] = page
    if not query and kept and is_new_page:
        query = kept  # the navigation leads to a page without parameters
    is_outside = kept is None or query != kept
    source = query.get("source", "record") if is_outside else state.get(_key("source"), kept.get("source", "record"))
    choices = choices_for(warehouse, person, source if source in sources(warehouse) else "record")
    filters, said = from_address(query, choices.members, choices.sources)
    for key, value in _widgets(filters, today).items():
        if is_outside or key not in state:
            state[key] = value
        elif is_new_page:  # a widget shows a value alone that is set in the run that draws it anew
            state[key] = state[key]
    if not is_outside:
        filters, said = _from_widgets(choices), []
    if filters.period != periods.DATES:  # from there on, if two dates are chosen next
        shown = filters.window(today)
        state[_key("dates")] = (shown.first, shown.last)
    elif kept is not None and kept.get("period") != periods.DATES:  # drawn anew in this run
        state[_key("dates")] = state[_key("dates")]
    _write(filters)
    return filters, choices, said


def _key(name: str) -> str:
    return f"filter:{name}"


def _widgets(filters: Filters, today: date) -> dict[str, Any]:
    """The widgets' values that show these filters."""
    shown, members = filters.window(today), filters.members
    found = {_key(name): (members[name] or NONE) if name in members else ALL for name in DIMENSIONS}
    return found | {
        _key("period"): filters.period,
        _key("dates"): (shown.first, shown.last),
        _key("source"): filters.source,
        _key("compare"): filters.compare,
    }


def _from_widgets(choices: Choices) -> Filters:
    state = st.session_state
    members = {}
    for name in DIMENSIONS:
        chosen = state[_key(name)]
        if chosen and chosen not in choices.members[name]:  # of another source
            chosen = state[_key(name)] = ALL
        if chosen:
            members[name] = None if chosen == NONE else chosen
    dates = state[_key("dates")]
    first, last = dates if len(dates) == 2 else (None, None)  # between the two clicks on its calendar
    return Filters(state[_key("period")], first, last, members, state[_key("source")], state[_key("compare")])


def _write(filters: Filters) -> None:
    """The address says what is shown."""
    address = filters.address()
    for name in PARAMETERS:
        if name in address and st.query_params.get(name) != address[name]:
            st.query_params[name] = address[name]
        elif name not in address and name in st.query_params:
            del st.query_params[name]
    st.session_state[KEPT] = address


def bar(filters: Filters, choices: Choices, *, has_period: bool) -> None:
    """Period and a button to all other filters; draw it into the page's heading."""
    if has_period:
        options = [*periods.PERIODS, periods.DATES]
        st.selectbox(
            "Period", options, format_func=_period_name, key=_key("period"), width=150, label_visibility="collapsed"
        )
        if filters.period == periods.DATES:
            st.date_input("Two dates", key=_key("dates"), width=235, format="YYYY-MM-DD", label_visibility="collapsed")
    count = len(filters.members) + (filters.source != "record") + (filters.compare != "before")
    with st.popover(f"Filters ({count})" if count else "Filters", icon=":material/tune:", key="filters"):
        for name in DIMENSIONS:
            options = choices.members[name]
            st.selectbox(
                WORDS[name].capitalize(),
                [ALL] if len(options) == 1 and NONE not in options else [ALL, *options],
                format_func=lambda key, name=name: _member_name(choices, name, key),
                key=_key(name),
            )
        if len(choices.sources) > 1:
            st.selectbox("Source of the data", choices.sources, format_func=_source_name, key=_key("source"))
        if has_period:
            st.selectbox(
                "Compare with", list(COMPARISONS), format_func=lambda key: COMPARISONS[key].capitalize(),
                key=_key("compare"),
            )  # fmt: skip


def chips(filters: Filters, choices: Choices) -> None:
    """What is set, each with a click to clear it; nothing where nothing is."""
    found = {name: choices.names.member(name, member) for name, member in filters.members.items()}
    found |= {} if filters.source == "record" else {"source": _source_name(filters.source)}
    found |= {} if filters.compare == "before" else {"compare": f"Against {COMPARISONS[filters.compare]}"}
    if not found:
        return
    with st.container(horizontal=True, gap="xsmall", key="filter-chips"):
        for name, text in found.items():
            st.button(
                text, key=f"clear:{name}", icon=":material/close:", icon_position="right", on_click=clear, args=(name,),
                help=f"Clear the {WORDS.get(name, name)}",
            )  # fmt: skip


def clear(name: str) -> None:
    """A filter back to what is usual."""
    st.session_state[_key(name)] = {"source": "record", "compare": "before"}.get(name, ALL)


def _period_name(key: str) -> str:
    return periods.PERIODS[key][0] if key in periods.PERIODS else "Two dates"


def _member_name(choices: Choices, dimension: str, key: str) -> str:
    own = choices.members[dimension]
    if key == ALL and NONE not in own:  # somebody of some locations
        return choices.names.member(dimension, own[0]) if len(own) == 1 else "All of yours"
    if key in (ALL, NONE):
        return _ALL[dimension] if key == ALL else WITHOUT[dimension]
    return choices.names.member(dimension, key)


def _source_name(source: str) -> str:
    return "This practice's record" if source == "record" else source.replace("_", " ")
