"""/stop/<secret>: whoever holds the link of a message ends such messages, with one click and without signing in.

Looking changes nothing, because mail programs look at links too; the button, or the mail program's own, does it.
"""

from __future__ import annotations

import anyio
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboards import runtime
from dashboards.http.gate import RateLimit
from dashboards.http.public import frame, guard
from practice.access.permissions import ONLINE
from practice.errors import NotFound
from practice.messages.consent import hash_of, purpose_of_link, stop_messages
from practice.messages.kinds import PURPOSES
from practice.messages.settings import message_settings

_LONGEST_SECRET = 64
_calls = RateLimit(limit=30, seconds=60)


def _look(secret: str) -> tuple[str | None, str]:
    """The purpose that the link stops (None: nobody's link), and the practice's name."""
    with runtime.current().record.read() as reader:
        purpose = purpose_of_link(reader, hash_of(secret)) if len(secret) <= _LONGEST_SECRET else None
        return purpose, message_settings(reader).sender


def _practice() -> str:
    with runtime.current().record.read() as reader:
        return message_settings(reader).sender


def _stop(secret: str) -> bool:
    try:
        runtime.current().record.run(stop_messages, ONLINE, secret_hash=hash_of(secret))
    except NotFound:
        return False
    return True


async def stop(request: Request) -> Response:
    """Show what the link stops, or stop it."""
    if not _calls.allows(guard.caller(request)):
        practice = await anyio.to_thread.run_sync(_practice)
        return _page(practice, "Please wait a minute", "Then open the link again.", status=429)
    secret = request.path_params["secret"]
    purpose, practice = await anyio.to_thread.run_sync(_look, secret)
    name = frame.text(practice)
    is_asked = request.method == "POST"
    if purpose is None or (is_asked and not await anyio.to_thread.run_sync(_stop, secret)):
        sorry = "Call the practice, and we will stop the messages."
        return _page(practice, "This link does not work any more", sorry, status=404)
    what = frame.text(PURPOSES[purpose].lower())
    if is_asked:
        sentence = f"{name} sends you no {what} any more. If you change your mind, tell the practice."
        return _page(practice, "Stopped", sentence, role="status")
    sentence = (
        f"{name} will not send you <strong>{what}</strong> any more. "
        "Messages about visits that you have booked still come."
    )
    button = '<form method="post" data-once><button class="main">Stop these messages</button></form>'
    return _page(practice, "Stop these messages?", sentence, button)


def _page(
    practice: str, title: str, sentence: str, after: str = "", *, status: int = 200, role: str = ""
) -> Response:  # fmt: skip
    """`sentence` and `after` are HTML already."""
    said = f' role="{role}"' if role else ""
    return frame.answer(title, f"<h1>{title}</h1><p{said}>{sentence}</p>{after}", practice=practice, status=status)


ROUTES = [Route("/stop/{secret}", stop, methods=["GET", "POST"])]
