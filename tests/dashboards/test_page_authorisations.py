"""Authorisations on the client's page and where visits are booked."""

from __future__ import annotations

from practice.access.permissions import SYSTEM
from practice.billing.authorisations import add_authorisation
from tests.dashboards.conftest import texts
from tests.dashboards.opening import commands, fill, press, refusals

BEN = {"client_id": "client-ben", "payer_id": "payer-harbor", "from_date": "2026-02-01", "until_date": "2026-04-30"}


def opened(app):
    """The drawer stays open from run to run in a browser; here each run is told so."""
    app.button(key="client:authorisations").click()
    return app


def test_one_is_recorded_and_a_missing_number_is_refused(open_page, record, house):
    app = opened(open_page("client", "biller", client=house.ben)).run()
    assert "None yet." in texts(app)
    press(opened(app), "Add")
    assert refusals(app) == ["The payer's number is missing; write it out."]
    press(opened(fill(app, "The payer's number", "A-77")), "Add")
    assert commands(record)[-1] == "add_authorisation"
    app.run()
    assert "10 of 10 left until" in texts(app)


def test_booking_says_what_is_left(open_page, record, house):
    record.run(add_authorisation, SYSTEM, **BEN, number="A-1", units=2)
    app = open_page("new-visit", "front_desk", client=house.ben)
    assert "Harbor Health authorised 2 units until 30 Apr 2026; 2 are left." in texts(app)


def test_the_desk_and_the_biller_see_the_drawer_a_provider_the_line_alone(open_page, record, house):
    record.run(add_authorisation, SYSTEM, **BEN, number="A-1", units=2)
    app = open_page("client", "provider", client=house.ben)
    assert not app.exception
    assert "2 of 2 left" in texts(app)
    assert "client:authorisations" not in [button.key for button in app.button]
