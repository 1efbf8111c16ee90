"""/hooks/stripe: the card processor says that something happened. Only what it has signed is written down."""

from __future__ import annotations

import anyio
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboards import cards, runtime
from dashboards.http.gate import RateLimit
from dashboards.http.public import guard
from practice.cards.events import receive
from practice.cards.processor import Event, Processor

_forged = RateLimit(limit=60, seconds=60)
"""Bodies without a good signature, from one address."""


async def stripe(request: Request) -> Response:
    """POST: 200 once the event is written down, 400 unless it is signed. Looked up by the beat, not here."""
    caller = guard.caller(request)
    if _forged.is_full(caller):
        return PlainTextResponse("Too many.", 429)
    running = runtime.current()
    found = await anyio.to_thread.run_sync(cards.processor, running.home, running.record)
    if found is None:
        return PlainTextResponse("No card processor is set up here.", 404)
    body = await request.body()
    event = await anyio.to_thread.run_sync(_read, found, body, request.headers.get("stripe-signature"))
    if event is None:
        _forged.allows(caller)
        return PlainTextResponse("This is not signed with our endpoint's secret, or too long ago.", 400)
    if event.is_live == found.is_live:
        await anyio.to_thread.run_sync(receive, running.record, event)
        cards.wake()
    return PlainTextResponse("Thank you.")


def _read(found: Processor, body: bytes, signature: str | None) -> Event | None:
    try:
        return found.event_of(body, signature)
    except ValueError:
        return None


ROUTES = [Route("/hooks/stripe", stripe, methods=["POST"])]
