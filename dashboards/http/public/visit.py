"""/visit/<secret>: one's own visit. Looking changes nothing; moving and cancelling are posts of our own forms."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboards import runtime
from dashboards.http.public import choosing, frame, guard
from dashboards.http.public import visit_view as view
from dashboards.http.public.serving import foot, practice_name, served
from practice.access.permissions import ONLINE
from practice.clock import local_date
from practice.errors import NotFound, Refusal
from practice.online import links
from practice.online.calendar_file import calendar_file
from practice.online.changing import (
    MOVED_ONLINE,
    cancel_online,
    movable_service,
    move_online,
    promise_of,
    require_changeable,
)
from practice.online.offering import next_times
from practice.scheduling.model import wall_time
from practice.store.work import Reader, Row

UNKNOWN = "This link opens no visit: it may be old, or not whole. Call the practice if you need help."
DAYS = 7


def see(request: Request, form: FormData) -> Response:
    """GET: what, when, where, with whom; and what can be done about it."""
    del form
    with runtime.current().record.read() as reader:
        return _see(reader, request, request.query_params, "", 200)


def move_form(request: Request, form: FormData) -> Response:
    """GET …/move: other times of the same service with the same provider; with `start`: is that the one?"""
    del form
    with runtime.current().record.read() as reader:
        visit = _visit(reader, request)
        try:
            require_changeable(reader, visit)
            service = movable_service(reader, visit)
        except Refusal as refusal:
            return _see(reader, request, {}, str(refusal), 409)
        wanted = _wall(request.query_params.get("start"))
        if wanted is None:
            return _times(reader, request, visit, service, request.query_params.get("from"), "", 200)
        body = view.confirm_move(reader, visit, promise_of(reader, visit), _path(request), wanted, guard.new_form())
        return _answer(reader, visit, "Move the visit", body)


def move(request: Request, form: FormData) -> Response:
    """POST …/move: the other time, once for each form."""
    stopped = guard.refusal(request, guard.changes)
    wanted, stamp = guard.typed(form, "start"), guard.again(form)
    secret = request.path_params["secret"]
    if stopped is None:
        try:
            runtime.current().record.run(
                move_online, ONLINE, key=_key("move", secret, stamp), reason=MOVED_ONLINE,
                token_hash=links.hashed(secret), wall_start=wanted,
            )  # fmt: skip
            return frame.onward(f"{_path(request)}?moved=1")
        except NotFound:
            raise NotFound(UNKNOWN) from None
        except Refusal as refusal:
            stopped = str(refusal), 409
    with runtime.current().record.read() as reader:
        visit = _visit(reader, request)
        try:
            service = movable_service(reader, visit)
            require_changeable(reader, visit)
        except Refusal:
            return _see(reader, request, {}, *stopped)
        return _times(reader, request, visit, service, wanted[:10], *stopped)


def cancel_form(request: Request, form: FormData) -> Response:
    """GET …/cancel: the policy first, then why."""
    del form
    with runtime.current().record.read() as reader:
        visit = _visit(reader, request)
        try:
            told = require_changeable(reader, visit)
        except Refusal as refusal:
            return _see(reader, request, {}, str(refusal), 409)
        body = view.cancel_form(reader, visit, told, _path(request), {}, "", guard.new_form())
        return _answer(reader, visit, "Cancel the visit", body)


def cancel(request: Request, form: FormData) -> Response:
    """POST …/cancel: with a reason, once for each form."""
    stopped = guard.refusal(request, guard.changes)
    typed, stamp = {name: guard.typed(form, name) for name in ("code", "words")}, guard.again(form)
    secret = request.path_params["secret"]
    words = " ".join(typed["words"].split())[:500]
    if stopped is None:
        try:
            runtime.current().record.run(
                cancel_online, ONLINE, key=_key("cancel", secret, stamp), reason=words or None,
                token_hash=links.hashed(secret), code=typed["code"],
            )  # fmt: skip
            return frame.onward(f"{_path(request)}?cancelled=1")
        except NotFound:
            raise NotFound(UNKNOWN) from None
        except Refusal as refusal:
            stopped = str(refusal), 409
    with runtime.current().record.read() as reader:
        visit = _visit(reader, request)
        try:
            told = require_changeable(reader, visit)
        except Refusal:
            return _see(reader, request, {}, *stopped)
        body = view.cancel_form(reader, visit, told, _path(request), typed, stopped[0], stamp)
        return _answer(reader, visit, "Cancel the visit", body, stopped[1])


def calendar(request: Request, form: FormData) -> Response:
    """GET …/visit.ics: this visit for one's own calendar."""
    del form
    with runtime.current().record.read() as reader:
        body = calendar_file(reader, _visit(reader, request), practice_name(reader))
    headers = frame.HEADERS | {"Content-Disposition": 'attachment; filename="visit.ics"'}
    return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)


