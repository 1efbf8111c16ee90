"""Deposits: which bookings ask for one, what is held, and the one step that each of them waits for."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.billing.common import Rows, choose, count, plain, read, total
from dashboards.components.billing.payment_form import CLIENT_METHODS
from dashboards.components.cards.bar import link_buttons
from dashboards.components.cards.common import processor
from dashboards.components.desk import words
from dashboards.components.forms import amount, entry, practice_currency, send, turn
from practice.access.permissions import Actor, Permission
from practice.billing.deposits import apply_deposit, return_deposit, take_deposit
from practice.billing.queries import payments
from practice.billing.queries.deposit_rules import is_card_asked
from practice.billing.queries.held import COMING, booking, deposit_asked, deposits, deposits_to_take
from practice.errors import Refusal

CREDIT = "Keep as credit"


def deposits_part(person: Actor, client_id: str | None, attendee_id: str | None) -> None:
    """The booking that was asked about; what has to be taken; what is held, the oldest first."""
    if attendee_id:
        _asked_about(person, attendee_id)
    wanted = [row for row in read(deposits_to_take, person) if client_id in (None, row["client_id"])]
    if wanted:
        st.markdown(f"**To take** · {count(len(wanted), 'visit')}, {total(wanted, 'missing_minor')}")
        without = [row for row in wanted if row["needs_card"]]
        if without:
            st.caption(f"Of {count(len(without), 'visit')} a card on file is asked for, and there is none.")
        columns = {
            "client_name": "Client",
            "missing_minor": "Missing",
            "start_date": "Visit",
            "state": "State",
            "service_name": "Service",
            "asked_minor": "Asked",
        }
        wanted = [row | {"state": "no card on file" if row["needs_card"] else "not paid"} for row in wanted]
        picked = choose(wanted, columns, key="deposits_wanted", height=260)
        if picked and person.may(Permission.TAKE_PAYMENT):
            _by_link(picked[0], picked[0]["missing_minor"], is_card=picked[0]["needs_card"])
            if not picked[0]["needs_card"]:
                _take(person, picked[0], picked[0]["missing_minor"])
    rows = read(deposits, person, client_id=client_id)
    st.markdown(f"**Held** · {total(rows, 'left_minor')}" if rows else "**Held**")
    shown = [row | {"state": state_of(row)} for row in rows]
    columns = {
        "client_name": "Client",
        "left_minor": "Held",
        "start_date": "Visit",
        "state": "State",
        "service_name": "Service",
        "age_days": "Days",
    }
    chosen = choose(shown, columns, key="deposits_held", empty="No deposit is held.")
    if chosen:
        _panel(person, chosen[0])
    elif not rows:
        st.caption("A deposit is taken from a visit's drawer in the calendar, or from the client's page.")


def state_of(deposit: dict[str, Any]) -> str:
    """What a deposit waits for, in words."""
    if deposit["charge_id"]:
        return "charged: apply it"
    if deposit["status"] in COMING:
        return "booked"
    if deposit["status"] == "completed":
        return "seen: charge it"
    is_late = deposit["status"] == "no_show" or (deposit["cancelled_by"] == "client" and deposit["is_late"])
    return "missed: charge the fee, or return it" if is_late else "cancelled: return it"


def _asked_about(person: Actor, attendee_id: str) -> None:
    """The visit that another page sent here, whether or not a rule asks for a deposit."""
    try:
        visit = read(lambda reader, _: booking(reader, attendee_id), person)
        asked = read(lambda reader, _: deposit_asked(reader, attendee_id), person)
        held = read(deposits, person, attendee_id=visit["attendee_id"])
    except Refusal as refusal:
        st.error(str(refusal), icon=":material/error:")
        return
    if held:
        st.info(f"{total(held, 'left_minor')} is held for this visit.", icon=":material/savings:")
    if visit["status"] in COMING and not visit["charge_id"] and person.may(Permission.TAKE_PAYMENT):
        missing = max(asked - sum(row["left_minor"] for row in held), 0)
        _by_link(visit, missing, is_card=read(lambda reader, _: is_card_asked(reader, visit), person))
        _take(person, visit, missing)


def _by_link(visit: dict[str, Any], missing: int, *, is_card: bool) -> None:
    """The client pays what is asked, or saves the card, from a phone."""
    if not processor() or not (missing or is_card):
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        link_buttons(
            f"client:{visit['guarantor_client_id']}", missing, attendee_id=visit["attendee_id"],
            purpose="pay" if missing else "save_card",
        )  # fmt: skip


def _take(person: Actor, visit: dict[str, Any], missing: int) -> None:
    currency = practice_currency()
    name = f"deposit:{visit['attendee_id']}"
    key = f"{name}:{turn(name)}"
    party = f"client:{visit['guarantor_client_id']}"
    credit = read(payments, person, party=party, only_unapplied=True)
    ways = {method: method.capitalize() for method in CLIENT_METHODS} | {
        row["payment_id"]: f"Credit of {row['received_date']:%-d %b}: {currency.show(row['unapplied_minor'])}"
        for row in credit
    }
    with entry(name, border=True):
        who = words.plain(visit["client_name"])
        st.markdown(f"**Deposit** · {who}, {visit['start_date']:%-d %b}, {words.plain(visit['service_name'])}")
        a, b, c = st.columns(3)
        asked = plain(missing, currency) if missing else ""
        typed = a.text_input(f"Amount, {currency.code}", asked, key=f"{key}:amount")
        way = str(b.selectbox("How", list(ways), format_func=ways.get, key=f"{key}:how"))
        reference = c.text_input("Reference", key=f"{key}:reference")
        if st.form_submit_button("Take deposit", type="primary", shortcut="Ctrl+Enter"):
            minor = amount(name, typed)
            if minor is not None:
                is_credit = way not in CLIENT_METHODS
                send(
                    take_deposit,
                    name,
                    attendee_id=visit["attendee_id"],
                    amount_minor=minor,
                    method=None if is_credit else way,
                    payment_id=way if is_credit else None,
                    reference=reference or None,
                    done=f"{currency.show(minor)} is held for {visit['start_date']:%-d %b}.",
                )


def _panel(person: Actor, deposit: dict[str, Any]) -> None:
    currency = practice_currency()
    left, right = st.columns(2, gap="medium")
    name = f"apply_deposit:{deposit['deposit_id']}"
    with left:
        if deposit["charge_id"] and person.may(Permission.CHARGE):
            with entry(name, border=True):
                st.markdown(f"**Apply** · {currency.show(deposit['left_minor'])} held")
                st.caption("As much as is open of the visit's charge; what is left stays a deposit.")
                if st.form_submit_button("Apply to the visit", type="primary"):
                    send(
                        apply_deposit,
                        name,
                        deposit_id=deposit["deposit_id"],
                        charge_id=deposit["charge_id"],
                        done="The deposit is applied.",
                    )
        else:
            st.info(f"{_what_next(deposit)}.", icon=":material/savings:")
    with right:
        if person.may(Permission.TAKE_PAYMENT):
            _return(person, deposit)


def _what_next(deposit: dict[str, Any]) -> str:
    state = state_of(deposit)
    return "Held until the visit; then it is applied to the charge" if state == "booked" else state.capitalize()


def return_ways(person: Actor) -> list[str]:
    """How money can be given back: as credit by whoever takes payments, out of the practice by who may refund."""
    return [CREDIT, *(CLIENT_METHODS if person.may(Permission.REFUND) else [])]


def _return(person: Actor, deposit: dict[str, Any]) -> None:
    currency = practice_currency()
    name = f"return_deposit:{deposit['deposit_id']}"
    key = f"{name}:{turn(name)}"
    with entry(name, border=True):
        st.markdown(f"**Return** · {currency.show(deposit['left_minor'])}")
        a, b = st.columns(2)
        left = deposit["left_minor"]  # part of the key: after a part was applied, what is offered is the rest
        typed = a.text_input(f"Amount, {currency.code}", plain(left, currency), key=f"{key}:amount:{left}")
        way = str(b.selectbox("How", return_ways(person), key=f"{key}:how", format_func=str.capitalize))
        why = st.text_input("Why", key=f"{key}:why")
        if st.form_submit_button("Return"):
            minor = amount(name, typed)
            if minor is not None:
                send(
                    return_deposit,
                    name,
                    reason=why or None,
                    deposit_id=deposit["deposit_id"],
                    amount_minor=minor,
                    method=None if way == CREDIT else way,
                    done=f"{currency.show(minor)} returned.",
                )


def held_for_visit(person: Actor, attendee_id: str) -> Rows:
    """The deposits held for a visit as it stands now, where the person may see money."""
    return read(deposits, person, attendee_id=attendee_id) if person.may(Permission.SEE_MONEY) else []
