"""Selling products: who buys, what and how many, how it is paid; the receipt follows."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.billing.payment_form import CLIENT_METHODS
from dashboards.components.desk.client_picker import choose, pick_client
from dashboards.components.desk.place import choose_location, desk_of
from dashboards.components.desk.words import plain
from dashboards.components.forms import practice_currency, show_refusal, start_anew, turn
from dashboards.components.paper.handing import FRESH_PAYMENT
from dashboards.session import attempt, keep_refusal
from practice.access.permissions import Actor, Permission
from practice.billing.products import MOST_OF_ONE, rate_on, sell, tax_of
from practice.billing.queries import selling
from practice.errors import Refusal

FORM = "sell"
LATER = "on account"


def sell_part(person: Actor) -> None:
    """One column: the client, the products with their numbers, the sum, one button."""
    desk = desk_of(person)
    with runtime.current().record.read() as reader:
        known = {row["product_id"]: row for row in selling.products(reader)}
    if desk is None or not known:
        st.info("Nothing is sold here yet; products and their tax are added in Set-up, Products.")
        if person.may(Permission.SET_UP):
            st.page_link("app_pages/set_up.py", label="Set-up", icon=":material/tune:", width="content")
        return
    currency = practice_currency()
    form = f"{FORM}:{turn(FORM)}"
    left, right = st.columns([3, 2], gap="large")
    with left:
        choose_location(desk)
        client_id = pick_client(form, person, desk.today, may_add=False)
        prices = {key: f"{row['name']} · {currency.show(row['price_minor'])}" for key, row in known.items()}
        chosen = st.multiselect("Products", list(known), format_func=prices.get, key=f"{form}:products")
        lines = [_line(known[key], form) for key in chosen]
    with right, st.container(border=True):
        total = _sums(lines, known, desk.today)
        method = st.segmented_control(
            "Paid", [*CLIENT_METHODS, LATER], default=CLIENT_METHODS[0], required=True, format_func=str.capitalize,
            key=f"{form}:method",
        )  # fmt: skip
        label = "Sell" if total is None else f"Sell for {currency.show(total)}"
        if st.button(label, type="primary", key=f"{FORM}:do", disabled=total is None, width="stretch"):
            _sell(client_id, desk.location["location_id"], lines, str(method))
        show_refusal(FORM)


def _line(product: dict[str, Any], form: str) -> dict[str, Any]:
    number = st.number_input(
        plain(product["name"]), 1, MOST_OF_ONE, 1, key=f"{form}:{product['product_id']}", width=220
    )
    return {"product_id": product["product_id"], "quantity": int(number)}


def _sums(lines: list[dict[str, Any]], known: dict[str, Any], today: Any) -> int | None:
    """What it comes to, in words; None while there is nothing, or a tax has no rate."""
    currency = practice_currency()
    net = tax = 0
    for line in lines:
        product = known[line["product_id"]]
        amount = product["price_minor"] * line["quantity"]
        try:
            with runtime.current().record.read() as reader:
                tax += tax_of(amount, rate_on(reader, product["tax_name"], today))
        except Refusal as refusal:
            st.warning(str(refusal))
            return None
        net += amount
    if not lines:
        st.caption("Choose what is sold.")
        return None
    st.markdown(f"Products {currency.show(net)}  \nTax {currency.show(tax)}  \n**Together {currency.show(net + tax)}**")
    return net + tax


def _sell(client_id: str | None, location_id: str, lines: list[dict[str, Any]], method: str) -> None:
    if client_id is None:
        keep_refusal(FORM, Refusal("Say who buys; find the client first.", field="client_id"))
        st.rerun()
    answer = attempt(
        sell, FORM, is_in_place=True, client_id=client_id, location_id=location_id, lines=lines,
        method=None if method == LATER else method, done="Sold.",
    )  # fmt: skip
    if answer:
        if answer["payment_id"]:
            st.session_state[FRESH_PAYMENT] = answer["payment_id"]
        choose(f"{FORM}:{turn(FORM)}", None)
        start_anew(FORM)
        st.rerun()
    st.rerun()
