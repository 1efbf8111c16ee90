"""A client pays by a link: exactly what is open when it is opened, once, and nobody learns more than the amount."""

from __future__ import annotations

import re
from datetime import date

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from dashboards import cards, runtime
from dashboards.http import pay
from dashboards.http.gate import Gate, RateLimit
from dashboards.server import ROUTES
from practice.access.permissions import SYSTEM
from practice.billing import dunning
from practice.billing.plans import agree_plan
from practice.cards.beat import beat
from practice.cards.links import LINKS_ON, make_pay_link, send_pay_link
from practice.cards.parts import set_link_parts
from practice.errors import Refusal
from practice.home import Home
from practice.messages.settings import set_messages
from practice.online.links import hashed
from practice.people.commands import change_client
from tests.conftest import INSERT
from tests.dashboards.browser import Browser

SECRET = "s" * 32


@pytest.fixture
def client(till, tmp_path, monkeypatch):
    """A client's browser at an app that has the double's keys."""
    for name in ("_looks", "_presses"):
        monkeypatch.setattr(pay, name, RateLimit(limit=100, seconds=60))
    home = Home(tmp_path / "home")
    runtime.start(home, till.record)
    monkeypatch.setitem(cards._made, home.path, till.processor)
    return Browser(Starlette(routes=ROUTES, middleware=[Middleware(Gate)]))


def link(till, party, **more):
    till.run(make_pay_link, party=party, token_hash=hashed(SECRET), **more)
    return f"/pay/{SECRET}"


def press(client, path, amount):
    """The button: the status, and the checkout session that the client is taken to."""
    answer = client.post(path, {"amount": str(amount)}, **{"sec-fetch-site": "same-origin"})
    found = re.search(r"/c/pay/(\w+)", answer.text)
    return answer, found[1] if found else None


def test_what_is_open_is_paid_once_and_the_link_says_so(till, ada, client):
    visit = till.charged("client-ada")
    path = link(till, ada)
    shown = client.get(path)
    assert "Pay $150.00 by card" in shown.text
    assert not re.search("Ada|Birch|Follow-up", shown.text)
    assert till.rows("select * from card_charges") == []
    _, session = press(client, path, 150_00)
    assert press(client, path, 150_00)[1] == session  # the same page again, not a second one
    till.double.pay_page(till.double.objects[session])
    assert "Everything is paid" in client.get(f"{path}?done=1").text
    till.tell()
    assert (till.due(visit), till.card_cash(), len(till.double.of("charge"))) == (0, 150_00, 1)
    again, session = press(client, path, 150_00)
    assert ("Everything is paid" in again.text, session) == (True, None)


def test_part_of_it_paid_since_is_asked_for_anew_and_the_older_page_is_closed(till, ada, client):
    visit = till.charged("client-ada")
    path = link(till, ada)
    _, first = press(client, path, 150_00)
    till.receives(ada, 100_00, "cash", on=[(visit, 100_00)])
    answer, _ = press(client, path, 150_00)
    assert (answer.status, "it is $50.00 now" in answer.text, "Pay $50.00" in answer.text) == (409, True, True)
    _, second = press(client, path, 50_00)
    assert (till.double.objects[first]["status"], till.double.objects[second]["amount_total"]) == ("expired", 50_00)
    till.double.pay_page(till.double.objects[second], "pm_declined")
    till.tell()
    assert "Nothing was taken" in client.get(f"{path}?done=1").text
    till.double.pay_page(till.double.objects[second])  # with another card, on the same page
    till.tell()
    assert till.balances() == {"1010": 100_00, "1020": 50_00, "4000": -150_00}


def test_a_page_that_nobody_finishes_is_closed_within_the_hour(till, ada, client):
    till.charged("client-ada")
    _, session = press(client, link(till, ada), 150_00)
    till.clock.forward(minutes=61)
    beat(till.record, till.processor)
    assert till.double.objects[session]["status"] == "expired"
    assert [row["refusal"] for row in till.rows("select refusal from card_charges")] == ["page_closed"]


def test_a_link_over_or_invented_and_a_processor_that_is_away_say_so(till, ada, client, monkeypatch):
    till.charged("client-ada")
    path = link(till, ada)
    assert client.get("/pay/" + "x" * 32).status == 404
    till.double.faults.append("unreachable")
    answer, _ = press(client, path, 150_00)
    assert (answer.status, "does not work just now" in answer.text) == (503, True)
    assert client.post(path, {"amount": "1"}, **{"sec-fetch-site": "cross-site"}).status == 403
    monkeypatch.setitem(cards._made, runtime.current().home.path, None)
    shown = client.get(path)
    assert ("by card does not work" in shown.text, "<form" in shown.text) == (True, False)
    till.clock.forward(days=61)
    assert client.get(path).status == 404


