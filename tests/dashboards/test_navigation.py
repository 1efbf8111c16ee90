"""Where each role may go: the navigation follows the permission table, and so does the address bar."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import pages, runtime, session
from dashboards.frame import first_page
from dashboards.http import gate
from dashboards.pages import ADDRESSES, FIRST, PAGES, pages_for
from practice.access.permissions import PEOPLE_ROLES, ROLES, Actor
from practice.access.queries import users
from practice.access.users import disable_user
from practice.home import Home
from tests.conftest import INSERT
from tests.dashboards.conftest import SCRIPT, texts
from tests.dashboards.published import publish, refuse

NUMBERS = {"overview", "attendance", "revenue", "receivables", "capacity", "metrics", "quality"}
DESK = {"today", "flow", "new-visit", "waitlist", "messages", "client"}
SEEN = {
    "owner": NUMBERS | DESK | {"billing", "cash", "insurance", "sql", "users", "handoff", "new-provider", "set-up"},
    "manager": NUMBERS | DESK | {"billing", "cash", "insurance", "sql", "handoff", "new-provider", "set-up"},
    "front_desk": DESK | {"billing", "cash"},
    "provider": {"today", "flow", "client", "my-calendars"},
    "biller": NUMBERS | {"today", "flow", "client", "billing", "cash", "insurance"},
    "analyst": NUMBERS | {"sql"},
}


@pytest.mark.parametrize("role", PEOPLE_ROLES)
def test_the_pages_of_a_role_are_those_its_permissions_open(role):
    shown = {page.url for page in pages_for(Actor("u", role))}
    assert shown == SEEN[role]
    assert shown == {page.url for page in PAGES if page.needs in ROLES[role] and page.unless not in ROLES[role]}


@pytest.mark.parametrize("role", PEOPLE_ROLES)
def test_a_role_starts_on_a_page_that_it_may_see(role):
    assert FIRST[role] in SEEN[role]


def test_every_page_is_a_file_with_an_address_of_its_own():
    assert all(page.path.exists() for page in PAGES)
    assert len({page.url for page in PAGES}) == len(PAGES)


def open_app(role, signed_in):
    signed_in(role)
    return AppTest.from_file(SCRIPT, default_timeout=30).run()


@pytest.mark.parametrize(("role", "url"), [("front_desk", "users.py"), ("provider", "billing.py"), ("analyst", "client.py"),
                                           ("biller", "set_up.py"), ("manager", "users.py")])  # fmt: skip
def test_a_page_that_is_not_listed_cannot_be_reached(signed_in, role, url):
    app = open_app(role, signed_in)
    first = texts(app)
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        app.switch_page(f"app_pages/{url}").run()
    assert texts(app.run()) == first


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.needs not in ROLES["provider"]], ids=lambda page: page.url
)
def test_a_page_run_past_the_navigation_refuses_by_itself(signed_in, page):
    # Hide and refuse: even if the navigation listed it, a provider would see nothing of it.
    signed_in("provider")
    app = AppTest.from_file(page.path, default_timeout=30).run()
    assert app.exception
    assert not app.dataframe


def test_without_a_session_there_is_a_way_to_sign_in_and_nothing_else(running, monkeypatch):
    monkeypatch.setattr(session, "token_from_browser", lambda: None)
    app = AppTest.from_file(SCRIPT, default_timeout=30).run()
    assert "Sign in again" in texts(app)
    assert not app.sidebar.children
    assert not app.dataframe


def test_a_session_that_was_ended_elsewhere_ends_with_the_next_click(signed_in, running, owner):
    app = open_app("front_desk", signed_in)
    with running.record.read() as reader:
        user_id = users(reader, owner)[0]["user_id"]
    running.record.run(disable_user, owner, user_id=user_id)
    assert "Sign in again" in texts(app.run())


# The frame


def test_a_demo_says_so_on_every_page(signed_in, record):
    record.run(INSERT, Actor("s", "system"), rows=[("settings", {"name": "demo_today", "value": '"2026-03-02"'})])
    assert "Demo practice with invented people. It is always Monday, 2 March 2026 here." in texts(
        open_app("front_desk", signed_in)
    )


def test_a_practice_of_ones_own_is_no_demo(signed_in):
    assert "Demo" not in texts(open_app("front_desk", signed_in))


def test_a_refused_build_is_said_on_every_page(signed_in, running):
    publish(running.home)
    refuse(running.home, "The ledger does not balance on 1 March.", "Two visits overlap.")
    app = open_app("front_desk", signed_in)
    assert "was not published" in app.error[0].value
    assert "The ledger does not balance on 1 March. Two visits overlap." in app.error[0].value


def test_an_unfinished_practice_leads_its_owner_to_set_up(record, tmp_path):
    home = Home(tmp_path / "empty")
    home.create()
    runtime.start(home, record)
    assert first_page(Actor("u", "owner")) == "set-up"
    assert first_page(Actor("u", "front_desk")) == "today"


def test_a_furnished_practice_leads_its_owner_to_the_numbers(running):
    assert first_page(Actor("u", "owner")) == pages.FIRST["owner"]


def test_a_page_that_fails_tells_a_number_and_no_data(caplog):
    def harness():
        import streamlit as st

        from dashboards.failures import on_script_error

        try:
            raise ValueError("Ada Birch")
        except ValueError as error:
            st.session_state["handled"] = on_script_error(error)

    app = AppTest.from_function(harness).run()
    assert app.session_state["handled"] is True
    assert "This page failed" in app.error[0].value
    assert "Ada Birch" not in app.error[0].value + caplog.text
    assert "ValueError" in caplog.text


def test_no_page_of_the_staff_lies_where_a_public_path_does():
    """A reload there would show the public page instead."""
    public = {path.strip("/").split("/")[0] for path in (*gate.OPEN_PATHS, *gate.OPEN_PREFIXES)}
    assert public.isdisjoint(ADDRESSES)
