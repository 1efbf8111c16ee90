# ruff: noqa: F811 - fixtures of the other pages' tests
"""Cards on the pages: charged in two clicks, declined in words, by hand where nothing is connected."""

from __future__ import annotations

import pytest

from dashboards import cards, runtime
from practice.access.permissions import SYSTEM
from practice.billing import commands
from practice.cards.autopay import set_autopay
from practice.cards.links import set_card_links
from tests.dashboards.conftest import labels, open_page, press, running, signed_in, texts  # noqa: F401 - fixtures
from tests.dashboards.opening import fill, refusals, select, table
from tests.dashboards.opening import press as click


@pytest.fixture
def connected(till, running, monkeypatch):
    """The app has the double's keys, and clients can pay by link."""
    monkeypatch.setitem(cards._made, runtime.current().home.path, till.processor)
    till.run(set_card_links, who=SYSTEM, is_on=True)
    return till


@pytest.mark.parametrize("role", ["front_desk", "biller", "owner", "provider"])
def test_without_a_processor_a_client_page_says_that_cards_are_recorded_by_hand(open_page, house, role):
    app = open_page("client", role, client=house.ada)
    assert not app.exception
    assert ("Cards are recorded by hand" in texts(app)) is (role != "provider")


def test_a_card_is_charged_in_two_clicks_and_a_decline_keeps_what_was_typed(connected, ada, open_page, house):
    visit = connected.charged(house.ada)
    connected.card(ada, "pm_declined")
    app = open_page("client", "front_desk", client=house.ada)
    fill(app, "Amount, USD", "70.00")
    app = click(app, "Charge it now")
    assert any("Nothing was taken: not enough money on the card" in said for said in refusals(app))
    assert next(field for field in app.text_input if field.label == "Amount, USD").value == "70.00"
    connected.card(ada)
    app = press(app.run(), "Charge it now", number=1)
    assert "$150.00 charged to Visa" in texts(app)
    assert connected.due(visit) == 0


def test_a_charge_without_an_answer_is_asked_about_where_it_blocks(connected, ada, open_page, house):
    connected.double.faults.append("unreachable")
    connected.charge(ada, 80_00, connected.card(ada))
    app = open_page("billing", "biller", billing_part="To do")
    assert list(table(app, "card_tasks").value["what"]) == ["Charged, without an answer"]
    app = select(app, "card_tasks", 0)
    app = click(app, "Ask Stripe now")
    assert any("ask again in 4 minutes" in said for said in refusals(app))
    connected.double.faults.append("lost")
    connected.wait(minutes=3)
    app = open_page("client", "front_desk", client=house.ada)
    app = click(app, "Ask Stripe now")
    assert "It succeeded, and is in the books." in texts(app)
    assert "Ask Stripe now" not in labels(app)
    assert connected.card_cash() == 80_00


def test_an_invoice_offers_the_card_and_the_link(connected, ada, open_page, house):
    visit = connected.charged(house.ada)
    connected.invoices(visit)
    connected.card(ada)
    app = open_page("billing", "biller", billing_part="Unpaid")
    app = select(app, "unpaid", 0)
    assert {"Charge it now", "Send a link to pay $150.00", "Take payment"} <= set(labels(app))
    app = click(app, "Send a link to pay $150.00")
    assert any("set the public address" in said for said in refusals(app))
    app = click(app, "Charge it now")
    assert connected.due(visit) == 0


def test_what_of_cards_needs_somebody_stands_over_the_list_of_what_is_to_do(connected, ada, open_page, house):
    visit = connected.charged(house.ada)
    payment = connected.charge(ada, 80_00, connected.card(ada))["payment_id"]
    connected.double.dispute(connected.double.of("payment_intent")[0])
    connected.run(commands.refund_payment, payment_id=payment, amount_minor=30_00, method="card")
    connected.tell()
    connected.invoices(visit)
    card = connected.card(ada, "pm_expired")
    connected.run(set_autopay, client_id=house.ada, saved_card_id=card, is_on=True)
    app = open_page("billing", "biller", billing_part="To do")
    assert not app.exception
    shown = table(app, "card_tasks").value
    assert list(shown["what"]) == ["The card did not take a refund", "Disputed at the client's bank"]
    assert list(table(app, "autopay_tonight").value["state"]) == ["Will be charged"]
    app = select(app, "card_tasks", 0)
    app = click(app, "It is paid")
    assert list(table(app, "card_tasks").value["what"]) == ["Disputed at the client's bank"]


def test_set_up_shows_the_connection_and_how_to_make_one(connected, open_page, monkeypatch):
    app = open_page("set-up", "owner")
    app.pills(key="set_up_part").set_value("Cards")
    app = app.run()
    assert "**Stripe is connected**" in texts(app)
    assert "Stripe answers, for USD." in texts(press(app, "Test the connection"))
    monkeypatch.setitem(cards._made, runtime.current().home.path, None)
    app = app.run()
    assert "**Cards are recorded by hand**" in texts(app)


def test_a_payment_says_what_became_of_its_refund(connected, ada, open_page):
    payment = connected.charge(ada, 80_00, connected.card(ada))["payment_id"]
    connected.run(commands.refund_payment, payment_id=payment, amount_minor=30_00, method="card")
    app = select(open_page("billing", "biller", billing_part="Payments"), "payments", 0)
    assert "It came by Stripe" in texts(app)
    assert "$30.00 is sent within a minute." in texts(app)
    connected.wait(seconds=20)
    assert "$30.00 went back to the card." in texts(app.run())


def test_a_charge_that_the_books_did_not_take_is_tied_to_the_payment_taken_by_hand(connected, ada, open_page):
    connected.double.faults.append("lost")
    connected.charge(ada, 50_00, connected.card(ada))
    connected.double.of("payment_intent")[0]["amount_received"] = 60_00
    connected.tell()
    connected.receives(ada, 60_00, "card")
    app = select(open_page("billing", "biller", billing_part="To do"), "card_tasks", 0)
    assert "the processor names another amount" in texts(app)
    app = click(app, "That one")
    assert not [found for found in app.dataframe if (found.key or "").startswith("card_tasks")]
