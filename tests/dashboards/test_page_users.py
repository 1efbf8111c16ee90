"""Users: who may sign in, as what; a change is felt with the next click."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from practice.access.permissions import SYSTEM
from practice.access.queries import users
from practice.access.sign_in import session_actor, sign_in
from practice.access.users import create_user
from practice.errors import Refusal
from tests.dashboards.conftest import PASSWORD, texts
from tests.dashboards.opening import commands, fill, open_empty, press, refusals, select, typed


@pytest.fixture
def desk_user(running):
    """Dana of the front desk, who is signed in; her user_id and token."""
    made = create_user(
        running.record, SYSTEM, email="dana@elm.example", name="Dana Desk", role="front_desk", password=PASSWORD
    )
    return made["user_id"], sign_in(running.record, "dana@elm.example", PASSWORD)


def drawer_alone():
    """The drawer's content as a page of its own: AppTest closes a drawer with each run."""
    from dashboards.components.user_forms import new_user
    from dashboards.session import actor, show_messages

    show_messages()
    new_user(actor())


@pytest.fixture
def drawer(signed_in):
    signed_in("owner")
    return AppTest.from_function(drawer_alone, default_timeout=30).run()


def everyone(record):
    with record.read() as reader:
        return {row["email"]: row for row in users(reader, SYSTEM)}


def of(app, name):
    """The page with that person's row selected."""
    place = list(app.dataframe[0].value["Name"]).index(name)
    return select(app, "users_table", place)


def test_everyone_stands_in_the_list_with_what_they_may(open_page, desk_user):
    shown = open_page("users", "owner").dataframe[0].value
    assert list(shown["Role"]) == ["Front desk", "Owner"]
    assert list(shown["State"]) == ["active", "active"]


def test_it_opens_in_an_empty_practice(record, tmp_path, monkeypatch):
    app = open_empty(record, tmp_path, monkeypatch, "users", "owner")
    assert not app.exception
    assert len(app.dataframe[0].value) == 1


def test_the_drawer_opens_on_the_page(open_page):
    app = press(open_page("users", "owner"), "Add a user")
    assert typed(app, "First password") == ""
    assert not app.exception


def test_a_user_is_added_and_may_sign_in(drawer, record):
    app = drawer
    fill(app, "Name", "Bo Biller")
    fill(app, "E-mail", "bo@elm.example")
    next(box for box in app.selectbox if box.label == "Role").set_value("biller")
    press(fill(app, "First password", PASSWORD), "Add")
    assert "Bo Biller may sign in now." in texts(app)
    assert session_actor(record, sign_in(record, "bo@elm.example", PASSWORD)).actor.role == "biller"
    assert "add_user" in commands(record)[3:]


def test_a_refused_user_stays_typed(drawer, record):
    app = drawer
    fill(app, "Name", "Bo Biller")
    fill(app, "E-mail", "bo@elm.example")
    press(fill(app, "First password", "short"), "Add")
    assert "too short" in refusals(app)[0]
    assert [typed(app, label) for label in ("Name", "E-mail", "First password")] == [
        "Bo Biller",
        "bo@elm.example",
        "short",
    ]
    assert "bo@elm.example" not in everyone(record)


def test_a_provider_is_tied_to_whom_they_are(drawer, record, house):
    app = drawer
    next(box for box in app.selectbox if box.label == "Role").set_value("provider").run()
    fill(app, "Name", "Ines Moss")
    fill(app, "E-mail", "ines@elm.example")
    press(fill(app, "First password", PASSWORD), "Add")
    assert "which provider" in refusals(app)[0]
    next(box for box in app.selectbox if box.label == "Which provider is this?").set_value(house.moss)
    press(app, "Add")
    assert everyone(record)["ines@elm.example"]["provider_id"] == house.moss


def test_another_role_ends_the_sessions(open_page, record, desk_user):
    app = of(open_page("users", "owner"), "Dana Desk")
    next(box for box in app.selectbox if box.label == "Role").set_value("biller").run()
    press(app, "Change role")
    assert everyone(record)["dana@elm.example"]["role"] == "biller"
    assert session_actor(record, desk_user[1]) is None


def test_a_new_password_replaces_the_old_one(open_page, record, desk_user):
    app = of(open_page("users", "owner"), "Dana Desk")
    fill(app, "New password", "short").run()
    press(app, "Set password")
    assert "too short" in refusals(app)[0]
    fill(app, "New password", "nine green lamps glow").run()
    press(app, "Set password")
    assert not refusals(app)
    assert typed(app, "New password") == ""
    with pytest.raises(Refusal):
        sign_in(record, "dana@elm.example", PASSWORD)
    assert sign_in(record, "dana@elm.example", "nine green lamps glow")


def test_disabling_ends_access_at_once_and_can_be_taken_back(open_page, record, desk_user):
    app = press(of(open_page("users", "owner"), "Dana Desk"), "Disable")
    assert session_actor(record, desk_user[1]) is None
    assert not everyone(record)["dana@elm.example"]["is_active"]
    press(of(app, "Dana Desk"), "Enable")
    assert everyone(record)["dana@elm.example"]["is_active"]


def test_ending_sessions_leaves_the_account(open_page, record, desk_user):
    press(of(open_page("users", "owner"), "Dana Desk"), "End sessions")
    assert session_actor(record, desk_user[1]) is None
    assert sign_in(record, "dana@elm.example", PASSWORD)


def test_the_last_owner_stays(open_page, record):
    app = press(of(open_page("users", "owner"), "Sam Owner"), "Disable")
    assert "last active owner" in refusals(app)[0]
    assert everyone(record)["owner@elm.example"]["is_active"]
