"""Fees on the pages: setting them, what the lists and the drawer suggest, leaving a visit uncharged."""

from __future__ import annotations

import pytest

from dashboards.components.desk import acts, day
from practice.access.permissions import SYSTEM
from practice.billing.fees import set_fee, set_time_codes
from practice.billing.limits import set_limit
from practice.billing.timed import PSYCHOTHERAPY
from practice.billing.uncharged import leave_uncharged
from practice.scheduling.attendance import complete_visit, start_visit
from tests.dashboards.conftest import texts
from tests.dashboards.opening import commands, fill, open_empty, press, refusals, select, table, typed
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
    press(select(app, "left_uncharged", 0), "Charge 1 visit after all")
    assert commands(record)[-1] == "charge_after_all"
    assert len(table(app, "to_charge").value) == 1


def test_a_waiver_above_the_limit_says_in_the_queue_which_visit_it_is(open_page, books, record):
    record.run(set_limit, SYSTEM, kind="waiver", role="biller", most=0)
    books.run(leave_uncharged, attendee_id=books.sees("client-ada", status="no_show"), reason="It snowed")
    app = open_page("billing", "manager")
    app.segmented_control(key="billing_part").set_value("Approvals").run()
    assert table(app, "approvals").value["about"].item() == "Ada Birch · Follow-up · 2 Mar 2026"
    press(select(app, "approvals", 0), "Approve and post")
    assert books.rows("select kind, amount_minor from uncharged_visits") == [
        {"kind": "missed_visit", "amount_minor": 50_00}
    ]


def drawer(app, booked):
    """The visit's drawer, open in this run."""
    app.session_state[acts.CLOSE] = False
    app.session_state[day.DRAWER] = ("visit", booked["appointment_id"])
    return app.run()


def test_the_drawer_says_what_will_be_charged_and_posts_it_with_one_click(open_page, books, record, house, book, clock):
    record.run(set_time_codes, SYSTEM, service_id="svc-visit", rows=list(PSYCHOTHERAPY))
    booked = book("2026-03-02T10:00", client=house.ben)
    clock.to("2026-03-02T15:00")
    record.run(start_visit, SYSTEM, attendee_id=booked["attendee_id"])
    clock.to("2026-03-02T15:47")
    record.run(complete_visit, SYSTEM, attendee_id=booked["attendee_id"])
    app = drawer(open_page("today", "front_desk"), booked)
    assert "90834 · 47 minutes · Harbor Health" in texts(app)
    assert "No diagnosis on or before the visit" in texts(app)
    app.session_state[day.DRAWER] = ("visit", booked["appointment_id"])
    press(app, "Charge $150.00")
    assert books.rows("select code, minutes_basis from charges") == [{"code": "90834", "minutes_basis": "actual"}]


def test_before_a_late_cancellation_the_drawer_says_what_it_costs(open_page, record, house, book):
    soon, later = book("2026-03-02T15:00"), book("2026-03-05T10:00")
    app = open_page("today", "front_desk")
    assert "A client who cancels now is late and pays $50.00." in texts(drawer(app, soon))
    assert "pays $50.00" not in texts(drawer(app, later))
