"""The guided page for somebody who joins: each step is kept, what is missing stands on top, a refusal keeps its input."""

from __future__ import annotations

import pytest

from practice.access.permissions import SYSTEM
from practice.people.commands import add_provider

from .conftest import labels, press, texts


def by_label(elements, label):
    return next(element for element in elements if element.label == label)


@pytest.mark.parametrize("role", ["owner", "manager"])
def test_the_page_starts_for_those_who_set_up(open_page, role):
    app = open_page("new-provider", role)
    assert not app.exception
    assert "Add and go on" in labels(app)


def test_a_refused_person_keeps_what_was_typed(open_page):
    app = open_page("new-provider", "owner")
    by_label(app.text_input, "Name of the provider").set_value("Kim Lane")
    by_label(app.text_input, "NPI").set_value("123")
    press(app, "Add and go on")
    assert "NPI" in app.error[0].value
    assert by_label(app.text_input, "Name of the provider").value == "Kim Lane"


def test_from_a_name_to_a_bookable_provider(open_page, record, house):
    app = open_page("new-provider", "owner")
    by_label(app.text_input, "Name of the provider").set_value("Kim Lane")
    press(app, "Add and go on")
    assert "not bookable yet" in texts(app)
    assert "no hours anywhere" in texts(app)
    with record.read() as reader:
        kim = reader.value("select provider_id from providers where name = 'Kim Lane'")
    press(app, "Save the hours")
    assert "bookable from today" in texts(app)
    assert "no sign-in" in texts(app)
    by_label(app.text_input, "E-mail").set_value("kim@elm.example")
    by_label(app.text_input, "First password").set_value("short")
    press(app, "Give the sign-in")
    assert "too short" in texts(app)
    by_label(app.text_input, "First password").set_value("six slow otters swim")
    press(app, "Give the sign-in")
    assert "no sign-in" not in texts(app)
    with record.read() as reader:
        user = reader.one("select role, provider_id from users where email = 'kim@elm.example'")
    assert user == {"role": "provider", "provider_id": kim}
    by_label(app.text_area, "What clients read about them").set_value("Works with children.")
    press(app, "Save")
    with record.read() as reader:
        assert reader.get("providers", kim, "provider")["about"] == "Works with children."
    assert not app.exception


def test_it_goes_on_where_it_was_left(open_page, record, house):
    kim = record.run(add_provider, SYSTEM, name="Kim Lane", service_ids=[house.visit])["provider_id"]
    app = open_page("new-provider", "owner", provider=kim)
    assert "no hours anywhere" in texts(app)
    assert "Save the hours" in labels(app)


def test_a_calendar_link_is_shown_once_and_kept_as_a_hash(open_page, record, house):
    app = open_page("new-provider", "owner", provider=house.moss)
    app.session_state[f"new_provider:{house.moss}:Calendar link"] = True
    app.run()
    press(app, "Make a calendar link")
    (link,) = (code.value for code in app.code)
    assert link.endswith(".ics")
    secret = link.rsplit("/", 1)[1].removesuffix(".ics")
    with record.read() as reader:
        assert secret not in str(
            reader.rows("select * from calendar_feeds") + reader.rows("select * from audit_entries")
        )
    assert "no calendar link" not in texts(app)


def test_a_manager_is_told_who_gives_the_sign_in(open_page, house):
    app = open_page("new-provider", "manager", provider=house.moss)
    app.session_state[f"new_provider:{house.moss}:Sign-in"] = True
    app.run()
    assert "The owner gives people their sign-in" in texts(app)


def test_set_up_says_how_far_each_provider_is(open_page, record, house):
    record.run(add_provider, SYSTEM, name="Kim Lane")
    app = open_page("set-up", "owner")
    app.session_state["set_up_part"] = "Providers"
    app.run()
    table = next(found for found in app.dataframe if (found.key or "").startswith("list_add_provider"))
    assert dict(zip(table.value["Name"], table.value["Set-up"], strict=True))["Kim Lane"] == "not bookable"
    assert not app.exception
