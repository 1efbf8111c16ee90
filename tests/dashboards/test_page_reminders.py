"""Under the unpaid list: who is reminded next, by one press, and what holds a reminder back."""

from __future__ import annotations

import pytest

from practice.billing.dunning import set_dunning_step
from practice.messages.settings import set_messages
from practice.people.commands import change_client
from tests.dashboards.conftest import labels, texts
from tests.dashboards.opening import fill, press, refusals, select
from tests.practice.billing.conftest import Desk


@pytest.fixture
def books(record, house, owner):
    return Desk(record, house, owner)


@pytest.fixture
def late(books, clock):
    """Ada's and Dan's invoices were due on 12 March; it is the 20th, and the first step is after 7 days."""
    books.run(set_messages, is_on=True)
    for name in ("ada", "dan"):
        books.run(change_client, client_id=f"client-{name}", email=f"{name}@example.com")
        books.invoices(books.charged(f"client-{name}"), due_days=10)
    books.run(set_dunning_step, number=1, days=7)
    clock.to("2026-03-20T14:00")


def unpaid(open_page, role):
    app = open_page("billing", role)
    app.segmented_control(key="billing_part").set_value("Unpaid")
    return app.run()


def test_everybody_whose_step_is_due_is_reminded_by_one_press(open_page, books, late):
    app = unpaid(open_page, "front_desk")
    press(app, "Send 2 reminders")
    assert "2 reminders on the way" in texts(app)
    assert not any(label.startswith("Send") for label in labels(app))
    assert books.rows("select count(*) as n from messages where kind = 'payment_reminder'") == [{"n": 2}]


def test_a_promise_and_a_dispute_hold_the_reminder_back(open_page, books, late):
    app = unpaid(open_page, "biller")
    press(select(app, "dunning", 0), "Hold reminders until then")
    assert "Send 1 reminder" in labels(app)
    press(select(app, "dunning", 0), "Hold reminders")
    assert "Say why" in refusals(app)[0]
    press(fill(app, "Why", "Was not there"), "Hold reminders")
    assert not any(label.startswith("Send") for label in labels(app))
    press(fill(select(app, "dunning", 0), "Why", "She was"), "Let reminders go on")
    assert "Send 1 reminder" in labels(app)


def test_the_steps_are_set_where_they_are_used(open_page, books, late):
    app = unpaid(open_page, "owner")
    assert next(box for box in app.selectbox if box.label == "Step").value == 2  # the one that is not set yet
    next(field for field in app.number_input if field.label == "Days overdue").set_value(5)
    press(app, "Save the step")
    assert "the steps come one after the other" in refusals(app)[0]
    next(field for field in app.number_input if field.label == "Days overdue").set_value(21)
    press(app, "Save the step")
    assert "first after 7 days, second after 21 days" in texts(app)
    assert "Save the step" not in labels(unpaid(open_page, "biller"))
