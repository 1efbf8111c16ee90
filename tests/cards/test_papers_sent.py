"""A paper reaches whom it is for: one message per press, a link that shows no more than it said, pays, and leads back."""

from __future__ import annotations

import re
from datetime import date

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from dashboards import cards, runtime
from dashboards.http import pay
from dashboards.http.gate import Gate, RateLimit
from dashboards.http.public import paper as page
from dashboards.server import ROUTES
from practice.access.permissions import SYSTEM
from practice.billing.commands import issue_receipt, issue_statement
from practice.billing.documents import pdf
from practice.billing.invoices import void_invoice
from practice.billing.queries import invoice_document
from practice.cards.autopay import set_autopay
from practice.cards.links import LINKS_ON
from practice.cards.parts import set_link_parts
from practice.errors import Refusal
from practice.home import Home
from practice.messages.consent import record_consent
from practice.messages.handling import resend_message
from practice.messages.leaving import settle_message, take_due
from practice.messages.settings import set_messages
from practice.paper_mail.opening import asks_birth_date
from practice.paper_mail.sending import end_paper_links, send_paper
from practice.paper_mail.whom import addressee, is_adult
from practice.people.commands import change_client
from tests.conftest import INSERT
from tests.dashboards.browser import Browser

SITE = {"sec-fetch-site": "same-origin"}
BORN = "1990-05-17"


@pytest.fixture
def post(till):
    """The till, once clients can be written to and pay by link; `post.leave()` sends what is due."""
    till.run(change_client, who=SYSTEM, client_id="client-ada", email="ada@birch.example")
    till.run(set_messages, who=SYSTEM, is_on=True, public_url="https://elm.example")
    till.record.run(INSERT, SYSTEM, rows=[("settings", {"name": LINKS_ON, "value": "true"})])
    return till


@pytest.fixture
def phone(till, tmp_path, monkeypatch):
    for module, name in ((pay, "_looks"), (pay, "_presses"), (page, "_presses"), (page, "_prints"), (page, "_looks")):
        monkeypatch.setattr(module, name, RateLimit(limit=100, seconds=60))
    home = Home(tmp_path / "home")
    runtime.start(home, till.record)
    monkeypatch.setitem(cards._made, home.path, till.processor)
    return Browser(Starlette(routes=ROUTES, middleware=[Middleware(Gate)]))


def leave(post):
    """Three minutes later: what the messages that leave now say."""
    post.clock.forward(minutes=3)
    ids = post.run(take_due, who=SYSTEM, limit=20)["message_ids"]
    for key in ids:
        post.run(settle_message, who=SYSTEM, message_id=key, outcome="sent")
    return [post.rows("select * from messages where message_id = ?", key)[0] for key in ids]


def path_in(message):
    return re.search(r"https://elm\.example(/paper/[\w-]{30,})", message["body"])[1]


def test_an_invoice_is_sent_seen_kept_and_paid_and_the_way_leads_back(post, phone):
    invoice = post.invoices(post.charged("client-cora"), due_days=30)  # her mother pays
    post.run(send_paper, invoice_id=invoice)
    [mail] = leave(post)
    assert (mail["address"], mail["subject"]) == ("ada@birch.example", "Your invoice from Elm Street Practice")
    assert mail["body"].split("https://")[0] == "Hello Ada,\n\nhere is your invoice:\n\n"
    assert "To pay: $150.00\nPlease pay by Wednesday 1 April 2026." in mail["body"]
    assert not re.search("Cora|Birch|Follow-up|V50|Moss", mail["body"])
    path = path_in(mail)
    shown = phone.get(path)
    assert ("Pay $150.00 by card" in shown.text, shown.headers["cache-control"]) == (True, "no-store")
    assert not re.search("Cora|Ada|Birch|Follow-up|V50|Moss", shown.text)
    assert post.rows("select opened_at from paper_mails") == [{"opened_at": None}]  # a program may have looked
    assert phone.post(f"{path}/seen", {}, **SITE).status == 204
    assert post.rows("select opened_at from paper_mails where opened_at is not null")

    assert phone.get(f"{path}/paper.pdf").status == 303  # not before the date of birth
    onward = phone.post(f"{path}/open", {"birth_date": BORN}, **SITE)
    kept = phone.get(onward.headers["location"])
    with post.record.read() as reader:
        assert kept.body == pdf([invoice_document(reader, post.who, invoice)])
    assert kept.headers["content-disposition"] == 'attachment; filename="invoice-1.pdf"'

    going = phone.post(f"{path}/pay", {"amount": "15000"}, **SITE)
    session = post.double.objects[re.search(r"/c/pay/(\w+)", going.text)[1]]
    assert path.removeprefix("/paper/") not in str(session)  # the processor never reads the paper's address
    post.double.pay_page(session)
    back = phone.get(session["success_url"].split(".example", 1)[1])
    assert ("Everything is paid" in back.text, f'href="{path}">Back to your invoice' in back.text) == (True, True)
    assert "Everything is paid" in phone.get(path).text
    post.tell()
    assert post.card_cash() == 150_00


