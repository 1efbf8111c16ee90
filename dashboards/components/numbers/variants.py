"""One number, several definitions in the field: a list of their names with the formula in words beside it."""

from __future__ import annotations

import streamlit as st

from dashboards.components.numbers.choice import choice
from dashboards.components.numbers.view import View


def variant_switch(
    view: View, prefix: str | tuple[str, ...], default: str, title: str, *, key: str
) -> str | None:  # fmt: skip
    """The metric that is meant among those whose names begin so, or in one of these ways, kept in the address.

    None if the build has none of them.
    """
    known = sorted((name for name in view.known if name.startswith(prefix)), key=lambda name: _letter(view, name))
    if not known:
        return None
    usual = default if default in known else known[0]
    names = {name: view.known[name].label for name in known}
    row = st.container(horizontal=True, vertical_alignment="bottom")
    found = view.known[choice(title, names, key=key, default=usual, what="variant of it", place=row, is_list=True)]
    with row:
        source = f" ({found.source_of_definition})" if found.source_of_definition else ""
        st.caption(f"{found.formula}{source}", width="stretch")
    return found.metric


def _letter(view: View, name: str) -> str:
    return view.known[name].variant or name
