"""Set-up: what stands is changed, closed and opened again, withdrawn; and who is touched by that is said."""

from __future__ import annotations

from datetime import date

import pytest

from dashboards.components.desk.day import DAY, DRAWER
from practice.access.permissions import SYSTEM
from practice.people import queries
from practice.scheduling import booking_queries as facts
from practice.scheduling.commands import book_appointment
from practice.scheduling.hours import add_exception, add_time_off
from practice.scheduling.policies import set_cancellation_policy
from tests.dashboards.conftest import labels, texts
from tests.dashboards.opening import commands, fill, press, refusals, select, table, typed


@pytest.fixture
def part(open_page):
    """`part("Services")`: that part of the page, as the owner sees it."""

    def show(name, role="owner"):
        app = open_page("set-up", role)
        app.pills(key="set_up_part").set_value(name)
        return app.run()

    return show


def asked(record, query, *arguments, **options):
    with record.read() as reader:
        return query(reader, SYSTEM, *arguments, **options)


def known(record, query, *arguments):
    with record.read() as reader:
        return query(reader, *arguments)


def box(app, label):
    return next(found for found in app.selectbox if found.label == label)


def number(app, label):
    return next(found for found in app.number_input if found.label == label)


# --- each part changes -----------------------------------------------------------------------------------------------


def test_a_location_gets_another_name_address_and_phone(part, record):
    app = select(part("Places"), "list_add_location", 0)
    fill(fill(app, "Name of the location", "Elm House"), "Phone", "+1 555 010 0199")
    press(app, "Save")
    (row,) = asked(record, queries.locations)
    assert (row["name"], row["phone"], row["address"]) == ("Elm House", "+1 555 010 0199", "1 Elm Street")
    assert "Saved." in texts(app)
    assert typed(app, "Name of the location") == ""  # the form adds again


def test_a_refused_change_keeps_what_was_typed(part, record):
    app = select(part("Places"), "list_add_room", 0)
    press(fill(app, "Name of the room", "Room 2"), "Save")
    assert "already a room" in refusals(app)[0]
    assert typed(app, "Name of the room") == "Room 2"
    assert "Close this room" in labels(app)
    press(fill(app, "Name of the room", "Blue"), "Save")
    assert not refusals(app)
    assert [row["name"] for row in asked(record, queries.rooms)] == ["Blue", "Room 2"]


def test_a_change_sends_only_what_differs_and_cancel_sends_nothing(part, record):
    app = select(part("Places"), "list_add_room", 0)
    press(fill(app, "Name of the room", "Never"), "Cancel")
    assert typed(app, "Name of the room") == ""
    press(select(app, "list_add_room", 0), "Save")
    assert "Nothing was different." in texts(app)
    assert "change_room" not in commands(record)


def test_a_new_fee_is_for_charges_from_now_on(part, record, house):
    app = select(part("Services"), "list_add_service", 0)
    assert typed(app, "Fee, USD") == "150.00"
    number(app, "Minutes").set_value(45)
    press(fill(app, "Fee, USD", "165"), "Save")
    assert "The new fee is for charges from now on." in texts(app)
    row = next(row for row in asked(record, queries.services) if row["service_id"] == house.visit)
    assert (row["fee_minor"], row["duration_minutes"], row["buffer_after_minutes"]) == (165_00, 45, 10)


def test_a_service_keeps_the_typed_fee_when_it_is_no_amount(part, record):
    app = select(part("Services"), "list_add_service", 0)
    press(fill(app, "Fee, USD", "much"), "Save")
    assert "is not an amount" in refusals(app)[0]
    assert typed(app, "Fee, USD") == "much"
    assert "change_service" not in commands(record)


def test_a_provider_gets_a_last_day_and_gives_other_services(part, record, house, book):
    book("2026-03-09T10:00")
    app = select(part("Providers"), "list_add_provider", 0)
    next(field for field in app.date_input if field.label == "Last day").set_value(date(2026, 3, 6))
    next(field for field in app.multiselect if field.label == "Services").set_value([house.visit, house.intake])
    press(app, "Save")
    row = next(row for row in asked(record, queries.providers) if row["provider_id"] == house.moss)
    assert (row["ended_date"], row["service_ids"]) == (date(2026, 3, 6), [house.intake, house.visit])
    assert commands(record)[-2:] == ["change_provider", "unassign_service"]
    assert "**1 upcoming visit** is booked with Dr. Ines Moss after the last day" in texts(app)


