"""The guided page: who it is about, how far they are, and the steps in order, the first missing one open."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.new_provider import steps
from dashboards.components.set_up.common import names_by, read
from dashboards.session import show_messages
from practice.access.permissions import Actor
from practice.errors import Refusal
from practice.people import queries
from practice.people.setup import practice_today
from practice.scheduling.readiness import Readiness, provider_readiness

WHO = "new_provider:who"
NEW = "new"

Step = Callable[[Actor, str], None]


def guide(person: Actor) -> None:
    """Everything; resumable at any time, since each step is read from the record."""
    show_messages()
    people = names_by(read(queries.providers, person), "provider_id")
    made = st.session_state.pop(steps.MADE, None)
    asked = made or (st.query_params.get("provider") if WHO not in st.session_state else None)
    if asked in people:
        st.session_state[WHO] = asked
    if st.session_state.get(WHO) not in people:
        st.session_state[WHO] = NEW
    options = {NEW: "Somebody new"} | people
    who = str(st.selectbox("Who", list(options), format_func=options.__getitem__, key=WHO, width=320))
    if who == NEW:
        with st.container(border=True):
            steps.person_step(person)
        return
    try:
        with runtime.current().record.read() as reader:
            now = provider_readiness(reader, person, who)
            sentence = now.sentence(practice_today(reader))
    except Refusal as refusal:
        st.error(str(refusal))
        return
    _head(now, sentence)
    steps.show_link(who)
    _steps(person, who, now)


def _head(now: Readiness, sentence: str) -> None:
    done = sum(item.is_done for item in now.items)
    text = f"**{words.plain(now.name)}**: {words.plain(sentence[0].lower() + sentence[1:])}"
    if now.bookable_from is None:
        st.warning(text, icon=":material/event_busy:")
    else:
        st.success(text, icon=":material/event_available:")
    st.progress(done / len(now.items), f"{done} of {len(now.items)} things are there")


def _steps(person: Actor, who: str, now: Readiness) -> None:
    """The parts of the page: title, which items they settle, what draws them."""
    parts: list[tuple[str, tuple[str, ...], Step]] = [
        ("Services and fees", ("services", "fees"), steps.services_step),
        ("Hours at each location", ("hours",), steps.hours_step),
        ("Rooms", ("rooms", "rooms_there"), steps.rooms_step),
        ("Sign-in", ("sign_in",), steps.sign_in_step),
        ("Online and video", ("online", "about", "video"), steps.online_step),
        ("Calendar link", ("calendar",), steps.calendar_step),
    ]
    lacking = {item.name.partition(":")[0] for item in now.items if not item.is_done}
    first = next((title for title, names, _ in parts if lacking & set(names)), "")
    for title, names, draw in parts:
        is_done = not lacking & set(names)
        icon = ":material/check_circle:" if is_done else ":material/radio_button_unchecked:"
        # The key holds who it is about: another person's page opens at their own first missing step.
        key = f"new_provider:{who}:{title}"
        box = st.expander(title, icon=icon, expanded=title == first, key=key, on_change="rerun")
        if box.open:
            with box:
                draw(person, who)


def state_of(person: Actor, provider_ids: list[str]) -> dict[str, str]:
    """A word for each provider, for the list on Set-up: `ready`, or how much is missing."""
    with runtime.current().record.read() as reader:
        found = {key: provider_readiness(reader, person, key) for key in provider_ids}
    return {key: _word(one) for key, one in found.items()}


def _word(now: Readiness) -> str:
    if now.bookable_from is None:
        return "not bookable"
    return f"{words.count(len(now.missing), 'thing')} missing" if now.missing else "complete"
