"""The owner closes a period and sets limits in Set-up; what is above one is decided in Billing, Approvals."""

from __future__ import annotations

import pytest

from practice.access.permissions import SYSTEM
from practice.billing.closing import close_period
from practice.billing.limits import set_limit
from tests.dashboards.conftest import labels, texts
from tests.dashboards.opening import commands, fill, press, refusals, select, table, typed
from tests.practice.billing.conftest import Desk


@pytest.fixture
def books(record, house, biller):
    return Desk(record, house, biller)


def set_up(open_page, role):
    app = open_page("set-up", role)
    app.pills(key="set_up_part").set_value("Books and limits")
    return app.run()


def show(app, part):
    app.segmented_control(key="billing_part").set_value(part)
    return app.run()


def test_the_owner_closes_a_period_and_reopens_it(open_page, record):
    app = set_up(open_page, "owner")
    assert "Nothing is closed" in texts(app)
    press(app, "Close up to this day")
    assert any("Say why you close the period" in sentence for sentence in refusals(app))
    press(fill(app, "Why", "Reported"), "Close up to this day")
    assert "Closed up to 28 Feb 2026" in texts(app)
    press(fill(app, "Why reopen", "A bill came late"), "Reopen")
    assert "Closed up to 31 Jan 2026" in texts(app)
    assert commands(record)[-2:] == ["close_period", "reopen_period"]


def test_a_limit_is_set_and_a_wrong_one_is_kept(open_page, record):
    app = set_up(open_page, "owner")
    press(fill(app, "At most (USD; days for a back-date)", "much"), "Save the limit")
    assert refusals(app)
    assert typed(app, "At most (USD; days for a back-date)") == "much"
    press(fill(app, "At most (USD; days for a back-date)", "25"), "Save the limit")
    assert record.run(set_limit, SYSTEM, kind="write_off", role="manager", most=25_00)
    assert "up to $25.00" in set(app.dataframe[0].value["Write-off"])


def test_a_manager_looks_at_it(open_page):
    app = set_up(open_page, "manager")
    assert not app.exception
    assert not {"Close up to this day", "Save the limit"} & set(labels(app))


def test_a_write_off_waits_and_its_second_person_posts_it(open_page, books, record):
    record.run(set_limit, SYSTEM, kind="write_off", role="biller", most=20_00)
    charge = books.charged("client-ada")
    app = select(show(open_page("billing", "biller"), "Open items"), "owing", 0)
    next(field for field in app.text_input if field.label == "Why" and field.key.startswith("adjust:")).input(
        "Cannot pay"
    )
    press(app, "Adjust")
    assert "waits for a second person" in texts(app)
    app = select(show(app, "Approvals"), "approvals", 0)
    assert "Take it back" in labels(app)
    assert "Approve and post" not in labels(app)

    app = select(show(open_page("billing", "manager"), "Approvals"), "approvals", 0)
    assert "Cannot pay" in texts(app)
    press(app, "Reject")
    assert any("Say why you reject it" in sentence for sentence in refusals(app))
    press(app, "Approve and post")
    assert "Approved: $150.00 is posted." in texts(app)
    assert "Nothing waits for a second person." in texts(app)
    assert books.due(charge) == 0
    app.toggle(key="billing_decided").set_value(True).run()
    assert list(table(app, "decided").value["state"]) == ["Approved"]

    app = app.pills(key="approvals_view").set_value("Write-offs").run()
    (row,) = table(app, "written_off").value.to_dict("records")
    assert (row["what"], row["amount_minor"], row["reason"]) == ("Courtesy", 150.0, "Cannot pay")
    assert row["by"] == "Sam Manager, asked by Sam Biller"
    assert "$150.00 written off" in texts(app)
    app.date_input(key="written_off:to").set_value("2026-02-01").run()
    assert "ends before it begins" in app.error[0].value


def test_a_payment_of_a_closed_day_waits(open_page, books, record):
    books.charged("client-ada")
    record.run(close_period, SYSTEM, until="2026-02-28", reason="Reported")
    app = select(show(open_page("billing", "front_desk"), "Open items"), "owing", 0)
    assert not app.exception
    app.date_input[0].set_value("2026-02-27")
    press(app, "Take payment")
    assert any("Say why you post it on an earlier day" in sentence for sentence in refusals(app))
    press(fill(app, "Why that day", "The slip lay in the drawer"), "Take payment")
    assert "waits for a second person" in texts(app)
    assert books.rows("select * from payments") == []


def test_the_books_are_shown_and_can_be_taken(open_page, books):
    charge = books.charged("client-ada", 90_00)
    books.receives("client:client-ada", 70_00, on=[(charge, 70_00)])
    app = show(open_page("billing", "biller"), "Books")
    assert "Nothing was posted on these days." in texts(app)
    app.date_input(key="books_to").set_value("2026-03-02").run()
    assert "**1 journal**" in texts(app)
    assert "debit = credit = $90.00" in texts(app)  # 70.00 in card clearing and 20.00 still owed
    app.selectbox(key="books_basis").set_value("cash").run()
    app.selectbox(key="books_product").set_value("xero").run()
    assert not app.exception
    assert list(app.dataframe[0].value["Account"]) == ["1020", "4000"]
    app.date_input(key="books_from").set_value("2026-03-05").run()
    assert refusals(app) == ["The first day lies after the last; swap them."]


def test_the_front_desk_exports_no_books(open_page):
    assert "Books" not in open_page("billing", "front_desk").segmented_control(key="billing_part").options
