"""GET /calendar/<secret>.ics: a feed for whoever has its link. Every link that opens nothing gets the same answer."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache

import anyio
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboards import runtime
from dashboards.http.gate import RateLimit
from practice.calendars.feeds import Feed, feed_behind

_calls = RateLimit(limit=120, seconds=60)
_HEADERS = {
    "Cache-Control": "private, no-cache",  # may be kept, must be asked about: the ETag makes that cheap
    "Content-Security-Policy": "default-src 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
_NOTHING = "There is no calendar here. Ask the practice for a new link."


async def feed(request: Request) -> Response:
    """The feed as text/calendar; 304 for a reader who has it; 404 for every link that opens nothing."""
    if not _calls.allows(request.client.host if request.client else "?"):
        sentence = "Too many calls from here; ask again in a minute."
        return PlainTextResponse(sentence, 429, headers=_HEADERS | {"Retry-After": "60"})
    found = await anyio.to_thread.run_sync(_found, request.path_params["secret"])
    if found is None:
        return PlainTextResponse(_NOTHING, 404, headers=_HEADERS)
    modified = found.modified_at.replace(tzinfo=UTC, microsecond=0)
    tag = f'"{found.tag}"'
    headers = _HEADERS | {"ETag": tag, "Last-Modified": format_datetime(modified, usegmt=True)}
    if _is_known(request, tag, modified):
        return Response(status_code=304, headers=headers)
    body = await anyio.to_thread.run_sync(_text, found)
    return Response(
        body,
        media_type="text/calendar; charset=utf-8",
        headers=headers | {"Content-Disposition": 'inline; filename="calendar.ics"'},
    )


def _found(secret: str) -> Feed | None:
    with runtime.current().record.read() as reader:
        return feed_behind(reader, secret)


@lru_cache(maxsize=32)
def _text(found: Feed) -> bytes:
    """Made once for all who subscribe to the same feed."""
    return found.text()


def _is_known(request: Request, tag: str, modified: datetime) -> bool:
    """Whether the reader has it already: by its tag, or, from readers who send none, by its time."""
    known = request.headers.get("if-none-match")
    if known is not None:
        return known.strip() == "*" or tag in [one.strip().removeprefix("W/") for one in known.split(",")]
    try:
        return modified <= parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except (TypeError, ValueError):
        return False


ROUTES = [Route("/calendar/{secret}.ics", feed)]
