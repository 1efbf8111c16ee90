"""At a visit the desk sees its deposit and the package that pays for it, where it looks anyway."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from dashboards.components.desk import acts, day
from practice.billing.deposits import set_deposit_rule, take_deposit
from practice.billing.packages import sell_package, set_package_offer
from tests.dashboards.conftest import labels, texts
from tests.dashboards.opening import press
from tests.practice.billing.conftest import Desk


@pytest.fixture
def books(record, house, owner):
    return Desk(record, house, owner)


def links(app):
    return [link.proto.label for link in app.get("page_link")]


def drawer(app, appointment_id):
    app.session_state[acts.CLOSE] = False
    app.session_state[day.DRAWER] = ("visit", appointment_id)
    return app.run()


def rule(books):
    books.run(set_deposit_rule, service_id="svc-visit", kind="amount", amount_minor=30_00)


def test_booking_asks_for_the_deposit_at_once(open_page, books, house):
    rule(books)
    app = open_page("new-visit", "front_desk")
    app.text_input(key="book0:search").set_value("dan f").run()
    box = next(box for box in app.selectbox if box.label == "Service")
    box.set_value(house.visit).run()
    times = next(group for group in app.button_group if group.label == "Times on Tuesday 3 March")
    times.set_value(datetime(2026, 3, 3, 10)).run()
    press(app, "Book")
    assert "Take the deposit of $30.00" in links(app)


def test_a_visit_says_what_is_asked_and_what_is_held(open_page, books):
    rule(books)
    visit = books.sees("client-ada", day=date(2026, 3, 9), status="scheduled")
    app = open_page("today", "front_desk")
    assert "Take the deposit of $30.00" in links(drawer(app, "apt-1"))
    books.run(take_deposit, attendee_id=visit, method="card")
    assert "Deposit held: $30.00" in links(drawer(app, "apt-1"))


def test_a_clients_next_visits_name_the_deposit_only_where_one_is_asked(open_page, books):
    books.sees("client-ada", day=date(2026, 3, 9), status="scheduled")
    app = open_page("client", "front_desk", client="client-ada")
    assert not [label for label in links(app) if "deposit" in label.lower()]
    rule(books)
    assert "Take the deposit of $30.00" in links(app.run())


def test_a_session_of_the_package_is_one_press_at_the_visit(open_page, books):
    offer = books.run(
        set_package_offer, name="Three", service_id="svc-visit", sessions=3, price_minor=300_00, valid_days=90
    )["package_offer_id"]  # fmt: skip
    books.run(sell_package, client_id="client-ada", package_offer_id=offer, location_id="loc-elm", method="card")
    books.sees("client-ada")
    app = drawer(open_page("today", "front_desk"), "apt-1")
    assert "Charge $150.00" in labels(app)
    app.session_state[acts.CLOSE] = False
    app.session_state[day.DRAWER] = ("visit", "apt-1")
    press(app, "Use a session of the package (3 left)")
    assert "Paid by the package; 2 sessions left." in texts(app)
    assert books.balances() == {"1020": 300_00, "2120": -200_00, "4000": -100_00}
