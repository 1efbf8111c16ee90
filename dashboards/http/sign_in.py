"""Routes to get in and out: /login, /logout and, while the practice has no user, /setup."""

from __future__ import annotations

import hmac
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import anyio
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dashboards import runtime
from dashboards.http.first_run import found_practice, has_users, setup_code
from dashboards.http.gate import RateLimit
from dashboards.http.html import page, set_up_page, sign_in_page
from dashboards.session import COOKIE
from ingestion.demo.sizes import DEMO_PASSWORD, DEMO_USERS
from practice.access.sign_in import session_actor, sign_in, sign_out
from practice.errors import Refusal
from practice.money import CURRENCIES

COOKIE_SECONDS = 12 * 3600
_attempts = RateLimit(limit=20, seconds=60)
# No other site may frame these pages, guess what they are, or learn from where somebody came.
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'; script-src 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def _safe_next(path: str | None) -> str:
    """Only a path of our own: never a way out to another site."""
    return path if path and path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


def is_foreign(request: Request) -> bool:
    """A post that another site makes the browser send."""
    site = request.headers.get("sec-fetch-site")
    if site is None:  # a browser older than these headers
        origin = request.headers.get("origin")
        return origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    return site not in ("same-origin", "none")


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def _settings() -> dict[str, Any]:
    with runtime.current().record.read() as reader:
        return {
            "practice": reader.setting("practice_name", ""),
            "demo_users": demo_sign_ins() if reader.setting("demo_today") else {},
        }


def demo_sign_ins() -> dict[str, tuple[str, str]]:
    """Role → (e-mail, password) of the demo's invented people."""
    return {user.role: (user.email, DEMO_PASSWORD) for user in DEMO_USERS}


def _html(body: str, status: int = 200) -> Response:
    return HTMLResponse(body, status, headers=_HEADERS)


async def _sign_in_form(*, refusal: str = "", email: str = "", status: int = 200, next_path: str = "/") -> Response:
    known = await anyio.to_thread.run_sync(_settings)
    body = sign_in_page(
        refusal=refusal,
        email=email,
        next_path=next_path,
        demo_users=known["demo_users"],
        practice=known["practice"],
    )
    return _html(body, status)


async def login_form(request: Request) -> Response:
    """GET /login: the form; the set-up instead while nobody exists; straight on with a live session."""
    next_path = _safe_next(request.query_params.get("next"))
    if not await anyio.to_thread.run_sync(has_users):
        return RedirectResponse("/setup", 303)
    token = request.cookies.get(COOKIE)
    if token and await anyio.to_thread.run_sync(session_actor, runtime.current().record, token):
        return RedirectResponse(next_path, 303)
    return await _sign_in_form(next_path=next_path)


async def login(request: Request) -> Response:
    """POST /login: a cookie, or the form again with what was typed (but the password) and the reason."""
    form = await request.form()
    email, next_path = _text(form, "email"), _safe_next(_text(form, "next"))
    password = form.get("password")
    if is_foreign(request):
        return await _sign_in_form(refusal="This form came from another site; use this one.", status=403)
    if not _attempts.allows(request.client.host if request.client else "?"):
        sentence = "Too many attempts from here; wait a minute and try again."
        return await _sign_in_form(refusal=sentence, email=email, status=429, next_path=next_path)
    try:
        token = await anyio.to_thread.run_sync(
            sign_in, runtime.current().record, email, password if isinstance(password, str) else ""
        )
    except Refusal as refusal:
        return await _sign_in_form(refusal=str(refusal), email=email, status=401, next_path=next_path)
    return _with_cookie(RedirectResponse(next_path, 303), request, token)


async def logout(request: Request) -> Response:
    """GET /logout from our own pages ends the session; from elsewhere it asks first."""
    if is_foreign(request):
        return _html(page("Sign out", '<h1>Sign out?</h1><p><a href="/logout">Yes, sign out</a></p>'))
    token = request.cookies.get(COOKIE)
    if token:
        await anyio.to_thread.run_sync(sign_out, runtime.current().record, token)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(COOKIE, path="/")
    return response


async def set_up_form(request: Request) -> Response:
    """GET /setup: only while there is no user."""
    del request
    if await anyio.to_thread.run_sync(has_users):
        return RedirectResponse("/login", 303)
    return _set_up("", {})


async def set_up(request: Request) -> Response:
    """POST /setup: the practice and its owner in one go; then signed in, on the guided page."""
    form = await request.form()
    typed = {name: _text(form, name) for name in ("practice", "zone", "currency", "name", "email", "code")}
    password = form.get("password")
    if await anyio.to_thread.run_sync(has_users):
        return RedirectResponse("/login", 303)
    if is_foreign(request):
        return _set_up("This form came from another site; use this one.", {}, 403)
    if not _attempts.allows(request.client.host if request.client else "?"):
        return _set_up("Too many attempts from here; wait a minute and try again.", typed, 429)
    if not hmac.compare_digest(typed["code"].encode(), setup_code(runtime.current().home).encode()):
        return _set_up("The set-up code is not the one printed where Daybook was started.", typed, 403)
    try:
        token = await anyio.to_thread.run_sync(_make_practice, typed, password if isinstance(password, str) else "")
    except Refusal as refusal:
        return _set_up(str(refusal), typed, 422)
    return _with_cookie(RedirectResponse("/set-up", 303), request, token)


def _make_practice(typed: dict[str, str], password: str) -> str:
    found_practice(typed, password)
    return sign_in(runtime.current().record, typed["email"], password)


def _set_up(refusal: str, typed: dict[str, str], status: int = 200) -> Response:
    zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
    body = set_up_page(refusal=refusal, typed=typed, zones=[*zones, "UTC"], currencies=list(CURRENCIES))
    return _html(body, status)


def _with_cookie(response: Response, request: Request, token: str) -> Response:
    secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
    response.set_cookie(COOKIE, token, max_age=COOKIE_SECONDS, httponly=True, samesite="lax", secure=secure, path="/")
    return response
