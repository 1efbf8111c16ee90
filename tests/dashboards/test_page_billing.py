"""Billing: each list leads to the next step, a refusal keeps what was typed, and every step is in the record."""

from __future__ import annotations

from datetime import date

import pytest

from dashboards.components.billing.common import plain
from dashboards.components.billing.payment_form import oldest_first
from practice.access.permissions import SYSTEM
from practice.billing.queries import invoices, payments
from practice.money import Currency
from tests.dashboards.conftest import labels, texts
from tests.dashboards.opening import commands, fill, open_empty, press, refusals, select, table, typed
from tests.practice.billing.conftest import Desk

PARTS = ["To charge", "To invoice", "Unpaid", "Open items", "Payments"]
ROLES = ["owner", "manager", "front_desk", "biller"]
FIRST_STEP = "Next: Name the practice, its time zone and currency."


@pytest.fixture
def books(record, house, biller):
    """The practice's books; `books.sees(client)` is a completed visit, `books.charged(client)` a charged one."""
    return Desk(record, house, biller)


def show(app, part):
    app.segmented_control(key="billing_part").set_value(part)
    return app.run()


def asked(record, query, **options):
    with record.read() as reader:
        return query(reader, SYSTEM, **options)


# It starts, whoever opens it and whatever there is


@pytest.mark.parametrize("role", ROLES)
def test_every_list_opens_for_each_role_that_sees_money(open_page, books, role):
    charge = books.charged("client-ada")
    books.invoices(charge)
    books.receives("client:client-ada", 50_00, on=[(charge, 30_00)])
    books.sees("client-dan")
    app = open_page("billing", role)
    for part in PARTS:
        show(app, part)
        assert not app.exception
        assert not app.error
        assert app.dataframe or app.success, part
        assert "Next:" not in texts(app)


def test_every_list_opens_in_an_empty_practice(record, tmp_path, monkeypatch):
    app = open_empty(record, tmp_path, monkeypatch, "billing", "owner")
    for part in PARTS:
        show(app, part)
        assert not app.exception
        assert FIRST_STEP in texts(app), "what comes before any money"
        assert [link.proto.label for link in app.get("page_link")] == ["Set-up"]
        assert not app.success, "nothing is done yet"


# Charge → invoice → payment


def test_a_visit_is_charged_invoiced_and_paid_without_leaving_the_page(open_page, books, record):
    books.sees("client-ada")
    app = open_page("billing", "biller")
    press(select(app, "to_charge", 0), "Charge and invoice")
    assert app.segmented_control(key="billing_part").value == "Unpaid"
    assert "Pay invoice 1" in texts(app)
    assert typed(app, "Amount, USD") == "150.00"
    press(app, "Take payment")
    assert "$150.00 taken." in texts(app)
    assert [row["status"] for row in asked(record, invoices)] == ["paid"]
    assert commands(record)[-3:] == ["charge_visit", "issue_invoice", "take_payment"]


def test_several_visits_are_charged_at_once(open_page, books, record):
    for client in ("client-ada", "client-ben", "client-dan"):
        books.sees(client)
    app = select(open_page("billing", "front_desk"), "to_charge", 0, 1, 2)
    assert "Charge 3 visits" in texts(app)
    press(app, "Charge")
    assert "3 visits charged." in texts(app)
    assert "Every finished visit is charged." in texts(app)
    assert commands(record).count("charge_visit") == 3


def test_a_payers_share_is_charged_and_goes_on_no_clients_invoice(open_page, books, record):
    books.sees("client-ben")
    press(select(open_page("billing", "biller"), "to_charge", 0), "Charge and invoice")
    assert asked(record, invoices) == []
    assert "charge_visit" in commands(record)


def test_less_than_the_fee_is_charged_once_somebody_says_why(open_page, books):
    books.sees("client-ada")
    app = select(open_page("billing", "biller"), "to_charge", 0)
    app = press(fill(app, "Amount, USD", "120.50"), "Charge")
    assert "This is less than the fee of $150.00; say why, or charge the fee." in texts(app)
    assert not books.rows("select * from charges")
    press(fill(app, "Why less than the fee", "Agreed at the first talk"), "Charge")
    assert books.rows("select amount_minor, is_fee_agreed from charges") == [
        {"amount_minor": 120_50, "is_fee_agreed": True}
    ]


def test_more_than_the_fee_needs_no_reason(open_page, books):
    books.sees("client-ada")
    app = select(open_page("billing", "biller"), "to_charge", 0)
    press(fill(app, "Amount, USD", "170"), "Charge")
    assert books.rows("select amount_minor, is_fee_agreed from charges") == [
        {"amount_minor": 170_00, "is_fee_agreed": False}
    ]


