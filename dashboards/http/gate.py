"""The door: every HTTP request and websocket needs a live session, but for a short list of open paths."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from urllib.parse import quote

import anyio
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboards import runtime
from dashboards.session import COOKIE
from practice.access.sign_in import session_actor

OPEN_PATHS = ("/login", "/setup", "/healthz", "/feed", "/feed/head")
OPEN_PREFIXES = ("/app/static/",)


class Gate:
    """Pure ASGI middleware. Without a session pages go to sign-in, other calls get 401, websockets are refused."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        if path in OPEN_PATHS or path.startswith(OPEN_PREFIXES):
            await self.app(scope, receive, send)
            return
        token = HTTPConnection(scope).cookies.get(COOKIE)
        if await anyio.to_thread.run_sync(session_actor, runtime.current().record, token):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        elif scope["method"] == "GET" and not path.startswith("/_stcore"):
            await RedirectResponse("/login?next=" + quote(path), 303)(scope, receive, send)
        else:
            await JSONResponse({"error": "Sign in first."}, 401)(scope, receive, send)


class RateLimit:
    """At most `limit` calls in `seconds` for each caller; forgets idle callers."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit, self._seconds = limit, seconds
        self._calls: dict[str, deque[float]] = defaultdict(deque)

    def allows(self, caller: str) -> bool:
        """Whether this call may go on; counts it if so."""
        now = time.monotonic()
        if len(self._calls) > 10_000:
            self._calls.clear()
        calls = self._calls[caller]
        while calls and calls[0] <= now - self._seconds:
            calls.popleft()
        if len(calls) >= self._limit:
            return False
        calls.append(now)
        return True
