"""The Clients page: finding one, and everything about them in one place."""

from __future__ import annotations

from datetime import date

import pytest

from dashboards.components.desk.story import as_table, filtered, story
from practice.access.permissions import SYSTEM
from practice.billing.charges import charge_visit
from practice.billing.payments import take_payment
from practice.billing.queries import client_account
from practice.money import Currency
from practice.people import queries as people
from practice.people.commands import add_location, add_policy, change_client, end_policy
from practice.scheduling import queries as scheduling
from practice.scheduling.attendance import complete_visit, record_arrival
from tests.practice.billing.conftest import Desk

from .conftest import labels, press, texts


@pytest.fixture
def seen_and_paid(record, clock, desk, house, book):
    """Ada was seen on Monday, charged, and has paid a part; she comes again on Wednesday. It is Tuesday."""
    booked = book("2026-03-02T10:00")
    book("2026-03-04T10:00")
    clock.to("2026-03-02T15:00")
    record.run(record_arrival, desk, attendee_id=booked["attendee_id"])
    clock.to("2026-03-02T16:00")
    record.run(complete_visit, desk, attendee_id=booked["attendee_id"])
    charge = record.run(charge_visit, desk, attendee_id=booked["attendee_id"])
    record.run(
        take_payment,
        desk,
        party=charge["party"],
        amount_minor=50_00,
        method="card",
        location_id=house.location,
        charges=[{"charge_id": charge["charge_id"], "amount_minor": 50_00}],
    )
    clock.to("2026-03-03T15:00")
    return booked


def details_of(record, actor, client_id):
    with record.read() as reader:
        return people.client(reader, actor, client_id)


@pytest.mark.parametrize("role", ["front_desk", "provider", "manager", "owner", "biller"])
def test_the_list_starts_for_everybody_who_sees_clients(open_page, role):
    app = open_page("client", role)
    assert not app.exception
    assert "**Ada Birch**" in labels(app)
    assert ("New client" in labels(app)) is (role in ("front_desk", "manager", "owner"))


def test_a_search_without_a_match_says_so(open_page):
    app = open_page("client", "front_desk")
    app.text_input(key="clients:search").set_value("zzz").run()
    assert "Nobody matches" in app.info[0].value


def test_choosing_a_client_puts_the_id_alone_into_the_address(open_page, house):
    app = open_page("client", "front_desk")
    app.text_input(key="clients:search").set_value("ford").run()
    press(app, "**Dan Ford**")
    assert dict(app.query_params) == {"client": house.dan}
    assert "## Dan Ford" in texts(app)


@pytest.mark.parametrize("role", ["front_desk", "provider", "manager", "owner", "biller"])
def test_a_client_shows_who_they_are_what_comes_and_what_was(open_page, house, seen_and_paid, role):
    app = open_page("client", role, client=house.ada)
    assert not app.exception
    said = texts(app)
    for part in ("## Ada Birch", "35 years", "Owes for", "Cora Birch", "Dr. Ines Moss", "Web", "Visit: completed"):
        assert part in said
    assert any(label.startswith("Tomorrow, 10:00") for label in labels(app))


def test_a_guarantor_sees_what_the_account_owes_for_whom(open_page, record, house, biller, seen_and_paid):
    """Ada's 150.00 less the 50.00 she paid; and 60.00 for the group of her child Cora."""
    Desk(record, house, biller).charged(house.cora, service="svc-group")
    app = open_page("client", "front_desk", client=house.ada)
    said = texts(app)
    assert "**Household**" in said
    assert said.index("**$100.00**") < said.index("**$60.00**")
    app = press(app, "Cora Birch")
    assert "## Cora Birch" in texts(app)
    assert "Ada Birch pays; invoices and statements are there" in [link.proto.label for link in app.get("page_link")]


def test_money_is_shown_to_those_who_see_money_alone(open_page, house, seen_and_paid):
    desk_page = open_page("client", "front_desk", client=house.ada)
    assert [(tile.label, tile.value) for tile in desk_page.metric] == [
        ("Owed by the client", "$100.00"),
        ("Unapplied credit", "$0.00"),
    ]
    assert "Charge" in texts(desk_page)
    assert "Take payment" in labels(desk_page)


def test_a_provider_sees_no_money(open_page, house, seen_and_paid):
    app = open_page("client", "provider", client=house.ada)
    assert not app.metric
    assert "$" not in texts(app)
    assert not {"Take payment", "Edit details", "Book"} & set(labels(app))


def test_a_client_of_nobodys_business_is_refused_in_a_sentence(open_page, record, house):
    record.run(change_client, SYSTEM, client_id=house.dan, provider_id=house.reed)
    app = open_page("client", "provider", client=house.dan)
    assert "seen by others only" in app.error[0].value
    assert "Dan" not in texts(app)


