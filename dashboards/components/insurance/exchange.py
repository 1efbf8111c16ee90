"""Files that go over payers' servers: what waits, what went wrong, and one press to send and fetch now."""

from __future__ import annotations

import streamlit as st

from dashboards import runtime
from dashboards.components.billing.common import count, read
from dashboards.components.desk import words
from dashboards.components.insurance.bringing_in import take_folder
from dashboards.components.set_up.progress import PART
from dashboards.session import say
from practice.access.permissions import Actor, Permission
from practice.insurance.connection_queries import connections_now
from practice.insurance.exchanging import exchange
from practice.insurance.sftp import WORDS


def exchange_bar(person: Actor) -> None:
    """Nothing where no connection is on."""
    now = read(connections_now, person)
    if not now["active"]:
        return
    _troubles(person, now["troubles"])
    names = ", ".join(words.plain(row["name"]) for row in now["active"])
    with st.container(horizontal=True, vertical_alignment="center"):
        waits = f"{count(now['waiting'], 'file')} to go out within a minute" if now["waiting"] else "no file waits"
        st.caption(f":material/swap_vert: {names}: {waits}.", width="content")
        if st.button("Send and fetch now", icon=":material/sync:", type="tertiary", key="exchange_now"):
            _exchange(now["active"])


def exchange_box(person: Actor) -> None:
    """On To do: only what needs somebody."""
    if person.may(Permission.ADJUST):
        _troubles(person, read(connections_now, person)["troubles"])


def _troubles(person: Actor, rows: list[dict[str, object]]) -> None:
    for row in rows:
        st.error(f"Files do not go to {words.plain(str(row['name']))}: {row['why']}.", icon=":material/sync_problem:")
        if person.may(Permission.SET_UP) and st.button(
            "To its set-up", icon=":material/settings:", type="tertiary", key=f"exchange:{row['connection_id']}"
        ):
            st.session_state[PART] = "Payers' files"
            st.switch_page("app_pages/set_up.py")


def _exchange(rows: list[dict[str, str]]) -> None:
    """What came in is posted as if it had been taken from the folder by hand."""
    running = runtime.current()
    with st.spinner("The servers are asked…"):
        done = [(row, exchange(running.record, running.home, row["connection_id"])) for row in rows]
    for row, one in done:
        if one.trouble:
            say(f"{row['name']}: {WORDS[one.trouble]}.", "refusal")
    sent, fetched = sum(len(one.sent) for _, one in done), sum(len(one.fetched) for _, one in done)
    if fetched:
        take_folder()
    if sent or fetched:
        more = "; see Remittances for what came" if fetched else ""
        say(f"{count(sent, 'file')} sent, {count(fetched, 'file')} fetched{more}.")
    elif not any(one.trouble for _, one in done):
        say("Nothing waits, here or there.")
    st.rerun()
