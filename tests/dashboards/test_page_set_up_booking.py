"""Set-up: rules of booking with what they override, ways and buffers; equipment, pools and needs."""

from __future__ import annotations

import pytest

from practice.access.permissions import SYSTEM
from practice.people.commands import add_location
from practice.scheduling import rule_queries
from practice.scheduling.booking_rules import set_booking_rule
from practice.scheduling.resources import add_equipment, add_pool
from tests.dashboards.conftest import texts
from tests.dashboards.opening import fill, press, refusals, table


@pytest.fixture
def part(open_page):
    def show(name):
        app = open_page("set-up", "owner")
        app.pills(key="set_up_part").set_value(name)
        return app.run()

    return show


def known(record, query):
    with record.read() as reader:
        return query(reader)


def box(app, label):
    return next(found for found in app.selectbox if found.label == label)


def button(app, label):
    return next(found for found in app.button if found.label == label)


def number(app, label):
    return next(found for found in app.number_input if found.label == label)


def test_a_local_rule_shows_what_it_overrides(part, record, house):
    record.run(set_booking_rule, SYSTEM, rule="notice_minutes", value=1440, effective_from="2026-03-02")
    app = part("Booking rules")
    box(app, "Whose rule").set_value("location").run()
    number(app, "Hours").set_value(2.0)
    press(app, "Save the rule of booking")
    assert not app.exception
    rows = known(record, rule_queries.booking_rules)
    assert {(row["scope"], row["value"]) for row in rows} == {("practice", 1440), ("location", 120)}
    shown = table(app, "booking_rule:table")
    assert shown.value[["Whose", "Value", "Instead of"]].fillna("").to_numpy().tolist() == [
        ["The practice", "24 hours", ""], ["Elm Street", "2 hours", "24 hours"],
    ]  # fmt: skip


def test_a_client_has_rules_of_their_own(part, record, house):
    app = part("Booking rules")
    box(app, "Rule").set_value("client_daily_limit").run()
    box(app, "Whose rule").set_value("client").run()
    assert button(app, "Save the rule of booking").disabled  # whose is not said yet
    next(found for found in app.text_input if found.label == "Client").set_value("dan f").run()
    number(app, "Visits").set_value(2.0)
    press(app, "Save the rule of booking")
    assert not app.exception
    (rule,) = known(record, rule_queries.booking_rules)
    assert (rule["scope"], rule["scope_id"], rule["value"]) == ("client", house.dan, 2)
    assert table(app, "booking_rule:table").value["Whose"].tolist() == ["Dan Ford"]


def test_ways_and_buffers_are_stated(part, record, house):
    record.run(add_location, SYSTEM, name="Oak Avenue", zone="America/New_York")
    app = part("Booking rules")
    number(app, "Minutes").set_value(25)
    press(app, "Save the way")
    assert [row["minutes"] for row in known(record, rule_queries.travel_times)] == [25]
    next(found for found in app.radio if found.label == "Buffers").set_value("larger").run()
    press(app, "Save how buffers meet")
    with record.read() as reader:
        assert reader.setting("buffers") == "larger"


def test_a_thing_a_pool_and_a_need_are_set_up(part, record, house):
    app = part("Equipment")
    fill(app, "Name of the equipment", "Laser")
    press(app, "Add equipment")
    assert "Laser was added." in texts(app)
    fill(app, "Name of the equipment", " laser")
    press(app, "Add equipment")
    assert any("laser is there already" in text for text in refusals(app))
    thing = known(record, rule_queries.equipment)[0]["equipment_id"]
    record.run(add_pool, SYSTEM, name="Lasers", kind="equipment", resource_ids=[thing])
    record.run(add_equipment, SYSTEM, location_id=house.location, name="Bike")
    app.run()
    press(app, "Save the need")
    (need,) = known(record, rule_queries.needs)
    assert (need["pool_name"], need["quantity"]) == ("Lasers", 1)
    assert not app.exception
