"""After paying, the way back: to the visit for which it was asked, or to the paper.

The browser keeps where it came from. No address tells it, because the processor would read it, and a link to pay opens
no more than its amount.
"""

from __future__ import annotations

from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import Response

from dashboards import runtime
from dashboards.http.public import frame, guard
from practice.cards import queries as cards
from practice.online import queries as online
from practice.online.links import hashed, visit_behind
from practice.paper_mail.opening import kind_for
from practice.paper_mail.whom import WORDS
from practice.store.work import Reader, Row

_COOKIE = "daybook_back"


def leading(response: Response, request: Request, path: str) -> Response:
    """The response, and the browser keeps that the way back from paying leads to that page."""
    return guard.keeping(response, request, _COOKIE, quote(path, safe=""), path="/pay")


def button(request: Request, pay_hash: str) -> str:
    """A button that leads back from the page of that link to pay; empty where the browser came from elsewhere."""
    kept = unquote(request.cookies.get(_COOKIE, ""))
    _, _, rest = kept.partition("/")
    page, _, secret = rest.partition("/")
    with runtime.current().record.read() as reader:
        link = cards.pay_link(reader, pay_hash)
        label = _label(reader, page, hashed(secret), link) if link and secret else ""
    return f'<p><a class="button second" href="{frame.text(quote(kept))}">{label}</a></p>' if label else ""


def _label(reader: Reader, page: str, token_hash: str, link: Row) -> str:
    """What the button says, where the page is really the one for which the link is."""
    if page == "visit" and link["attendee_id"]:
        visit = visit_behind(reader, token_hash)
        stands = online.last_attendee(reader, link["attendee_id"])
        return "Back to your visit" if visit and visit["attendee_id"] == stands else ""
    kind = kind_for(reader, token_hash, link) if page == "paper" else None
    return f"Back to your {WORDS[kind]}" if kind else ""
