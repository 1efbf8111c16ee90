"""How the API is served: a key, its scope, what was sent checked, and every "no" as problem+json."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable
from typing import Any

import anyio
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from dashboards import runtime
from dashboards.http.api.description import description
from dashboards.http.api.endpoints import ENDPOINTS, Call, Endpoint
from dashboards.http.api.models import Problem
from dashboards.http.api.page import page
from dashboards.http.gate import RateLimit
from dashboards.http.public import frame
from dashboards.http.public.guard import caller
from practice.access.permissions import Actor
from practice.errors import Conflict, NotFound, NotPermitted, Refusal, StorageTrouble
from practice.online import links
from practice.online.keys import key_holder

per_address = RateLimit(limit=600, seconds=60)
per_key = RateLimit(limit=300, seconds=60)
wrong_keys = RateLimit(limit=20, seconds=60)

BASE = "/api/v1"
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
NO_KEY = Refusal("Send a key that is in force: Authorization: Bearer daybook_…", rule="key")
TITLES = {
    400: "Not understood", 401: "No key", 403: "Not allowed", 404: "Not found", 409: "In the way", 422: "Not valid",
    429: "Too many requests", 503: "Not now",
}  # fmt: skip
_KINDS: tuple[tuple[type[Refusal], int], ...] = (
    (NotFound, 404), (NotPermitted, 403), (StorageTrouble, 503), (Conflict, 409), (Refusal, 422),
)  # fmt: skip


def _served(endpoint: Endpoint) -> Callable[[Request], Any]:
    async def handler(request: Request) -> Response:
        body = await request.body()
        return await anyio.to_thread.run_sync(_answer, endpoint, request, body)

    return handler


def _answer(endpoint: Endpoint, request: Request, body: bytes) -> Response:
    """The answer, or why there is none."""
    if not per_address.allows(caller(request)):
        return problem(429, Refusal("That was a lot at once; wait a minute and try again.", rule="rate"))
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    held = key_holder(runtime.current().record, bearer) if links.is_secret(bearer) else None
    if held is None:
        # Unknown and revoked keys, and none at all, hear the same; who guesses has to wait.
        return problem(401 if wrong_keys.allows(caller(request)) else 429, NO_KEY)
    actor, scopes = held
    if not per_key.allows(actor.user_id):
        return problem(429, Refusal("This key asks too often; wait a minute and try again.", rule="rate"))
    if endpoint.scope not in scopes:
        return problem(403, Refusal(f"This key lacks the scope {endpoint.scope}; make one that has it.", rule="scope"))
    try:
        call = _call(endpoint, request, body, actor, bearer)
        answer = endpoint.does(call).model_dump_json()
    except Refusal as refusal:
        return problem(next(status for kind, status in _KINDS if isinstance(refusal, kind)), refusal)
    return Response(answer, endpoint.status, headers=HEADERS, media_type="application/json")


def _call(endpoint: Endpoint, request: Request, body: bytes, actor: Actor, bearer: str) -> Call:
    """What was sent, checked by the definition that the description shows."""
    given: Any = dict(request.query_params)
    if endpoint.is_writing:
        try:
            given = json.loads(body or b"{}")
        except ValueError:
            raise Refusal("The body is no JSON; send an object as described.", rule="json") from None
    try:
        # Of a query everything is text, so that numbers are read from it; of JSON nothing is turned into another type.
        sent = endpoint.takes.model_validate_json(json.dumps(given)) if endpoint.is_writing else (
            endpoint.takes.model_validate(given)
        )  # fmt: skip
    except ValidationError as error:
        raise _invalid(error) from None
    repeat = request.headers.get("idempotency-key", "") if endpoint.is_writing else ""
    if len(repeat) > 255:
        raise Refusal("An Idempotency-Key has at most 255 characters.", rule="idempotency_key")
    # What follows from the key and the header is the same for a repeated call, and nobody else can reckon it.
    key = hashlib.sha256(f"{actor.user_id}:{endpoint.name}:{repeat}".encode()).hexdigest() if repeat else None
    secret = links.derived("visit", f"{bearer}:{repeat}") if repeat else secrets.token_urlsafe(24)
    return Call(actor, sent, request.path_params.get("booking_id", ""), key, secret)


def _invalid(error: ValidationError) -> Refusal:
    """The first thing that does not fit, without what was sent: it may be about a person."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    return Refusal(f"{field or 'The body'}: {first['msg']}.", field=field or None)


def problem(status: int, refusal: Refusal) -> Response:
    """A refusal as RFC 9457 has it."""
    body = Problem(
        type=f"urn:daybook:rule:{refusal.rule}", title=TITLES[status], status=status, detail=str(refusal),
        rule=refusal.rule, field=refusal.field, alternatives=list(refusal.alternatives),
    )  # fmt: skip
    extra = {"WWW-Authenticate": "Bearer"} if status == 401 else {"Retry-After": "60"} if status == 429 else {}
    return JSONResponse(body.model_dump(), status, headers=HEADERS | extra, media_type="application/problem+json")


async def openapi(request: Request) -> Response:
    """GET /api/openapi.json: the description, made of the endpoints themselves."""
    del request
    return JSONResponse(description(), headers=HEADERS)


async def readable(request: Request) -> Response:
    """GET /api: the same for people."""
    del request
    return HTMLResponse(page(), headers=frame.HEADERS)


ROUTES = [
    *(Route(BASE + one.path, _served(one), methods=[one.method]) for one in ENDPOINTS),
    Route("/api/openapi.json", openapi),
    Route("/api", readable),
]
