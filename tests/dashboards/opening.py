"""Opening a page on a practice that holds nothing yet, and doing in a test what AppTest has no hand for."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from dashboards import pages, runtime, session
from practice.access.permissions import SYSTEM
from practice.access.sign_in import sign_in
from practice.access.users import create_user
from practice.home import Home
from tests.dashboards.conftest import PASSWORD, SCRIPT


def open_empty(record, tmp_path, monkeypatch, url, role):
    """The page as that role sees it in a practice without a single row, run once."""
    home = Home(tmp_path / "empty")
    home.create()
    runtime.start(home, record)
    scope = {}
    email = f"{role}@empty.example"
    create_user(record, SYSTEM, email=email, name="Sam First", role=role, password=PASSWORD, **scope)
    token = sign_in(record, email, PASSWORD)
    monkeypatch.setattr(session, "token_from_browser", lambda: token)
    monkeypatch.setitem(pages.FIRST, role, url)
    monkeypatch.setattr("dashboards.frame.is_unfinished", lambda person: False)
    return AppTest.from_file(SCRIPT, default_timeout=30).run()


def table(app, key):
    """The page's table whose key begins so."""
    return next(found for found in app.dataframe if (found.key or "").startswith(key))


def select(app, key, *rows):
    """Select rows of that table, by their place."""
    app.session_state[table(app, key).key] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    return app.run()


def press(app, label):
    """Click the button of that label."""
    next(button for button in app.button if button.label == label).click()
    return app.run()


def fill(app, label, text):
    """Type into the input of that label."""
    next(field for field in app.text_input if field.label == label).input(text)
    return app


def typed(app, label):
    """What stands in the input of that label."""
    return next(field for field in app.text_input if field.label == label).value


def refusals(app):
    """The refusals that the page shows."""
    return [error.value for error in app.error]


def commands(record):
    """The names of the commands in the audit trail, the newest last."""
    with record.read() as reader:
        return [row["command"] for row in reader.rows("select command from audit_entries order by seq")]
