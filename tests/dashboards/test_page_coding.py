"""Codes on the pages: loading a list, a client's diagnoses, and the charge that points to them."""

from __future__ import annotations

import pytest

from practice.access.permissions import SYSTEM
from practice.billing.code_lists import load_codes
from practice.billing.diagnoses import add_diagnosis
from tests.dashboards.conftest import labels, texts
from tests.dashboards.opening import commands, fill, press, refusals, select, typed
from tests.practice.billing.conftest import Desk

CODES = "F41\nF410,Panic disorder\nF411,Generalized anxiety disorder\nI10,Essential hypertension\n"


@pytest.fixture
def books(record, house, biller):
    return Desk(record, house, biller)


@pytest.fixture
def listed(record, house):
    return record.run(load_codes, SYSTEM, kind="icd10", text=CODES)


def diagnoses(app):
    """The drawer of Ada's diagnoses; it stays open from run to run in a browser, here each run is told so."""
    app.button(key="client:diagnoses").click()
    return app


def test_a_list_is_loaded_in_set_up_and_stands_there(open_page, record):
    app = open_page("set-up", "owner")
    app.pills(key="set_up_part").set_value("Code lists").run()
    assert "None yet: codes are taken as they are typed." in texts(app)
    press(app, "Load")
    assert refusals(app) == ["Choose the file of the list."]
    app.file_uploader[0].set_value(("codes.csv", CODES.encode(), "text/csv"))
    press(app, "Load")
    assert app.dataframe[0].value.to_dict("records")[0]["Codes"] == 4
    assert commands(record)[-1] == "load_codes"


@pytest.mark.parametrize("role", ["provider", "biller", "manager", "owner", "front_desk"])
def test_who_makes_or_bills_diagnoses_sees_them(open_page, record, house, listed, role):
    record.run(add_diagnosis, SYSTEM, client_id=house.ada, code="F41.1")
    app = open_page("client", role, client=house.ada)
    assert not app.exception
    assert "F41.1 Generalized anxiety disorder" in texts(app)
    diagnoses(app).run()
    assert not app.exception
    assert ("Ends today" in labels(app)) is (role != "front_desk")


def test_a_diagnosis_is_found_by_its_words_and_added_with_one_click(open_page, record, house, listed):
    app = diagnoses(open_page("client", "provider", client=house.ada)).run()
    diagnoses(fill(app, "Code or words", "anx gen")).run()
    press(diagnoses(app), "**F41.1**  :gray[Generalized anxiety disorder]")
    assert commands(record)[-1] == "add_diagnosis"
    assert "**F41.1** Generalized anxiety disorder" in texts(app)


def test_a_category_is_refused_and_what_was_typed_stays(open_page, house, listed):
    app = diagnoses(open_page("client", "biller", client=house.ada)).run()
    diagnoses(fill(app, "Code or words", "F41")).run()
    press(diagnoses(app), "Add F41")
    assert refusals(app) == ["F41 is a category, which cannot be billed; choose a code below it: F41.0, F41.1."]
    assert typed(app, "Code or words") == "F41"


def test_without_a_list_the_drawer_says_so_and_takes_the_code_with_its_words(open_page, record, house):
    app = diagnoses(open_page("client", "biller", client=house.ada)).run()
    assert "No ICD-10-CM list is in force" in texts(app)
    fill(app, "Code", "F41.1")
    diagnoses(fill(app, "What it means", "Generalized anxiety disorder")).run()
    press(diagnoses(app), "Add")
    assert commands(record)[-1] == "add_diagnosis"


def test_a_charge_is_prefilled_with_the_diagnoses_and_keeps_what_was_refused(open_page, books, record, house, listed):
    record.run(add_diagnosis, SYSTEM, client_id=house.ada, code="F41.1", from_date="2026-01-05")
    books.sees("client-ada")
    app = select(open_page("billing", "biller"), "to_charge", 0)
    assert app.multiselect[0].value == ["F41.1"]
    press(fill(app, "Modifiers", "TELE"), "Charge")
    assert "A modifier has two letters or digits" in refusals(app)[0]
    assert typed(app, "Modifiers") == "TELE"
    app.number_input(key="units:att-1").set_value(2)
    press(fill(app, "Modifiers", "95"), "Charge")
    assert books.rows("select amount_minor, units, modifiers from charges") == [
        {"amount_minor": 300_00, "units": 2, "modifiers": "95"}
    ]
    assert books.rows("select code, pointer from charge_diagnoses") == [{"code": "F41.1", "pointer": 1}]


def test_a_posted_charge_is_corrected_where_it_is_open(open_page, record, house, listed, books):
    for code in ("F41.1", "I10"):
        record.run(add_diagnosis, SYSTEM, client_id=house.ada, code=code, from_date="2026-01-05")
    old = books.charged(house.ada)
    app = open_page("billing", "biller")
    app.segmented_control(key="billing_part").set_value("Open items").run()
    app = select(app, "owing", 0)
    chosen = next(box for box in app.multiselect if box.label == "Diagnoses, the main one first")
    assert chosen.value == ["F41.1", "I10"]
    chosen.set_value(["I10"]).run()
    press(app, "Correct")
    assert "correct what the charge says" in refusals(app)[0]
    assert next(box for box in app.multiselect if box.label == chosen.label).value == ["I10"]
    why = next(box for box in app.text_input if box.label == "Why" and box.key.startswith("recode:"))
    why.input("The other one was last year's")
    press(app, "Correct")
    assert commands(record)[-1] == "recode_charge"
    assert books.rows("select status from charges where charge_id = ?", old) == [{"status": "void"}]
    [said] = books.rows("select d.code from charge_diagnoses d join charges using (charge_id) where status = 'posted'")
    assert said["code"] == "I10"
