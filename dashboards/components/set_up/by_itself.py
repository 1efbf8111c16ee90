"""What happens without a press: switched on here, and what came of it last."""

from __future__ import annotations

from datetime import date

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.forms import entry, send
from dashboards.components.set_up.common import lists
from practice.access.permissions import Actor
from practice.billing.by_itself import COVERS, EXPIRY, HOURS, REMINDERS, by_itself, last_run, set_by_itself

SAID = {
    REMINDERS: ("Reminders", "sent", "not reachable, see Billing, Unpaid"),
    EXPIRY: ("Packages", "expired", "refused, see Cash, Packages"),
    COVERS: ("Covers", "asked about", "left to ask, see Insurance, Covers"),
}


def by_itself_part(person: Actor) -> None:
    """One form; beside it what was done last."""
    del person
    name = "set_by_itself"
    with runtime.current().record.read() as reader:
        on = by_itself(reader)
        runs = {errand: last_run(reader, errand) for errand in SAID}
    left, right = lists()
    with left:
        st.markdown("**What came of it last**" if any(runs.values()) else "**By hand or by itself**")
        st.caption("Nothing happens until it is switched on. What is off is one press in Billing, Cash and Insurance.")
        for errand, (what, done, rest) in SAID.items():
            run = runs[errand]
            if run:
                more = f", {run['left']} {rest}" if run["left"] else ""
                st.markdown(
                    f"{what}, last on {words.date_of(date.fromisoformat(run['date']))}: {run['done']} {done}{more}."
                )
    with right, entry(name):
        st.markdown("**What happens by itself**")
        reminds = st.checkbox(
            "Reminders of payment leave when their step is due", on.reminds,
            help=f"Once a day from {HOURS[REMINDERS]}:00, to whom messages may go. The steps stand in Billing, Unpaid.",
        )  # fmt: skip
        expires = st.checkbox(
            "Packages expire on the day after their last",
            on.expires,
            help="What is left of them becomes income (4030). Where the law lets clients keep it, leave this off.",
        )
        reads = st.checkbox(
            "Payers' files are read as soon as they lie in the folder",
            on.reads_files,
            help="Dropped there by hand, or fetched over a connection (Payers' files). What is refused stands in"
            " Insurance, Remittances, with its reason.",
        )
        asks = st.checkbox("Payers are asked about the covers of who comes", on.cover_days is not None)
        days = st.number_input("Days before the visit", 1, 30, on.cover_days or 3, width=180)
        if st.form_submit_button("Save", type="primary"):
            send(set_by_itself, name, reminds=reminds, expires=expires, reads_files=reads,
                 cover_days=int(days) if asks else None, done="Saved.")  # fmt: skip
