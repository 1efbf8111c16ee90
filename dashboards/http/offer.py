"""/offer/<secret>: a place that came free, offered to one client of the waitlist. Looking at it changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import anyio
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboards import runtime
from dashboards.components.desk.words import place, span
from dashboards.http.gate import RateLimit
from dashboards.http.public import frame, guard
from practice.access.permissions import ONLINE
from practice.errors import Refusal
from practice.waitlist.answers import ANSWERS, answer_offer
from practice.waitlist.offers import hash_of
from practice.waitlist.reading import offer_behind

_attempts = RateLimit(limit=60, seconds=60)
_UNKNOWN = "This link is not one of ours, or it is incomplete; open it from the message again."


async def show(request: Request) -> Response:
    """GET: the place and the two answers; or what became of the offer."""
    if not _attempts.allows(guard.caller(request)):
        return _stop(guard.TOO_MANY, 429)
    found = await anyio.to_thread.run_sync(_read, hash_of(request.path_params["secret"]))
    return _page(found) if found else _stop(_UNKNOWN, 404)


async def answer(request: Request) -> Response:
    """POST: accept, decline, or leave the waitlist. The same answer twice is the same answer."""
    if stopped := guard.refusal(request, _attempts):
        return _stop(*stopped)
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
        return _stop(_UNKNOWN, 404)
    refusal = refusal or done.get("sentence", "")
    return _page(found, refusal, has_left=done.get("status") == "left")


ROUTES = [
    Route("/offer/{secret}", show),
    Route("/offer/{secret}", answer, methods=["POST"]),
]


def _read(token_hash: str) -> dict[str, Any] | None:
    with runtime.current().record.read() as reader:
        return offer_behind(reader, token_hash)


def _run(token_hash: str, given: str) -> dict[str, Any]:
    answered: dict[str, Any] = runtime.current().record.run(
        answer_offer, ONLINE, token_hash=token_hash, answer=given if given in ANSWERS else "nothing"
    )
    return answered


def _stop(sentence: str, status: int) -> Response:
    with runtime.current().record.read() as reader:
        practice = reader.setting("practice_name", "")
    return frame.answer("Offer", f"<h1>Offer</h1>{frame.alert(sentence)}", practice=practice, status=status)


def _page(found: dict[str, Any], refusal: str = "", *, has_left: bool = False) -> Response:
    """The page by what became of the offer; 409 where what was pressed could not be done."""
    title, body = _body(found, refusal, has_left=has_left)
    call = f"<p>Questions? {frame.tel(found['phone'])}</p>" if found["phone"] else ""
    return frame.answer(title, body, practice=found["practice"], foot=call, status=409 if refusal else 200)


def _body(found: dict[str, Any], refusal: str, *, has_left: bool) -> tuple[str, str]:
    state = found["state"]
    if has_left:
        return "Waitlist", "<h1>You are off the waitlist</h1><p>Call us if you change your mind.</p>"
    if state == "sent":
        return "A visit is free", f"<h1>A visit is free</h1>{frame.alert(refusal)}{_place(found)}{_form(found)}"
    if state == "accepted":
        return "Your visit", f"<h1>The visit is yours</h1>{frame.alert(refusal)}{_place(found)}"
    sentence, cause = refusal or found["sentence"], found["cause"]
    leave = _leave_form() if found["is_waiting"] else ""
    return "Offer", f'<h1>{_heading(cause)}</h1><p role="status">{frame.text(sentence)}</p>{leave}'


def _heading(cause: str) -> str:
    taken = "The visit is taken"
    words = {"lost": taken, "taken": taken, "declined": "Thank you for your answer", "expired": "The time is over"}
    return words.get(cause, "This offer is over")


def _place(found: dict[str, Any]) -> str:
    start: datetime = found["wall_start"]
    at = span(start, start + timedelta(minutes=found["minutes"]))
    where = frame.text(found["location"])
    where += f"<br>{frame.text(found['address'])}" if found["address"] else ""
    replaces = "It takes the place of your later visit." if found["replaces"] else ""
    return frame.facts(
        [
            ("What", frame.text(found["service"])),
            ("When", f"<strong>{start:%A %-d %B}, {at}</strong><br>{frame.text(place(found['zone']))}"),
            ("With", frame.text(found["provider"])),
            ("Where", where),
            ("Then", replaces),
        ]
    )


def _form(found: dict[str, Any]) -> str:
    return (
        _button("accept", "Take this visit", "main")
        + _button("decline", "No, thank you", "second")
        + f'<p class="hint">Please answer by {found["answer_by"]:%H:%M on %A %-d %B}. '
        "The first who accepts gets the visit.</p>" + _leave_form()
    )


def _leave_form() -> str:
    button = _button("leave", "Take me off the waitlist", "second")
    return f"<details><summary>I do not need a visit any more</summary>{button}</details>"


def _button(given: str, label: str, style: str) -> str:
    return (
        '<form method="post" data-once>'
        f'<button class="{style}" name="answer" value="{given}">{frame.text(label)}</button></form>'
    )
