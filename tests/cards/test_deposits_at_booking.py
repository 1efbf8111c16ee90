"""Who books online is asked what the service asks: a deposit that is held for the visit, or a card to keep."""

from __future__ import annotations

import re

import pytest

from dashboards import cards, runtime
from dashboards.http import pay
from dashboards.http.gate import RateLimit
from practice.access.permissions import SYSTEM
from practice.billing.deposits import set_deposit_rule
from practice.billing.queries.held import deposits, deposits_to_take
from practice.cards.links import LINKS_ON, make_pay_link
from practice.errors import Refusal
from practice.online.links import hashed
from practice.scheduling.commands import cancel_appointment, move_appointment
from tests.cards.test_pay_links import press
from tests.conftest import INSERT
from tests.dashboards.test_public_booking import door, fields, phone, pick, send  # noqa: F401

SITE = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def site(till, phone, monkeypatch):  # noqa: F811
    """A phone at a practice whose clients can pay by link."""
    for name in ("_looks", "_presses"):
        monkeypatch.setattr(pay, name, RateLimit(limit=100, seconds=60))
    till.record.run(INSERT, SYSTEM, rows=[("settings", {"name": LINKS_ON, "value": "true"})])
    monkeypatch.setitem(cards._made, runtime.current().home.path, till.processor)
    return phone


def rule(till, **said):
    till.run(set_deposit_rule, who=SYSTEM, **({"service_id": "svc-visit"} | said))


def booked(site, house, at="10:00", **typed):
    """The path of a visit that somebody has just booked, and what its page says."""
    page = pick(site, house, start=f"2026-03-03T{at}", provider=house.moss)
    path = send(site, house, page, **typed).headers["location"].split("?")[0]
    return path, site.get(path).text


def go(site, visit, of="all"):
    return site.post(f"{visit}/asked", {"of": of}, **SITE).headers["location"]


def test_the_deposit_is_told_before_paid_after_and_held_through_a_move(till, site, house):
    rule(till, kind="amount", amount_minor=50_00)
    assert "For this visit we ask for a deposit of $50.00 by card." in pick(site, house).text
    visit, page = booked(site, house)
    assert "Pay $50.00 by card" in page
    link = go(site, visit)
    assert go(site, visit) == link
    assert len(till.rows("select * from pay_links")) == 1
    assert "<h1>Deposit</h1>" in site.get(link).text
    _, session = press(site, link, 50_00)
    till.double.pay_page(till.double.objects[session])
    paid = site.get(f"{link}?done=1").text
    assert ("No deposit is open" in paid, f'href="{visit}">Back to your visit' in paid) == (True, True)
    site.cookies["daybook_back"] = "%2Fvisit%2F" + "x" * 32  # of no visit of theirs
    assert "Back to" not in site.get(link).text
    till.tell()
    assert till.balances() == {"1020": 50_00, "2110": -50_00}
    assert "Your deposit of $50.00 is paid." in site.get(visit).text
    (held,) = till.rows("select attendee_id from deposits")
    (was,) = till.rows("select appointment_id from attendees where attendee_id = ?", held["attendee_id"])
    till.run(move_appointment, who=SYSTEM, wall_start="2026-03-04T10:00", moved_by="client", **was)
    assert "Your deposit of $50.00 is paid." in site.get(visit).text
    with till.record.read() as reader:
        assert [row["left_minor"] for row in deposits(reader, till.who)] == [50_00]


def test_the_money_for_a_visit_that_was_cancelled_meanwhile_is_the_clients_credit(till, site, house):
    rule(till, kind="full")
    visit, _ = booked(site, house)
    _, session = press(site, go(site, visit), 150_00)
    (row,) = till.rows("select appointment_id from attendees")
    till.run(cancel_appointment, who=SYSTEM, cancelled_by="client", **row)
    till.double.pay_page(till.double.objects[session])
    till.tell()
    assert till.balances() == {"1020": 150_00, "2100": -150_00}
    assert "deposit" not in site.get(visit).text
    assert "No deposit is open" in site.get(go(site, visit)).text


def test_a_card_to_keep_is_asked_without_money_and_the_desk_sees_who_has_none(till, site, house):
    rule(till, kind="card")
    visit, page = booked(site, house)
    assert "a card on file. Nothing is charged now." in page
    with till.record.read() as reader:
        (wanted,) = deposits_to_take(reader, till.who)
    assert (wanted["needs_card"], wanted["missing_minor"]) == (True, 0)
    link = go(site, visit)
    answer = site.post(link, {"version": "1"}, **SITE)
    session = re.search(r"/c/pay/(\w+)", answer.text)[1]
    till.double.pay_page(till.double.objects[session])
    assert "Your card is saved" in site.get(f"{link}?done=1").text
    assert "Your card is saved." in site.get(visit).text
    with till.record.read() as reader:
        assert deposits_to_take(reader, till.who) == []
    assert till.balances() == {}


def test_the_page_says_the_same_to_a_known_client_and_to_a_stranger_who_takes_their_name(till, site, house):
    """A first visit's rule, a client's own and their cards would tell that somebody is a client here."""
    till.sees("client-ada")
    till.card("client:client-ada")
    rule(till, kind="amount", amount_minor=50_00, is_for_first_visit=True)
    rule(till, kind="card")
    rule(till, service_id=None, client_id="client-ada", kind="none")
    _, known = booked(site, house)
    _, stranger = booked(site, house, "11:00", family_name="Crane")
    for page in (known, stranger):
        assert "For a first visit here: a deposit of $50.00" in page
        assert "If you have been here before: a card on file" in page
    link = go(site, booked(site, house, "14:00")[0], "known")
    assert "4242" not in site.get(link).text


def test_the_desk_sends_what_the_clients_own_rule_asks(till, site, ada):
    visit = till.sees("client-ada", day=till.clock.instant.date().replace(day=9), status="scheduled")
    rule(till, service_id=None, client_id="client-ada", kind="amount", amount_minor=20_00)
    till.run(make_pay_link, party=ada, attendee_id=visit, token_hash=hashed("s" * 32))
    assert "Pay $20.00 by card" in site.get(f"/pay/{'s' * 32}").text
    with pytest.raises(Refusal, match="Somebody else pays for that visit"):
        till.run(make_pay_link, party="client:client-dan", attendee_id=visit, token_hash=hashed("t" * 32))


def test_nothing_is_asked_online_where_no_card_can_be_taken(till, site, house, monkeypatch):
    rule(till, kind="amount", amount_minor=50_00)
    monkeypatch.setitem(cards._made, runtime.current().home.path, None)
    visit, page = booked(site, house)
    assert "deposit" not in page
    assert go(site, visit) == visit
