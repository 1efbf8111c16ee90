"""Papers on the pages: a statement in two clicks, the receipt one click after a payment, the logo in Set-up."""

from __future__ import annotations

import base64
import re

import pytest

from dashboards.components.paper.handing import fresh, stored
from practice.access.permissions import SYSTEM
from practice.billing.commands import issue_receipt, issue_statement
from practice.billing.diagnoses import add_diagnosis
from practice.billing.papers.data import as_csv, as_json
from practice.billing.queries import documents
from practice.messages.leaving import settle_message, take_due
from practice.messages.settings import set_messages
from practice.online.links import hashed
from practice.paper_mail.opening import note_opened
from practice.people.commands import change_client
from practice.people.identities import identity, set_practice_identity, set_provider_identity
from practice.people.logo import set_logo
from practice.people.providers import change_provider
from tests.dashboards.conftest import labels, texts
from tests.dashboards.opening import fill, press, select, table, typed
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


def test_a_statement_is_beside_a_clients_open_items_and_not_beside_everybodys(open_page, books):
    books.charged("client-ada")
    app = open_page("billing", "biller", client="client-ada", billing_part="Open items")
    assert "Statement" in downloads(app)
    press(app, "Everybody")
    assert "Statement" not in downloads(app)


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
    assert "Receipt" in downloads(app)
    app.button(key="fresh_receipt:away").click().run()
    assert "Receipt" not in downloads(app)


def test_a_payers_payment_has_no_receipt(open_page, books):
    books.receives("payer:payer-harbor", 10_00, "remittance")
    app = open_page("billing", "biller", billing_part="Payments")

    select(app, "payments", 0)
    assert "Receipt" not in downloads(app)


@pytest.fixture
def reachable(record, house):
    """Clients can be written to, and Ada has an address."""
    record.run(set_messages, SYSTEM, is_on=True, public_url="https://elm.example")
    record.run(change_client, SYSTEM, client_id="client-ada", email="ada@birch.example")


def test_an_invoice_is_sent_with_one_press_and_the_page_says_what_became_of_it(
    open_page, books, record, clock, reachable
):
    invoice = books.invoices(books.charged("client-ada"))
    app = open_page("client", "front_desk", client="client-ada")
    app.button(key=f"send:{invoice}").click().run()
    assert not app.exception
    assert "Invoice 1 leaves within three minutes. To Ada Birch, ada" in texts(app)
    app.run()
    assert "on its way" in texts(app)
    clock.forward(minutes=3)
    [message_id] = record.run(take_due, SYSTEM, limit=9)["message_ids"]
    record.run(settle_message, SYSTEM, message_id=message_id, outcome="sent")
    [mail] = books.rows("select body from messages")
    record.run(note_opened, SYSTEM, token_hash=hashed(re.search(r"/paper/([\w-]+)", mail["body"])[1]))
    app.run()
    assert "sent 2 Mar, opened 2 Mar" in texts(app)
    app.button(key=f"send:{invoice}:end").click().run()
    assert "taken back" in texts(app)
    app = open_page("billing", "biller", billing_part="Unpaid")
    assert list(table(app, "unpaid").value["sent"]) == ["taken back"]


def test_who_has_no_address_is_told_where_one_presses(open_page, books):
    invoice = books.invoices(books.charged("client-dan"))
    books.run(set_messages, who=SYSTEM, is_on=True, public_url="https://elm.example")
    app = open_page("billing", "biller", client="client-dan", billing_part="Unpaid")
    select(app, "unpaid", 0)
    assert "No address is on record to send it to" in texts(app)
    app.button(key=f"send:{invoice}").click().run()
    assert not app.exception
    assert "No address is on record" in " ".join(error.value for error in app.error)
    assert books.rows("select * from paper_mails") == []


def test_a_receipt_and_a_statement_are_issued_and_sent_with_one_press(open_page, books, reachable):
    books.invoices(books.charged("client-ada"))
    app = open_page("billing", "biller", client="client-ada", billing_part="Open items")
    press(app, "Take payment")
    app.button(key="fresh_receipt:send").click().run()
    app.button(key="papers:statement:send").click().run()
    assert not app.exception
    assert [row["subject"] for row in books.rows("select subject from messages order by queued_at, subject")] == [
        "Your receipt from Elm Street Practice",
        "Your statement from Elm Street Practice",
    ]


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


# Papers for many


def papers(app, part):
    app.segmented_control(key="billing_part").set_value("Documents").run()
    app.pills(key="papers_part").set_value(part)
    return app.run()


@pytest.mark.parametrize("role", ["owner", "manager", "front_desk", "biller"])
def test_every_step_of_the_days_paper_opens(open_page, books, role):
    books.charged("client-ada")
    books.sees("client-dan")
    app = open_page("billing", role)
    for part in ("Invoice everybody", "Not invoiced", "Statements", "Automatic"):
        papers(app, part)
        assert not app.exception
        assert not app.error, part