def test_a_missed_visit_costs_what_the_policy_says(open_page, books):
    books.sees("client-ada", status="no_show")
    app = open_page("billing", "biller")
    app.toggle(key="billing_missed").set_value(True).run()
    press(select(app, "to_charge", 0), "Charge")
    assert books.rows("select amount_minor, kind from charges") == [{"amount_minor": 50_00, "kind": "missed_visit"}]


def test_one_invoice_for_each_client_from_the_whole_list(open_page, books, record):
    for client in ("client-ada", "client-ada", "client-dan"):
        books.charged(client)
    app = show(open_page("billing", "biller"), "To invoice")
    assert "3 lines, $450.00, 2 clients" in texts(app)
    press(app, "Issue")
    assert sorted(row["total_minor"] for row in asked(record, invoices)) == [150_00, 300_00]
    assert "Issued: invoice 1, 2." in texts(app)


def test_what_is_paid_beyond_the_items_stays_as_credit(open_page, books, record):
    books.invoices(books.charged("client-ada"))
    app = select(show(open_page("billing", "front_desk"), "Unpaid"), "unpaid", 0)
    press(fill(app, "Amount, USD", "200"), "Take payment")
    assert "$200.00 taken; $50.00 is kept as credit." in texts(app)
    assert asked(record, payments)[0]["unapplied_minor"] == 50_00


def test_open_items_of_one_client_take_one_payment(open_page, books, record):
    books.charged("client-ada", day=date(2026, 2, 2))
    books.charged("client-cora", day=date(2026, 2, 9))
    books.charged("client-dan")
    app = open_page("billing", "front_desk", billing_part="Open items", client="client-cora")
    assert "2 open items, $300.00" in texts(app)
    press(fill(app, "Amount, USD", "180"), "Take payment")
    assert [row["allocated_minor"] for row in asked(record, payments)] == [180_00]
    assert "1 open item, $120.00" in texts(app)


# Refusals


def test_an_amount_that_is_none_is_refused_and_everything_stays_typed(open_page, books, record):
    books.invoices(books.charged("client-ada"))
    app = select(show(open_page("billing", "front_desk"), "Unpaid"), "unpaid", 0)
    fill(app, "Reference (receipt or check number)", "4711")
    refused = {"12,3x": "is not an amount", "0": "above zero", "-5": "above zero", "1.234": "decimals"}
    for text, sentence in refused.items():
        press(fill(app, "Amount, USD", text), "Take payment")
        assert sentence in refusals(app)[0]
        assert (typed(app, "Amount, USD"), typed(app, "Reference (receipt or check number)")) == (text, "4711")
    assert "take_payment" not in commands(record)
    press(fill(app, "Amount, USD", "150"), "Take payment")
    assert not refusals(app)
    assert commands(record)[-1] == "take_payment"


def test_an_adjustment_needs_a_reason_and_keeps_the_rest(open_page, books, record):
    books.charged("client-ada")
    app = select(show(open_page("billing", "biller"), "Open items"), "owing", 0)
    amounts = [field for field in app.text_input if field.label == "Amount, USD"]
    amounts[1].input("30")
    press(app, "Adjust")
    assert "Say why" in refusals(app)[0]
    assert [field.value for field in app.text_input if field.label == "Amount, USD"][1] == "30"
    why = next(field for field in app.text_input if (field.key or "").startswith("adjust:") and field.label == "Why")
    why.input("Goodwill")
    press(app, "Adjust")
    assert not refusals(app)
    assert commands(record)[-1] == "adjust_charge"


def test_a_charge_on_a_live_invoice_is_not_voided(open_page, books):
    books.invoices(books.charged("client-ada"))
    app = select(show(open_page("billing", "biller"), "Open items"), "owing", 0)
    next(field for field in app.text_input if (field.key or "").startswith("void_charge:")).input("Wrong day")
    press(app, "Void")
    assert "void invoice 1 first" in refusals(app)[0]


def test_a_refusal_is_forgotten_when_the_page_is_left(open_page, books):
    books.invoices(books.charged("client-ada"))
    app = select(show(open_page("billing", "owner"), "Unpaid"), "unpaid", 0)
    press(fill(app, "Amount, USD", "nothing"), "Take payment")
    assert refusals(app)
    app.switch_page("app_pages/users.py").run()
    app.switch_page("app_pages/billing.py").run()
    select(show(app, "Unpaid"), "unpaid", 0)
    assert not refusals(app)


# Payments after the fact


def test_money_left_is_applied(open_page, books):
    payment = books.receives("client:client-ada", 80_00)
    charge = books.charged("client-ada")
    app = select(show(open_page("billing", "biller"), "Payments"), "payments", 0)
    press(app, "Apply")
    assert books.unapplied(payment) == 0
    assert books.due(charge) == 70_00


