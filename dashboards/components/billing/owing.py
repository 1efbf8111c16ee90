"""Who owes what: open items by age, and what can be done with one: adjust it, move it, take its payment, void it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.billing.common import amount, choose, plain, practice_currency, read, total
from dashboards.components.billing.receiving import payment_form
from dashboards.session import attempt
from practice.access.permissions import Actor, Permission
from practice.billing.adjustments import adjust_charge, transfer_responsibility
from practice.billing.charges import void_charge
from practice.billing.queries import open_items
from practice.people.queries import payers

CLASSES = {
    "courtesy": "Courtesy",
    "contractual": "Contractual",
    "small_balance": "Small balance",
    "charity": "Charity",
    "denial": "Denial",
    "bad_debt": "Bad debt",
}


def owing_part(person: Actor, party: str | None) -> None:
    """Open items, the oldest first."""
    rows = read(open_items, person, party=party)
    if party and person.may(Permission.TAKE_PAYMENT):
        payment_form(person, party, "Take a payment", rows)
    if rows:
        st.caption(f"{len(rows):,} open items, {total(rows, 'open_minor')}.")
    columns = {
        "service_date": "Visit",
        "client_name": "Seen",
        "party_name": "Owed by",
        "description": "What",
        "open_minor": "Open",
        "age_days": "Days",
        "invoice_number": "Invoice",
    }
    picked = choose(rows[:1000], columns, key="owing", empty="Nothing is open.")
    if picked:
        item_panel(person, picked[0])


def item_panel(person: Actor, item: dict[str, Any]) -> None:
    """What can be done with one open item."""
    left, right = st.columns(2, gap="medium")
    with left:
        if person.may(Permission.TAKE_PAYMENT):
            payment_form(person, item["party"], f"Pay {item['description']}, {item['service_date']:%-d %b}", [item])
    with right:
        if person.may(Permission.ADJUST):
            _adjust(item)
            _transfer(person, item)
        if person.may(Permission.VOID):
            with st.popover("Void the charge"):
                why = st.text_input("Why", key=f"void_charge_why:{item['charge_id']}")
                if st.button("Void", type="primary", key=f"void_charge:{item['charge_id']}"):
                    attempt(
                        void_charge,
                        f"void_charge:{item['charge_id']}",
                        reason=why or None,
                        charge_id=item["charge_id"],
                        done="The charge is void; its payments are unapplied.",
                    )
                    st.rerun()


def _adjust(item: dict[str, Any]) -> None:
    currency = practice_currency()
    name = f"adjust:{item['charge_id']}:{item['party']}"
    with st.form(name, border=True):
        st.markdown(f"**Adjust** · open {currency.show(item['open_minor'])}")
        a, b = st.columns(2)
        kind = a.selectbox("Class", list(CLASSES), format_func=CLASSES.get, key=f"{name}:class")
        typed = b.text_input(f"Amount, {currency.code}", plain(item["open_minor"], currency), key=f"{name}:amount")
        why = st.text_input("Why", key=f"{name}:why")
        if st.form_submit_button("Adjust"):
            minor = amount(typed, "amount")
            if minor is not None:
                attempt(
                    adjust_charge,
                    name,
                    reason=why or None,
                    charge_id=item["charge_id"],
                    party=item["party"],
                    adjustment_class=kind,
                    amount_minor=minor,
                    done="Adjusted.",
                )
            st.rerun()


def _transfer(person: Actor, item: dict[str, Any]) -> None:
    currency = practice_currency()
    name = f"transfer:{item['charge_id']}:{item['party']}"
    client = f"client:{item['guarantor_client_id']}"
    targets = {client: "the client"} | {f"payer:{row['payer_id']}": row["name"] for row in read(payers, person)}
    targets.pop(item["party"], None)
    if not targets:
        return
    with st.form(name, border=True):
        st.markdown("**Somebody else owes it**")
        a, b = st.columns(2)
        to_party = a.selectbox("Who", list(targets), format_func=targets.get, key=f"{name}:to")
        typed = b.text_input(f"Amount, {currency.code}", plain(item["open_minor"], currency), key=f"{name}:amount")
        why = st.text_input("Why", key=f"{name}:why")
        if st.form_submit_button("Move it"):
            minor = amount(typed, "amount")
            if minor is not None:
                attempt(
                    transfer_responsibility,
                    name,
                    reason=why or None,
                    charge_id=item["charge_id"],
                    from_party=item["party"],
                    to_party=to_party,
                    amount_minor=minor,
                    done="Moved.",
                )
            st.rerun()
