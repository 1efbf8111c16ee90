"""New clients from online booking: the desk looks whether they are in the record already. Two clicks at most."""

from __future__ import annotations

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.desk.place import Desk
from dashboards.session import attempt
from practice.access.permissions import Permission
from practice.online.people import reviews, settle_review
from practice.people.client_queries import duplicates
from practice.store.work import Row


def online_reviews(desk: Desk) -> None:
    """Nothing, unless somebody new has booked online."""
    if not desk.person.may(Permission.EDIT_CLIENTS):
        return
    with runtime.current().record.read() as reader:
        waiting = reviews(reader, desk.person)
        alike = {row["client_review_id"]: duplicates(reader, desk.person, row["resembles"]) for row in waiting}
    if not waiting:
        return
    title = words.count(len(waiting), "new client from online booking", "new clients from online booking")
    with st.expander(f"{title} to look at", icon=":material/person_search:", expanded=len(waiting) < 4):
        for row in waiting:
            _one(row, alike[row["client_review_id"]], desk)


def _one(row: Row, alike: list[Row], desk: Desk) -> None:
    facts = [
        words.who(row),
        row["email"] or "",
        f"comes {words.when(row['wall_start'], desk.today)}" if row["wall_start"] else "",
    ]
    key = row["client_review_id"]
    with st.container(border=True, gap="small"):
        st.markdown(f"**{words.plain(row['name'])}** :small[:gray[{words.plain(' · '.join(x for x in facts if x))}]]")
        if alike:
            st.caption("May be somebody who is in the record already:")
        with st.container(horizontal=True, vertical_alignment="center"):
            for known in alike:
                label = f"It is {words.plain(known['name'])} ({words.plain(words.who(known))})"
                done = f"The visit is {words.plain(known['name'])}'s now."
                st.button(
                    label, key=f"review:{key}:{known['client_id']}", disabled=not known["is_active"], on_click=_settle,
                    args=(key, known["client_id"], done),
                )  # fmt: skip
            kind = "secondary" if alike else "primary"
            st.button(
                "A new client", key=f"review:{key}:new", type=kind, on_click=_settle,
                args=(key, None, "Noted: a new client."),
            )  # fmt: skip


def _settle(client_review_id: str, same_as: str | None, done: str) -> None:
    form = f"review:{client_review_id}"
    attempt(settle_review, form, done=done, client_review_id=client_review_id, same_as=same_as)
