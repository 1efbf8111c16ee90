"""A click on a table's cell, which AppTest has no hand for."""

from __future__ import annotations


def click_cell(app, key, line, column):
    """Click the cell of the table whose key begins so, and let the page run."""
    table = next(found for found in app.dataframe if (found.key or "").startswith(key))
    app.session_state[table.key] = {"selection": {"rows": [], "columns": [], "cells": [(line, column)]}}
    return app.run()


def shown(app, key):
    """What that table shows, as records."""
    return next(found for found in app.dataframe if (found.key or "").startswith(key)).value.to_dict("records")
