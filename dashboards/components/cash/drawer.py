"""The cash drawer: what should be in it, what was counted, what goes to the bank; and the counts so far."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from dashboards.components.beginning import nothing
from dashboards.components.billing.common import choose, plain, read
from dashboards.components.forms import amount, entry, practice_currency, send, show_refusal, turn
from practice.access.permissions import Actor, Permission
from practice.billing.drawer import add_change, close_drawer, reopen_drawer
from practice.billing.queries.drawer import counts, drawer
from practice.money import Currency
from practice.people.queries import locations
from practice.people.setup import practice_today

PIECES = (100, 50, 20, 10, 5, 2, 1, 0.5, 0.25, 0.1, 0.05, 0.01)


def drawer_part(person: Actor) -> None:
    """One location's drawer on one day, then every count."""
    places = {row["location_id"]: row["name"] for row in read(locations, person)}
    if not places:
        nothing("There is no location yet, and so no drawer.")
        return
    today = read(lambda reader, _: practice_today(reader), person)
    a, b, _ = st.columns([2, 1, 2])
    place = str(a.selectbox("Drawer of", list(places), format_func=places.get, key="drawer_place"))
    day = b.date_input("Day", today, max_value=today, format="YYYY-MM-DD", key="drawer_day")
    if not isinstance(day, date):
        return
    state = read(drawer, person, location_id=place, on=day)
    _sums(state)
    closed = state["closed_until"]
    if closed and day <= closed:
        st.success(f"Closed for {closed:%-d %b %Y}: no cash is posted on that day or before.", icon=":material/lock:")
    elif person.may(Permission.TAKE_PAYMENT):
        left, right = st.columns([2, 1], gap="medium")
        with left:
            _close(place, day, state)
        with right:
            _add_change(place)
    _counts(person, place)


def _sums(state: dict[str, Any]) -> None:
    currency = practice_currency()
    facts = [
        ("At the last count", state["opening_minor"]),
        ("Received", state["received_minor"]),
        ("Paid out", state["paid_out_minor"]),
        ("Change put in", state["change_minor"]),
        ("Should be in it", state["expected_minor"]),
    ]
    with st.container(border=True):
        grid = st.grid(5, min_column_width=130)
        for label, minor in facts:
            grid.markdown(f":small[:gray[{label}]]  \n**{currency.show(minor)}**")


def _close(place: str, day: date, state: dict[str, Any]) -> None:
    currency = practice_currency()
    name = f"close_drawer:{place}:{day}"
    key = f"{name}:{turn(name)}"
    with entry(name, border=True):
        st.markdown(f"**Close the drawer** · {day:%-d %b %Y}")
        a, b = st.columns(2)
        typed = a.text_input(f"Counted, {currency.code}", key=f"{key}:counted", placeholder="Or count the pieces below")
        banked = b.text_input(f"To the bank, {currency.code}", key=f"{key}:banked", placeholder="0.00")
        with st.expander("Count the pieces"):
            pieces = _pieces(currency, key)
        why = st.text_input("Why it differs", key=f"{key}:why", placeholder="Only where it does")
        if st.form_submit_button("Close the drawer", type="primary"):
            sum_of_pieces = sum(int(value) * many for value, many in pieces.items())
            counted = amount(name, typed or plain(sum_of_pieces if pieces else 0, currency), is_zero_fine=True)
            bank = amount(name, banked, is_zero_fine=True) if banked.strip() else 0
            if counted is None or bank is None:
                return
            if not typed.strip() and not pieces and state["expected_minor"]:
                amount(name, typed)
                return
            send(
                close_drawer, name, reason=why or None, location_id=place, counted_date=str(day), counted_minor=counted,
                banked_minor=bank, denominations=pieces or None, done=f"The drawer is closed for {day:%-d %b}.",
            )  # fmt: skip


def _pieces(currency: Currency, key: str) -> dict[str, int]:
    """How many of which value, as minor units → number; {} where nothing was counted so."""
    grid = st.grid(6, min_column_width=110)
    found = {}
    for value in PIECES:
        minor = round(value * 10**currency.exponent)
        if minor >= 1 and value * 10**currency.exponent == minor:
            many = grid.number_input(currency.show(minor), 0, 100_000, 0, key=f"{key}:piece:{minor}")
            if many:
                found[str(minor)] = int(many)
    return found


def _add_change(place: str) -> None:
    currency = practice_currency()
    name = f"add_change:{place}"
    with entry(name, border=True):
        st.markdown("**Put change in**")
        typed = st.text_input(f"From the bank, {currency.code}", key=f"{name}:amount:{turn(name)}")
        if st.form_submit_button("Put in"):
            minor = amount(name, typed)
            if minor is not None:
                send(add_change, name, location_id=place, amount_minor=minor, done=f"{currency.show(minor)} put in.")


def _counts(person: Actor, place: str) -> None:
    rows = read(counts, person, location_id=place)
    if not rows:
        return
    st.markdown("**Counts**")
    columns = {
        "counted_date": "Day",
        "expected_minor": "Expected",
        "counted_minor": "Counted",
        "difference_minor": "Difference",
        "banked_minor": "To the bank",
        "reason": "Why",
        "counted_by_name": "By",
        "status": "State",
    }
    picked = choose(rows, columns, key="drawer_counts", height=260)
    if picked and picked[0]["is_newest"] and person.may(Permission.VOID):
        name = f"reopen_drawer:{picked[0]['drawer_count_id']}"
        why = st.text_input("Why reopen it", key=f"{name}:why:{turn(name)}")
        if st.button("Reopen", key=f"{name}:do"):
            send(
                reopen_drawer, name, reason=why or None, drawer_count_id=picked[0]["drawer_count_id"],
                done="The drawer is open again.",
            )  # fmt: skip
        show_refusal(name)
