"""How far the books are closed, and what each role may do without a second person."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import runtime
from dashboards.components.billing.common import plain
from dashboards.components.charts import table_height
from dashboards.components.forms import amount, entry, practice_currency, send, turn
from dashboards.components.set_up.common import DATE, EARLIEST, Rows, lists, read, today
from practice.access.permissions import Actor, Permission
from practice.billing.closing import close_period, reopen_period
from practice.billing.limits import BACK_DATE, KINDS, LIMITED_ROLES, WAITS_DAYS, set_limit
from practice.billing.locked import lock_date
from practice.billing.queries.control import limits, period_locks
from practice.billing.small_balances import most_small, set_small_balance

ROLES = {role: role.replace("_", " ").capitalize() for role in LIMITED_ROLES}


def books_part(person: Actor) -> None:
    """The lock date with its history and forms; then the limits."""
    is_owner = person.may(Permission.CONTROL)
    with runtime.current().record.read() as reader:
        locked = lock_date(reader)
    left, right = lists()
    with left:
        _locks(person, locked)
    with right:
        if is_owner:
            _close(locked)
            if locked:
                _reopen(locked)
        else:
            st.caption("The owner closes periods, reopens them and sets the limits.")
    left, right = lists()
    with left:
        _limits(read(limits, person))
    with right:
        if is_owner:
            _limit_form()
            _small_form()


def _locks(person: Actor, locked: date | None) -> None:
    state = f"Closed up to {locked:%-d %b %Y}" if locked else "Nothing is closed"
    st.markdown(f"**Closed periods** · {state}")
    rows = read(period_locks, person)
    if rows:
        shown = [
            {
                "Closed up to": row["locked_until"],
                "Before that": row["previous_until"],
                "Why": row["reason"],
                "By": row["set_by_name"],
                "Day": row["known_at"].date(),
            }
            for row in rows
        ]
        days = {
            name: st.column_config.DateColumn(format="D MMM YYYY") for name in ("Closed up to", "Before that", "Day")
        }
        st.dataframe(
            pd.DataFrame(shown),
            hide_index=True,
            placeholder="–",
            column_config=days,
            height=table_height(len(shown), 260),
        )
    st.caption(
        "On a closed day nothing is posted any more, and what became of its visits stays. What comes late is posted"
        " today, or, within a role's days of grace and with a reason, on its own day."
    )


def _close(locked: date | None) -> None:
    name = "close_period"
    key = f"{name}:{turn(name)}"
    day = today()
    last_month = day.replace(day=1) - timedelta(days=1)
    proposed = last_month if not locked or last_month > locked else day - timedelta(days=1)
    with entry(name):
        st.markdown("**Close a period**")
        until = st.date_input("Last closed day", proposed, EARLIEST, day, format=DATE, key=f"{key}:until")
        why = st.text_input("Why", placeholder="Reported to the accountant", key=f"{key}:why")
        if st.form_submit_button("Close up to this day", type="primary"):
            send(close_period, name, until=str(until), reason=why or None, done=f"Closed up to {until}.")


def _reopen(locked: date) -> None:
    name = "reopen_period"
    key = f"{name}:{turn(name)}"
    with st.expander("Reopen"), entry(name):
        everything = st.checkbox("Open everything", key=f"{key}:all")
        until = st.date_input(
            "Else the last day that stays closed",
            locked.replace(day=1) - timedelta(days=1),
            EARLIEST,
            format=DATE,
            key=f"{key}:until",
        )
        why = st.text_input("Why reopen", key=f"{key}:why")
        if st.form_submit_button("Reopen"):
            to = None if everything else str(until)
            send(reopen_period, name, until=to, reason=why or None, done="Reopened.")


def _limits(rows: Rows) -> None:
    st.markdown("**What a role may do alone**")
    said = {(row["kind"], row["role"]): row["most"] for row in rows}
    table = [
        {"Role": label} | {title: _shown(kind, said.get((kind, role))) for kind, title in KINDS.items()}
        for role, label in ROLES.items()
    ]
    st.dataframe(pd.DataFrame(table), hide_index=True, height=table_height(len(table), 260))
    st.caption(
        f"What is above waits up to {WAITS_DAYS} days in Billing, Approvals for a second person, never its asker. All"
        " that was taken off one charge, or refunded of one payment, counts together. A back-date is counted in days"
        " behind the lock date."
    )


def _shown(kind: str, most: int | None) -> str:
    if kind == BACK_DATE:
        return "closed days not" if not most else "1 day" if most == 1 else f"{most} days"
    return "any amount" if most is None else f"up to {practice_currency().show(most)}"


def _limit_form() -> None:
    name = "set_limit"
    key = f"{name}:{turn(name)}"
    with entry(name):
        st.markdown("**Set a limit**")
        kind = str(st.selectbox("Of what", list(KINDS), format_func=KINDS.get, key=f"{key}:kind"))
        role = st.selectbox("For whom", list(ROLES), index=1, format_func=ROLES.get, key=f"{key}:role")
        typed = st.text_input(
            f"At most ({practice_currency().code}; days for a back-date)",
            placeholder="Empty: any amount, no closed day",
            key=f"{key}:most",
        )
        if st.form_submit_button("Save the limit", type="primary"):
            most: Any = None
            if typed.strip() and kind == BACK_DATE:
                most = int(typed) if typed.strip().isdigit() else typed
            elif typed.strip():
                most = amount(name, typed, is_zero_fine=True)
                if most is None:
                    return
            send(set_limit, name, kind=kind, role=role, most=most, done="The limit was saved.")


def _small_form() -> None:
    name = "set_small_balance"
    currency = practice_currency()
    with runtime.current().record.read() as reader:
        most = most_small(reader)
    with entry(name):
        st.markdown("**Small balances**")
        typed = st.text_input(
            f"What matching may write off in the same step, {currency.code}", plain(most, currency),
            key=f"{name}:{turn(name)}:most",
        )  # fmt: skip
        if st.form_submit_button("Save"):
            minor = amount(name, typed, is_zero_fine=True)
            if minor is not None:
                send(set_small_balance, name, most_minor=minor, done="Saved.")
