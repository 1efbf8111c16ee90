"""Files that go over payers' servers: what waits, what went wrong, and one press to send and fetch now."""

from __future__ import annotations

import streamlit as st

from dashboards import runtime
from dashboards.components.billing.common import Rows, count, read
from dashboards.components.desk import words
from dashboards.components.insurance.bringing_in import take_folder
from dashboards.components.set_up.progress import PART
from dashboards.session import say
from practice.access.permissions import Actor, Permission
from practice.insurance.connection_queries import connections_now
from practice.insurance.drop_trouble import WORDS
from practice.insurance.exchanging import exchange


def exchange_bar(person: Actor) -> None:
    """Nothing where no connection is on."""
    now = read(connections_now, person)
    if not now["active"]:
        return
    _troubles(now["troubles"])
    names = ", ".join(words.plain(row["name"]) for row in now["active"])
    with st.container(horizontal=True, vertical_alignment="center"):
        waits = f"{count(now['waiting'], 'file')} to go out within a minute" if now["waiting"] else "no file waits"
        st.caption(f":material/swap_vert: {names}: {waits}.", width="content")
        if st.button("Send and fetch now", icon=":material/sync:", type="tertiary", key="exchange_now"):
            _exchange(person, now["active"])
        _way_to_set_up(person, now["troubles"])


def exchange_box(person: Actor) -> None:
    """On To do: only what needs somebody."""
    if person.may(Permission.ADJUST):
        troubles = read(connections_now, person)["troubles"]
        _troubles(troubles)
        _way_to_set_up(person, troubles)


def _troubles(rows: Rows) -> None:
    for row in rows:
        st.error(f"Files do not go to {words.plain(row['name'])}: {row['why']}.", icon=":material/sync_problem:")


def _way_to_set_up(person: Actor, troubles: Rows) -> None:
    if not troubles or not person.may(Permission.SET_UP):
        return
    if st.button("Put it right in Set-up", icon=":material/settings:", type="tertiary", key="exchange_set_up"):
        st.session_state[PART] = "Payers' files"
        st.switch_page("app_pages/set_up.py")


def _exchange(person: Actor, rows: Rows) -> None:
    """What came in is posted as if it had been taken from the folder by hand."""
    running = runtime.current()
    with st.spinner("The servers are asked…"):
        done = [(row, exchange(running.record, running.home, row["connection_id"])) for row in rows]
    told = {row["connection_id"] for row in read(connections_now, person)["troubles"]}
    for row, one in done:
        if one.trouble and row["connection_id"] not in told:
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