def test_applied_money_is_taken_back_with_a_reason(open_page, books):
    charge = books.charged("client-ada")
    payment = books.receives("client:client-ada", 80_00, on=[(charge, 80_00)])
    app = select(show(open_page("billing", "biller"), "Payments"), "payments", 0)
    press(select(app, "allocations", 0), "Take back")
    assert "Say why" in refusals(app)[0]
    press(fill(app, "Why move it", "Wrong client"), "Take back")
    assert books.unapplied(payment) == 80_00


def test_a_refund_out_of_what_is_left(open_page, books):
    payment = books.receives("client:client-ada", 80_00)
    app = select(show(open_page("billing", "biller"), "Payments"), "payments", 0)
    next(field for field in app.text_input if (field.key or "").startswith("refund:") and field.label == "Why").input(
        "Moved away"
    )
    press(app, "Refund")
    assert "$80.00 refunded." in texts(app)
    assert books.unapplied(payment) == 0


# Courtesy and safety


def test_the_desk_takes_money_and_neither_adjusts_nor_voids_nor_refunds(open_page, books):
    charge = books.charged("client-ada")
    books.invoices(charge)
    books.receives("client:client-ada", 50_00, on=[(charge, 30_00)])
    app = open_page("billing", "front_desk")
    for part, key in (("Unpaid", "unpaid"), ("Open items", "owing"), ("Payments", "payments")):
        select(show(app, part), key, 0)
        assert not {"Adjust", "Move it", "Void", "Refund", "Apply", "Take back"} & set(labels(app))


def test_a_selection_never_comes_to_mean_another_visit(open_page, books):
    books.sees("client-ada")
    books.sees("client-dan")
    app = select(open_page("billing", "biller"), "to_charge", 0)
    before = table(app, "to_charge").key
    # Somebody else charges the first visit, and another one comes to its end: as many rows as before.
    books.charges("att-1")
    books.sees("client-cora")
    app.run()
    assert table(app, "to_charge").key != before
    assert "Charge 1 visit" not in texts(app)


def test_a_client_who_is_none_of_ones_business_is_a_sentence(open_page):
    app = open_page("billing", "biller", billing_part="Payments", client="client-of-nobody")
    assert "does not exist" in refusals(app)[0]


# Pure parts


def test_a_payment_goes_to_the_oldest_items_until_it_ends():
    items = [
        {"charge_id": "b", "service_date": date(2026, 2, 2), "open_minor": 50},
        {"charge_id": "a", "service_date": date(2026, 1, 2), "open_minor": 30},
        {"charge_id": "c", "service_date": date(2026, 3, 2), "open_minor": 20},
    ]
    assert oldest_first(items, 60) == [{"charge_id": "a", "amount_minor": 30}, {"charge_id": "b", "amount_minor": 30}]
    assert sum(part["amount_minor"] for part in oldest_first(items, 1000)) == 100


@pytest.mark.parametrize(
    ("code", "text"), [("USD", "1234.50"), ("JPY", "123450"), ("KWD", "123.450"), ("BRL", "1234.50")]
)
def test_an_amount_is_offered_as_it_would_be_typed(code, text):
    currency = Currency.of(code)
    assert plain(123450, currency) == text
    assert currency.parse(plain(123450, currency)) == 123450


def test_money_moves_to_another_visit_in_one_form_with_its_preview(open_page, books):
    wrong = books.charged("client-ada", 80_00)
    right = books.charged("client-cora", 60_00)
    payment = books.receives("client:client-ada", 80_00, on=[(wrong, 80_00)])
    app = select(show(open_page("billing", "biller"), "Payments"), "payments", 0)
    select(select(app, "allocations", 0), "targets", 0)
    assert "$60.00 → **$0.00** open" in texts(app)
    assert "Kept as credit: **$20.00**" in texts(app)
    press(app, "Move")
    assert "Say why" in refusals(app)[0]
    press(fill(app, "Why move it", "Paid for Cora"), "Move")
    assert (books.due(wrong), books.due(right), books.unapplied(payment)) == (80_00, 0, 20_00)


def test_the_rest_of_a_few_cents_is_written_off_with_the_payment(open_page, books):
    charge = books.charged("client-ada", 80_00)
    app = select(show(open_page("billing", "biller"), "Open items"), "owing", 0)
    fill(app, "Amount, USD", "79.60")
    next(box for box in app.checkbox if box.label.startswith("Write off a rest")).check()
    press(app, "Take payment")
    assert books.due(charge) == 0
    assert books.balances()["4120"] == 40


def test_unapplied_money_is_listed_oldest_first_with_its_age(open_page, books, clock):
    books.receives("client:client-ada", 20_00)
    clock.forward(days=40)
    books.receives("client:client-dan", 30_00)
    app = show(open_page("billing", "biller"), "Payments")
    app.toggle(key="billing_unapplied").set_value(True).run()
    assert "2 payments with $50.00 unapplied: 0-30 days $30.00 · 31-60 days $20.00." in texts(app)
    assert list(table(app, "payments").value["age_days"]) == [40, 0]
