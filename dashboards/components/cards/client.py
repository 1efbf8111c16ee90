"""On a client's page: the cards of who owes, autopay, links, and what was charged lately."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.billing.common import read
from dashboards.components.cards.bar import charge_popover, hand_over, link_buttons
from dashboards.components.cards.common import ask_button, by_hand_note, processor
from dashboards.components.desk import words
from dashboards.components.forms import amount, practice_currency, show_refusal, turn
from dashboards.session import attempt, say
from practice.access.permissions import Actor, Permission
from practice.cards.autopay import set_autopay
from practice.cards.links import LINKS_ON, send_pay_link
from practice.cards.people_queries import account_cards
from practice.cards.processor import Processor, state_words
from practice.cards.saving import forget, remove_card
from practice.clock import local_date
from practice.store.work import Row

STATES = {"requested": "asked", "processing": "on its way", "succeeded": "charged", "failed": "declined"}


def client_cards(person: Actor, client: Row, zone: str, today: date) -> None:
    """The box; where somebody else owes for the client, the way to them."""
    if not person.may(Permission.SEE_MONEY):
        return
    st.markdown("#### Cards")
    found = processor()
    if found is None:
        by_hand_note(may_set_up=person.may(Permission.SET_UP))
        return
    owes = client["guarantor_client_id"] or client["client_id"]
    if owes != client["client_id"]:
        guarantor = client["guarantor"]["name"] if client["guarantor"] else "The guarantor"
        st.page_link(
            "app_pages/client.py", label=f"{words.plain(guarantor)} owes for this client: see the cards there",
            icon=":material/person:", query_params={"client": owes},
        )  # fmt: skip
        return
    account = read(account_cards, person, client_id=owes)
    may = person.may(Permission.TAKE_PAYMENT)
    if not account["cards"]:
        st.caption("No card is saved.")
    for card in account["cards"]:
        _card(person, found, account, card, today, may=may)
    for charge in account["waiting"]:
        shown = practice_currency().show(charge["amount_minor"])
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f":orange[:material/hourglass_top:] A charge of {shown} has no answer yet.", width="content")
            if may:
                ask_button(found, charge["card_charge_id"])
        show_refusal(f"card_ask:{charge['card_charge_id']}")
    if may:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if account["due_minor"]:
                link_buttons(account["party"], account["due_minor"])
            _save_link(account["party"])
    _lately(account, zone, today)


def _card(person: Actor, found: Processor, account: dict[str, Any], card: Row, today: date, *, may: bool) -> None:
    is_over = card["expires_date"] < today
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        until = f"{card['expires_month']:02}/{card['expires_year'] % 100:02}"
        st.markdown(f":material/credit_card: **{card['label']}** :gray[{until}]", width="content")
        if is_over:
            st.badge("Expired", color="red")
        autopay = account["autopay"]
        is_auto = bool(autopay and autopay["is_on"] and autopay["saved_card_id"] == card["saved_card_id"])
        if is_auto:
            most = autopay["most_minor"]
            st.badge(f"Autopay{f' up to {practice_currency().show(most)}' if most else ''}", color="green")
        if may:
            charge_popover(person, found, account["party"], card, account["items"], label="Charge")
            _autopay(card, is_on=is_auto)
            _remove(found, card)


def _autopay(card: Row, *, is_on: bool) -> None:
    name = f"autopay:{card['saved_card_id']}"
    if is_on:
        if st.button("Stop autopay", key=f"{name}:off", type="tertiary") and attempt(
            set_autopay,
            name,
            client_id=card["client_id"],
            is_on=False,
            done="This card is not charged by itself any more.",
        ):
            st.rerun()
        return
    with st.popover("Autopay", type="tertiary"):
        st.caption("Each night the card is charged with what was invoiced before, or is due of a payment plan.")
        currency = practice_currency()
        typed = st.text_input(
            f"Up to, {currency.code} a night", key=f"{name}:{turn(name)}:most", placeholder="without a limit"
        )
        if st.button("Switch autopay on", type="primary", key=f"{name}:do"):
            most = amount(name, typed) if typed.strip() else None
            if (most is not None or not typed.strip()) and attempt(
                set_autopay, name, is_in_place=True, client_id=card["client_id"], is_on=True,
                saved_card_id=card["saved_card_id"], most_minor=most, done="Autopay is on.",
            ):  # fmt: skip
                st.rerun()
        show_refusal(name)


def _remove(found: Processor, card: Row) -> None:
    name = f"card_remove:{card['saved_card_id']}"
    with st.popover("Remove", type="tertiary"):
        st.caption("It cannot be charged any more, and autopay on it ends.")
        if st.button("Remove the card", type="primary", key=f"{name}:do"):
            removed = attempt(remove_card, name, is_in_place=True, saved_card_id=card["saved_card_id"])
            if removed is not None:
                is_gone = forget(found, removed["card_token"])
                kept = "" if is_gone else f" {found.name} could not be reached and still knows it; nobody charges it."
                say(f"{card['label']} is removed.{kept}")
                st.rerun()
        show_refusal(name)


def _save_link(party: str) -> None:
    """A card is saved by a link: in a message, or handed over at the desk."""
    name = f"card_link:{party}"
    with runtime.current().record.read() as reader:
        is_on = reader.setting(LINKS_ON)
    with st.popover("Save a card", icon=":material/add_card:"):
        st.caption("The client types it on the processor's page and agrees that it is charged for what is owed.")
        if is_on and st.button("Send a link", icon=":material/send:", type="primary", key=f"{name}:send"):
            sent = attempt(send_pay_link, name, is_in_place=True, party=party, purpose="save_card")
            if sent is not None:
                say("The link leaves in three minutes.")
                st.rerun()
        hand_over(party, "save_card")
        show_refusal(name)


def _lately(account: dict[str, Any], zone: str, today: date) -> None:
    currency = practice_currency()
    lines = []
    for row in account["charges"]:
        day = words.day(local_date(row["requested_at"], zone), today)
        how = f"{str(row['brand']).capitalize()} {row['last4']}" if row["last4"] else "by link"
        why = f": {state_words(row['refusal'])}" if row["refusal"] else ""
        auto = ", autopay" if row["way"] == "autopay" else ""
        lines.append(f"{day} · {currency.show(row['amount_minor'])} · {how}{auto} · {STATES[row['state']]}{why}")
    if lines:
        with st.expander("Charged lately", icon=":material/history:"):
            for line in lines:
                st.markdown(f":small[{words.plain(line)}]")