def test_a_press_is_one_message_and_a_void_paper_is_none(post):
    invoice = post.invoices(post.charged("client-ada"))
    post.run(send_paper, invoice_id=invoice)
    with pytest.raises(Refusal, match="on its way already"):
        post.run(send_paper, invoice_id=invoice)
    assert len(leave(post)) == 1
    [again] = [post.run(send_paper, invoice_id=invoice)["message_id"]]
    post.run(void_invoice, invoice_id=invoice)
    assert leave(post) == []
    with pytest.raises(Refusal, match="is withdrawn"):
        post.run(resend_message, who=SYSTEM, message_id=again)
    with pytest.raises(Refusal, match="Invoice 1 is void"):
        post.run(send_paper, invoice_id=invoice)


def test_the_link_of_a_void_invoice_says_so_and_one_that_was_taken_back_is_over(post, phone):
    first, second = (post.invoices(post.charged("client-ada")) for _ in range(2))
    post.run(send_paper, invoice_id=first)
    [mail] = leave(post)
    post.run(void_invoice, invoice_id=first)
    shown = phone.get(path_in(mail)).text
    assert ("was taken back" in shown, "<form" in shown, "paper.pdf" in shown) == (True, False, False)
    assert phone.post(f"{path_in(mail)}/pay", {"amount": "15000"}, **SITE).status == 409
    post.run(send_paper, invoice_id=second)
    [mail] = leave(post)
    assert phone.get(path_in(mail)).status == 200
    post.run(end_paper_links, invoice_id=second)
    assert phone.get(path_in(mail)).status == phone.get("/paper/" + "x" * 32).status == 404
    with pytest.raises(Refusal, match="No link to this paper is out"):
        post.run(end_paper_links, invoice_id=second)
    post.run(send_paper, invoice_id=second)
    [mail] = leave(post)
    post.clock.forward(days=91)
    assert phone.get(path_in(mail)).status == 404


def test_five_wrong_dates_of_birth_end_the_link_and_a_right_one_begins_anew(post, phone):
    post.run(send_paper, invoice_id=post.invoices(post.charged("client-ada")))
    [mail] = leave(post)
    path = path_in(mail)

    def tells(born):
        return phone.post(f"{path}/open", {"birth_date": born}, **SITE)

    assert (tells("May").status, 'value="May"' in tells("May").text) == (422, True)  # no date is no try
    for left in ("4 more tries", "3 more tries", "2 more tries", "one more try"):
        assert left in tells("1990-05-18").text
    assert tells(BORN).status == 303
    assert "4 more tries" in tells("1991-05-17").text
    for _ in range(3):
        tells("1991-05-17")
    assert "so the link is over" in tells("1991-05-17").text
    assert tells(BORN).status == phone.get(path).status == 404
    assert phone.post(f"{path}/open", {"birth_date": BORN}, **{"sec-fetch-site": "cross-site"}).status == 404


def test_who_cannot_be_written_to_is_said_in_one_sentence(post):
    dan = post.invoices(post.charged("client-dan"))
    with pytest.raises(Refusal, match="No address is on record"):
        post.run(send_paper, invoice_id=dan)
    post.run(change_client, who=SYSTEM, client_id="client-dan", email="dan@ford.example")
    for channel in ("email", "text"):
        about = {"client_id": "client-dan", "channel": channel, "purpose": "payments"}
        post.run(record_consent, who=SYSTEM, is_given=False, **about)
    with pytest.raises(Refusal, match="do not want messages about payments"):
        post.run(send_paper, invoice_id=dan)
    post.run(set_messages, who=SYSTEM, is_on=True)
    with pytest.raises(Refusal, match="set the public address"):
        post.run(send_paper, invoice_id=dan)
    post.run(set_messages, who=SYSTEM, is_on=False)
    with pytest.raises(Refusal, match="Messages are switched off"):
        post.run(send_paper, invoice_id=dan)
    assert post.rows("select * from messages") == post.rows("select * from paper_mails") == []


