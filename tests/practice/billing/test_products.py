"""Products: sold with the tax of the day, paid at once or owed; the tax waits on 2200, and goes with a void."""

from __future__ import annotations

import io
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from practice.billing import commands, queries
from practice.billing.books import balances
from practice.billing.documents import invoice_pdf
from practice.billing.products import tax_of
from practice.errors import Refusal

TAX = "Sales tax"


@pytest.fixture
def shop(desk, owner):
    """Insoles at 100.00 with ten per cent, a book at 25.00 without."""
    desk.run(commands.set_tax_rate, who=owner, name=TAX, percent="10", effective_from="2026-01-01")
    add = {"who": owner}
    return {
        "insoles": desk.run(commands.add_product, **add, name="Insoles", price_minor=100_00, tax_name=TAX)[
            "product_id"
        ],
        "book": desk.run(commands.add_product, **add, name="Book", price_minor=25_00)["product_id"],
    }


def sells(desk, *lines, method=None, client="client-ada"):
    asked = [{"product_id": key, "quantity": number} for key, number in lines]
    return desk.run(commands.sell, client_id=client, location_id="loc-elm", lines=asked, method=method)


# The row "taxable sale 100 + 10" of the ledger's table: 1110 110 / 4020 100, 2200 10.
def test_a_taxable_sale_as_the_table_has_it(desk, shop):
    sold = sells(desk, (shop["insoles"], 1))
    [row] = desk.rows("select transaction_id, amount_minor, kind from charges")
    assert desk.postings(row["transaction_id"]) == {
        ("1110", "debit"): 110_00, ("4020", "credit"): 100_00, ("2200", "credit"): 10_00,
    }  # fmt: skip
    assert (row["amount_minor"], row["kind"]) == (100_00, "product")
    assert (sold["total_minor"], sold["tax_minor"], sold["payment_id"]) == (110_00, 10_00, None)
    assert desk.due(sold["charge_ids"][0]) == 110_00


def test_several_products_are_paid_at_once_and_nothing_is_owed(desk, shop):
    sold = sells(desk, (shop["insoles"], 2), (shop["book"], 3), method="cash")
    assert sold["total_minor"] == 220_00 + 75_00
    assert desk.balances() == {"1010": 295_00, "2200": -20_00, "4020": -275_00}
    assert desk.unapplied(sold["payment_id"]) == 0


def test_a_void_sale_takes_its_tax_back_and_leaves_the_money(desk, shop):
    sold = sells(desk, (shop["insoles"], 1), method="card")
    desk.run(commands.void_charge, charge_id=sold["charge_ids"][0])
    assert desk.balances() == {"1020": 110_00, "2100": -110_00}


def test_the_guarantor_owes_what_a_child_takes_home(desk, shop, ada):
    sold = sells(desk, (shop["book"], 1), client="client-cora")
    assert desk.due(sold["charge_ids"][0], ada) == 25_00


def test_the_tax_is_that_of_the_day_and_what_was_sold_keeps_its_own(desk, owner, shop, clock):
    first = sells(desk, (shop["insoles"], 1))
    desk.run(commands.set_tax_rate, who=owner, name=TAX, percent="8.875 %", effective_from="2026-03-03")
    clock.forward(days=1)
    assert sells(desk, (shop["insoles"], 1))["tax_minor"] == 8_88  # 8.875 rounds half up
    assert desk.due(first["charge_ids"][0]) == 110_00


@given(st.integers(1, 10**9), st.integers(0, 10**6))
def test_tax_is_rounded_once_half_up(net, rate):
    exact = Decimal(net) * rate / 1_000_000
    assert tax_of(net, rate) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def test_an_invoice_asks_for_the_tax_too(desk, shop):
    sold = sells(desk, (shop["insoles"], 1))
    desk.invoices(*sold["charge_ids"])
    assert desk.rows("select total_minor from invoices") == [{"total_minor": 110_00}]
    with desk.record.read() as reader:
        [row] = queries.invoices(reader, desk.who)
        says = queries.invoice_document(reader, desk.who, row["invoice_id"])
    [line] = says["lines"]
    assert (line["charge_minor"], line["tax_name"], line["rate_ppm"], line["tax_minor"]) == (
        110_00,
        TAX,
        100_000,
        10_00,
    )
    page = PdfReader(io.BytesIO(invoice_pdf(says))).pages[0].extract_text()
    assert "with Sales tax of 10 %, $10.00" in " ".join(page.split())


@pytest.mark.parametrize("basis", ["accrual", "cash"])
def test_the_books_balance_on_both_bases(desk, shop, basis, record):
    sells(desk, (shop["insoles"], 1), method="cash")
    with record.read() as reader:
        rows = balances(reader, desk.who, basis=basis, as_of=desk.rows("select max(post_date) d from postings")[0]["d"])
    shown = {row["account"]: row["debit_minor"] - row["credit_minor"] for row in rows}
    assert shown == {"1010": 110_00, "2200": -10_00, "4020": -100_00}


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ([], "from one to 20 products"),
        ([("book", 0)], "whole number from 1 to 999"),
        ([("nothing", 1)], "does not exist"),
    ],
)
def test_a_sale_of_nothing_is_refused(desk, shop, asked, sentence):
    with pytest.raises(Refusal, match=sentence):
        sells(desk, *[(shop.get(name, name), number) for name, number in asked])
    assert desk.rows("select * from charges") == []


def test_taxes_and_products_that_make_no_sense_are_refused(desk, owner, shop):
    for percent, sentence in (("ten", "number of per cent"), ("101", "from 0 to 100"), ("nan", "from 0 to 100")):
        with pytest.raises(Refusal, match=sentence):
            desk.run(commands.set_tax_rate, who=owner, name=TAX, percent=percent, effective_from="2026-01-01")
    with pytest.raises(Refusal, match="There is no tax of the name Other"):
        desk.run(commands.add_product, who=owner, name="Ball", price_minor=1_00, tax_name="Other")
    desk.run(commands.change_product, who=owner, product_id=shop["book"], is_active=False)
    with pytest.raises(Refusal, match="Book is not sold any more"):
        sells(desk, (shop["book"], 1))
