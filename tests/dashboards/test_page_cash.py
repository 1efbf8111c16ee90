"""Cash: a deposit is taken, applied and returned, a package sold, used and taken back, each in a step or two."""

from __future__ import annotations

from datetime import date

import pytest

from practice.access.permissions import SYSTEM, Permission
from practice.billing.deposits import set_deposit_rule, take_deposit
from practice.billing.packages import sell_package, set_package_offer
from practice.billing.plans import agree_plan, in_instalments
from practice.store.commands import Command
from tests.dashboards.conftest import labels, texts
from tests.dashboards.opening import commands, fill, open_empty, press, refusals, select, table, typed
from tests.practice.billing.conftest import Desk

ROLES = ["owner", "manager", "front_desk", "biller"]
PARTS = ["Deposits", "Packages", "Plans", "Drawer", "Bank"]


@pytest.fixture
def books(record, house, owner):
    """The practice's books, kept by its owner."""
    return Desk(record, house, owner)


@pytest.fixture
def coming(books):
    """A visit of Ada's next week, for which a deposit of 30.00 is asked."""
    books.run(set_deposit_rule, service_id="svc-visit", kind="amount", amount_minor=30_00)
    return books.sees("client-ada", day=date(2026, 3, 9), status="scheduled")


@pytest.fixture
def offer(books):
    return books.run(
        set_package_offer,
        name="Three follow-ups",
        service_id="svc-visit",
        sessions=3,
        price_minor=400_00,
        valid_days=90,
    )["package_offer_id"]


def show(app, part):
    app.segmented_control(key="cash_part").set_value(part)
    return app.run()


def is_over(books, attendee_id, status="completed"):
    change = Command(
        "over", Permission.OPERATE, lambda work: work.update("attendees", attendee_id, status=status) and {}
    )
    books.record.run(change, SYSTEM)


@pytest.mark.parametrize("role", ROLES)
def test_every_list_opens_for_each_role_that_sees_money(open_page, books, coming, offer, role):
    books.run(take_deposit, attendee_id=coming, amount_minor=10_00, method="card")
    books.run(sell_package, client_id="client-dan", package_offer_id=offer, location_id="loc-elm", method="card")
    app = open_page("cash", role)
    for part in PARTS:
        show(app, part)
        assert not app.exception
        assert not app.error
        assert app.dataframe or app.button or app.success


def test_every_list_opens_in_an_empty_practice(record, tmp_path, monkeypatch):
    app = open_empty(record, tmp_path, monkeypatch, "cash", "owner")
    for part in PARTS:
        show(app, part)
        assert not app.exception
        assert "Next: Name the practice, its time zone and currency." in texts(app)
        assert not app.success, "nothing is done yet"


def test_the_deposit_that_a_rule_asks_for_is_two_clicks(open_page, books, coming):
    app = select(open_page("cash", "front_desk"), "deposits_wanted", 0)
    assert typed(app, "Amount, USD") == "30.00"
    press(fill(app, "Amount, USD", "thirty"), "Take deposit")
    assert "is not an amount" in refusals(app)[0]
    assert typed(app, "Amount, USD") == "thirty"
    press(fill(app, "Amount, USD", "30"), "Take deposit")
    assert "$30.00 is held for 9 Mar." in texts(app)
    assert books.balances() == {"1020": 30_00, "2110": -30_00}


def test_the_payment_of_a_deposit_says_that_it_is_held(open_page, books, coming):
    books.run(take_deposit, attendee_id=coming, amount_minor=10_00, method="card")
    app = open_page("billing", "biller")
    app.segmented_control(key="billing_part").set_value("Payments").run()
    said = texts(select(app, "payments", 0))
    assert "10.00 is held, for a visit to come or a package." in said
    assert "All of it is applied" not in said


def test_a_charged_visit_takes_its_deposit_and_the_rest_goes_back(open_page, books, coming, clock):
    books.run(take_deposit, attendee_id=coming, amount_minor=200_00, method="card")
    clock.forward(days=8)
    is_over(books, coming)
    books.charges(coming)
    app = select(open_page("cash", "biller"), "deposits_held", 0)
    press(app, "Apply to the visit")
    select(app, "deposits_held", 0)
    assert typed(app, "Amount, USD") == "50.00"
    press(app, "Return")
    assert "Say why" in refusals(app)[0]
    app.selectbox(key=next(box.key for box in app.selectbox if box.label == "How")).set_value("card")
    press(fill(app, "Why", "Paid too much"), "Return")
    assert books.balances() == {"1020": 150_00, "4000": -150_00}
    assert commands(books.record)[-2:] == ["apply_deposit", "return_deposit"]


