"""Reminders under the unpaid list: whose turn it is, what holds one back, and the steps themselves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import streamlit as st

from dashboards.components.billing.common import Rows, choose, count, plain, read, total
from dashboards.components.desk import words
from dashboards.components.forms import amount, entry, practice_currency, send, turn
from dashboards.session import attempt, refused, say
from practice.access.permissions import Actor, Permission
from practice.billing.dunning import (
    KINDS,
    end_stop,
    record_dispute,
    record_promise,
    send_payment_reminder,
    set_dunning_step,
)
from practice.billing.queries.dunning import standings, steps
from practice.people.setup import practice_today

STEPS = {1: "first", 2: "second", 3: "last"}
USUAL = {1: 7, 2: 21, 3: 45}
"""Days after which practices remind."""


def dunning_box(person: Actor) -> None:
    """Clients with something overdue; one press reminds all whose step is due."""
    rows = read(standings, person)
    due = [row for row in rows if row["is_due"]]
    if not rows and not person.may(Permission.SET_UP):
        return
    what = f"Reminders · {count(len(due), 'client')} due" if due else "Reminders"
    with st.expander(what, icon=":material/notifications:"):
        if (
            due
            and person.may(Permission.INVOICE)
            and st.button(
                f"Send {count(len(due), 'reminder')}", type="primary", key="dunning:send", icon=":material/send:"
            )
        ):
            _send(due)
        columns = {
            "party_name": "Client",
            "overdue_minor": "Overdue",
            "days": "Days",
            "so_far": "So far",
            "next": "Next",
            "step_date": "On",
            "held": "Held back",
        }
        shown = [_in_words(row) for row in rows]
        picked = choose(shown, columns, key="dunning", height=300, empty="Nothing is overdue.")
        if picked and person.may(Permission.INVOICE):
            _panel(person, picked[0])
        if person.may(Permission.SET_UP):
            _steps(person)


def _in_words(row: dict[str, Any]) -> dict[str, Any]:
    broken = "promise broken" if row["is_broken"] else ""
    unreachable = refused(f"remind:{row['party']}")
    broken = f"{unreachable}" if unreachable else broken
    return row | {
        "so_far": f"{STEPS[row['last_number']]}, {row['last_date']:%-d %b}" if row["last_number"] else "none",
        "next": STEPS[row["next_step"]] if row["next_step"] else "call them" if row["last_number"] else "",
        "held": row["stopped_by"] or broken,
    }


def _send(due: Rows) -> None:
    done = [
        attempt(send_payment_reminder, f"remind:{row['party']}", is_in_place=True, party=row["party"]) for row in due
    ]
    sent = sum(map(bool, done))
    if sent:
        say(f"{count(sent, 'reminder')} on the way; they leave in three minutes.")
    if sent < len(due):
        say(f"{count(len(due) - sent, 'client')} cannot be written to; the list says why. Call them.", "refusal")
    st.rerun()


def _panel(person: Actor, row: dict[str, Any]) -> None:
    today = read(lambda reader, _: practice_today(reader), person)
    st.markdown(f"**{words.plain(row['party_name'])}** · {total([row], 'overdue_minor')} overdue")
    left, right = st.columns(2, gap="medium")
    party, stop = row["party"], row["stop"]
    with left:
        name = f"promise:{party}"
        with entry(name, border=True):
            st.markdown("**Promised to pay**")
            day = st.date_input(
                "By", today + timedelta(days=7), min_value=today, format="YYYY-MM-DD", key=f"{name}:{turn(name)}:by"
            )
            if st.form_submit_button("Hold reminders until then") and isinstance(day, date):
                send(record_promise, name, party=party, until=str(day), done=f"No reminder before {day:%-d %b}.")
    with right:
        name = f"dispute:{party}" if not stop else f"end_stop:{stop['dunning_stop_id']}"
        with entry(name, border=True):
            st.markdown("**Disputed**" if not stop else f"**{_in_words(row)['held'].capitalize()}**")
            why = st.text_input("Why", key=f"{name}:{turn(name)}:why")
            if not stop and st.form_submit_button("Hold reminders"):
                send(record_dispute, name, reason=why or None, party=party, done="No reminder until it is settled.")
            elif stop and st.form_submit_button("Let reminders go on"):
                send(
                    end_stop, name, reason=why or None, dunning_stop_id=stop["dunning_stop_id"], done="Reminders go on."
                )


def _steps(person: Actor) -> None:
    currency = practice_currency()
    rows = {row["number"]: row for row in read(lambda reader, _: steps(reader), person)}
    said = [
        f"{STEPS[number]} after {row['days']} days"
        + (f" from {currency.show(row['least_minor'])}" * (row["least_minor"] > 0))
        for number, row in rows.items()
        if row["is_active"]
    ]
    st.markdown(f"**Steps** · {', '.join(said) or 'none yet, so nobody is reminded'}")
    with entry("dunning_step"):
        a, b, c, d = st.columns([1, 1, 1, 1], vertical_alignment="bottom")
        key = f"dunning_step:{turn('dunning_step')}"
        following = next((number for number in KINDS if number not in rows), 1)
        number = int(
            a.selectbox("Step", list(KINDS), following - 1, format_func=_step_words, key=f"{key}:step:{following}")
        )
        days = b.number_input("Days overdue", 1, 730, USUAL[following], key=f"{key}:days:{following}")
        typed = c.text_input(f"From, {currency.code}", plain(0, currency), key=f"{key}:least")
        is_active = d.checkbox("In use", value=True, key=f"{key}:active")
        if st.form_submit_button("Save the step"):
            least = amount("dunning_step", typed, is_zero_fine=True)
            if least is not None:
                send(
                    set_dunning_step, "dunning_step", number=number, days=int(days), least_minor=least,
                    is_active=is_active, done="The step was saved.",
                )  # fmt: skip


def _step_words(number: int) -> str:
    return STEPS[number].capitalize()
