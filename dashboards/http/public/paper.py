"""/paper/<secret>: a client's invoice, statement or other paper: pay what is open, and keep the paper as it was issued.

Whoever has the link reads what the message said. The paper itself, which says what it is for, asks for the date of
birth. Looking changes nothing; that a person looked is told by the page's script, or by their first press.
"""

from __future__ import annotations

import contextlib
from datetime import date

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboards import cards, runtime
from dashboards.http import pay
from dashboards.http.gate import RateLimit
from dashboards.http.public import back, frame, guard
from dashboards.http.public.paper_view import look
from dashboards.http.public.serving import how_to_call, practice_name, served
from practice.access.permissions import ONLINE
from practice.billing.documents import pdf
from practice.billing.queries import logos
from practice.errors import NotFound, Refusal
from practice.online.links import hashed, is_secret
from practice.paper_mail.opening import (
    MOST_TRIES,
    OVER,
    behind,
    content,
    mail_behind,
    note_opened,
    open_paper_payment,
    pay_secret,
    tell_birth_date,
)
from practice.store.work import Reader, Row

_COOKIE = "daybook_paper"
_presses = RateLimit(limit=20, seconds=300)
_prints = RateLimit(limit=20, seconds=60)
_looks = RateLimit(limit=60, seconds=60)

_TYPE_IT = "Type the date of birth, like 1990-05-17."
_TOO_OFTEN = f"That was not right {MOST_TRIES} times, so the link is over. Ask the practice for a new one."


def see(request: Request, form: FormData) -> Response:
    """GET: what kind of paper it is, what is open now, and the ways to pay and to keep it."""
    del form
    return _page(request, "", 200)


def seen(request: Request, form: FormData) -> Response:
    """POST …/seen, by the page's script: a person looks at it."""
    del form
    secret = request.path_params["secret"]
    if guard.refusal(request, _looks) is None and is_secret(secret):
        with contextlib.suppress(NotFound):  # the page says so
            runtime.current().record.run(note_opened, ONLINE, token_hash=hashed(secret))
    return Response(status_code=204, headers=frame.HEADERS)


def show_paper(request: Request, form: FormData) -> Response:
    """POST …/open: the date of birth, and on to the paper."""
    if stopped := guard.refusal(request, _presses):
        return _page(request, *stopped)
    secret = request.path_params["secret"]
    typed = guard.typed(form, "birth_date")
    try:
        told = date.fromisoformat(typed)
    except ValueError:
        return _page(request, _TYPE_IT, 422, typed)
    if not is_secret(secret):
        raise NotFound(OVER)
    answer = runtime.current().record.run(tell_birth_date, ONLINE, token_hash=hashed(secret), birth_date=told)
    if not answer["tries_left"]:
        raise NotFound(_TOO_OFTEN)
    if not answer["is_right"]:
        left = answer["tries_left"]
        tries = "one more try" if left == 1 else f"{left} more tries"
        return _page(request, f"That is not the date of birth that we have. You have {tries}.", 422, typed)
    path = f"/paper/{secret}"
    return guard.keeping(frame.onward(f"{path}/paper.pdf"), request, _COOKIE, guard.seal(path), path=path)


def printed(request: Request, form: FormData) -> Response:
    """GET …/paper.pdf: the paper to the byte as it was issued."""
    del form
    if not _prints.allows(guard.caller(request)):
        return _page(request, guard.TOO_MANY, 429)
    with runtime.current().record.read() as reader:
        mail = _mail(reader, request)
        found = behind(reader, mail)
        if found.paper.is_void or (found.asks_birth_date and not _has_told(request)):
            return frame.onward(f"/paper/{request.path_params['secret']}")
        paper = content(reader, mail)
        pictures = logos(reader, [paper])
    name = f"{found.paper.kind}-{found.paper.number}.pdf"
    headers = frame.HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(pdf([paper], pictures), media_type="application/pdf", headers=headers)


def go_on(request: Request, form: FormData) -> Response:
    """POST …/pay: straight on to the processor's page, with a link to pay what is open."""
    if stopped := guard.refusal(request, _presses):
        return _page(request, *stopped)
    secret, record = request.path_params["secret"], runtime.current().record
    with record.read() as reader:
        due = behind(reader, _mail(reader, request)).due_minor
        onward = pay_secret(reader, secret, due)
    try:
        record.run(open_paper_payment, ONLINE, token_hash=hashed(secret), pay_hash=hashed(onward))
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(request, str(refusal), 409)
    return back.leading(pay.go_on(request, form, onward), request, f"/paper/{secret}")


def again(request: Request, form: FormData) -> Response:
    """GET …/pay and …/open: whoever comes back to them looks at the page."""
    del form
    return frame.onward(f"/paper/{request.path_params['secret']}")


def _mail(reader: Reader, request: Request) -> Row:
    """What is behind the link; whatever is wrong with it, the answer is the same."""
    secret = request.path_params["secret"]
    found = mail_behind(reader, hashed(secret)) if is_secret(secret) else None
    if found is None:
        raise NotFound(OVER if guard.guesses.allows(guard.caller(request)) else guard.TOO_MANY)
    return found


def _has_told(request: Request) -> bool:
    """Whether this browser told the date of birth a while ago."""
    return guard.is_sealed(f"/paper/{request.path_params['secret']}", request.cookies.get(_COOKIE))


def _page(request: Request, sentence: str, status: int, typed: str = "") -> Response:
    running = runtime.current()
    path = f"/paper/{frame.text(request.path_params['secret'])}"
    with running.record.read() as reader:
        found = behind(reader, _mail(reader, request))
        processor = cards.processor(running.home, running.record) if found.may_pay else None
        title, body = look(reader, found, path, processor, sentence, None if _has_told(request) else typed)
        answer = frame.answer(title, body, practice=practice_name(reader), foot=how_to_call(reader), status=status)
    # The script may tell us that somebody looks, and nobody else.
    answer.headers["Content-Security-Policy"] += "; connect-src 'self'"
    return answer


ROUTES = [
    Route("/paper/{secret}", served(see)),
    Route("/paper/{secret}/seen", served(seen), methods=["POST"]),
    Route("/paper/{secret}/open", served(show_paper), methods=["POST"]),
    Route("/paper/{secret}/open", served(again)),
    Route("/paper/{secret}/pay", served(go_on), methods=["POST"]),
    Route("/paper/{secret}/pay", served(again)),
    Route("/paper/{secret}/paper.pdf", served(printed)),
]
