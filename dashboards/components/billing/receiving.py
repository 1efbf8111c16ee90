"""Money in: unpaid invoices, and where each payment went."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.billing.bounced import bounced_popover
from dashboards.components.billing.charging import FRESH_INVOICE
from dashboards.components.billing.common import Rows, choose, count, plain, read, total, void_popover
from dashboards.components.billing.dunning import dunning_box
from dashboards.components.billing.moving import where_it_went
from dashboards.components.billing.payment_form import CLIENT_METHODS, payment_form
from dashboards.components.cards.bar import card_bar
from dashboards.components.cards.refunds import refund_note
from dashboards.components.desk import words
from dashboards.components.forms import amount, entry, practice_currency, send, turn
from dashboards.components.paper.handing import pdf_button, receipt_button
from dashboards.components.paper.sending import send_button, sending, what_became
from practice.access.permissions import Actor, Permission
from practice.billing.aging import LABELS, bucket_of
from practice.billing.allocations import allocate_payment
from practice.billing.invoices import void_invoice
from practice.billing.payments import void_payment
from practice.billing.queries import invoice_document, invoices, open_items, payments
from practice.billing.refunds import refund_payment

NEWEST = 500


def unpaid_part(person: Actor) -> None:
    """Invoices with something open; choose one to be paid, printed or voided. One just issued is open already."""
    rows = read(invoices, person, only_unpaid=True)
    if rows:
        overdue = [row for row in rows if row["is_overdue"]]
        late = f"; {count(len(overdue), 'invoice')} overdue, {total(overdue, 'due_minor')}" if overdue else ""
        st.caption(f"{count(len(rows), 'unpaid invoice')}, {total(rows, 'due_minor')} open{late}.")
    columns = {
        "party_name": "Client",
        "due_minor": "Open",
        "due_date": "Due",
        "status": "State",
        "number": "Invoice",
        "issued_date": "Issued",
        "total_minor": "Total",
    }
    shown = [row | {"status": "overdue" if row["is_overdue"] else row["status"].replace("_", " ")} for row in rows]
    sent = read(what_became, person, paper_ids=[row["invoice_id"] for row in rows])
    if sent:  # else nobody sends them here
        columns["sent"] = "Sent"
        shown = [row | {"sent": sent.get(row["invoice_id"], "")} for row in shown]
    # Low enough that the payment of the chosen one is in sight with it.
    picked = choose(shown, columns, key="unpaid", height=300, empty="No invoice is unpaid.")
    fresh = [row for row in rows if row["invoice_id"] == st.session_state.get(FRESH_INVOICE)]
    for invoice in (picked or fresh)[:1]:
        invoice_panel(person, invoice)
    dunning_box(person)


def invoice_panel(person: Actor, invoice: dict[str, Any]) -> None:
    """What can be done with one invoice."""
    left, right = st.columns([3, 1], gap="medium")
    document = read(invoice_document, person, invoice_id=invoice["invoice_id"])
    with left:
        card_bar(person, invoice["party"], invoice_id=invoice["invoice_id"])
        if person.may(Permission.TAKE_PAYMENT):
            wanted = {line["charge_id"] for line in document["lines"]}
            items = [row for row in read(open_items, person, party=invoice["party"]) if row["charge_id"] in wanted]
            payment_form(person, invoice["party"], f"Pay invoice {invoice['number']}", items)
    with right, st.container(border=True, height="stretch"):
        st.markdown(f"**Invoice {invoice['number']}**  \n{words.plain(invoice['party_name'])}")
        st.caption(f"{count(len(document['lines']), 'line')} · due {invoice['due_date']:%-d %b %Y}")
        with st.container(horizontal=True, gap="small"):
            pdf_button("PDF", lambda: document, f"invoice-{invoice['number']}", key=f"invoice:{invoice['invoice_id']}")
            with runtime.current().record.read() as reader:
                post = sending(reader, person, invoice["client_id"], [invoice | {"kind": "invoice"}])
            send_button(post, "invoice", f"Invoice {invoice['number']}", invoice_id=invoice["invoice_id"])
        st.caption(post.said(invoice["invoice_id"]) or post.whom("invoice"))
        if person.may(Permission.VOID):
            void_popover(
                "Void",
                void_invoice,
                f"void_invoice:{invoice['invoice_id']}",
                invoice_id=invoice["invoice_id"],
                done="The invoice is void; its number stays.",
            )


def payments_part(person: Actor, party: str | None) -> None:
    """Payments with what is left of them; choose one to allocate, refund, take back or void."""
    only = st.toggle("Only with money left", key="billing_unapplied")
    rows = read(payments, person, party=party, only_unapplied=only)
    if only and rows:
        rows = rows[::-1]
        st.caption(_by_age(rows))
    rows = rows[:NEWEST]
    columns = {
        "party_name": "From",
        "amount_minor": "Amount",
        "received_date": "Received",
        "method": "How",
        "allocated_minor": "Applied",
        "refunded_minor": "Refunded",
        "held_minor": "Held",
        "unapplied_minor": "Left",
        "age_days" if only else "status": "Days" if only else "State",
    }
    if not any(row["held_minor"] for row in rows):
        del columns["held_minor"]
    picked = choose(rows, columns, key="payments", empty="No payments here.")
    if len(rows) == NEWEST:
        st.caption(f"{'The oldest' if only else 'The newest'} {NEWEST}; choose a client above to see all of theirs.")
    if picked:
        payment_panel(person, picked[0])


def _by_age(rows: Rows) -> str:
    """How much waits since when, counted from the day it was received."""
    parts = [
        f"{label} days {total(found, 'unapplied_minor')}"
        for label in LABELS
        if (found := [row for row in rows if bucket_of(row["age_days"]) == label])
    ]
    return f"{count(len(rows), 'payment')} with {total(rows, 'unapplied_minor')} unapplied: {' · '.join(parts)}."


def payment_panel(person: Actor, payment: dict[str, Any]) -> None:
    """What can be done with one payment."""
    left, right = st.columns(2, gap="medium")
    with left:
        if payment["unapplied_minor"] and person.may(Permission.ALLOCATE):
            _allocate(person, payment)
        picked = where_it_went(person, payment)
    with right:
        if payment["client_id"] and person.may(Permission.TAKE_PAYMENT):
            with st.container(horizontal=True, gap="small"):
                receipt_button(person, payment["payment_id"], key=f"receipt:{payment['payment_id']}")
    if payment["status"] != "posted":
        return
    with right:
        refund_note(person, payment)
        if person.may(Permission.REFUND) and (picked or payment["unapplied_minor"]):
            _refund(payment, picked)
        elif person.may(Permission.REFUND) and payment["allocated_minor"]:
            st.caption("All of it is applied: select under *Where it went* what to refund.")
        if person.may(Permission.REFUND):
            bounced_popover(payment)
        if person.may(Permission.VOID):
            void_popover(
                "Void the payment",
                void_payment,
                f"void_payment:{payment['payment_id']}",
                payment_id=payment["payment_id"],
                done="The payment is void.",
            )


def _allocate(person: Actor, payment: dict[str, Any]) -> None:
    currency = practice_currency()
    items = {row["charge_id"]: row for row in read(open_items, person, party=payment["party"])}
    if not items:
        return

    def label(charge_id: str) -> str:
        row = items[charge_id]
        day, due = f"{row['service_date']:%-d %b %Y}", currency.show(row["open_minor"])
        return f"{day} · {row['client_name']} · {row['description']} · {due}"

    name = f"allocate:{payment['payment_id']}"
    with entry(name, border=True):
        left = payment["unapplied_minor"]
        st.markdown(f"**Apply what is left** · {currency.show(left)}")
        charge_id = st.selectbox("To", list(items), format_func=label)
        typed = st.text_input(
            f"Amount, {currency.code}", placeholder="Empty: as much as there is and the item takes", width=320
        )
        if st.form_submit_button("Apply", type="primary"):
            most = min(left, items[charge_id]["open_minor"])
            minor = amount(name, typed) if typed.strip() else most
            if minor is not None:
                send(
                    allocate_payment,
                    name,
                    payment_id=payment["payment_id"],
                    charge_id=charge_id,
                    amount_minor=minor,
                    done=f"{currency.show(minor)} applied.",
                )


def _refund(payment: dict[str, Any], picked: Rows) -> None:
    currency = practice_currency()
    name = f"refund:{payment['payment_id']}"
    applied = sum(row["amount_minor"] for row in picked)
    most = applied or payment["unapplied_minor"]
    key = f"{name}:{turn(name)}"
    with entry(name, border=True):
        source = f"out of {len(picked)} applied" if picked else "out of what is left"
        st.markdown(f"**Refund** · {source}, {currency.show(most)}")
        a, b = st.columns(2)
        typed = a.text_input(f"Amount, {currency.code}", plain(most, currency), key=f"{key}:{applied}")
        method = b.selectbox("How", CLIENT_METHODS, key=f"{key}:method", format_func=str.capitalize)
        correction = "courtesy"
        if picked:
            words = {"courtesy": "is reduced by it (courtesy)", "void": "is voided"}
            correction = st.selectbox("And the charge", list(words), format_func=words.get, key=f"{key}:correction")
        why = st.text_input("Why", key=f"{key}:why")
        if st.form_submit_button("Refund", type="primary"):
            minor = amount(name, typed)
            if minor is not None:
                send(
                    refund_payment,
                    name,
                    reason=why or None,
                    payment_id=payment["payment_id"],
                    amount_minor=minor,
                    method=method,
                    allocation_ids=[row["allocation_id"] for row in picked],
                    correction=correction,
                    done=f"{currency.show(minor)} refunded.",
                )
