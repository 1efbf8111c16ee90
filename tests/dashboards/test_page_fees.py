"""Fees on the pages: setting them, what the lists and the drawer suggest, leaving a visit uncharged."""

from __future__ import annotations

import pytest

from practice.access.permissions import SYSTEM
from practice.billing.fees import set_fee, set_time_codes
from practice.billing.timed import PSYCHOTHERAPY
from tests.dashboards.conftest import texts
from tests.dashboards.opening import commands, fill, open_empty, press, refusals, select, typed
from tests.practice.billing.conftest import Desk


@pytest.fixture
def books(record, house, biller):
    return Desk(record, house, biller)


def part(app, name):
    app.pills(key="set_up_part").set_value(name)
    return app.run()


def test_fees_start_in_an_empty_practice(record, tmp_path, monkeypatch):
    app = part(open_empty(record, tmp_path, monkeypatch, "set-up", "owner"), "Fees")
    assert not app.exception
    assert "Once there is a service" in texts(app)


def test_a_fee_for_a_payer_is_set_and_a_wrong_amount_stays_typed(open_page, record, books):
    app = part(open_page("set-up", "manager"), "Fees")
    app.selectbox[1].set_value("payer-harbor")
    press(fill(app, "Fee, USD", "a lot"), "Save the fee")
    assert "is not an amount" in refusals(app)[0]
    assert typed(app, "Fee, USD") == "a lot"
    press(fill(app, "Fee, USD", "140"), "Save the fee")
    [fee] = books.rows("select payer_id, fee_minor from fees")
    assert fee == {"payer_id": "payer-harbor", "fee_minor": 140_00}


def test_the_usual_codes_by_minutes_are_two_clicks(open_page, books):
    app = part(open_page("set-up", "manager"), "Fees")
    app.selectbox(key="time_codes:service").set_value("svc-visit").run()
    press(app, "Psychotherapy 90832–90837")
    press(app, "Save the codes")
    rows = books.rows("select code, minutes_from, minutes_to from time_codes order by minutes_from")
    assert [tuple(row.values()) for row in rows] == [("90832", 16, 37), ("90834", 38, 52), ("90837", 53, None)]
    assert "Now: 90832 from 16 to 37 minutes" in texts(app)


def test_the_list_shows_what_will_be_charged_and_the_minutes_can_be_said(open_page, books, record):
    record.run(set_fee, SYSTEM, service_id="svc-visit", fee_minor=165_00, effective_from="2026-01-01")
    record.run(set_time_codes, SYSTEM, service_id="svc-visit", rows=list(PSYCHOTHERAPY))
    books.sees("client-ada")
    app = select(open_page("billing", "biller"), "to_charge", 0)
    assert "Charge 1 visit** · $165.00" in texts(app)
    assert "Start and end were not recorded" in texts(app)
    app.number_input(key="minutes:att-1").set_value(55)
    press(app, "Charge")
    assert books.rows("select code, minutes, minutes_basis, amount_minor from charges") == [
        {"code": "90837", "minutes": 55, "minutes_basis": "stated", "amount_minor": 165_00}
    ]


def test_a_visit_is_left_uncharged_with_its_reason(open_page, books, record):
    books.sees("client-ada")
    app = select(open_page("billing", "biller"), "to_charge", 0)
    press(app, "Leave 1 visit uncharged")
    assert "Say why; the reason stays with the visit." in refusals(app)
    press(fill(app, "Why", "Our own mistake"), "Leave 1 visit uncharged")
    assert "Every finished visit is charged." in texts(app)
    assert commands(record)[-1] == "leave_uncharged"
