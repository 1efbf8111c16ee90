"""What a person has to see to: messages that did not arrive, and clients who cannot be reached."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words as desk_words
from dashboards.components.messages import words
from dashboards.components.messages.log import buttons
from practice.access.permissions import Actor
from practice.clock import stored
from practice.messages import log_queries
from practice.messages.settings import message_settings
from practice.store.work import Reader, Row

AHEAD = timedelta(days=30)
SHOWN = 25


def gather(reader: Reader, person: Actor) -> tuple[list[Row], list[Row]]:
    """Messages to see to, and clients without an address who have a visit within thirty days."""
    settings = message_settings(reader)
    if not settings.is_on:
        return [], []
    now = stored(reader.now)
    missing = log_queries.without_address(reader, person, now, now + AHEAD, is_text_on=settings.is_text_on)
    return log_queries.to_do(reader, person, now), missing


def to_do_part(person: Actor, zone: str) -> None:
    """Both lists; each line is done with one click."""
    del zone
    with runtime.current().record.read() as reader:
        rows, missing = gather(reader, person)
    if not rows and not missing:
        st.success("Nothing to see to: every message arrived, and everybody with a visit can be reached.")
        return
    if rows:
        st.markdown(f"#### Not delivered :gray[{len(rows)}]")
        st.caption("Tell these clients in another way, or mend the address and send it again.")
        for row in rows[:SHOWN]:
            _line(row)
        _more(len(rows))
    if missing:
        st.markdown(f"#### No address :gray[{len(missing)}]")
        st.caption("These clients have a visit within thirty days and get no message about it.")
        for row in missing[:SHOWN]:
            with st.container(horizontal=True, vertical_alignment="center", border=True):
                _client(row, "missing")
                facts = f"Next visit {row['wall_start']:%a %-d %b, %H:%M}"
                known = f" · {row['phone']}" if row["phone"] else " · no telephone number either"
                st.markdown(f":small[{facts}{desk_words.plain(known)}]", width="content")
        _more(len(missing))


def _line(row: dict[str, Any]) -> None:
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center"):
            _client(row, "failed")
            st.markdown(f"{desk_words.plain(words.what(row))}", width="content")
            _, color, icon = words.STATES[row["status"]]
            st.badge(words.state(row), color=color, icon=icon)
        st.caption(words.reason(row))
        buttons(row, "todo")


def _client(row: dict[str, Any], part: str) -> None:
    key = f"messages:{part}:{row.get('message_id') or row['client_id']}"
    if st.button(row["name"], key=key, type="tertiary", icon=":material/person:"):
        st.switch_page("app_pages/client.py", query_params={"client": row["client_id"]})


def _more(number: int) -> None:
    if number > SHOWN:
        st.caption(f"and {number - SHOWN} more; these {SHOWN} are the soonest.")
