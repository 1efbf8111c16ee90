"""Who waits: a line for each, with what they wait for and what they have meanwhile."""

from __future__ import annotations

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.desk.place import Desk
from dashboards.components.waitlist import entry_form, wording
from dashboards.session import attempt, refused
from practice.clock import stored
from practice.store.work import Row
from practice.waitlist.entries import withdraw_waitlist_entry

SHOWN = 40


def entry_list(desk: Desk, entries: list[Row]) -> None:
    """The most urgent first, then those who wait longest; a search where there are many."""
    if not entries:
        st.info("Nobody waits. Put somebody on the waitlist when nothing suits, or when an earlier visit would.")
        return
    sought = ""
    if len(entries) > 8:
        sought = st.text_input(
            "Find", key="waitlist:sought", type="search", live="150ms", placeholder="Client or service",
            label_visibility="collapsed",
        ) or ""  # fmt: skip
    found = [row for row in entries if _matches(row, sought)]
    for row in found[:SHOWN]:
        with st.container(border=True, key=f"entry:{row['waitlist_entry_id']}"):
            _entry(desk, row)
    if len(found) > SHOWN:
        st.caption(f"{len(found) - SHOWN} more wait: type a part of a name.")
    if not found:
        st.caption("Nobody of that name waits.")


def _matches(row: Row, sought: str) -> bool:
    text = f"{row['client_name']} {row['service_name']}".casefold()
    return all(part in text for part in sought.casefold().split())


def _entry(desk: Desk, row: Row) -> None:
    form = f"entry:{row['waitlist_entry_id']}"
    waited = (stored(runtime.current().record.clock()) - row["created_at"]).days
    since = f"waits {wording.long(waited)}" if waited else "waits since today"
    fallback = row["fallback"]
    meanwhile = f"has a visit on {words.when(fallback['wall_start'], desk.today)}" if fallback else "has no visit yet"
    with st.container(horizontal=True, vertical_alignment="center"):
        lines = (
            f"**{words.plain(row['client_name'])}** · {words.plain(row['service_name'])}",
            f":small[{words.plain(wording.wish(row, desk.today))}]",
            f":small[:gray[{since} · {meanwhile}]]",
            f":small[:gray[{words.plain(row['note'])}]]" if row["note"] else "",
        )
        st.markdown("  \n".join(line for line in lines if line))
        st.space("stretch")
        if row["urgency"] > 1:
            st.badge(wording.URGENCY[row["urgency"]], color=wording.URGENCY_COLOUR[row["urgency"]])  # type: ignore[arg-type]
        st.button("Change", key=f"{form}:change", on_click=entry_form.begin, kwargs={"entry": row})
        with st.popover("Take off", key=f"{form}:off", type="tertiary"):
            st.markdown("They will not be offered anything any more.")
            st.button("Take off the list", key=f"{form}:withdraw", type="primary", on_click=_withdraw, args=(row,))
    refusal = refused(form)
    if refusal:
        st.error(str(refusal), icon=":material/error:")


def _withdraw(row: Row) -> None:
    attempt(
        withdraw_waitlist_entry,
        f"entry:{row['waitlist_entry_id']}",
        is_in_place=True,
        done=f"{row['client_name']} is off the waitlist.",
        waitlist_entry_id=row["waitlist_entry_id"],
    )