def test_the_desk_gives_back_as_credit_and_refunds_nothing(open_page, books, coming):
    books.run(take_deposit, attendee_id=coming, amount_minor=30_00, method="card")
    app = select(open_page("cash", "front_desk"), "deposits_held", 0)
    assert next(box for box in app.selectbox if box.label == "How").options == ["Keep as credit"]
    press(fill(app, "Why", "Cancelled in time"), "Return")
    assert books.balances() == {"1020": 30_00, "2100": -30_00}


def test_a_rule_is_made_where_it_is_used(open_page, books):
    app = open_page("cash", "owner")
    press(fill(app, "Amount, USD", ""), "Save the rule")
    assert refusals(app)
    press(fill(app, "Amount, USD", "40"), "Save the rule")
    assert books.rows("select kind, amount_minor from deposit_rules") == [{"kind": "amount", "amount_minor": 40_00}]
    assert "Save the rule" not in labels(open_page("cash", "biller"))


def test_a_card_on_file_is_asked_for_and_the_list_says_who_has_none(open_page, books, coming):
    app = open_page("cash", "owner")
    next(box for box in app.selectbox if box.label == "Asks for").set_value("card")
    press(app, "Save the rule")
    assert "Of 1 visit a card on file is asked for, and there is none." in texts(app)
    assert "Take deposit" not in labels(select(app, "deposits_wanted", 0))


def test_a_package_is_offered_sold_and_used_in_billing(open_page, books):
    app = show(open_page("cash", "owner"), "Packages")
    press(fill(fill(app, "Name", "Three follow-ups"), "Price, USD", "400"), "Save the package")
    assert "The package was saved." in texts(app)
    press(app, "Save the package")
    assert "is not an amount" in refusals(app)[0]
    app.text_input(key="sell_package:search").input("Dan").run()
    press(app, "Sell")
    assert books.balances() == {"1020": 400_00, "2120": -400_00}

    books.sees("client-dan")
    books.sees("client-ada")
    app = select(open_page("billing", "biller"), "to_charge", 0, 1)
    press(app, "Charge")
    assert "1 visit paid by package." in texts(app)
    assert books.balances()["2120"] == -360_00


def test_unused_sessions_go_back_and_one_session_can_be_given_back(open_page, books, offer):
    books.run(sell_package, client_id="client-dan", package_offer_id=offer, location_id="loc-elm", method="card")
    books.sees("client-dan")
    press(select(open_page("billing", "owner"), "to_charge", 0), "Charge")
    app = select(show(open_page("cash", "biller"), "Packages"), "packages", 0)
    select(app, "sessions:", 0)
    press(fill(app, "Why give the session back", "Was no follow-up"), "Give the session back")
    assert books.balances()["2120"] == -400_00
    select(app, "packages", 0)
    app.selectbox(key=next(box.key for box in app.selectbox if box.label == "How")).set_value("card")
    fields = [field for field in app.text_input if field.label == "Why" and field.key.startswith("return_package")]
    fields[0].input("Moved away")
    press(app, "Take back")
    assert "1020" not in books.balances()


def test_what_expired_is_kept_by_one_press(open_page, books, offer, clock):
    books.run(sell_package, client_id="client-dan", package_offer_id=offer, location_id="loc-elm", method="card")
    clock.forward(days=91)
    app = show(open_page("cash", "biller"), "Packages")
    assert "1 package expired with $400.00 unused" in texts(app)
    press(app, "Keep it as income")
    assert books.balances() == {"1020": 400_00, "4030": -400_00}
    assert not [found for found in app.dataframe if (found.key or "").startswith("packages")]


# Plans


def test_a_plan_is_agreed_over_what_is_open_and_its_instalment_taken(open_page, books):
    charge = books.charged("client-ada", 250_00)
    app = open_page("cash", "front_desk")
    show(app, "Plans")
    app.text_input(key="agree_plan:search").input("Ada").run()
    assert "**$250.00** in 3 instalments of $83.33, the last $83.34: 2 Mar, 2 Apr, 2 May" in texts(app)
    press(app, "Agree")
    assert "A plan over $250.00 is agreed." in texts(app)
    select(app, "plans", 0)
    assert typed(app, "Amount, USD") == "83.33"
    press(app, "Take payment")
    assert books.due(charge) == 166_67
    assert "1 plan, $166.67 open, $0.00 of it due" in texts(app)


def test_a_missed_instalment_is_said_and_the_plan_can_be_ended_with_a_reason(open_page, books, clock):
    books.charged("client-ada", 250_00)
    dated = in_instalments(250_00, 5, date(2026, 3, 2), "month")
    books.run(agree_plan, party="client:client-ada", charge_ids=charges(books), instalments=dated)
    clock.forward(days=1)
    app = show(open_page("cash", "biller"), "Plans")
    assert "1 plan with a missed instalment" in texts(app)
    press(select(app, "plans", 0), "End the plan")
    assert "Say why" in refusals(app)[0]
    press(fill(app, "Why end it", "Asked to pay at once"), "End the plan")
    assert "No payment plan is running." in texts(app)


