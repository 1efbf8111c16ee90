"""One number, several definitions in the field: a switch by letter with the formula in words beside it."""

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
    letters = {name: _letter(view, name) for name in known}
    row = st.container(horizontal=True, vertical_alignment="center")
    found = view.known[choice(title, letters, key=key, default=usual, what="variant of it", place=row)]
    with row:
        source = f" ({found.source_of_definition})" if found.source_of_definition else ""
        st.markdown(f"**{found.label}**{source}  \n:small[:gray[{found.formula}]]", width="stretch")
    return found.metric


def _letter(view: View, name: str) -> str:
    return view.known[name].variant or name