def test_an_empty_history_says_so(open_page, house):
    said = texts(open_page("client", "front_desk", client=house.dan))
    assert "Nothing is booked." in said
    assert "Nothing has happened yet." in said


def test_details_are_changed_in_their_drawer(open_page, record, house, desk):
    app = press(open_page("client", "front_desk", client=house.dan), "Edit details")
    app.text_input(key=f"details:{house.dan}:phone").set_value("+1 555 010 7777")
    press(app, "Save")
    assert details_of(record, desk, house.dan)["phone"] == "+1 555 010 7777"


def test_a_refused_new_client_keeps_what_was_typed(open_page):
    app = press(open_page("client", "front_desk"), "New client")
    app.text_input(key="clients:given_name").set_value("Edda")
    app.text_input(key="clients:phone").set_value("12")
    press(app, "Add client")
    assert "The family name is missing" in app.error[0].value
    assert (app.text_input(key="clients:given_name").value, app.text_input(key="clients:phone").value) == ("Edda", "12")


def test_a_new_client_opens_at_once(open_page):
    app = press(open_page("client", "front_desk"), "New client")
    app.text_input(key="clients:given_name").set_value("Edda")
    app.text_input(key="clients:family_name").set_value("Lund")
    press(app, "Add client")
    assert "## Edda Lund" in texts(app)


def test_refused_details_change_nothing(open_page, record, house, desk):
    app = press(open_page("client", "front_desk", client=house.dan), "Edit details")
    app.text_input(key=f"details:{house.dan}:phone").set_value("twelve")
    press(app, "Save")
    assert "not a phone number" in app.session_state[f"refused:details:{house.dan}"].args[0]
    assert details_of(record, desk, house.dan)["phone"] != "twelve"


def test_coverage_is_added_in_its_drawer(open_page, record, house, desk):
    app = press(open_page("client", "front_desk", client=house.dan), "Coverage")
    form = f"coverage:{house.dan}"
    app.selectbox(key=f"{form}:payer_id").set_value(house.payer)
    app.text_input(key=f"{form}:member_number").set_value("H-200")
    app.text_input(key=f"{form}:copay").set_value("15.50")
    press(app, "Add coverage")
    (policy,) = details_of(record, desk, house.dan)["policies"]
    assert (policy["payer_id"], policy["copay_minor"]) == (house.payer, 15_50)


def test_that_no_insurance_pays_is_said_with_one_press_where_no_cover_stands(open_page, record, house, desk):
    app = open_page("client", "front_desk", client=house.dan)
    assert "None on file" in texts(app)
    press(app, "Coverage")
    cover = {"client_id": house.dan, "payer_id": house.payer, "member_number": "H-201", "effective_from": "2026-01-01"}
    policy = record.run(add_policy, desk, **cover)["policy_id"]  # by a colleague, meanwhile
    press(app, "Pays without insurance")
    assert "end that cover first" in app.session_state[f"refused:self_pay:{house.dan}"].args[0]
    record.run(end_policy, desk, policy_id=policy, effective_to="2026-01-31")
    press(press(app, "Coverage"), "Pays without insurance")
    assert details_of(record, desk, house.dan)["is_self_pay"]


def test_the_story_is_one_list_newest_first(record, desk, house, seen_and_paid):
    with record.read() as reader:
        visits = scheduling.client_visits(reader, desk, house.ada)
        account = client_account(reader, desk, house.ada)
    entries = story(visits, account["timeline"], "America/New_York")
    assert [entry.happened for entry in entries] == sorted((entry.happened for entry in entries), reverse=True)
    assert {entry.kind for entry in entries} == {"visit", "charge", "payment", "allocation"}
    assert [entry.amount_minor for entry in entries if entry.kind == "payment"] == [-50_00]
    assert {entry.kind for entry in filtered(entries, "Visits")} == {"visit"}
    assert entries[0].happened == date(2026, 3, 4)


def test_text_of_the_record_stays_text_in_the_story(record, desk, house, seen_and_paid):
    with record.read() as reader:
        visits = scheduling.client_visits(reader, desk, house.ada)
    hostile = [row | {"service_name": "[x](http://evil) | *bold*"} for row in visits]
    table = as_table(story(hostile, [], "America/New_York"), Currency.of("USD"))
    assert "\\[x\\](http\\://evil) \\| \\*bold\\*" in table


def test_a_new_client_belongs_to_the_desks_location_where_there_are_several(open_page, record, house, desk):
    record.run(add_location, SYSTEM, name="Mill Pond", zone="America/Chicago")
    app = press(open_page("client", "front_desk"), "New client")
    app.text_input(key="clients:given_name").set_value("Edda")
    app.text_input(key="clients:family_name").set_value("Lund")
    press(app, "Add client")
    with record.read() as reader:
        (added,) = people.search_clients(reader, desk, "edda")
    assert added["location_id"] == house.location
