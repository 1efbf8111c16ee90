"""Papers that are made by themselves: what there is, a new one, and ending one."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.billing.common import read
from dashboards.components.desk import words
from dashboards.components.forms import entry, send
from dashboards.session import attempt
from practice.access.permissions import Actor, Permission
from practice.billing.queries.run_papers import schedules
from practice.billing.schedules import add_schedule, end_schedule, set_schedule_mails
from practice.people.queries import search_clients

CHOICES = {
    "daily_invoices": "Invoices, every day",
    "monthly_invoices": "Invoices, once a month for the month before",
    "monthly_statements": "Statements, once a month for the month before",
}


def automatic(person: Actor) -> None:
    """What is made by itself, each line with its end; beneath it a form for one more."""
    found = read(schedules, person)
    for row in found:
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            who = words.plain(row["client_name"]) if row["client_name"] else "everybody"
            st.markdown(f"**{row['kind'].capitalize()}** for {who}, {_when(row)}", width="content")
            last = f"last on {words.date_of(row['last_run_at'].date())}" if row["last_run_at"] else "not run yet"
            st.markdown(f":small[:gray[{last}]]", width="content")
            st.space("stretch")
            if person.may(Permission.INVOICE):
                key = row["document_schedule_id"]
                _mails(key, is_on=row["mails_since"] is not None)
                if st.button("End", key=f"schedule:{key}:end") and attempt(
                    end_schedule, f"schedule:{key}", document_schedule_id=key, done="They are made by hand again."
                ):
                    st.rerun()
    if not found:
        st.caption("Nothing is made by itself yet.")
    if person.may(Permission.INVOICE):
        _form(person)


def _mails(schedule_id: str, *, is_on: bool) -> None:
    """Whether they are sent as well, with one press."""
    key = f"schedule:{schedule_id}:mails:{is_on}"
    if (
        st.toggle(
            "E-mail them too", is_on, key=key, help="As soon as they are made, to everybody whom messages may reach."
        )
        != is_on
    ):
        attempt(
            set_schedule_mails, key, document_schedule_id=schedule_id, is_on=not is_on,
            done="They are printed and handed out again." if is_on else "From now on they are sent, too.",
        )  # fmt: skip
        st.rerun()


def _when(row: dict[str, Any]) -> str:
    hour = f"from {row['at_hour']}:00"
    return f"every day {hour}" if row["rhythm"] == "daily" else f"on day {row['day_of_month']} of a month {hour}"


def _form(person: Actor) -> None:
    text = st.text_input(
        "Only one client (empty: everybody)", placeholder="Any part of a name", type="search", width=380, key="auto_who"
    )
    clients = (
        {row["client_id"]: row["name"] for row in read(search_clients, person, text=text, limit=6)} if text else {}
    )
    with entry("schedule", border=True):
        st.markdown("**Make papers by themselves**")
        kind = str(st.selectbox("What", list(CHOICES), format_func=CHOICES.get, key="auto_kind"))
        client_id = None
        if text:
            client_id = st.selectbox("For", list(clients), format_func=clients.get, key="auto_client")
        a, b, c = st.columns(3)
        day = a.number_input("Day of the month (if monthly)", 1, 28, 1, key="auto_day")
        hour = b.number_input("From this hour on", 0, 23, 18, key="auto_hour")
        due = c.number_input("Due in days (invoices)", 0, 365, 30, key="auto_due")
        if st.form_submit_button("Begin", type="primary"):
            rhythm, what = kind.split("_")
            send(
                add_schedule,
                "schedule",
                kind=what,
                rhythm=rhythm,
                day_of_month=int(day) if rhythm == "monthly" else None,
                at_hour=int(hour),
                client_id=client_id,
                due_days=int(due),
                done="From now on they are made by themselves.",
            )