def test_a_statement_asks_for_what_is_open_now_and_a_receipt_for_nothing(post, phone, ada):
    visit = post.charged("client-ada")
    days = {"party": ada, "from_date": "2026-03-01", "to_date": "2026-03-02"}
    old = post.run(issue_statement, **days)["document_id"]
    payment = post.receives(ada, 100_00, "cash", on=[(visit, 100_00)])
    post.run(send_paper, document_id=post.run(issue_statement, **days)["document_id"])
    with pytest.raises(Refusal, match="newer version has taken the place of statement 1"):
        post.run(send_paper, document_id=old)
    post.run(send_paper, document_id=post.run(issue_receipt, payment_id=payment)["document_id"])
    statement, receipt = sorted(leave(post), key=lambda mail: mail["subject"], reverse=True)
    assert ("To pay: $50.00" in statement["body"], "Please pay by" in statement["body"]) == (True, False)
    assert "To pay" not in receipt["body"]
    path = path_in(statement)
    assert "Pay $50.00 by card" in phone.get(path).text
    post.run(set_link_parts, who=SYSTEM, is_on=True)
    refused = phone.post(f"{path}/pay", {"part": "much"}, **SITE)
    assert (refused.status, 'value="much"' in refused.text) == (422, True)
    going = phone.post(f"{path}/pay", {"part": "20"}, **SITE)
    session = post.double.objects[re.search(r"/c/pay/(\w+)", going.text)[1]]
    post.double.pay_page(session, "pm_declined")
    back = phone.get(session["success_url"].split(".example", 1)[1])
    assert ("Nothing was taken" in back.text, "Back to your statement" in back.text) == (True, True)
    post.double.pay_page(session)
    assert "has arrived" in phone.get(session["success_url"].split(".example", 1)[1]).text
    assert "$30.00" in phone.get(path).text
    shown = phone.get(path_in(receipt)).text
    assert ("$" in shown, "Download the receipt" in shown) == (False, True)


def test_who_is_charged_by_itself_is_not_asked_to_pay(post, phone, ada):
    invoice = post.invoices(post.charged("client-ada"))
    card = post.card(ada)
    post.run(set_autopay, client_id="client-ada", saved_card_id=card, is_on=True, most_minor=150_00)
    post.run(send_paper, invoice_id=invoice)
    [mail] = leave(post)
    assert "Your saved card is charged for it by itself; you need do nothing.\n\nIf" in mail["body"]
    shown = phone.get(path_in(mail)).text
    assert ("charged for it by itself" in shown, "by card" in shown) == (True, False)
    post.run(set_autopay, client_id="client-ada", saved_card_id=card, is_on=True, most_minor=149_99)
    assert "Pay $150.00 by card" in phone.get(path_in(mail)).text
    post.run(set_autopay, client_id="client-ada", saved_card_id=card, is_on=True)
    post.charged("client-ada")  # on no invoice, so not charged by itself
    days = {"party": ada, "from_date": "2026-03-01", "to_date": "2026-03-02"}
    post.run(send_paper, document_id=post.run(issue_statement, **days)["document_id"])
    [mail] = leave(post)
    assert "Pay $300.00 by card" in phone.get(path_in(mail)).text


@pytest.mark.parametrize(
    ("born", "day", "of_age"),
    [("2008-03-02", "2026-03-02", True), ("2008-03-03", "2026-03-02", False), ("2008-02-29", "2026-02-28", False)],
)
def test_of_age_is_from_the_eighteenth_birthday_on(born, day, of_age):
    assert is_adult(date.fromisoformat(born), date.fromisoformat(day)) == of_age


def test_a_superbill_stays_shut_when_the_date_of_birth_is_removed_after_it_was_sent():
    assert asks_birth_date("superbill", None)
    assert asks_birth_date("invoice", date(1990, 5, 17))
    assert not asks_birth_date("invoice", None)


def test_what_may_name_a_diagnosis_goes_to_whom_it_is_about_and_a_childs_to_its_mother(post):
    def sends(kind="superbill"):
        with post.record.read() as reader:
            return addressee(reader, kind, "client:client-cora", "client-cora")

    assert sends() == "client-cora"
    post.run(change_client, who=SYSTEM, client_id="client-cora", birth_date="2015-06-01")
    assert sends() == "client-ada"
    post.run(change_client, who=SYSTEM, client_id="client-ada", birth_date=None)
    with pytest.raises(Refusal, match="may name a diagnosis"):
        sends()
    assert sends("receipt") == "client-ada"
