"""Whether a card processor is connected, whether its events arrive, and whether clients can pay by link."""

from __future__ import annotations

import streamlit as st

from dashboards import cards, runtime
from dashboards.components.forms import send, show_refusal
from dashboards.components.messages.words import at
from dashboards.components.set_up.common import lists
from practice.access.permissions import Actor
from practice.cards.keys import FILE
from practice.cards.links import LINKS_ON, set_card_links
from practice.cards.parts import PARTS_ON, set_link_parts
from practice.cards.people_queries import processor_news
from practice.cards.processor import Processor, ProcessorTrouble, state_words
from practice.people.setup import practice_today

EVENTS = (
    "checkout.session.completed", "checkout.session.expired", "payment_intent.succeeded",
    "payment_intent.payment_failed", "charge.refunded", "refund.updated", "refund.failed", "charge.dispute.created",
    "charge.dispute.updated", "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated",
    "charge.dispute.closed", "payment_method.automatically_updated",
    "payout.paid", "payout.failed",
)  # fmt: skip


def cards_part(person: Actor) -> None:
    """The connection to the left, what clients may do to the right."""
    running = runtime.current()
    found = cards.processor(running.home, running.record)
    left, right = lists()
    with left:
        if found:
            _connected(person, found)
        else:
            _how_to_connect()
    with right:
        _links(found)


def _connected(person: Actor, found: Processor) -> None:
    mode = "real money moves" if found.is_live else "test mode: no money moves"
    st.markdown(f"**{found.name} is connected** :gray[{mode}]")
    if st.button("Test the connection", icon=":material/network_check:", key="cards:test"):
        try:
            account = found.account()
            st.success(f"{found.name} answers, for {', '.join(account.currencies).upper()}.", icon=":material/check:")
        except ProcessorTrouble as trouble:
            st.error(f"It does not work: {state_words(trouble.code)}.", icon=":material/error:")
    with runtime.current().record.read() as reader:
        news, zone = processor_news(reader, person), str(reader.setting("zone", "UTC"))
        base, day = reader.setting("public_url"), practice_today(reader)
    st.markdown("**Events**")
    if news["last"]:
        last = news["last"]
        waits = f"; {news['waiting']} wait" if news["waiting"] else ""
        st.caption(f"The last one was `{last['kind']}`, {at(last['received_at'], zone, day)}: {last['state']}{waits}.")
    else:
        st.caption("None has arrived yet. Daybook asks for them every ten minutes all the same.")
    if news["failed"]:
        failed = news["failed"]
        why = state_words(failed["why"])
        st.warning(f"`{failed['kind']}`, {at(failed['received_at'], zone, day)}, could not be followed: {why}.")
    st.caption(f"{found.name} sends them to this address; its signing secret belongs to the keys.")
    st.code(f"{base or 'https://<your public address>'}/hooks/stripe", language=None)
    with st.expander("Which events"):
        st.code("\n".join(EVENTS), language=None)


def _how_to_connect() -> None:
    running = runtime.current()
    st.markdown("**Cards are recorded by hand**")
    said = cards.trouble(running.home)
    if said:
        st.error(f"A key is there, but it cannot be used: {said}.", icon=":material/error:")
    st.caption(
        "Take a card with the machine you have, and record the payment in Billing. With a Stripe account Daybook"
        " charges saved cards, sends links to pay and matches payouts. Card numbers never come here, only tokens."
    )
    st.markdown(
        f"1. Put these two lines into `{running.home.path / FILE}`, which only you can read (`chmod 600`).\n"
        "2. Start Daybook again; this page then shows the address for events."
    )
    st.code("DAYBOOK_STRIPE_KEY=sk_…\nDAYBOOK_STRIPE_WEBHOOK_SECRET=whsec_…", language=None)
    st.caption("The same names in the environment work too. A demo's invented cards are never sent to Stripe.")


def _links(found: Processor | None) -> None:
    with runtime.current().record.read() as reader:
        is_on, base = bool(reader.setting(LINKS_ON)), reader.setting("public_url")
    st.markdown("**Links to pay**")
    st.caption(
        "A client opens the link, sees what is due then, and pays on the processor's page. Reminders of payment hold"
        " one, too. A link works for 60 days, and is over once all that it asked for is paid by it."
    )
    if found is None:
        st.caption("They need a connected processor.")
        return
    if not base:
        st.caption(":material/info: Links in messages begin with the public address: set it in Messages, Settings.")
    name = "cards:links"
    wanted = st.toggle("Clients can pay by link", is_on, key=f"{name}:{is_on}")
    if wanted != is_on:
        done = "Clients can pay by link." if wanted else "Messages hold no links to pay any more."
        send(set_card_links, name, is_on=wanted, done=done)
    show_refusal(name)
    if is_on:
        _parts()


def _parts() -> None:
    with runtime.current().record.read() as reader:
        is_on = bool(reader.setting(PARTS_ON))
    wanted = st.toggle("They may pay a part of it", is_on, key=f"cards:parts:{is_on}")
    if wanted != is_on:
        done = "A part can be paid by link." if wanted else "By link all that is due is paid at once."
        send(set_link_parts, "cards:parts", is_on=wanted, done=done)
    show_refusal("cards:parts")
