"""Where money is asked for: charge a saved card, or send a link to pay. Beside the form that records it by hand."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from dashboards import runtime
from dashboards.components.billing.common import plain, read
from dashboards.components.cards.common import Rows, charge, processor
from dashboards.components.forms import amount, practice_currency, show_refusal, turn
from dashboards.session import attempt, say
from practice.access.permissions import Actor, Permission
from practice.cards.links import LINKS_ON, make_pay_link, send_pay_link
from practice.cards.people_queries import account_cards
from practice.cards.processor import Processor
from practice.online.links import hashed
from practice.people.queries import locations


def card_bar(person: Actor, party: str, *, invoice_id: str | None = None) -> None:
    """The card and the link for what is due, of one invoice or altogether. Nothing without a processor."""
    found = processor()
    if found is None or not party.startswith("client:") or not person.may(Permission.TAKE_PAYMENT):
        return
    account = read(account_cards, person, client_id=party.removeprefix("client:"))
    items = [row for row in account["items"] if invoice_id in (None, row["invoice_id"])]
    due = sum(row["due_minor"] for row in items)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for card in account["cards"]:
            charge_popover(person, found, party, card, items)
        if due:
            link_buttons(party, due, invoice_id=invoice_id)


def charge_popover(
    person: Actor, found: Processor, party: str, card: dict[str, Any], items: Rows, *, label: str | None = None
) -> None:
    """How much, and one button."""
    currency = practice_currency()
    due = sum(row["due_minor"] for row in items)
    name = f"card:{card['saved_card_id']}:{items[0]['invoice_id'] if items else ''}"
    key = f"{name}:{turn(name)}"
    with st.popover(label or f"Charge {card['label']}", icon=":material/credit_card:", key=f"{key}:open"):
        typed = st.text_input(
            f"Amount, {currency.code}", plain(due, currency) if due else "", key=f"{key}:amount:{due}"
        )
        st.caption("It goes to the oldest items first; more than is due stays as credit.")
        if st.button("Charge it now", type="primary", key=f"{name}:do"):
            minor = amount(name, typed)
            if minor is not None:
                charge(name, found, party, card, minor, items, _place(person, items))
        show_refusal(name)


def link_buttons(
    party: str, due: int, *, invoice_id: str | None = None, attendee_id: str | None = None, purpose: str = "pay"
) -> None:
    """Send the link, or show it to be handed over: to pay, or to save a card."""
    with runtime.current().record.read() as reader:
        if not reader.setting(LINKS_ON):
            return
    name = f"pay_link:{party}:{invoice_id or attendee_id or ''}"
    what = f"Send a link to pay {practice_currency().show(due)}" if purpose == "pay" else "Send a link to save a card"
    if st.button(what, icon=":material/send:", key=f"{name}:send"):
        about = {"party": party, "purpose": purpose, "invoice_id": invoice_id, "attendee_id": attendee_id}
        sent = attempt(send_pay_link, name, is_in_place=True, **about)
        if sent is not None:
            say("The link leaves in three minutes.")
            st.rerun()
    with st.popover("Show the link", icon=":material/link:", type="tertiary"):
        hand_over(party, purpose, invoice_id, attendee_id)
    show_refusal(name)


def hand_over(party: str, purpose: str, invoice_id: str | None = None, attendee_id: str | None = None) -> None:
    """A link to copy, or to open on a tablet at the desk. Drawn inside a popover."""
    name = f"pay_link:show:{party}:{purpose}:{invoice_id or attendee_id or ''}"
    shown = st.session_state.get(name)
    if shown:
        st.code(shown, language=None, wrap_lines=True)
        st.link_button("Open it here", shown, icon=":material/open_in_new:")
    elif st.button("Make a link to hand over", icon=":material/link:", key=f"{name}:do"):
        secret = secrets.token_urlsafe(24)
        made = attempt(
            make_pay_link, name, is_in_place=True, typed=(party, purpose), party=party, purpose=purpose,
            invoice_id=invoice_id, attendee_id=attendee_id, token_hash=hashed(secret),
        )  # fmt: skip
        if made is not None:
            st.session_state[name] = f"{_base()}/pay/{secret}"
            st.rerun()
    show_refusal(name)


def _base() -> str:
    """The public address; without one, where this page was opened from."""
    with runtime.current().record.read() as reader:
        public: str | None = reader.setting("public_url")
    here = urlsplit(st.context.url or "")
    return public or (f"{here.scheme}://{here.netloc}" if here.netloc else "")


def _place(person: Actor, items: Rows) -> str:
    """Where the oldest item was seen; ahead of any visit, the first location of the person."""
    return str(items[0]["location_id"] if items else read(locations, person)[0]["location_id"])
