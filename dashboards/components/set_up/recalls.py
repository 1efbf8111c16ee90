"""Recalls: after which service the client is to come again, when, and for what."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.forms import entry
from dashboards.components.set_up.common import choose, lists, names_by, read
from dashboards.components.set_up.things import Thing, submit
from practice.access.permissions import Actor
from practice.messages import recall_queries
from practice.messages.recalls import add_recall_type, change_recall_type
from practice.people import queries

RECALL = Thing("recall", "recall_type_id", add_recall_type, change_recall_type)


def recalls_part(person: Actor) -> None:
    """The recalls, and the form for one."""
    services = names_by(read(queries.services, person), "service_id")
    if not services:
        st.info("Add a service first; a recall says when it is due again.")
        return
    found = [
        row | {"every": f"{row['interval_days']} days", "rest": f"{row['rest_days']} days"}
        for row in read(recall_queries.types, include_inactive=True)
    ]
    left, right = lists()
    with left:
        columns = {
            "name": "Recall", "trigger_name": "After", "every": "Due after", "book_name": "To book",
            "rest": "Left alone",
        }  # fmt: skip
        empty = "None yet: add what brings clients back, such as a check-up half a year after the last one."
        row = choose(RECALL.table, "Recalls", found, columns, key="recall_type_id", empty=empty)
        st.caption("Who is due stands on the page Messages, under Recalls.")
    with right:
        _form(row, services)


def _form(row: dict[str, Any] | None, services: dict[str, str]) -> None:
    known = row or {"name": "", "interval_days": 180, "rest_days": 14}
    with entry(RECALL.form(row)):
        RECALL.heading(row)
        name = st.text_input("Name of the recall", known["name"], placeholder="Check-up", required=True)
        keys = list(services)
        fields: dict[str, Any] = {}
        if row is None:
            fields["trigger_service_id"] = st.selectbox("After a visit of", keys, format_func=services.get)
            fields["book_service_id"] = st.selectbox("Due is a visit of", keys, format_func=services.get)
        a, b = st.columns(2)
        days = a.number_input("Due after, days", 1, 3650, known["interval_days"])
        rest = b.number_input(
            "Left alone, days", 0, 365, known["rest_days"], help="After a client was asked, for so many days no more."
        )
        st.caption("Recalls that are due already keep their day." if row else "Visits of the past count at once.")
        submit(RECALL, row, lambda: fields | {"name": name, "interval_days": int(days), "rest_days": int(rest)})
