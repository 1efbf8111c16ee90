"""The frame of the public pages: phone first, no script needed, nothing from other sites."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from string import Template
from typing import Any

from starlette.responses import HTMLResponse, RedirectResponse, Response

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; script-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # The address of a visit's page is its key: no other site may learn it. Without any referrer older
    # browsers would call our own forms foreign.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}

_FRAME = Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>$title · $practice</title>
<link rel="icon" href="/app/static/favicon.png">
<link rel="stylesheet" href="/app/static/public.css"><script src="/app/static/public.js" defer></script></head>
<body><header><p>$practice</p></header>
<main id="main">$body</main>
<footer>$foot</footer></body></html>
""")


def text(value: Any) -> str:
    """A value as text of a page: never markup."""
    return html.escape(str(value), quote=True)


def lines(value: str | None) -> str:
    """Text of several lines."""
    return text(value or "").replace("\n", "<br>")


def answer(title: str, body: str, *, practice: str, foot: str = "", status: int = 200) -> Response:
    """A whole page around `body` and `foot` (already HTML)."""
    return HTMLResponse(document(title, body, practice=practice, foot=foot), status, headers=HEADERS)


def document(title: str, body: str, *, practice: str, foot: str = "") -> str:
    """Its text."""
    return _FRAME.substitute(title=text(title), practice=text(practice or "Booking"), body=body, foot=foot)


def onward(path: str) -> Response:
    """After a post: look at that page."""
    return RedirectResponse(path, 303, headers=HEADERS)


def alert(sentence: str) -> str:
    """A refusal, read out at once and reached first."""
    return f'<p role="alert" class="alert" tabindex="-1">{text(sentence)}</p>' if sentence else ""


def hidden(values: Mapping[str, str | None]) -> str:
    """Fields that a form carries along."""
    return "".join(
        f'<input type="hidden" name="{text(name)}" value="{text(value)}">' for name, value in values.items() if value
    )


def field(
    name: str, label: str, value: str = "", *, kind: str = "text", hint: str = "", wrong: str = "", extra: str = ""
) -> str:
    """A labelled input that keeps what was typed; `wrong` says what is the matter with it."""
    notes = [(f"{name}-wrong", wrong, "wrong"), (f"{name}-hint", hint, "hint")]
    shown = [(key, note, style) for key, note, style in notes if note]
    described = f' aria-describedby="{" ".join(key for key, _, _ in shown)}"' if shown else ""
    invalid = ' aria-invalid="true"' if wrong else ""
    below = "".join(f'<p class="{style}" id="{key}">{text(note)}</p>' for key, note, style in shown)
    return (
        f'<div class="field"><label for="{name}">{text(label)}</label><input id="{name}" name="{name}" type="{kind}"'
        f' value="{text(value)}"{described}{invalid} {extra}>{below}</div>'
    )


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """A list of facts, each under its name; values are HTML already, empty ones are left out."""
    rows = "".join(f"<div><dt>{text(name)}</dt><dd>{value}</dd></div>" for name, value in pairs if value)
    return f'<dl class="facts">{rows}</dl>'


def tel(phone: str | None) -> str:
    """A number that a phone can call."""
    if not phone:
        return ""
    digits = "".join(sign for sign in phone if sign.isdigit() or sign == "+")
    return f'<a href="tel:{text(digits)}">{text(phone)}</a>'
