"""/stop/<secret>: whoever holds the link of a message ends such messages, with one click and without signing in.

Looking changes nothing, because mail programs look at links too; the button, or the mail program's own, does it.
"""

from __future__ import annotations

import html

import anyio
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from dashboards import runtime
from dashboards.http.gate import RateLimit
from dashboards.http.html import page
from practice.access.permissions import ONLINE
from practice.errors import NotFound
from practice.messages.consent import hash_of, purpose_of_link, stop_messages
from practice.messages.kinds import PURPOSES
from practice.messages.settings import message_settings

_LONGEST_SECRET = 64
_calls = RateLimit(limit=30, seconds=60)
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def _look(secret: str) -> tuple[str | None, str]:
    """The purpose that the link stops (None: nobody's link), and the practice's name."""
    with runtime.current().record.read() as reader:
        purpose = purpose_of_link(reader, hash_of(secret)) if len(secret) <= _LONGEST_SECRET else None
        return purpose, message_settings(reader).sender


def _stop(secret: str) -> bool:
    try:
        runtime.current().record.run(stop_messages, ONLINE, secret_hash=hash_of(secret))
    except NotFound:
        return False
    return True


async def stop(request: Request) -> Response:
    """Show what the link stops, or stop it."""
    if not _calls.allows(request.client.host if request.client else ""):
        return _page("Too many tries", "<h1>Please wait a minute</h1><p>Then open the link again.</p>", 429)
    secret = request.path_params["secret"]
    purpose, practice = await anyio.to_thread.run_sync(_look, secret)
    name = html.escape(practice)
    if purpose is None:
        body = "<h1>This link does not work any more</h1><p>Call the practice, and we will stop the messages.</p>"
        return _page("Messages", body, 404)
    what = html.escape(PURPOSES[purpose].lower())
    if request.method != "POST":
        body = (
            f"<h1>Stop these messages?</h1><p>{name} will not send you <strong>{what}</strong> any more. "
            "Messages about visits that you have booked still come.</p>"
            '<form method="post"><button>Stop these messages</button></form>'
        )
        return _page("Stop messages", body)
    if not await anyio.to_thread.run_sync(_stop, secret):
        return _page("Messages", "<h1>This link does not work any more</h1>", 404)
    body = (
        f'<h1>Stopped</h1><p role="status">{name} sends you no {what} any more. If you change your mind, tell the '
        "practice.</p>"
    )
    return _page("Stopped", body)


def _page(title: str, body: str, status: int = 200) -> Response:
    return HTMLResponse(page(title, body), status, headers=_HEADERS)


ROUTES = [Route("/stop/{secret}", stop, methods=["GET", "POST"])]
