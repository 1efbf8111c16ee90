"""Visits that are not to be charged: the reason is asked once, for all that are selected."""

from __future__ import annotations

import streamlit as st

from dashboards.components.billing.common import Rows, choose, count, read
from dashboards.components.forms import show_refusal, start_anew, turn
from dashboards.session import WAITS, attempt, keep_refusal, say
from practice.access.permissions import Actor
from practice.billing.queries.uncharged import left_uncharged
from practice.billing.uncharged import charge_after_all, leave_uncharged
from practice.errors import Refusal

FORM = "uncharged"


def uncharged_popover(picked: Rows) -> None:
    """A button that asks why before the selected visits leave the list without a charge."""
    with st.popover("Not to be charged", icon=":material/money_off:"):
        why = st.text_input("Why", key=f"{FORM}:why:{turn(FORM)}", placeholder="Such as: our own mistake")
        if st.button(f"Leave {count(len(picked), 'visit')} uncharged", type="primary", key=f"{FORM}:do"):
            _leave(picked, why)
        show_refusal(FORM)


def _leave(picked: Rows, why: str) -> None:
    if not why.strip():
        keep_refusal(FORM, Refusal("Say why; the reason stays with the visit.", field="reason"))
        st.rerun()
    waits = left = 0
    for row in picked:
        answer = attempt(leave_uncharged, f"{FORM}:{row['attendee_id']}", reason=why, attendee_id=row["attendee_id"])
        if answer and "waits" in answer:
            waits += 1
        elif answer:
            left += 1
    if left:
        say(f"{count(left, 'visit')} left uncharged.")
    if waits:
        say(WAITS)
    start_anew(FORM)
    st.rerun()


def left_uncharged_box(person: Actor) -> None:
    """What was left uncharged and why; each can wait for its charge again."""
    rows = read(left_uncharged, person)
    if not rows:
        return
    with st.expander(f"Left uncharged ({len(rows)})"):
        columns = {
            "service_date": "Visit", "client_name": "Client", "service_name": "Service", "amount_minor": "Would cost",
            "reason": "Why", "decided_by_name": "By",
        }  # fmt: skip
        picked = choose(rows, columns, key="left_uncharged", many=True)
        if picked and st.button(f"Charge {count(len(picked), 'visit')} after all", key="after_all"):
            back = [
                attempt(charge_after_all, f"after_all:{row['attendee_id']}", attendee_id=row["attendee_id"])
                for row in picked
            ]
            say(f"{count(sum(map(bool, back)), 'visit')} on the list again.")
            st.rerun()
