"""The door: every HTTP request and websocket needs a live session, but for a short list of open paths.

It is also where a route that fails in a way nobody foresaw ends: people get a number, the log gets the place.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections import defaultdict, deque
from urllib.parse import quote

import anyio
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboards import runtime
from dashboards.failures import where
from dashboards.frame import first_page
from dashboards.pages import ADDRESSES
from dashboards.session import COOKIE
from practice.access.permissions import Actor
from practice.access.sign_in import session_actor

OPEN_PATHS = ("/login", "/setup", "/healthz", "/feed", "/feed/head", "/book", "/api", "/hooks/stripe")
OPEN_PREFIXES = (
    "/app/static/",
    "/calendar/",
    "/kiosk/",
    "/offer/",
    "/paper/",
    "/pay/",
    "/stop/",
    "/book/",
    "/visit/",
    "/api/",
)
LARGEST_FORM = 64 * 1024
"""Bytes that an open path takes from somebody whom nobody knows yet."""

LARGEST_EVENT = 512 * 1024
"""Bytes of what a card processor says."""

_log = logging.getLogger("daybook.routes")


class Gate:
    """Pure ASGI middleware. Without a session pages go to sign-in, other calls get 401, websockets are refused."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        if scope["type"] == "http" and (path in OPEN_PATHS or path.startswith(OPEN_PREFIXES)):
            await self._answer(scope, receive, send)
            return
        token = HTTPConnection(scope).cookies.get(COOKIE)
        session = await anyio.to_thread.run_sync(session_actor, runtime.current().record, token)
        if session and scope["type"] == "http" and scope["method"] == "GET" and await _is_first(path, session.actor):
            # Streamlit serves a role's first page at the root alone, and calls its own address unknown.
            query = scope["query_string"].decode("latin-1")
            await RedirectResponse("/" + (f"?{query}" if query else ""), 307)(scope, receive, send)
        elif session:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        elif scope["method"] == "GET" and not path.startswith("/_stcore"):
            asked = path + ("?" + scope["query_string"].decode("latin-1") if scope["query_string"] else "")
            await RedirectResponse("/login?next=" + quote(asked), 303)(scope, receive, send)
        else:
            await JSONResponse({"error": "Sign in first."}, 401)(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One of our own routes: a small body, and never an exception's text, which may hold what somebody typed."""
        length = HTTPConnection(scope).headers.get("content-length", "0")
        is_chunked = "transfer-encoding" in HTTPConnection(scope).headers
        largest = LARGEST_EVENT if scope["path"].startswith("/hooks/") else LARGEST_FORM
        if is_chunked or not length.isdigit() or int(length) > largest:
            await PlainTextResponse("That is more than a form of ours holds.", 413)(scope, receive, send)
            return
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            number = uuid.uuid4().hex[:8]
            _log.error("failure %s: %s\n%s", number, type(error).__name__, where(error))
            sentence = f"This failed, and nothing was saved. Try again; if it happens again, tell support {number}."
            await PlainTextResponse(sentence, 500)(scope, receive, send)


async def _is_first(path: str, person: Actor) -> bool:
    address = path.strip("/")
    return address in ADDRESSES and address == await anyio.to_thread.run_sync(first_page, person)


class RateLimit:
    """At most `limit` calls in `seconds` for each caller; forgets idle callers."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit, self._seconds = limit, seconds
        self._calls: dict[str, deque[float]] = defaultdict(deque)

    def allows(self, caller: str) -> bool:
        """Whether this call may go on; counts it if so."""
        if len(self._calls) > 10_000:
            self._calls.clear()
        if self.is_full(caller):
            return False
        self._calls[caller].append(time.monotonic())
        return True

    def is_full(self, caller: str) -> bool:
        """Whether a further call would be one too many; counts nothing."""
        calls = self._calls[caller]
        while calls and calls[0] <= time.monotonic() - self._seconds:
            calls.popleft()
        return len(calls) >= self._limit
