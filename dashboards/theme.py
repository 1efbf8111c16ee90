"""Colours and Streamlit options: one source, `dashboards/.streamlit/config.toml`, and what is derived from it.

Streamlit finds that file by itself when the main script lies in `dashboards/` (`streamlit run` on a script there, or
`st.App` under an ASGI server). `App.run()` looks beside the started program instead, which for an installed `daybook`
command is the environment's `bin/`, and it ignores `STREAMLIT_*` variables; so the launcher passes the options itself:

    App(Path(__file__).with_name("streamlit_app.py")).run(config=streamlit_config() | {"server.port": port})
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

CONFIG_PATH = Path(__file__).parent / ".streamlit" / "config.toml"

# Only the theme nests sections ("theme.light.sidebar"); in other sections a table is a value.
_NESTING_SECTION = "theme"


@dataclass(frozen=True)
class Palette:
    """The colours of one mode as hex strings. Meaning is never carried by colour alone."""

    background: str
    ink: str
    muted: str
    border: str
    teal: str
    gold: str
    red: str
    categorical: tuple[str, ...]
    sequential: tuple[str, ...]
    aging: tuple[str, ...]
    """Age of open money, youngest to oldest, five steps."""
    status: Mapping[str, str]
    """Appointment status → the colour of its line; at least 3:1 on `background`."""


def streamlit_config() -> dict[str, Any]:
    """Every option of the config file, flat, in the form `App.run(config=…)` takes.

    Nested theme sections become dotted keys ("theme.light.primaryColor"); `theme.fontFaces` stays a list of tables.
    The result is a fresh copy each time, as Streamlit edits the font tables in place.
    """
    return dict(_flat(_read()))


def palette(*, dark: bool) -> Palette:
    """The colours for charts and own drawings in light or dark mode."""
    return DARK if dark else LIGHT


def _read() -> dict[str, Any]:
    return tomllib.loads(CONFIG_PATH.read_text(encoding="utf-8"))


def _flat(config: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for section, options in config.items():
        yield from _flat_section(section, options)


def _flat_section(section: str, options: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in options.items():
        key = f"{section}.{name}"
        if isinstance(value, Mapping) and section.split(".")[0] == _NESTING_SECTION:
            yield from _flat_section(key, value)
        else:
            yield key, value


def _palette(mode: str, aging: tuple[str, ...], status: Mapping[str, str]) -> Palette:
    theme = _theme()[mode]
    categorical = tuple(theme["chartCategoricalColors"])
    return Palette(
        background=theme["backgroundColor"],
        ink=theme["textColor"],
        muted=theme["grayTextColor"],
        border=theme["borderColor"],
        teal=categorical[0],
        gold=categorical[1],
        red=theme["redColor"],
        categorical=categorical,
        sequential=tuple(theme["chartSequentialColors"]),
        aging=aging,
        status=status,
    )


@cache
def _theme() -> dict[str, Any]:
    theme: dict[str, Any] = _read()["theme"]
    return theme


LIGHT = _palette(
    "light",
    aging=("#70bbae", "#e0a526", "#e08a3c", "#d1433f", "#8f2320"),
    status={
        "scheduled": "#3b7ae0",
        "confirmed": "#0e7490",
        "arrived": "#b45309",
        "in_session": "#7c3aed",
        "completed": "#047857",
        "no_show": "#c62f2b",
        "cancelled": "#6b7785",
        "left_unseen": "#be185d",
        "unresolved": "#946200",
    },
)
DARK = _palette(
    "dark",
    aging=("#2fb8a4", "#f2c14e", "#f0954a", "#f87171", "#fda4af"),
    status={
        "scheduled": "#6ba4f8",
        "confirmed": "#22c8e0",
        "arrived": "#fbae3c",
        "in_session": "#a78bfa",
        "completed": "#34d399",
        "no_show": "#f87171",
        "cancelled": "#9aa6b2",
        "left_unseen": "#f472b6",
        "unresolved": "#eacb3f",
    },
)
