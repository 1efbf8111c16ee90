"""/offer/<secret>: a place that came free, offered to one client of the waitlist. Looking at it changes nothing."""

from __future__ import annotations

import html
from datetime import datetime
from typing import Any

import anyio
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from dashboards import runtime
from dashboards.http.gate import RateLimit
from dashboards.http.html import alert, page
from practice.access.permissions import ONLINE
from practice.errors import Refusal
from practice.waitlist.answers import ANSWERS, OVER, answer_offer
from practice.waitlist.offers import hash_of
from practice.waitlist.reading import offer_behind

_attempts = RateLimit(limit=60, seconds=60)
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",  # the address is the secret
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
_UNKNOWN = "This link is not one of ours, or it is incomplete; open it from the message again."


async def show(request: Request) -> Response:
    """GET: the place and the two answers; or what became of the offer."""
    if not _is_allowed(request):
        return _too_many()
    found = await anyio.to_thread.run_sync(_read, hash_of(request.path_params["secret"]))
    return _html(*_body(found)) if found else _html("Offer", f"<h1>Offer</h1>{alert(_UNKNOWN)}", 404)


async def answer(request: Request) -> Response:
    """POST: accept, decline, or leave the waitlist. The same answer twice is the same answer."""
    if not _is_allowed(request):
        return _too_many()
    form = await request.form()
    given = form.get("answer")
    token_hash = hash_of(request.path_params["secret"])
    refusal, done = "", {}
    try:
        done = await anyio.to_thread.run_sync(_run, token_hash, given if isinstance(given, str) else "")
    except Refusal as error:
        refusal = str(error)
    found = await anyio.to_thread.run_sync(_read, token_hash)
    if not found:
        return _html("Offer", f"<h1>Offer</h1>{alert(_UNKNOWN)}", 404)
    return _html(*_body(found, refusal, has_left=done.get("status") == "left"), 409 if refusal else 200)


ROUTES = [
    Route("/offer/{secret}", show),
    Route("/offer/{secret}", answer, methods=["POST"]),
]


def _is_allowed(request: Request) -> bool:
    return _attempts.allows(request.client.host if request.client else "?")


def _read(token_hash: str) -> dict[str, Any] | None:
    with runtime.current().record.read() as reader:
        return offer_behind(reader, token_hash)


def _run(token_hash: str, given: str) -> dict[str, Any]:
    answered: dict[str, Any] = runtime.current().record.run(
        answer_offer, ONLINE, token_hash=token_hash, answer=given if given in ANSWERS else "nothing"
    )
    return answered


def _html(title: str, body: str, status: int = 200) -> Response:
    return HTMLResponse(page(title, body), status, headers=_HEADERS)


def _too_many() -> Response:
    return _html("Offer", f"<h1>Offer</h1>{alert('Too many calls from here; wait a minute and try again.')}", 429)


def _body(found: dict[str, Any], refusal: str = "", *, has_left: bool = False) -> tuple[str, str]:
    """Title and body of the page, by what became of the offer."""
    state = found["state"]
    if has_left:
        return "Waitlist", "<h1>You are off the waitlist</h1>" + _by(found, "Call us if you change your mind.")
    if state == "sent":
        return "A visit for you", f"<h1>A visit is free</h1>{_place(found)}{alert(refusal)}{_form(found)}{_by(found)}"
    if state == "accepted":
        return "Your visit", f"<h1>The visit is yours</h1>{_place(found)}" + _by(found, "See you then.")
    sentence = refusal or OVER.get(state, OVER["withdrawn"])
    leave = _leave_form() if found["is_waiting"] else ""
    return "Offer", f'<h1>{_heading(state)}</h1><p role="status">{html.escape(sentence)}</p>{_by(found)}{leave}'


def _heading(state: str) -> str:
    words = {"lost": "The visit is taken", "declined": "Thank you for your answer", "expired": "The time is over"}
    return words.get(state, "This offer is over")


def _place(found: dict[str, Any]) -> str:
    start: datetime = found["wall_start"]
    zone = str(found["zone"]).rsplit("/", 1)[-1].replace("_", " ")
    where = " · ".join(html.escape(part) for part in (found["location"], found["address"]) if part)
    replaces = '<p class="hint">It replaces your later visit.</p>' if found["replaces"] else ""
    return (
        f'<p class="when"><strong>{start:%A %-d %B, %H:%M}</strong><br><span class="hint">{html.escape(zone)} time, '
        f"{found['minutes']} minutes</span></p>"
        f"<p>{html.escape(found['service'])} with {html.escape(found['provider'])}<br>{where}</p>{replaces}"
    )


def _form(found: dict[str, Any]) -> str:
    return (
        '<form method="post"><button name="answer" value="accept">Take this visit</button>'
        '<button class="quiet" name="answer" value="decline">No, thank you</button></form>'
        f'<p class="hint">Please answer by {found["answer_by"]:%H:%M on %A %-d %B}. '
        "The first who accepts gets the visit.</p>" + _leave_form()
    )


def _leave_form() -> str:
    return (
        "<details><summary>I do not need a visit any more</summary>"
        '<form method="post"><button class="quiet" name="answer" value="leave">Take me off the waitlist</button></form>'
        "</details>"
    )


def _by(found: dict[str, Any], sentence: str = "") -> str:
    """Who says it, and how to reach them."""
    said = f"{html.escape(sentence)} " if sentence else ""
    phone = f" · {html.escape(found['phone'])}" if found["phone"] else ""
    return f'<p class="hint">{said}{html.escape(found["practice"])}{phone}</p>'
