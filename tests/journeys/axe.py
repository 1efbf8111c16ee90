"""What axe-core finds on a page as it stands: who cannot see, or has no mouse, must be able to use what is ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).with_name("vendor") / "axe-4.14.1" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
GRAVE = ("serious", "critical")

STREAMLIT: dict[str, str] = {
    "list": "the navigation is a list with other elements between its items",
    "listitem": "the navigation is a list with other elements between its items",
    "target-size": "the parts of a date field are smaller than 24 px",
}
"""Rules that Streamlit's own elements break; each with what it does. Nothing of ours may break any."""


def grave_violations(page: Page, *inside: str) -> list[str]:
    """Serious and critical violations, as `rule: what at where`; all of the page, or inside one element.

    `inside` are selectors, one for each shadow root on the way: a component's frame, then what is in it.
    """
    page.evaluate(AXE.read_text(encoding="utf-8"))
    context: Any = {"include": {"fromShadowDom": list(inside)}} if inside else {"include": ["body"]}
    found = page.evaluate(
        "([context, tags]) => axe.run(context, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations', 'passes']})",
        [context, TAGS],
    )
    assert found["passes"], "axe looked at nothing"
    return [
        f"{violation['id']}: {violation['help']} at {node['target']}: {node['failureSummary']}"
        for violation in found["violations"]
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]


def shuts_out(page: Page) -> list[str]:
    """What is grave on a page of ours, in the light and in the dark; and whether it is wider than the screen."""
    found = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}, {violation}" for violation in grave_violations(page)]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("wider than the screen")
    return found


def but_for_streamlit(violations: list[str]) -> list[str]:
    """Those that are not of Streamlit's own making."""
    return [violation for violation in violations if violation.partition(":")[0] not in STREAMLIT]
