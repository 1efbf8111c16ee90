"""To do and notes on the pages."""

from __future__ import annotations

import pytest

from dashboards.components.desk import acts, day
from practice.access.permissions import SYSTEM
from practice.billing.diagnoses import add_diagnosis
from practice.notes.commands import set_notes
from tests.dashboards.conftest import labels, texts
from tests.dashboards.opening import commands, fill, open_empty, press, refusals, select, table
from tests.practice.billing.conftest import Desk


@pytest.fixture
def books(record, house, biller):
    return Desk(record, house, biller)


def to_do(app):
    app.segmented_control(key="billing_part").set_value("To do")
    return app.run()


def test_nothing_to_do_says_so(record, tmp_path, monkeypatch):
    assert "Nothing is left to do." in texts(to_do(open_empty(record, tmp_path, monkeypatch, "billing", "owner")))


def test_what_is_left_is_charged_coded_and_waived_from_one_list(open_page, books, record):
    charge = books.charged("client-ben")
    record.run(
        add_diagnosis, SYSTEM, client_id="client-ben", code="F41.1", description="Anxiety", from_date="2026-01-05"
    )
    books.sees("client-ada")
    books.sees("client-dan", status="no_show")
    app = to_do(open_page("billing", "biller"))
    assert sorted(table(app, "to_do").value["what"]) == ["Missed-visit fee", "No charge", "No diagnosis"]
    press(select(app, "to_do", 0), "Charge 1 visit, $150.00")
    assert commands(record)[-1] == "charge_visit"
    rows = list(table(app, "to_do").value["what"])
    press(select(app, "to_do", rows.index("No diagnosis")), "Point 1 charge to the client's diagnoses")
    assert books.rows("select charge_id, code from charge_diagnoses where charge_id = ?", charge)
    press(select(app, "to_do", 0), "Leave 1 visit uncharged")
    assert "Say why; the reason stays with the visit." in refusals(app)
    press(fill(app, "Why", "It snowed"), "Leave 1 visit uncharged")
    assert "Nothing is left to do." in texts(app)


def test_all_of_one_kind_is_charged_at_once_the_most_urgent_kind_first(open_page, books, record):
    for client in ("client-ada", "client-ben"):
        books.sees(client, status="no_show")
    books.sees("client-dan")
    app = to_do(open_page("billing", "biller"))
    said = texts(app)
    assert said.index("**No charge** · 1 visit") < said.index("**Missed-visit fee** · 2 visits")
    app.button(key="to_do:show:missed_fee").click().run()
    assert list(table(app, "to_do").value["what"]) == ["Missed-visit fee"] * 2
    app.button(key="to_do:all:missed_fee").click().run()
    assert commands(record)[-2:] == ["charge_visit", "charge_visit"]
    assert list(table(app, "to_do").value["what"]) == ["No charge"]


def test_a_provider_signs_from_the_calendar(open_page, books, record):
    books.sees("client-ada")
    record.run(set_notes, SYSTEM, since="2026-03-01", lock_days=7)
    app = press(open_page("today", "provider"), "1 note to sign")
    assert not app.exception
    opened(app).run()
    press(opened(app), "Sign")
    assert commands(record)[-1] != "sign_note"
    opened(app)
    app.text_area(key="note:att-1:text").set_value("Slept better.")
    press(app, "Sign")
    assert commands(record)[-1] == "sign_note"
    app.run()
    assert "1 note to sign" not in labels(app)


def opened(app):
    """The drawer stays open from run to run in a browser; here each run is told so."""
    app.session_state[acts.CLOSE] = False
    app.session_state[day.DRAWER] = ("notes",)
    return app


def test_notes_are_asked_for_in_set_up(open_page, record):
    app = open_page("set-up", "manager")
    app.pills(key="set_up_part").set_value("Notes").run()
    assert "Visits need no note." in texts(app)
    press(app, "Save")
    assert commands(record)[-1] == "set_notes"
