"""A choice that is kept in the address, by its own name and not by what it is called on the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st


def choice(
    title: str,
    options: Mapping[str, str],
    *,
    key: str,
    default: str,
    what: str,
    place: Any = None,
    is_list: bool = False,
) -> str:
    """One of the options (name → label), in a container of the page if one is named; long labels in a list.

    An address that asks for another gets a sentence, and the default.
    """
    state, asked = st.session_state, st.query_params.get(key, "")
    widget, written = f"choice:{key}", st.session_state.get(f"address:{key}", "")
    if widget not in state or asked != written:  # come from another page, or the address was changed
        wanted = asked if widget in state else asked or written
        if asked and asked not in options:
            st.warning(f"{asked!r} is no {what}; use one of {', '.join(options)}. This is {default}.")
        state[widget] = wanted if wanted in options else default
    names: dict[str, Any] = {"format_func": lambda name: options.get(name, name), "key": widget}
    if is_list:
        chosen = (place or st).selectbox(title, list(options), width=380, **names)
    else:
        chosen = (place or st).segmented_control(title, list(options), required=True, wrap=True, **names)
    chosen = chosen if chosen in options else default
    state[f"address:{key}"] = "" if chosen == default else chosen
    if chosen != default:
        st.query_params[key] = chosen
    elif key in st.query_params:
        del st.query_params[key]
    return chosen