def test_everybody_is_invoiced_with_one_click_and_the_run_can_be_printed(open_page, books):
    for client in ("client-ada", "client-dan"):
        books.charged(client)
    app = papers(open_page("billing", "biller"), "Invoice everybody")
    assert "2 clients, 2 lines, $300.00" in texts(app)
    press(app, "Issue 2 invoices")
    assert not app.exception
    assert "2 invoices issued." in texts(app)
    assert {"One PDF to print", "ZIP"} <= set(downloads(app))
    assert "Everything that clients owe is on an invoice." in texts(app)
    assert "Issue 2 invoices" not in labels(app)


def test_a_run_is_sent_with_one_press_and_who_cannot_be_written_to_is_named(open_page, books, reachable):
    for client in ("client-ada", "client-dan"):
        books.charged(client)
    app = papers(open_page("billing", "biller"), "Invoice everybody")
    press(app, "Issue 2 invoices")
    press(app, "E-mail 1 (1 cannot be reached)")
    assert not app.exception
    assert "1 message leaves within three minutes; 1 account left out" in texts(app)
    app.run()
    assert "by hand, 1 sent, 0 opened" in texts(app)
    assert "Dan Ford: No address is on record" in texts(app)
    assert not [label for label in labels(app) if label.startswith("E-mail 1")]


def test_what_is_not_invoiced_says_why_and_who_sees_to_it(open_page, books):
    books.sees("client-dan")
    app = papers(open_page("billing", "biller"), "Not invoiced")
    [row] = app.dataframe[0].value.to_dict("records")
    assert (row["client_name"], row["why"], row["owner"]) == ("Dan Ford", "Not charged yet", "Billing")
    press(app, "To charge: 1")
    assert app.segmented_control(key="billing_part").value == "To charge"


def test_papers_are_made_by_themselves_until_somebody_ends_it_and_twice_is_refused(open_page, books):
    app = papers(open_page("billing", "biller"), "Automatic")
    press(app, "Begin")
    assert "every day from 18:00" in texts(app)
    app.toggle[0].set_value(True).run()
    assert "From now on they are sent, too." in texts(app)
    app.number_input(key="auto_hour").set_value(17)
    press(app, "Begin")
    assert "made by themselves already" in texts(app)
    assert app.number_input(key="auto_hour").value == 17
    press(app, "End")
    assert "Nothing is made by itself yet." in texts(app)


# Superbills


def test_a_superbill_says_what_lacks_until_it_can_be_issued(open_page, books, owner):
    books.charged("client-ada")
    app = open_page("client", "biller", client="client-ada")
    assert "No diagnosis is dated on or before the visit of 2026-03-02" in texts(app)
    assert "Superbill" not in downloads(app)
    about = {"client_id": "client-ada", "code": "F41.1", "description": "Anxiety", "from_date": "2026-02-01"}
    books.run(add_diagnosis, who=SYSTEM, **about)
    books.run(set_practice_identity, who=owner, tax_id="123456789")
    books.run(change_provider, who=owner, provider_id="prov-moss", npi="1245319599")
    app.run()
    assert "it lacks the credentials and license of Dr. Ines Moss (Set-up, Providers)." in texts(app)
    license_ = {"credentials": "PhD", "license_number": "4711", "license_state": "NY"}
    books.run(set_provider_identity, who=owner, provider_id="prov-moss", **license_)
    app.run()
    assert "Superbill" in downloads(app)
    assert list(app.selectbox(key="papers:superbill").options) == [
        "March 2026",
        "2 Mar 2026, Follow-up",
    ]
    assert not app.exception


def test_who_stands_behind_a_superbill_is_said_in_set_up(open_page, record, house):
    app = open_page("set-up", "owner")
    app.pills[0].set_value("Places").run()
    fill(app, "Tax id (EIN)", "12-34")
    press(app, "Save")
    assert "nine digits" in texts(app)
    assert typed(app, "Tax id (EIN)") == "12-34"
    press(fill(app, "Tax id (EIN)", "12-3456789"), "Save")
    with record.read() as reader:
        assert identity(reader, "practice")["tax_id"] == "123456789"


# Estimates


def test_an_estimate_that_is_due_is_written_from_what_is_booked(open_page, books, owner, book):
    books.run(set_practice_identity, who=owner, tax_id="123456789")
    book("2026-03-16T10:00")
    app = papers(open_page("billing", "biller"), "Estimates")
    assert "1 estimate to write" in texts(app)
    select(app, "estimates", 0)
    press(app, "Issue the estimate")
    assert "the NPI of Dr. Ines Moss" in texts(app)
    books.run(change_provider, who=owner, provider_id="prov-moss", npi="1245319599")
    press(app, "Issue the estimate")
    assert not app.exception
    assert "Everybody who pays themselves and has booked ahead has an estimate." in texts(app)
    app = open_page("client", "owner", client="client-ada")
    assert "Estimate 1" in downloads(app)


def test_who_asks_for_an_estimate_is_noted_with_one_click(open_page, books):
    app = open_page("client", "front_desk", client="client-dan")
    app.toggle(key="papers:estimate").set_value(True).run()
    press(app, "They asked for one today")
    app = papers(open_page("billing", "biller"), "Estimates")
    [row] = table(app, "estimates").value.to_dict("records")
    assert (row["client_name"], row["why"]) == ("Dan Ford", "They asked for one")
