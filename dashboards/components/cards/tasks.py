"""What of cards needs somebody, with its step; and tonight's autopay, for whoever looks the evening before."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.billing.common import Rows, choose, count, read, total
from dashboards.components.cards.common import ask_button, processor
from dashboards.components.desk.words import plain
from dashboards.components.forms import practice_currency, send, show_refusal, turn
from practice.access.permissions import Actor, Permission
from practice.cards.charges import tie_card_payment
from practice.cards.evening import HELD
from practice.cards.people_queries import card_tasks, tonight_list, untied_payments
from practice.cards.refunding import OTHER_WAYS, pay_refund_otherwise


def cards_box(person: Actor) -> None:
    """Nothing where nothing of cards needs anybody and nothing is charged tonight."""
    tasks = read(card_tasks, person)
    coming = read(tonight_list, person) if processor() else []
    if not tasks and not coming:
        return
    charged = [row for row in coming if not row["held_by"]]
    parts = [f"{count(len(tasks), 'entry').replace('entrys', 'entries')} to see to"] if tasks else []
    parts += [f"autopay tonight {total(charged, 'amount_minor')}"] if charged else []
    with st.expander(
        "Cards · " + (" · ".join(parts) or "autopay waits"), icon=":material/credit_card:", expanded=bool(tasks)
    ):
        if tasks:
            _tasks(person, tasks)
        if coming:
            _tonight(coming)


def _tasks(person: Actor, tasks: Rows) -> None:
    columns = {
        "what": "What", "client_name": "Client", "amount_minor": "Amount", "since_date": "Since", "note": "What to do",
    }  # fmt: skip
    picked = choose(tasks, columns, key="card_tasks")
    if not picked:
        return
    row = picked[0]
    st.caption(f"{row['what']}: {plain(row['note'])}.")
    with st.container(horizontal=True, vertical_alignment="center"):
        if row["kind"] == "refund_failed" and person.may(Permission.REFUND):
            _otherwise(row)
        found = processor()
        if row["kind"] == "no_answer" and found and person.may(Permission.TAKE_PAYMENT):
            ask_button(found, row["card_charge_id"])
        if row["kind"] == "not_in_books" and person.may(Permission.TAKE_PAYMENT):
            _tie(person, row)
        if row["kind"] == "refund_outside":
            st.page_link(
                "app_pages/billing.py", label="Its payment", icon=":material/payments:",
                query_params={"client": row["client_id"], "billing_part": "Payments"},
            )  # fmt: skip
        st.page_link(
            "app_pages/client.py", label=plain(row["client_name"]), icon=":material/person:",
            query_params={"client": row["client_id"]},
        )  # fmt: skip
    show_refusal(f"card_ask:{row['card_charge_id']}")


def _tie(person: Actor, row: dict[str, Any]) -> None:
    """The payment that somebody took by hand for a charge that the books did not take."""
    name = f"card_tie:{row['card_charge_id']}"
    payments = {one["payment_id"]: one for one in read(untied_payments, person, client_id=row["client_id"])}
    if not payments:
        return
    show = practice_currency().show
    with st.popover("It is in the books now", icon=":material/link:"):
        chosen = st.selectbox(
            "As which payment", list(payments), key=f"{name}:which",
            format_func=lambda key: f"{payments[key]['received_date']:%-d %b}, {show(payments[key]['amount_minor'])}",
        )  # fmt: skip
        if st.button("That one", type="primary", key=f"{name}:do"):
            send(
                tie_card_payment, name, card_charge_id=row["card_charge_id"], payment_id=chosen,
                done="The charge and the payment belong together.",
            )  # fmt: skip
        show_refusal(name)


def _otherwise(row: dict[str, Any]) -> None:
    name = f"refund_otherwise:{row['card_refund_id']}"
    with st.popover("Pay it in another way", icon=":material/undo:"):
        method = st.selectbox("How", OTHER_WAYS, format_func=str.capitalize, key=f"{name}:{turn(name)}:how")
        why = st.text_input("Why", "The card did not take it", key=f"{name}:{turn(name)}:why")
        if st.button("It is paid", type="primary", key=f"{name}:do"):
            send(
                pay_refund_otherwise, name, reason=why or None, card_refund_id=row["card_refund_id"], method=method,
                done="The refund is paid.",
            )  # fmt: skip
        show_refusal(name)


def _tonight(coming: Rows) -> None:
    st.markdown("**Autopay tonight**")
    shown = [row | {"state": HELD.get(row["held_by"], "will be charged")} for row in coming]
    columns = {"client_name": "Client", "card": "Card", "amount_minor": "Amount", "state": "State"}
    choose(shown, columns, key="autopay_tonight", height=220)
