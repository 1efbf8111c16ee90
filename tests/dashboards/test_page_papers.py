"""Papers on the pages: a statement in two clicks, the receipt one click after a payment, the logo in Set-up."""

from __future__ import annotations

import base64

import pytest

from dashboards.components.paper.handing import fresh, stored
from practice.access.permissions import SYSTEM
from practice.billing.commands import issue_receipt, issue_statement
from practice.billing.papers.data import as_csv, as_json
from practice.billing.queries import documents
from practice.people.logo import set_logo
from tests.dashboards.conftest import labels, texts
from tests.dashboards.opening import press, select
from tests.practice.billing.conftest import Desk


@pytest.fixture
def books(record, house, biller):
    return Desk(record, house, biller)


def downloads(app):
    """The labels of the page's download buttons."""
    return [element.proto.label for element in app.get("download_button")]


@pytest.mark.parametrize("role", ["owner", "manager", "front_desk", "biller"])
def test_a_clients_papers_are_on_their_page(open_page, books, role):
    books.invoices(books.charged("client-ada"))
    payment = books.receives("client:client-ada", 50_00)
    books.run(issue_receipt, payment_id=payment)
    app = open_page("client", role, client="client-ada")
    assert not app.exception
    assert {"Statement", "Invoice 1", "Receipt 1", "CSV", "JSON"} <= set(downloads(app))


def test_a_client_with_nothing_can_have_a_statement_and_a_provider_sees_no_papers(open_page, house):
    app = open_page("client", "biller", client="client-dan")
    assert "Nothing was handed out yet." in texts(app)
    assert "Statement" in downloads(app)
    assert not downloads(open_page("client", "provider", client="client-ada"))


def test_other_days_are_asked_for(open_page, house):
    app = open_page("client", "biller", client="client-dan")
    app.selectbox(key="papers:period").set_value("Other days").run()
    assert not app.exception
    assert app.date_input(key="papers:days").value
    assert "Statement" in downloads(app)


def test_a_click_issues_the_paper_and_the_next_one_hands_out_the_same(browser_state, books, running, signed_in):
    books.charged("client-ada")
    person = signed_in("biller")
    find = fresh(person, issue_statement, party="client:client-ada", from_date="2026-03-01", to_date="2026-03-02")
    first = find()
    assert first == find()
    with books.record.read() as reader:
        [row] = documents(reader, SYSTEM, "client-ada")
    assert stored(person, row["document_id"])() == first
    assert as_csv(first).splitlines() == [
        "date,description,client,visit,amount,balance",
        "2026-03-01,Opening balance,,,,0.00",
        "2026-03-02,Follow-up,Ada Birch,2026-03-02,150.00,150.00",
        "2026-03-02,Closing balance,,,,150.00",
    ]
    assert '"closing_minor": 15000' in as_json(first)


def test_the_receipt_is_one_click_after_the_payment(open_page, books):
    charge = books.charged("client-ada")
    books.invoices(charge)
    app = open_page("billing", "biller", client="client-ada", billing_part="Open items")
    assert "Receipt" not in downloads(app)
    press(app, "Take payment")
    assert "The payment is in the books." in texts(app)
    assert downloads(app) == ["Receipt"]
    app.button(key="fresh_receipt:away").click().run()
    assert "Receipt" not in downloads(app)


def test_a_payers_payment_has_no_receipt(open_page, books):
    books.receives("payer:payer-harbor", 10_00, "remittance")
    app = open_page("billing", "biller", billing_part="Payments")

    select(app, "payments", 0)
    assert "Receipt" not in downloads(app)


def test_a_logo_is_shown_and_taken_away_and_what_is_none_is_refused(open_page, record, owner):
    app = open_page("set-up", "owner")
    app.pills[0].set_value("Places").run()
    assert "None yet: invoices" in texts(app)
    press(app, "Use this logo")
    assert "neither a PNG nor an SVG" in texts(app)
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><rect width="40" height="10"/></svg>'
    record.run(set_logo, owner, content=base64.b64encode(svg).decode())
    app.run()
    assert "Remove" in labels(app)
    app.button(key="logo:remove").click().run()
    assert not app.exception
    with record.read() as reader:
        assert reader.setting("logo_id") is None