def _visit(reader: Reader, request: Request) -> Row:
    """The visit behind the link; whatever is wrong with the link, the answer is the same."""
    secret = request.path_params["secret"]
    found = links.visit_behind(reader, links.hashed(secret)) if links.is_secret(secret) else None
    if found is None:
        raise NotFound(UNKNOWN if guard.guesses.allows(guard.caller(request)) else guard.TOO_MANY)
    return found


def _see(reader: Reader, request: Request, asked: object, sentence: str, status: int) -> Response:
    visit = _visit(reader, request)
    said = dict(asked) if asked else {}
    scheme = request.headers.get("x-forwarded-proto") or request.url.scheme
    base = f"{'https' if scheme == 'https' else 'http'}://{request.url.netloc}"  # as the reader sees it
    body = view.visit_page(reader, visit, promise_of(reader, visit), _path(request), base, said, sentence)
    return _answer(reader, visit, "Your visit", body, status)


def _times(
    reader: Reader, request: Request, visit: Row, service: Row, since: str | None, sentence: str, status: int
) -> Response:
    today = local_date(reader.now, visit["zone"])
    first = max(today, _date(since) or today)
    rows = next_times(
        reader, visit["location_id"], service, visit["provider_id"], first=first, days=DAYS, mode=visit["mode"],
        client_id=visit["client_id"], ignoring=visit["appointment_id"],
    )  # fmt: skip
    rows = [row for row in rows if row["wall_start"] != visit["wall_start"]]
    told = promise_of(reader, visit)
    body = view.move_times(reader, visit, told, _path(request), rows, today, sentence)
    if rows:
        later = rows[-1]["wall_start"].date() + timedelta(days=1)
        link = choosing.address(f"{_path(request)}/move", {"from": str(later)})
        body += f'<nav class="pages" aria-label="Days"><a href="{frame.text(link)}">Later times</a></nav>'
    return _answer(reader, visit, "Move the visit", body, status)


def _answer(reader: Reader, visit: Row, title: str, body: str, status: int = 200) -> Response:
    place = {"name": visit["location"], "address": visit["address"], "phone": visit["phone"]}
    return frame.answer(title, body, practice=practice_name(reader), foot=foot(place), status=status)


def _path(request: Request) -> str:
    return f"/visit/{frame.text(request.path_params['secret'])}"


def _key(what: str, secret: str, stamp: dict[str, str]) -> str:
    """The idempotency key: of this form on this link."""
    return hashlib.sha256(f"{what}:{secret}:{stamp['form']}".encode()).hexdigest()


def _wall(text: str | None) -> datetime | None:
    try:
        return wall_time(text or "")
    except Refusal:
        return None


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


ROUTES = [
    Route("/visit/{secret}", served(see)),
    Route("/visit/{secret}/move", served(move_form)),
    Route("/visit/{secret}/move", served(move), methods=["POST"]),
    Route("/visit/{secret}/cancel", served(cancel_form)),
    Route("/visit/{secret}/cancel", served(cancel), methods=["POST"]),
    Route("/visit/{secret}/visit.ics", served(calendar)),
]
