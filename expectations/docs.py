"""Data Docs: the last validation at each door as pages in `quality/docs/`, readable without the app or a network.

Great Expectations' own site loads styles and scripts from five foreign hosts; these pages hold everything themselves.
"""

from __future__ import annotations

import html
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from expectations.check import CRITICAL, DOORS, RECORD, CheckResult
from practice.home import Home

TITLES = {"landing": "What arrived", "dbt": "What was built", "served": "What is served"}
_STYLE = """
:root{color-scheme:light dark;--ink:#0a1211;--soft:#5b6b68;--line:#d9e0de;--ok:#047857;--bad:#c62f2b;--odd:#946200}
@media(prefers-color-scheme:dark){
  :root{--ink:#e8efed;--soft:#9db0ac;--line:#2b3a37;--ok:#34d399;--bad:#f87171;--odd:#eacb3f}body{background:#0f1716}
}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);max-width:70rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}p,td.found{color:var(--soft)}.ok{color:var(--ok)}.critical{color:var(--bad)}.warning{color:var(--odd)}
table{border-collapse:collapse;width:100%}th{text-align:left;font-weight:600}code{font-size:.85em;color:var(--soft)}
td,th{border-bottom:1px solid var(--line);padding:.45rem .6rem .45rem 0;vertical-align:top}
"""


def docs_folder(home: Home) -> Path:
    """Where the pages are; `index.html` is the first."""
    return home.quality / "docs"


def write_docs(home: Home, door: str, results: Iterable[CheckResult], build_id: str, checked_at: datetime) -> Path:
    """Write the page of a door's last validation, and the front page. Returns the front page's path."""
    folder = docs_folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    _put(folder / f"{door}.html", _page(TITLES[door], _door(tuple(results), build_id, checked_at)))
    parts = [
        f'<li><a href="{name}.html">{TITLES[name]}</a></li>' for name in DOORS if (folder / f"{name}.html").exists()
    ]
    lead = "<p>The last validation at each door. History: the page Data quality, and the table quality_results.</p>"
    front = folder / "index.html"
    _put(front, _page("Data Docs", f"{lead}<ul>{''.join(parts)}</ul>"))
    return front


def _door(results: tuple[CheckResult, ...], build_id: str, checked_at: datetime) -> str:
    failed = [result for result in results if not result.success]
    said = f"{len(results) - len(failed)} of {len(results)} checks passed"
    head = f"<p>Build {html.escape(build_id)}, {checked_at:%-d %B %Y, %H:%M} UTC. <strong>{said}.</strong></p>"
    ordered = sorted(results, key=lambda result: (result.success, result.severity != CRITICAL, result.check))
    columns = "<tr><th>Result</th><th>What must hold</th><th>What was found</th></tr>"
    return f"{head}<table>{columns}{''.join(map(_row, ordered))}</table>"


def _row(result: CheckResult) -> str:
    sign, kind = ("passed", "ok") if result.success else (f"failed, {result.severity}", result.severity)
    where = "" if result.scope == RECORD else f", import {html.escape(result.scope)}"
    found = html.escape(result.observed) or (f"{result.value:g}" if result.value is not None else "")
    return (
        f'<tr><td class="{kind}">{sign}</td><td>{html.escape(result.sentence)}<br>'
        f'<code>{html.escape(result.check)}{where}</code></td><td class="found">{found}</td></tr>'
    )


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{title}</title><style>{_STYLE}</style><nav><a href="index.html">Data Docs</a></nav>'
        f"<h1>{title}</h1>{body}</html>"
    )


def _put(target: Path, text: str) -> None:
    part = target.with_name(target.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, target)
