"""Products that are sold beside visits, and the taxes on them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.billing.common import plain
from dashboards.components.forms import amount, entry, practice_currency, send, turn
from dashboards.components.set_up.common import DATE, EARLIEST, choose, lists, read, today
from dashboards.components.set_up.things import Thing, submit
from practice.access.permissions import Actor
from practice.billing.products import add_product, change_product, set_tax_rate
from practice.billing.queries import selling

PRODUCT = Thing("product", "product_id", add_product, change_product)
UNTAXED = "No tax"


def products_part(person: Actor) -> None:
    """The products and the form for one; beneath, the taxes."""
    del person
    currency = practice_currency()
    taxes = read(selling.tax_rates)
    left, right = lists()
    with left:
        rows = [
            row | {"price": currency.show(row["price_minor"]), "tax": row["tax_name"] or UNTAXED}
            for row in read(selling.products, include_inactive=True)
        ]
        columns = {"name": "Product", "code": "Code", "price": "Price without tax", "tax": "Tax"}
        row = choose(PRODUCT.table, "Products", rows, columns, key="product_id", empty="None yet: add what is sold.")
        st.caption("They are sold in Billing, Sell.")
    with right:
        _product_form(row, sorted({one["name"] for one in taxes}))
    left, right = lists()
    with left:
        shown = [one | {"rate": f"{one['rate_ppm'] / 10_000:g} %"} for one in taxes]
        columns = {"name": "Tax", "rate": "Rate", "effective_from": "From"}
        tax = choose(
            "taxes", "Taxes", shown, columns, key="tax_rate_id", empty="None yet: products are sold without tax."
        )
    with right:
        _tax_form(tax)


def _product_form(row: dict[str, Any] | None, taxes: list[str]) -> None:
    form, currency = PRODUCT.form(row), practice_currency()
    with entry(form):
        PRODUCT.heading(row)
        name = st.text_input("Name of the product", row["name"] if row else "", required=True)
        a, b = st.columns(2)
        price = a.text_input(
            f"Price without tax, {currency.code}",
            plain(row["price_minor"], currency) if row else "",
            placeholder="25.00",
        )
        code = b.text_input("Code", (row["code"] if row else None) or "")
        choices = [UNTAXED, *taxes]
        index = choices.index(row["tax_name"]) if row and row["tax_name"] in choices else 0
        tax = st.selectbox("Tax", choices, index=index)

        def typed() -> dict[str, Any] | None:
            minor = amount(form, price)
            return None if minor is None else {
                "name": name, "price_minor": minor, "code": code or None, "tax_name": None if tax == UNTAXED else tax,
            }  # fmt: skip

        submit(PRODUCT, row, typed)


def _tax_form(row: dict[str, Any] | None) -> None:
    """Another rate of the selected tax, or of a new one."""
    name = "set_tax_rate"
    key = f"{name}:{turn(name)}:{row['tax_rate_id'] if row else ''}"
    with entry(name):
        st.markdown("**Set a tax from a day on**")
        tax = st.text_input(
            "Name of the tax", row["name"] if row else "", placeholder="State sales tax", key=f"{key}:name"
        )
        a, b = st.columns(2)
        percent = a.text_input("Rate, per cent", placeholder="8.875", key=f"{key}:percent")
        start = b.date_input("From", today(), min_value=EARLIEST, format=DATE, key=f"{key}:from")
        if st.form_submit_button("Save the rate", type="primary"):
            send(set_tax_rate, name, name=tax, percent=percent, effective_from=str(start), done="The rate was saved.")
