"""What the parts about cards share: the processor, and charging a card while somebody waits for its answer."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import cards, runtime
from dashboards.components.billing.payment_form import oldest_first
from dashboards.components.forms import practice_currency, start_anew
from dashboards.session import attempt, keep_refusal, say
from practice.cards.asking import SURELY_OVER
from practice.cards.charges import request_card_charge
from practice.cards.charging import ask_now, charge_now
from practice.cards.processor import Processor, state_words
from practice.errors import Conflict

Rows = list[dict[str, Any]]


def processor() -> Processor | None:
    """The card processor of this practice, or None."""
    running = runtime.current()
    return cards.processor(running.home, running.record)


def charge(
    name: str, found: Processor, party: str, card: dict[str, Any], minor: int, items: Rows, place: str
) -> None:  # fmt: skip
    """Charge a saved card towards the oldest items; what the bank says is shown where the person looks."""
    open_items = [row | {"open_minor": row["due_minor"]} for row in items]
    asked = attempt(
        request_card_charge,
        name,
        is_in_place=True,
        typed=(party, card["saved_card_id"], minor),
        party=party,
        saved_card_id=card["saved_card_id"],
        amount_minor=minor,
        location_id=place,
        charges=oldest_first(open_items, minor),
    )
    if asked is None:
        return
    with st.spinner("The bank is asked…"):
        answer = charge_now(runtime.current().record, found, asked["card_charge_id"])
    shown = practice_currency().show(minor)
    if answer["state"] == "succeeded" and answer["payment_id"]:
        start_anew(name)
        say(f"{shown} charged to {card['label']}.")
        st.rerun()
    elif answer["state"] == "failed":
        why = state_words(answer["code"])
        sentence = f"Nothing was taken: {why}. Ask for another card, or send a link to pay."
        keep_refusal(name, Conflict(sentence, rule="declined"))
    else:
        sentence = "There is no answer yet. Daybook asks again by itself; look at the payments in some minutes."
        keep_refusal(name, Conflict(sentence, rule="no_answer"))


def ask_button(found: Processor, card_charge_id: str) -> None:
    """A charge without an answer: ask the processor what became of it. Charges nothing.

    What is still unknown stands in `show_refusal(card_ask:<id>)`.
    """
    name = f"card_ask:{card_charge_id}"
    if not st.button(f"Ask {found.name} now", icon=":material/sync:", key=name):
        return
    with st.spinner(f"{found.name} is asked…"):
        answer = ask_now(runtime.current().record, found, card_charge_id)
    if answer["state"] == "succeeded":
        say("It succeeded, and is in the books." if answer["payment_id"] else "It succeeded; the books need somebody.")
    elif answer["state"] == "failed":
        say(f"Nothing was taken: {state_words(answer['code'])}. The card can be charged again.")
    else:
        keep_refusal(name, Conflict(_unknown(found, answer), rule="no_answer"))
    st.rerun()


def _unknown(found: Processor, answer: dict[str, Any]) -> str:
    if answer["state"] == "processing":
        return f"{found.name} has it, and the bank has not answered yet."
    if answer["code"]:
        return f"{found.name} could not say: {state_words(answer['code'])}. Try again in some minutes."
    minutes = SURELY_OVER.seconds // 60
    return f"{found.name} does not know it yet, and it may be on its way; ask again in {minutes} minutes."


def by_hand_note(*, may_set_up: bool) -> None:
    """One sentence for a practice without a processor."""
    where = " Connect one in Set-up, Cards." if may_set_up else ""
    st.caption(f":material/credit_card_off: Cards are recorded by hand: no card processor is connected.{where}")
