"""/kiosk/<secret>: a tablet in the waiting room. People check in by name and birth date; it tells of nobody."""

from __future__ import annotations

import calendar
import html
from datetime import date, datetime
from typing import Any

import anyio
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from dashboards import runtime
from dashboards.http.gate import RateLimit
from dashboards.http.html import alert, field, page
from dashboards.http.sign_in import is_foreign
from practice.access.permissions import Actor
from practice.errors import NotFound, Refusal
from practice.scheduling.kiosks import SEE_THE_DESK, check_in, kiosk_of
from practice.store.work import Row

THANKS_SECONDS, SORRY_SECONDS = 10, 20
"""After so long the tablet is ready for the next person."""

LONGEST_NAME = 200
_MONTHS = [name for name in calendar.month_name if name]
_tries = RateLimit(limit=30, seconds=60)
_failures = RateLimit(limit=12, seconds=600)
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; script-src 'self'; form-action 'self';"
        " frame-ancestors 'none'; base-uri 'none'"
    ),
    # The address is the tablet's key: no other site may learn it. Without any referrer older browsers would post with
    # the origin "null", which is nobody's own form.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


async def kiosk_form(request: Request) -> Response:
    """GET: the empty form, or that this tablet is out of use."""
    try:
        kiosk, _, practice = await anyio.to_thread.run_sync(_known, request.path_params["secret"])
    except NotFound:
        return _out_of_use()
    return _form(kiosk, practice)


async def kiosk_check_in(request: Request) -> Response:
    """POST: checked in, or sent to the desk with the one sentence. Either goes back to the empty form by itself."""
    form = await request.form()
    typed = {name: str(form.get(name) or "").strip()[:LONGEST_NAME] for name in ("name", "day", "month", "year")}
    try:
        kiosk, tablet, practice = await anyio.to_thread.run_sync(_known, request.path_params["secret"])
    except NotFound:
        return _out_of_use()
    if is_foreign(request):
        return _sorry(request, practice, 403)
    if not _tries.allows(tablet.user_id) or _failures.is_full(tablet.user_id):
        return _sorry(request, practice, 429)
    born = _born(typed)
    if not typed["name"] or born is None:
        missing = "Write your name." if not typed["name"] else "That is no date; check day, month and year of birth."
        return _form(kiosk, practice, typed, missing)
    try:
        answer = await anyio.to_thread.run_sync(_check_in, kiosk, tablet, typed["name"], born)
    except Refusal:
        _failures.allows(tablet.user_id)
        return _sorry(request, practice)
    return _welcome(request, practice, answer)


def _known(secret: str) -> tuple[Row, Actor, str]:
    with runtime.current().record.read() as reader:
        kiosk, tablet = kiosk_of(reader, secret)
        return kiosk, tablet, str(reader.setting("practice_name", ""))


def _check_in(kiosk: Row, tablet: Actor, name: str, born: str) -> Any:
    return runtime.current().record.run(check_in, tablet, kiosk_id=kiosk["kiosk_id"], name=name, birth_date=born)


def _born(typed: dict[str, str]) -> str | None:
    """The date as the command takes it; None where the three fields make none."""
    try:
        parts = int(typed["year"]), int(typed["month"]), int(typed["day"])
        return date(*parts).isoformat()
    except ValueError:
        return None


def _form(kiosk: Row, practice: str, typed: dict[str, str] | None = None, missing: str = "") -> Response:
    typed = typed or {}
    months = "".join(
        f'<option value="{number}"{" selected" if typed.get("month") == str(number) else ""}>{name}</option>'
        for number, name in enumerate(_MONTHS, 1)
    )
    number = 'inputmode="numeric" autocomplete="off" required pattern="[0-9]*"'
    body = (
        f'<h1>Welcome</h1><p class="lead">{html.escape(kiosk["location_name"])}. Tell us that you are here.</p>'
        f"{alert(missing)}"
        '<form method="post" autocomplete="off">'
        + field(
            "name", "Your first and last name", typed.get("name", ""),
            extra='autocomplete="off" autocapitalize="words" spellcheck="false" required autofocus',
        )
        + '<fieldset><legend>Your date of birth</legend><div class="born">'
        + f"<div>{field('day', 'Day', typed.get('day', ''), extra=number + ' maxlength=2')}</div>"
        + '<div><label for="month">Month</label><select id="month" name="month" required autocomplete="off">'
        + f'<option value="">–</option>{months}</select></div>'
        + f"<div>{field('year', 'Year', typed.get('year', ''), extra=number + ' maxlength=4')}</div></div></fieldset>"
        + "<button>Check in</button></form>"
    )  # fmt: skip
    if typed:
        body += '<a class="quiet" href="">Start over</a>'
    return _page("Check in", body, practice)


def _welcome(request: Request, practice: str, answer: dict[str, Any]) -> Response:
    start = datetime.fromisoformat(answer["wall_start"])
    provider = html.escape(answer["provider_name"])
    if answer["is_late"]:
        at = datetime.fromisoformat(answer["expected_wall"])
        when = f"Your visit was planned for {start:%H:%M}. It will be later today: about {at:%H:%M}. We are sorry."
    else:
        when = f"Your visit is at {start:%H:%M}."
    body = (
        '<div role="status"><p class="sign" aria-hidden="true">✓</p><h1>Thank you, you are checked in.</h1>'
        f'<p class="said">{html.escape(answer["seating"])}</p>'
        f'<p class="said">{provider} has been told that you are here.</p><p class="said">{when}</p></div>'
        '<a class="button" href="">Done</a>'
    )
    return _page("Checked in", body, practice, again=(request.url.path, THANKS_SECONDS))


def _sorry(request: Request, practice: str, status: int = 200) -> Response:
    body = (
        '<div role="status"><p class="sign desk" aria-hidden="true">→</p><h1>Please see the front desk</h1>'
        f'<p class="said">{html.escape(SEE_THE_DESK)}</p></div><a class="button" href="">Start over</a>'
    )
    return _page("Please see the front desk", body, practice, status=status, again=(request.url.path, SORRY_SECONDS))


def _out_of_use() -> Response:
    with runtime.current().record.read() as reader:
        practice = str(reader.setting("practice_name", ""))
    body = "<h1>This kiosk is not in use</h1><p>Please see the front desk.</p>"
    return _page("Check in", body, practice, status=404)


def _page(
    title: str, body: str, practice: str, *, status: int = 200, again: tuple[str, int] | None = None
) -> Response:  # fmt: skip
    head = '<link rel="stylesheet" href="/app/static/kiosk.css"><script src="/app/static/kiosk.js" defer></script>'
    if again:
        path, seconds = again
        head += f'<meta http-equiv="refresh" content="{seconds};url={html.escape(path, quote=True)}">'
    return HTMLResponse(page(title, body, brand=practice, head=head), status, headers=_HEADERS)


ROUTES = [
    Route("/kiosk/{secret}", kiosk_form),
    Route("/kiosk/{secret}", kiosk_check_in, methods=["POST"]),
]
