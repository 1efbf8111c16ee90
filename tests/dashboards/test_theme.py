"""One source of looks: the config file, as Streamlit and as charts read it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from streamlit.web.server.starlette.starlette_app import _validate_run_config

from dashboards import theme

STATIC = Path(theme.__file__).parent / "static"


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_streamlit_knows_every_option():
    options = theme.streamlit_config()
    assert _validate_run_config(options) == options
    assert options["theme.light.sidebar.backgroundColor"] == "#f7faf9"
    assert options["theme.fontFaces"][0]["family"] == "Inter"


def test_a_caller_may_edit_what_it_got():
    theme.streamlit_config()["theme.fontFaces"].clear()
    assert theme.streamlit_config()["theme.fontFaces"]


def test_fonts_come_from_our_own_folder():
    for face in theme.streamlit_config()["theme.fontFaces"]:
        assert face["url"].startswith("app/static/")
        assert (STATIC / face["url"].removeprefix("app/static/")).is_file()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_colours_can_be_told_from_the_background(dark):
    palette = theme.palette(dark=dark)
    assert contrast(palette.ink, palette.background) >= 7
    assert contrast(palette.muted, palette.background) >= 4.5
    for status, colour in palette.status.items():
        assert contrast(colour, palette.background) >= 3, status


def test_charts_take_their_colours_from_the_config_file():
    config = tomllib.loads(theme.CONFIG_PATH.read_text(encoding="utf-8"))
    assert theme.LIGHT.teal == config["theme"]["light"]["chartCategoricalColors"][0]
    assert theme.DARK.red == config["theme"]["dark"]["redColor"]
