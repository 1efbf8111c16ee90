"""Charts as Vega-Lite specs. Altair builds one on a cache miss only: building it costs 200 ms, showing it 2."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import altair as alt
import streamlit as st

from dashboards.theme import Palette, palette


@st.cache_data(max_entries=300, show_spinner=False)
def _spec(key: tuple[Hashable, ...], dark: bool, _build: Callable[[Palette], alt.TopLevelMixin]) -> dict[str, Any]:
    del key
    return _build(palette(dark=dark)).to_dict()


def chart(
    key: tuple[Hashable, ...],
    build: Callable[[Palette], alt.TopLevelMixin],
    *,
    name: str,
    alt_text: str,
    **options: Any,
) -> Any:
    """Show a chart. `key` holds everything that `build` depends on, the build id first; `name` is the widget's key."""
    dark = st.context.theme.type == "dark"
    return st.vega_lite_chart(_spec(key, dark, build), key=name, alt=alt_text, **options)


ROW = 33


def table_height(rows: int, most: int = 360) -> int:
    """Pixels of a table that shows all its rows, or scrolls: then its last row is cut in half, so that one sees it.

    A row is 2.2 rem of the theme's 15 px; the head is one more.
    """
    fit = (most - 3) // ROW - 1
    return ROW * (max(rows, 1) + 1) + 3 if rows <= fit + 1 else ROW * fit + ROW * 3 // 2


def card(title: str, subtitle: str = "", *, height: str = "stretch") -> Any:
    """A bordered card with its heading."""
    box = st.container(border=True, height=height, gap="xsmall")
    box.markdown(f"**{title}**" + (f"  \n:small[:gray[{subtitle}]]" if subtitle else ""))
    return box
