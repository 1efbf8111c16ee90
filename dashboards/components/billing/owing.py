"""Who owes what: open items by age, and what can be done with one: adjust it, move it, take its payment, void it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.billing.common import capital, choose, count, plain, post_on, read, total, void_popover
from dashboards.components.billing.payment_form import payment_form
from dashboards.components.billing.recoding import recoding_popover
from dashboards.components.desk import words
from dashboards.components.forms import amount, entry, practice_currency, send, turn
from practice.access.permissions import Actor, Permission
from practice.billing.adjustments import adjust_charge, transfer_responsibility
from practice.billing.charges import void_charge
from practice.billing.queries.plans import due_items
from practice.people.queries import payers

CLASSES = {
    "courtesy": "Courtesy",
    "contractual": "Contractual",
    "small_balance": "Small balance",
    "charity": "Charity",
    "denial": "Denial",
    "bad_debt": "Bad debt",
}
SHOWN = 1000


def owing_part(person: Actor, party: str | None) -> None:
    """Open items, the oldest first."""
    rows = read(due_items, person, party=party)
    is_due_only = any(row["payment_plan_id"] for row in rows) and st.toggle(
        "Due only", key="owing_due", help="Without what payment plans put off."
    )
    if is_due_only:
        rows = [row for row in rows if row["due_minor"]]
    if rows:
        more = f" The oldest {SHOWN:,} are shown; choose a client above for all of theirs." * (len(rows) > SHOWN)
        due = f"{total(rows, 'due_minor')} due of " if any(row["payment_plan_id"] for row in rows) else ""
        st.caption(f"{count(len(rows), 'open item')}, {due}{total(rows, 'open_minor')}.{more}")
    columns = {
        "party_name": "Owed by",
        "due_minor" if is_due_only else "open_minor": "Due" if is_due_only else "Open",
        "age_days": "Days",
        "service_date": "Visit",
        "client_name": "Seen",
        "description": "What",
        "invoice_number": "Invoice",
    }
    picked = choose(rows[:SHOWN], columns, key="owing", empty="Nothing is open.")
    if picked:
        item_panel(person, picked[0])
    elif party and person.may(Permission.TAKE_PAYMENT):
        if rows and party.startswith("client:") and person.may(Permission.INVOICE):
            st.page_link(
                "app_pages/cash.py", label="Agree on a payment plan", icon=":material/calendar_month:", width="content",
                query_params={"cash_part": "Plans", "client": party.removeprefix("client:")},
            )  # fmt: skip
        payment_form(person, party, "Take a payment", rows)


def item_panel(person: Actor, item: dict[str, Any]) -> None:
    """What can be done with one open item."""
    left, right = st.columns(2, gap="medium")
    with left:
        if person.may(Permission.TAKE_PAYMENT):
            what = words.plain(item["description"])
            payment_form(person, item["party"], f"Pay {what}, {item['service_date']:%-d %b}", [item])
        if person.may(Permission.VOID):
            with st.container(horizontal=True):
                void_popover(
                    "Void the charge",
                    void_charge,
                    f"void_charge:{item['charge_id']}",
                    charge_id=item["charge_id"],
                    done="The charge is void; its payments are unapplied.",
                )
                recoding_popover(person, item["charge_id"])
    with right:
        if person.may(Permission.ADJUST):
            _adjust(item)
            _transfer(person, item)


def _adjust(item: dict[str, Any]) -> None:
    currency = practice_currency()
    name = f"adjust:{item['charge_id']}:{item['party']}"
    key = f"{name}:{turn(name)}"
    with entry(name, border=True):
        st.markdown(f"**Adjust** · open {currency.show(item['open_minor'])}")
        a, b = st.columns(2)
        kind = a.selectbox("Class", list(CLASSES), format_func=CLASSES.get, key=f"{key}:class")
        typed = b.text_input(f"Amount, {currency.code}", plain(item["open_minor"], currency), key=f"{key}:amount")
        c, d = st.columns(2)
        with c:
            on = post_on(key)
        why = d.text_input("Why", key=f"{key}:why")
        if st.form_submit_button("Adjust"):
            minor = amount(name, typed)
            if minor is not None:
                send(
                    adjust_charge,
                    name,
                    reason=why or None,
                    charge_id=item["charge_id"],
                    party=item["party"],
                    adjustment_class=kind,
                    amount_minor=minor,
                    post_date=on,
                    done=f"{CLASSES[str(kind)]} adjustment of {currency.show(minor)}.",
                )


def _transfer(person: Actor, item: dict[str, Any]) -> None:
    currency = practice_currency()
    name = f"transfer:{item['charge_id']}:{item['party']}"
    key = f"{name}:{turn(name)}"
    client = f"client:{item['guarantor_client_id']}"
    targets = {client: "the client"} | {f"payer:{row['payer_id']}": row["name"] for row in read(payers, person)}
    targets.pop(item["party"], None)
    if not targets:
        return
    with entry(name, border=True):
        st.markdown("**Somebody else owes it**")
        a, b = st.columns(2)
        to_party = a.selectbox("Who", list(targets), format_func=lambda one: capital(targets[one]), key=f"{key}:to")
        typed = b.text_input(f"Amount, {currency.code}", plain(item["open_minor"], currency), key=f"{key}:amount")
        why = st.text_input("Why", key=f"{key}:why")
        if st.form_submit_button("Move it"):
            minor = amount(name, typed)
            if minor is not None:
                send(
                    transfer_responsibility,
                    name,
                    reason=why or None,
                    charge_id=item["charge_id"],
                    from_party=item["party"],
                    to_party=to_party,
                    amount_minor=minor,
                    done=f"{currency.show(minor)} moved to {targets[str(to_party)]}.",
                )