def test_a_wrong_npi_is_refused_and_stays(part, record, house):
    app = select(part("Providers"), "list_add_provider", 0)
    press(fill(app, "NPI", "1234567890"), "Save")
    assert "not an NPI" in refusals(app)[0]
    assert typed(app, "NPI") == "1234567890"
    press(fill(app, "NPI", "1234567893"), "Save")
    assert (
        next(row for row in asked(record, queries.providers) if row["provider_id"] == house.moss)["npi"] == "1234567893"
    )


def test_the_week_of_every_provider_is_seen_at_a_glance(part):
    week = part("Hours").table[0].value
    assert list(week["Provider"]) == ["Dr. Ines Moss", "Tomas Reed"]
    assert week["Mon"][0].replace("\u2060", "") == "09:00–17:00"
    assert list(week["Sun"]) == ["–", "–"]


def test_a_payer_is_renamed_and_allows_another_amount_from_a_day_on(part, record, house):
    app = select(part("Payers"), "list_add_payer", 0)
    press(fill(app, "Name of the payer", "Harbor Health Plan"), "Save")
    assert asked(record, queries.payers)[0]["name"] == "Harbor Health Plan"
    app = select(app, "contracts", 0)
    assert typed(app, "Allowed, USD") == "110.00"
    press(fill(app, "Allowed, USD", "lots"), "Save the amount")
    assert (refusals(app)[0][:6], typed(app, "Allowed, USD")) == ("'lots'", "lots")
    press(fill(app, "Allowed, USD", "118"), "Save the amount")
    versions = known(record, queries.contracts_of, house.payer, house.visit)
    assert [(row["allowed_minor"], row["effective_to"]) for row in versions] == [
        (110_00, date(2026, 3, 1)),
        (118_00, None),
    ]
    assert "Show earlier ones (1)" in [toggle.label for toggle in app.toggle]


def test_a_referral_source_changes_its_kind(part, record):
    app = select(part("Referral sources", "manager"), "list_add_referral_source", 0)
    box(app, "Kind").set_value("event")
    press(app, "Save")
    assert asked(record, queries.referral_sources)[0]["kind"] == "event"


def test_the_practice_is_renamed_and_keeps_its_currency(part, record):
    press(fill(part("Places"), "Name of the practice (on invoices)", "Elm Practice"), "Save the practice")
    settings = known(record, queries.practice)
    assert (settings["practice_name"], settings["currency"]) == ("Elm Practice", "USD")


# --- closing and reopening -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "listed", "noun", "query"),
    [
        ("Places", "list_add_location", "location", queries.locations),
        ("Places", "list_add_room", "room", queries.rooms),
        ("Services", "list_add_service", "service", queries.services),
        ("Providers", "list_add_provider", "provider", queries.providers),
        ("Payers", "list_add_payer", "payer", queries.payers),
        ("Referral sources", "list_add_referral_source", "referral source", queries.referral_sources),
    ],
)
def test_what_is_closed_is_hidden_until_asked_for_and_opens_again(part, record, name, listed, noun, query):
    before = len(asked(record, query))
    app = press(select(part(name), listed, 0), f"Close this {noun}")
    assert "Closed" in texts(app)
    assert len(asked(record, query)) == before - 1
    app.toggle(key=f"{listed}:closed").set_value(True).run()
    states = list(table(app, listed).value["State"])
    assert states.count("Closed") == 1
    press(select(app, listed, states.index("Closed")), f"Reopen this {noun}")
    assert len(asked(record, query)) == before
    assert f"{listed}:closed" not in [toggle.key for toggle in app.toggle]


def test_closing_a_room_says_which_visits_are_still_booked_there_and_leads_to_them(part, record, book):
    booked = book("2026-03-04T10:00")
    app = select(part("Places"), "list_add_room", 0)
    assert "1 upcoming visit is booked" in texts(app)
    press(app, "Close this room")
    assert "**1 upcoming visit** is still booked with Room 1" in texts(app)
    assert "1 upcoming visit is touched by this" in texts(app)
    assert "Wed 4 Mar 10:00** · Ada Birch" in texts(app)
    press(app, "Show")
    assert app.session_state[DAY] == date(2026, 3, 4)
    assert DRAWER not in app.session_state or app.session_state[DRAWER] == ("visit", booked["appointment_id"])