def test_a_card_is_saved_with_the_words_that_were_agreed_to(till, ada, client):
    path = link(till, ada, purpose="save_card")
    assert "I agree that Elm Street Practice keeps my card" in client.get(path).text
    till.double.faults.append("unreachable")
    failed = client.post(path, {"version": "1"}, **{"sec-fetch-site": "same-origin"})
    assert (failed.status, "Saving a card does not work just now" in failed.text) == (503, True)
    answer = client.post(path, {"version": "1"}, **{"sec-fetch-site": "same-origin"})
    session = re.search(r"/c/pay/(\w+)", answer.text)[1]
    till.double.pay_page(till.double.objects[session])
    assert "Visa ending in 4242" in client.get(f"{path}?done=1").text
    till.tell()
    (card,) = till.rows("select client_id, brand, last4, consent_version from saved_cards")
    assert card == {"client_id": "client-ada", "brand": "visa", "last4": "4242", "consent_version": 1}
    (customer,) = till.double.of("customer")
    assert customer["metadata"] == {"daybook_id": "client-ada"}  # no name leaves the practice


def test_messages_hold_a_link_once_clients_can_pay_by_one(till, ada):
    till.run(change_client, who=SYSTEM, client_id="client-ada", email="ada@birch.example")
    till.run(set_messages, who=SYSTEM, is_on=True, public_url="https://elm.example")
    visit = till.charged("client-ada")
    till.invoices(visit, due_days=7)
    with pytest.raises(Refusal, match="cannot pay by link yet"):
        till.run(send_pay_link, party=ada)
    till.record.run(INSERT, SYSTEM, rows=[("settings", {"name": LINKS_ON, "value": "true"})])
    till.run(send_pay_link, party=ada)
    till.run(dunning.set_dunning_step, who=SYSTEM, number=1, days=7)
    till.clock.forward(days=15)
    till.run(dunning.send_payment_reminder, party=ada)
    texts = [row["body"] for row in till.rows("select body from messages order by queued_at")]
    assert [len(re.findall(r"https://elm\.example/pay/[\w-]{30,}", text)) for text in texts] == [1, 1]
    assert "$150.00" in texts[0]


def test_a_part_is_paid_only_where_it_is_allowed_and_goes_to_the_oldest(till, ada, client):
    old, new = till.charged("client-ada"), till.charged("client-ada", day=date(2026, 3, 1))
    path = link(till, ada)
    assert 'name="part"' not in client.get(path).text
    assert press(client, path, 100_00)[0].status == 409
    till.run(set_link_parts, who=SYSTEM, is_on=True)
    site = {"sec-fetch-site": "same-origin"}
    for typed, said in (("much", "is not an amount"), ("0", "or a part of it"), ("300.01", "or a part of it")):
        answer = client.post(path, {"part": typed}, **site)
        assert (answer.status, said in answer.text, f'value="{typed}"' in answer.text) == (422, True, True)
    answer = client.post(path, {"part": "200"}, **site)
    session = re.search(r"/c/pay/(\w+)", answer.text)[1]
    till.double.pay_page(till.double.objects[session])
    shown = client.get(f"{path}?done=1").text
    assert ("has arrived" in shown, "$100.00" in shown) == (True, True)
    assert (till.due(new), till.due(old)) == (0, 100_00)  # the first of March was the older visit


def test_a_link_that_was_paid_is_over_and_does_not_wake_for_what_comes_later(till, ada, client):
    till.charged("client-ada")
    path = link(till, ada)
    _, session = press(client, path, 150_00)
    till.double.pay_page(till.double.objects[session])
    till.tell()
    till.charged("client-ada")
    assert "Everything is paid" in client.get(path).text
    assert press(client, path, 150_00)[1] is None


def test_what_a_plan_puts_off_is_neither_asked_for_nor_called_paid(till, ada, client):
    visit = till.charged("client-ada")
    path = link(till, ada)
    parts = [{"due_date": day, "amount_minor": 75_00} for day in ("2026-03-20", "2026-04-20")]
    till.run(agree_plan, party=ada, charge_ids=[visit], instalments=parts)
    shown = client.get(path).text
    assert ("the rest is on your payment plan" in shown, "paid" in shown, "$" in shown) == (True, False, False)
    till.clock.to("2026-03-20T15:00")
    assert "Pay $75.00 by card" in client.get(path).text
