"""What the practice asks for at booking, and which packages it offers: set up where they are used."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.billing.common import choose, plain, read
from dashboards.components.forms import amount, entry, practice_currency, send, turn
from practice.access.permissions import Actor, Permission
from practice.billing.deposits import set_deposit_rule
from practice.billing.packages import set_package_offer
from practice.billing.queries.deposit_rules import deposit_rules
from practice.billing.queries.packages import package_offers
from practice.people.queries import services

RULES = {"amount": "An amount", "full": "The full fee", "card": "A card on file", "none": "Nothing"}


def deposit_rules_box(person: Actor, client: dict[str, Any] | None) -> None:
    """The rules in force, and the form for another one; of the chosen client, if there is one."""
    if not person.may(Permission.SET_UP):
        return
    currency = practice_currency()
    rows = read(deposit_rules, person)
    with st.expander("What is asked for at booking" + (f" · {len(rows)}" if rows else ""), icon=":material/tune:"):
        shown = [
            row
            | {
                "about": row["service_name"] or row["client_name"],
                "when": "first visit" if row["is_for_first_visit"] else "every visit",
                "asks": currency.show(row["amount_minor"]) if row["kind"] == "amount" else RULES[row["kind"]].lower(),
            }
            for row in rows
        ]
        columns = {"about": "Service or client", "when": "When", "asks": "Asks"}
        picked = choose(shown, columns, key="deposit_rules", height=220, empty="Nothing is asked for at booking.")
        if picked:
            _take_away(picked[0])
        else:
            _rule_form(person, client)


def _take_away(rule: dict[str, Any]) -> None:
    name = f"deposit_rule:{rule['deposit_rule_id']}"
    with entry(name):
        if st.form_submit_button("Take the rule away"):
            about = {key: rule[key] for key in ("service_id", "client_id", "is_for_first_visit")}
            send(set_deposit_rule, name, kind=None, **about, done="The rule is gone.")


def _rule_form(person: Actor, client: dict[str, Any] | None) -> None:
    currency = practice_currency()
    name = "deposit_rule"
    key = f"{name}:{turn(name)}"
    things = {row["service_id"]: row["name"] for row in read(services, person)}
    with entry(name):
        a, b, c, d = st.columns(4)
        if client:
            a.markdown(f":small[:gray[Only for]]  \n{client['name']}")
            about: dict[str, Any] = {"client_id": client["client_id"]}
        else:
            about = {"service_id": a.selectbox("Service", list(things), format_func=things.get, key=f"{key}:service")}
        when = b.selectbox("When", ["Every visit", "First visit"], key=f"{key}:when")
        kind = str(c.selectbox("Asks for", list(RULES), format_func=RULES.get, key=f"{key}:kind"))
        typed = d.text_input(f"Amount, {currency.code}", key=f"{key}:amount", placeholder="Of an amount")
        if st.form_submit_button("Save the rule", type="primary"):
            minor = amount(name, typed) if kind == "amount" else None
            if minor is not None or kind != "amount":
                is_first = when == "First visit"
                send(
                    set_deposit_rule, name, kind=kind, amount_minor=minor, is_for_first_visit=is_first, **about,
                    done="The rule was saved.",
                )  # fmt: skip


def package_offers_box(person: Actor) -> None:
    """What is sold, and the form to add to it or change it."""
    if not person.may(Permission.SET_UP):
        return
    rows = read(package_offers, person, only_active=False)
    offered = sum(row["is_active"] for row in rows)
    label = "Which packages are offered" + (f" · {offered}" if offered else "")
    with st.expander(label, icon=":material/tune:", expanded=not rows):
        columns = {
            "name": "Name", "service_name": "Service", "sessions": "Sessions", "price_minor": "Price",
            "valid_days": "Days", "is_active": "Offered",
        }  # fmt: skip
        picked = choose(rows, columns, key="package_offers", height=220, empty="No package is offered yet.")
        _offer_form(person, picked[0] if picked else None)


def _offer_form(person: Actor, offer: dict[str, Any] | None) -> None:
    currency = practice_currency()
    name = f"package_offer:{offer['package_offer_id'] if offer else 'new'}"
    key = f"{name}:{turn(name)}"
    usual = {"name": "", "service_id": None, "sessions": 10, "price_minor": 0, "valid_days": 365, "is_active": True}
    was = offer or usual
    things = {row["service_id"]: row["name"] for row in read(services, person)}
    with entry(name):
        a, b = st.columns(2)
        title = a.text_input("Name", was["name"], key=f"{key}:name", placeholder="Ten follow-ups")
        place = list(things).index(was["service_id"]) if was["service_id"] in things else 0
        service_id = b.selectbox("Service", list(things), place, format_func=things.get, key=f"{key}:service")
        c, d, e = st.columns(3)
        sessions = c.number_input("Sessions", 2, 500, was["sessions"], key=f"{key}:sessions")
        price = plain(was["price_minor"], currency) if was["price_minor"] else ""
        typed = d.text_input(f"Price, {currency.code}", price, key=f"{key}:price")
        days = e.number_input("Good for days", 1, 3660, was["valid_days"], key=f"{key}:days")
        is_active = st.checkbox("Offered", was["is_active"], key=f"{key}:active") if offer else True
        if st.form_submit_button("Save the package", type="primary"):
            minor = amount(name, typed)
            if minor is not None:
                send(
                    set_package_offer, name, name=title, service_id=service_id, sessions=int(sessions),
                    price_minor=minor, valid_days=int(days), is_active=is_active,
                    package_offer_id=offer["package_offer_id"] if offer else None, done="The package was saved.",
                )  # fmt: skip
