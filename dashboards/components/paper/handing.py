"""Handing a paper out: as PDF in one click, its data beside it. A paper is made at the click and frozen then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.paper.sending import send_fresh, sending
from practice.access.permissions import Actor
from practice.billing.documents import pdf
from practice.billing.papers.data import as_csv, as_json
from practice.billing.queries import document, invoice_document, logos
from practice.billing.statements import issue_receipt
from practice.store.record import Command

FRESH_PAYMENT = "billing_fresh_payment"
"""Session state: the client's payment that was taken last, so that its receipt is one click away."""

Find = Callable[[], dict[str, Any]]


def stored(person: Actor, document_id: str) -> Find:
    """A paper that was issued, as it was."""

    def find() -> dict[str, Any]:
        with runtime.current().record.read() as reader:
            return document(reader, person, document_id)

    return find


def invoice(person: Actor, invoice_id: str) -> Find:
    """An invoice as it was issued."""

    def find() -> dict[str, Any]:
        with runtime.current().record.read() as reader:
            return invoice_document(reader, person, invoice_id)

    return find


def fresh(person: Actor, command: Command, **about: Any) -> Find:
    """A paper that the command issues; the same again while nothing about it has changed."""

    def find() -> dict[str, Any]:
        answer = runtime.current().record.run(command, person, **about)
        return stored(person, answer["document_id"])()

    return find


def pdf_button(label: str, find: Find, name: str, *, key: str, **looks: Any) -> None:
    """A button that hands the paper out as PDF. Nothing is made before the click."""

    def printed() -> bytes:
        found = find()
        with runtime.current().record.read() as reader:
            pictures = logos(reader, [found])
        return pdf([found], pictures)

    looks.setdefault("icon", ":material/picture_as_pdf:")
    st.download_button(label, printed, f"{name}.pdf", "application/pdf", key=f"{key}:pdf", **looks)


def data_buttons(find: Find, name: str, *, key: str, more: Callable[[], None] | None = None) -> None:
    """The same paper as data; `more` draws what else can be done with it."""
    with st.popover("", icon=":material/more_horiz:", help="As data" + (", and more" if more else ""), type="tertiary"):
        st.download_button("CSV", lambda: as_csv(find()), f"{name}.csv", "text/csv", key=f"{key}:csv")
        st.download_button("JSON", lambda: as_json(find()), f"{name}.json", "application/json", key=f"{key}:json")
        if more:
            more()


def receipt_button(person: Actor, payment_id: str, *, key: str, **looks: Any) -> None:
    """The receipt of a client's payment: as PDF, or sent to them."""
    pdf_button("Receipt", fresh(person, issue_receipt, payment_id=payment_id), "receipt", key=key, **looks)
    with runtime.current().record.read() as reader:
        client_id = reader.get("payments", payment_id, "payment")["client_id"]
        post = sending(reader, person, client_id, [])
    send_fresh(post, "receipt", issue_receipt, key=key, payment_id=payment_id)


def fresh_receipt(person: Actor) -> None:
    """The receipt of the payment that was taken last, until it is put away."""
    payment_id = st.session_state.get(FRESH_PAYMENT)
    if payment_id is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(":material/task_alt: The payment is in the books.", width="content")
        st.space("stretch")
        receipt_button(person, payment_id, key="fresh_receipt", type="primary")
        st.button("", icon=":material/close:", help="Put away", key="fresh_receipt:away", type="tertiary",
                  on_click=st.session_state.pop, args=(FRESH_PAYMENT, None))  # fmt: skip