def test_open_items_are_seen_all_or_due_only(open_page, books):
    books.charged("client-ada", 250_00)
    dated = in_instalments(250_00, 5, date(2026, 3, 2), "month")
    books.run(agree_plan, party="client:client-ada", charge_ids=charges(books), instalments=dated)
    books.charged("client-dan", 40_00)
    app = open_page("billing", "biller")
    app.segmented_control(key="billing_part").set_value("Open items").run()
    assert "2 open items, $90.00 due of $290.00." in texts(app)
    app.toggle(key="owing_due").set_value(True).run()
    assert sorted(table(app, "owing").value["due_minor"]) == [40.0, 50.0]


def charges(books):
    return [row["charge_id"] for row in books.rows("select charge_id from charges")]


# The drawer


def test_the_drawer_is_closed_with_a_reason_for_what_is_missing_and_reopened(open_page, books):
    books.receives("client:client-ada", 80_00, "cash")
    app = show(open_page("cash", "front_desk"), "Drawer")
    press(app, "Close the drawer")
    assert "is not an amount" in refusals(app)[0]
    press(fill(fill(app, "Counted, USD", "75"), "To the bank, USD", "75"), "Close the drawer")
    assert "$80.00 should be in the drawer and $5.00 less is" in refusals(app)[0]
    assert typed(app, "Counted, USD") == "75"
    press(fill(app, "Why it differs", "Wrong change"), "Close the drawer")
    assert "Closed for 2 Mar 2026" in texts(app)
    assert books.balances() == {"1000": 75_00, "2100": -80_00, "5210": 5_00}
    app = show(open_page("cash", "biller"), "Drawer")
    press(fill(select(app, "drawer_counts", 0), "Why reopen it", "Found a note"), "Reopen")
    assert books.balances() == {"1010": 80_00, "2100": -80_00}


def test_the_pieces_are_counted_for_the_person(open_page, books):
    books.receives("client:client-ada", 45_25, "cash")
    app = show(open_page("cash", "front_desk"), "Drawer")
    for label, many in (("$20.00", 2), ("$5.00", 1), ("$0.25", 1)):
        next(field for field in app.number_input if field.label == label).set_value(many)
    press(app, "Close the drawer")
    assert books.rows("select counted_minor from drawer_counts") == [{"counted_minor": 45_25}]


# The bank


BANK = b"Date,Description,Amount\n2026-03-02,CHECK,80.00\n2026-03-02,CHECK,45.00\n2026-03-02,FEE,-3.00\n"


def bank(app, data, name="march.csv"):
    """The Bank part with that file in hand."""
    show(app, "Bank")
    app.file_uploader[0].set_value((name, data, "text/csv"))
    return app.run()


def test_a_file_is_loaded_and_what_fits_exactly_matched_by_one_press(open_page, books):
    books.receives("client:client-ada", 80_00, "check")
    books.receives("client:client-dan", 45_00, "check")
    app = bank(open_page("cash", "biller"), BANK)
    press(app, "Load 3 lines")
    assert "3 lines loaded." in texts(app)
    assert "3 lines to match. In the books and on no line: $125.00 of the bank account" in texts(app)
    press(app, "Match the 2 that fit exactly")
    assert "2 lines matched." in texts(app)
    select(app, "bank_lines", 0)
    press(app, "Match")
    assert "say what the difference" in refusals(app)[0]
    next(box for box in app.selectbox if box.label == "The difference is").set_value("fee").run()
    press(fill(app, "Why", "Monthly fee"), "Match")
    assert "No line waits to be matched." in texts(app)
    assert books.balances()["5200"] == 3_00


def test_a_match_is_undone_with_a_reason(open_page, books):
    books.receives("client:client-ada", 80_00, "check")
    books.receives("client:client-dan", 45_00, "check")
    app = press(bank(open_page("cash", "biller"), BANK), "Load 3 lines")
    press(app, "Match the 2 that fit exactly")
    press(select(app, "bank_matched", 0), "Undo the match")
    assert "Say why" in refusals(app)[0]
    press(fill(app, "Why undo it", "Was the other check"), "Undo the match")
    assert "2 lines to match" in texts(app)


def test_what_is_no_file_of_lines_is_refused_in_words(open_page, books):
    app = bank(open_page("cash", "biller"), b"just a note")
    assert "no lines under a header" in refusals(app)[0]


def test_a_bounced_check_is_one_click(open_page, books):
    charge = books.charged("client-ada", 80_00)
    books.receives("client:client-ada", 80_00, "check", on=[(charge, 80_00)])
    app = open_page("billing", "biller")
    app.segmented_control(key="billing_part").set_value("Payments").run()
    press(select(app, "payments", 0), "Record it")
    assert books.due(charge) == 80_00
    assert books.balances() == {"1110": 80_00, "4000": -80_00}
