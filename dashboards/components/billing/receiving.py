"""Money in: unpaid invoices, taking a payment, and where a payment went."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.billing.common import Rows, amount, choose, plain, practice_currency, read, total
from dashboards.session import attempt, say
from practice.access.permissions import Actor, Permission
from practice.billing.allocations import allocate_payment, deallocate
from practice.billing.documents import invoice_pdf
from practice.billing.invoices import void_invoice
from practice.billing.payments import take_payment, void_payment
from practice.billing.queries import allocations, invoice_document, invoices, open_items, payments
from practice.billing.refunds import refund_payment
from practice.people.queries import locations

CLIENT_METHODS = ["card", "cash", "bank", "check"]


def unpaid_part(person: Actor) -> None:
    """Invoices with something open; choose one to be paid, printed or voided."""
    rows = read(invoices, person, only_unpaid=True)
    overdue = [row for row in rows if row["is_overdue"]]
    if rows:
        late = f"{len(overdue)} overdue, {total(overdue, 'due_minor')}"
        st.caption(f"{len(rows)} unpaid, {total(rows, 'due_minor')} open; {late}.")
    columns = {
        "number": "Invoice",
        "party_name": "Client",
        "issued_date": "Issued",
        "due_date": "Due",
        "total_minor": "Total",
        "due_minor": "Open",
        "status": "State",
    }
    shown = [row | {"status": "overdue" if row["is_overdue"] else row["status"].replace("_", " ")} for row in rows]
    picked = choose(shown, columns, key="unpaid", empty="No invoice is unpaid.")
    if picked:
        invoice_panel(person, picked[0])


def invoice_panel(person: Actor, invoice: dict[str, Any]) -> None:
    """What can be done with one invoice."""
    left, right = st.columns([3, 2], gap="medium")
    with left:
        if person.may(Permission.TAKE_PAYMENT):
            document = read(invoice_document, person, invoice_id=invoice["invoice_id"])
            wanted = {line["charge_id"] for line in document["lines"]}
            items = [row for row in read(open_items, person, party=invoice["party"]) if row["charge_id"] in wanted]
            payment_form(person, invoice["party"], f"Pay invoice {invoice['number']}", items)
    with right, st.container(border=True):
        st.markdown(f"**Invoice {invoice['number']}**")
        st.download_button(
            "PDF",
            lambda: invoice_pdf(read(invoice_document, person, invoice_id=invoice["invoice_id"])),
            f"invoice-{invoice['number']}.pdf",
            "application/pdf",
            icon=":material/picture_as_pdf:",
        )
        if person.may(Permission.VOID):
            with st.popover("Void"):
                why = st.text_input("Why", key=f"void_why:{invoice['invoice_id']}")
                if st.button("Void the invoice", type="primary", key=f"void:{invoice['invoice_id']}"):
                    attempt(
                        void_invoice,
                        f"void:{invoice['invoice_id']}",
                        reason=why or None,
                        invoice_id=invoice["invoice_id"],
                        done="The invoice is void; its number stays.",
                    )
                    st.rerun()


def payment_form(person: Actor, party: str, title: str, items: Rows) -> None:
    """Take a payment and split it over open items, oldest first; the split can be changed before it is sent."""
    currency = practice_currency()
    places = {row["location_id"]: row["name"] for row in read(locations, person)}
    owed = sum(row["open_minor"] for row in items)
    name = f"pay:{party}:{title}"
    with st.form(name, border=True):
        st.markdown(f"**{title}** · open {currency.show(owed)}")
        a, b, c = st.columns(3)
        typed = a.text_input(f"Amount, {currency.code}", plain(owed, currency) if owed else "", key=f"{name}:amount")
        methods = CLIENT_METHODS if party.startswith("client:") else ["remittance", "bank", "check"]
        method = b.selectbox("How", methods, key=f"{name}:method")
        place = c.selectbox("Where", list(places), format_func=places.get, key=f"{name}:place")
        reference = st.text_input("Reference (receipt or check number)", key=f"{name}:reference")
        apply = st.checkbox(
            "Put it towards the oldest items first", value=bool(items), key=f"{name}:apply", disabled=not items
        )
        if st.form_submit_button("Take payment", type="primary", shortcut="Ctrl+Enter"):
            minor = amount(typed, "amount")
            if minor is not None:
                answer = attempt(
                    take_payment,
                    name,
                    party=party,
                    amount_minor=minor,
                    method=method,
                    location_id=place,
                    reference=reference or None,
                    charges=oldest_first(items, minor) if apply else None,
                    typed=(minor, method, place, reference, apply),
                )
                if answer:
                    rest = answer["unapplied_minor"]
                    say(
                        f"{currency.show(minor)} taken"
                        + (f"; {currency.show(rest)} is kept as credit." if rest else ".")
                    )
            st.rerun()


def oldest_first(items: Rows, minor: int) -> list[dict[str, Any]]:
    """How a payment is split over open items: the oldest service first, until the money ends. Pure."""
    split = []
    for item in sorted(items, key=lambda row: (row["service_date"], row["charge_id"])):
        part = min(minor, item["open_minor"])
        if part > 0:
            split.append({"charge_id": item["charge_id"], "amount_minor": part})
            minor -= part
    return split


def payments_part(person: Actor, party: str | None) -> None:
    """Payments with what is left of them; choose one to allocate, refund, take back or void."""
    only = st.toggle("Only with money left", key="billing_unapplied")
    rows = read(payments, person, party=party, only_unapplied=only)[:500]
    columns = {
        "received_date": "Received",
        "party_name": "From",
        "method": "How",
        "amount_minor": "Amount",
        "allocated_minor": "Applied",
        "refunded_minor": "Refunded",
        "unapplied_minor": "Left",
        "status": "State",
    }
    picked = choose(rows, columns, key="payments", empty="No payments here.")
    if len(rows) == 500:
        st.caption("The newest 500; choose a client above to see all of theirs.")
    if picked:
        payment_panel(person, picked[0])


def payment_panel(person: Actor, payment: dict[str, Any]) -> None:
    """What can be done with one payment."""
    currency = practice_currency()
    payment_id = payment["payment_id"]
    live = [row for row in read(allocations, person, payment_id=payment_id) if row["is_live"]]
    left, right = st.columns(2, gap="medium")
    with left:
        if payment["unapplied_minor"] and person.may(Permission.ALLOCATE):
            _allocate(person, payment)
        with st.container(border=True):
            st.markdown("**Where it went**")
            picked = choose(
                live,
                {"post_date": "On", "client_name": "Client", "description": "What", "amount_minor": "Amount"},
                key=f"allocations:{payment_id}",
                many=True,
                height=220,
                empty="It is not applied to anything.",
            )
            if picked and person.may(Permission.ALLOCATE):
                why = st.text_input("Why take it back", key=f"unapply_why:{payment_id}")
                if st.button("Take back", key=f"unapply:{payment_id}"):
                    for row in picked:
                        attempt(
                            deallocate,
                            f"unapply:{row['allocation_id']}",
                            reason=why or None,
                            allocation_id=row["allocation_id"],
                            done="Taken back; the money is unapplied.",
                        )
                    st.rerun()
    with right:
        if person.may(Permission.REFUND) and payment["status"] == "posted":
            _refund(payment, picked, currency.show(payment["unapplied_minor"]))
        if person.may(Permission.VOID) and payment["status"] == "posted":
            with st.popover("Void the payment"):
                why = st.text_input("Why", key=f"void_pay_why:{payment_id}")
                if st.button("Void", type="primary", key=f"void_pay:{payment_id}"):
                    attempt(
                        void_payment,
                        f"void_pay:{payment_id}",
                        reason=why or None,
                        payment_id=payment_id,
                        done="The payment is void.",
                    )
                    st.rerun()


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
    with st.form(name, border=True):
        st.markdown(f"**Apply what is left** · {currency.show(payment['unapplied_minor'])}")
        charge_id = st.selectbox("To", list(items), format_func=label, key=f"{name}:charge")
        most = min(payment["unapplied_minor"], items[charge_id]["open_minor"])
        typed = st.text_input(f"Amount, {currency.code}", plain(most, currency), key=f"{name}:amount")
        if st.form_submit_button("Apply", type="primary"):
            minor = amount(typed, "amount")
            if minor is not None:
                attempt(
                    allocate_payment,
                    name,
                    payment_id=payment["payment_id"],
                    charge_id=charge_id,
                    amount_minor=minor,
                    done="Applied.",
                )
            st.rerun()


def _refund(payment: dict[str, Any], picked: Rows, left: str) -> None:
    currency = practice_currency()
    name = f"refund:{payment['payment_id']}"
    applied = sum(row["amount_minor"] for row in picked)
    with st.form(name, border=True):
        st.markdown("**Refund**")
        source = f"out of {len(picked)} applied, {currency.show(applied)}" if picked else f"out of what is left, {left}"
        st.caption(f"{source.capitalize()}. Choose rows under *Where it went* to refund applied money.")
        most = applied or payment["unapplied_minor"]
        typed = st.text_input(
            f"Amount, {currency.code}", plain(most, currency) if most else "", key=f"{name}:{applied}"
        )
        a, b = st.columns(2)
        method = a.selectbox("How", CLIENT_METHODS, key=f"{name}:method")
        correction = b.selectbox(
            "And the charge",
            ["courtesy", "void"],
            key=f"{name}:correction",
            disabled=not picked,
            format_func={"courtesy": "is reduced by it", "void": "is voided"}.get,
        )
        why = st.text_input("Why", key=f"{name}:why")
        if st.form_submit_button("Refund", type="primary"):
            minor = amount(typed, "amount")
            if minor is not None:
                attempt(
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
            st.rerun()
