"""How a public page is served: off the event loop, and with one answer for everything that is not there."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import anyio
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from dashboards import runtime
from dashboards.http.public import frame, guard
from practice.access.permissions import ONLINE
from practice.errors import NotFound
from practice.people.queries import locations
from practice.store.work import Reader, Row

Page = Callable[[Request, FormData], Response]


def served(page: Page) -> Callable[[Request], Any]:
    """The page as a route. Too many looks from one place have to wait; what does not exist is always the same page."""

    @functools.wraps(page)
    async def handler(request: Request) -> Response:
        if not guard.looks.allows(guard.caller(request)):
            return nothing_here(guard.TOO_MANY, 429)
        form = await request.form() if request.method == "POST" else FormData()
        return await anyio.to_thread.run_sync(_try, page, request, form)

    return handler


def _try(page: Page, request: Request, form: FormData) -> Response:
    try:
        return page(request, form)
    except NotFound as refusal:
        return nothing_here(str(refusal), 404)


def nothing_here(sentence: str, status: int) -> Response:
    """A page that says that there is nothing, and where to go instead."""
    with runtime.current().record.read() as reader:
        practice = practice_name(reader)
    title = "Please wait a moment" if status == 429 else "We did not find that"
    body = f'<h1>{title}</h1>{frame.alert(sentence)}<p><a class="button" href="/book">Book a visit</a></p>'
    return frame.answer(title, body, practice=practice, status=status)


def practice_name(reader: Reader) -> str:
    """The name on every page."""
    return str(reader.setting("practice_name", ""))


def foot(location: Row) -> str:
    """Where the practice is and how to call it."""
    parts = [f"<strong>{frame.text(location['name'])}</strong>"]
    if location["address"]:
        parts.append(frame.text(location["address"]))
    if location["phone"]:
        parts.append(f"Phone {frame.tel(location['phone'])}")
    return f"<p>{'<br>'.join(parts)}</p>"


def how_to_call(reader: Reader) -> str:
    """The same for pages that belong to no one place: of each open place its name and how to call it."""
    places = locations(reader, ONLINE)
    if len(places) == 1:
        return foot(places[0])
    called = [f"<strong>{frame.text(row['name'])}</strong> {frame.tel(row['phone'])}" for row in places if row["phone"]]
    return f"<p>{'<br>'.join(called)}</p>" if called else ""