def test_what_was_seen_is_put_away(part, book):
    book("2026-03-04T10:00")
    app = press(select(part("Places"), "list_add_room", 0), "Close this room")
    press(app, "I have seen it")
    assert "upcoming visit** is still booked" not in texts(app)


# --- absences --------------------------------------------------------------------------------------------------------


def test_time_off_is_withdrawn(part, record, house):
    record.run(
        add_time_off, SYSTEM, reason="Away", provider_id=house.moss, start_date="2026-03-10", end_date="2026-03-12"
    )
    app = press(select(part("Absences"), "time_off", 0), "Withdraw")
    assert commands(record)[-1] == "withdraw_time_off"
    assert "Nobody is away in the days to come." in texts(app)


def test_a_closed_day_is_withdrawn(part, record, house):
    record.run(add_exception, SYSTEM, reason="Snow", location_id=house.location, exception_date="2026-03-10")
    app = press(select(part("Absences"), "closure", 0), "Withdraw")
    assert commands(record)[-1] == "withdraw_exception"
    assert "No day to come differs from the week." in texts(app)


def test_a_closure_of_several_days_is_one_form(part, record, house):
    app = part("Absences")
    for label, day in (("Day", date(2026, 3, 10)), ("Up to (empty: one day)", date(2026, 3, 12))):
        next(field for field in app.date_input if field.label == label).set_value(day)
    press(fill(app, "Why", "Painting"), "Add")
    assert commands(record)[-3:] == ["add_exception"] * 3
    rows = known(record, facts.hours, [house.moss], date(2026, 3, 1), date(2026, 3, 31)).exceptions
    assert {row["exception_date"].day for row in rows} == {10, 11, 12}
    assert {row["reason"] for row in rows} == {"Painting"}


def test_a_closure_that_ends_before_it_begins_is_refused_and_stays(part, record):
    app = part("Absences")
    next(field for field in app.date_input if field.label == "Up to (empty: one day)").set_value(date(2026, 2, 1))
    press(fill(app, "Why", "Painting"), "Add")
    assert "on or after the first" in refusals(app)[0]
    assert typed(app, "Why") == "Painting"
    assert "add_exception" not in commands(record)


# --- rules -----------------------------------------------------------------------------------------------------------


def test_the_notice_and_the_fee_hold_from_a_day_on(part, record):
    app = part("Rules")
    assert number(app, "Notice, hours").value == 24
    number(app, "Notice, hours").set_value(48)
    press(fill(app, "Fee for a late or missed visit, USD", "75"), "Save the rule")
    newest = known(record, facts.cancellation_policies)[-1]
    assert (newest["notice_minutes"], newest["fee_minor"], newest["effective_from"]) == (2880, 75_00, date(2026, 3, 2))


def test_a_rule_for_the_past_is_refused_and_stays(part, record):
    app = part("Rules")
    number(app, "Notice, hours").set_value(12)
    next(field for field in app.date_input if field.label == "From").set_value(date(2026, 2, 2))
    press(app, "Save the rule")
    assert "stay as they were" in refusals(app)[0]
    assert number(app, "Notice, hours").value == 12
    assert "set_cancellation_policy" not in commands(record)


def test_a_service_with_a_rule_of_its_own_is_changed_by_selecting_it(part, record, house):
    record.run(
        set_cancellation_policy, SYSTEM, notice_minutes=2880, effective_from="2026-03-02", service_id=house.group
    )
    app = part("Rules")
    names = list(table(app, "notice").value["For"])
    app = select(app, "notice", names.index("Group"))
    assert (box(app, "For").value, number(app, "Notice, hours").value) == (house.group, 48)


def test_an_overlap_is_allowed_with_a_reason_and_taken_back(part, record, house):
    app = part("Rules")
    box(app, "Two visits at the same time").set_value("warn").run()
    press(app, "Save the overlap rule")
    assert "With a reason, up to 2" in list(table(app, "overlap").value["Two visits at once"])
    for client in (house.ada, house.ben):
        record.run(
            book_appointment, SYSTEM, client_id=client, provider_id=house.moss, service_id=house.intake,
            location_id=house.location, wall_start="2026-03-04T10:00", override_reason="Both asked for it",
        )  # fmt: skip
    box(app, "Two visits at the same time").set_value("block").run()
    press(app, "Save the overlap rule")
    assert "where more visits overlap than the rules now allow" in texts(app)
    assert known(record, facts.overlap_policies)[-1]["rule"] == "block"
