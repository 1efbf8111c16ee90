"""Products on the pages: set up, sold, paid, with the receipt at hand."""

from __future__ import annotations

import pytest

from practice.access.permissions import SYSTEM
from practice.billing.products import add_product, set_tax_rate
from tests.dashboards.conftest import labels, texts
from tests.dashboards.opening import commands, fill, press, refusals, typed
from tests.practice.billing.conftest import Desk


@pytest.fixture
def books(record, house, biller):
    return Desk(record, house, biller)


def sell(app):
    app.segmented_control(key="billing_part").set_value("Sell")
    return app.run()


def test_without_products_it_says_where_they_are_added(open_page):
    assert "products and their tax are added in Set-up" in texts(sell(open_page("billing", "front_desk")))


def test_a_product_and_its_tax_are_set_up(open_page, record, books):
    app = open_page("set-up", "manager")
    app.pills(key="set_up_part").set_value("Products").run()
    fill(app, "Name of the tax", "Sales tax")
    press(fill(app, "Rate, per cent", "a tenth"), "Save the rate")
    assert refusals(app) == ["A rate is a number of per cent, such as 8.875."]
    assert typed(app, "Rate, per cent") == "a tenth"
    press(fill(app, "Rate, per cent", "10"), "Save the rate")
    fill(app, "Name of the product", "Insoles")
    press(fill(app, "Price without tax, USD", "100"), "Add product")
    assert commands(record)[-2:] == ["set_tax_rate", "add_product"]


def test_a_sale_is_paid_and_its_receipt_is_a_click_away(open_page, record, books):
    record.run(set_tax_rate, SYSTEM, name="Sales tax", percent="10", effective_from="2026-01-01")
    key = record.run(add_product, SYSTEM, name="Insoles", price_minor=100_00, tax_name="Sales tax")["product_id"]
    app = sell(open_page("billing", "front_desk"))
    app.multiselect(key="sell:0:products").set_value([key]).run()
    assert "**Together $110.00**" in texts(app)
    press(app, "Sell for $110.00")
    assert refusals(app) == ["Say who buys; find the client first."]
    app.text_input(key="sell:0:search").set_value("dan").run()
    app.number_input(key=f"sell:0:{key}").set_value(2).run()
    press(app, "Sell for $220.00")
    assert commands(record)[-1] == "sell"
    assert books.balances() == {"1020": 220_00, "2200": -20_00, "4020": -200_00}
    assert "The payment is in the books." in texts(app)
    assert "Sell" in labels(app)
