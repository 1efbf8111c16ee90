"""Who may press a button on a public page: our own form, filled by a person, not too often from one place."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from dashboards.http.gate import RateLimit
from dashboards.http.sign_in import is_foreign

COOKIE = "daybook_booking"
COOKIE_SECONDS = 2 * 3600
SHORTEST_SECONDS = 2.0
"""Nobody fills the form in more quickly."""
HONEYPOT = "website"
"""A field that people do not see and that robots fill in."""

looks = RateLimit(limit=240, seconds=60)
holds = RateLimit(limit=30, seconds=300)
bookings = RateLimit(limit=20, seconds=300)
changes = RateLimit(limit=30, seconds=300)
guesses = RateLimit(limit=20, seconds=60)
"""Links that opened nothing: whoever tries secrets has to wait."""

_signing_key = secrets.token_bytes(32)  # a form that is older than the process is sent twice, which does no harm

TOO_MANY = "That was a lot at once from where you are. Wait a few minutes and try again; what you typed is kept."
FOREIGN = "This form came from another site; use the one on this page."


def caller(request: Request) -> str:
    """The address that asks."""
    return request.client.host if request.client else "?"


def refusal(request: Request, limit: RateLimit) -> tuple[str, int] | None:
    """Why a post is not even looked at, and the status that says so: another site's form, or one too many."""
    if is_foreign(request):
        return FOREIGN, 403
    if not limit.allows(caller(request)):
        return TOO_MANY, 429
    return None


def browser_key(request: Request) -> str | None:
    """What stands for the browser in the record: a hash of its cookie; None before it has one."""
    value = request.cookies.get(COOKIE)
    return browser_hash(value) if value else None


def browser_hash(cookie: str) -> str:
    """What stands for the browser with that cookie."""
    return hashlib.sha256(f"browser:{cookie}".encode()).hexdigest()


def with_cookie(response: Response, request: Request, value: str) -> Response:
    """Let the browser keep its key while it books."""
    return keeping(response, request, COOKIE, value, path="/book")


def keeping(response: Response, request: Request, name: str, value: str, *, path: str) -> Response:
    """Let the browser keep something for a while; it comes back below the path alone, and no script reads it."""
    secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
    response.set_cookie(name, value, max_age=COOKIE_SECONDS, httponly=True, samesite="lax", secure=secure, path=path)
    return response


def new_form() -> dict[str, str]:
    """The hidden fields of a fresh form: its key, by which it is done once, and when it was handed out."""
    return stamped(secrets.token_urlsafe(24))


def stamped(key: str) -> dict[str, str]:
    """The hidden fields of a form that is shown again: the same key, and that it was handed out now."""
    at = f"{time.time():.3f}"
    return {"form": key, "at": at, "sign": _sign(key, at)}


def again(form: FormData) -> dict[str, str]:
    """The hidden fields as they came, as long as they are ours; else new ones."""
    key, at, sign = (typed(form, name) for name in ("form", "at", "sign"))
    if hmac.compare_digest(sign.encode(), _sign(key, at).encode()):
        return {"form": key, "at": at, "sign": sign}
    return stamped(key) if 20 <= len(key) <= 64 else new_form()


def not_a_person(form: FormData) -> str:
    """Why the form looks as if no person had filled it in; empty if it does not."""
    key, at, sign = (typed(form, name) for name in ("form", "at", "sign"))
    if typed(form, HONEYPOT):
        return "Leave the field “Website” empty: it is there to stop robots. Then send the form again."
    if not hmac.compare_digest(sign.encode(), _sign(key, at).encode()):
        return "This page was open for long; press the button once more."
    if time.time() - float(at) < SHORTEST_SECONDS:
        return "That was very quick; look it over once more and press the button again."
    return ""


def seal(text: str) -> str:
    """A mark that only this process can make of a text: what a browser brings back with it is ours."""
    return _sign("seal", text)


def is_sealed(text: str, mark: str | None) -> bool:
    """Whether that mark is of that text."""
    return hmac.compare_digest(seal(text).encode(), (mark or "").encode())


def _sign(key: str, at: str) -> str:
    return hmac.new(_signing_key, f"{key}|{at}".encode(), hashlib.sha256).hexdigest()


def typed(form: FormData, name: str) -> str:
    """What a form holds in that field, its outer spaces gone; empty if it has none."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""
