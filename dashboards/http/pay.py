"""/pay/<secret>: a client pays what is open, or saves a card, on the processor's own page. No name, no service.

Looking changes nothing. Back from the processor the page looks itself what came of it.
"""

from __future__ import annotations

from dataclasses import replace

import anyio
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboards import cards, runtime
from dashboards.http.gate import RateLimit
from dashboards.http.public import back, guard, pay_view
from dashboards.http.public.pay_view import Asked
from practice.access.permissions import ONLINE
from practice.cards import link_queries, queries
from practice.cards.links import asked_under, is_put_off, live_link
from practice.cards.parts import may_pay_part
from practice.cards.paying import begin_payment, begin_saving, come_back
from practice.cards.processor import Processor, ProcessorTrouble
from practice.errors import Conflict, NotFound, Refusal, StorageTrouble
from practice.money import Currency
from practice.online.links import hashed, is_secret
from practice.store.work import Reader, Row

_looks = RateLimit(limit=60, seconds=60)
_presses = RateLimit(limit=20, seconds=300)
_OVER = "This link does not work any more. Ask the practice for a new one."
_GOING = "A payment is being made just now; wait a minute, then open this page again."


async def show(request: Request) -> Response:
    """GET: what is open, or what became of it."""
    if not _looks.allows(guard.caller(request)):
        return pay_view.stop("Please wait a minute", guard.TOO_MANY, 429)
    return await anyio.to_thread.run_sync(_show, request)


async def press(request: Request) -> Response:
    """POST: on to the processor's page."""
    form = await request.form()
    return await anyio.to_thread.run_sync(go_on, request, form, request.path_params["secret"])


def go_on(request: Request, form: FormData, secret: str) -> Response:
    """On to the processor's page with the link of that secret. The form is `how_much`, or what saves a card."""
    if stopped := guard.refusal(request, _presses):
        return pay_view.stop("Payment", *stopped)
    return _press(request, form, secret)


ROUTES = [Route("/pay/{secret}", show), Route("/pay/{secret}", press, methods=["POST"])]


def _show(request: Request) -> Response:
    secret = request.path_params["secret"]
    found, is_working = _processor(), False
    if request.query_params.get("done") and found and _asked(secret):
        try:
            is_working = come_back(runtime.current().record, found, hashed(secret))
        except ProcessorTrouble:
            is_working = True
    asked = _asked(secret)
    if asked is None:
        return pay_view.stop("Payment", _OVER, 404)
    onward = back.button(request, hashed(secret))
    if is_working:
        sentence = "We are waiting for your bank. You need do nothing more; look again in a minute if you like."
        return pay_view.answer("Thank you", f'<h1>Thank you</h1><p role="status">{sentence}</p>{onward}')
    return pay_view.page(asked, found, is_back=bool(request.query_params.get("done")), onward=onward)


def _press(request: Request, form: FormData, secret: str) -> Response:
    found, asked = _processor(), _asked(secret)
    if asked is None:
        return pay_view.stop("Payment", _OVER, 404)
    if found is None:
        return pay_view.page(asked, found)
    record, return_url = runtime.current().record, _return_url(request, secret)
    typed = guard.typed(form, "amount" if asked.purpose == "pay" else "version")
    number = int(typed) if typed.isdigit() and len(typed) < 13 else 0
    begin = begin_payment if asked.purpose == "pay" else begin_saving
    if asked.may_pay_part:
        asked = replace(asked, part=guard.typed(form, "part"))
        try:
            number = _part(asked)
        except Refusal as refusal:
            return pay_view.page(asked, found, str(refusal), status=422)
    try:
        return pay_view.onward_to(begin(record, found, hashed(secret), number, return_url))
    except ProcessorTrouble as trouble:
        return pay_view.page(asked, found, _GOING if trouble.code == "under_way" else pay_view.NOT_NOW, status=503)
    except NotFound:
        return pay_view.stop("Payment", _OVER, 404)
    except StorageTrouble:
        return pay_view.page(asked, found, pay_view.NOT_NOW, status=503)
    except Conflict as conflict:
        now = _asked(secret) or asked
        sentence = _GOING if conflict.rule == "under_way" else str(conflict)
        is_said = now.due_minor or now.purpose == "save_card"
        return pay_view.page(now, found, sentence if is_said else "", status=409)
    except Refusal:
        return pay_view.page(asked, found, pay_view.NOT_NOW, status=409)


def _processor() -> Processor | None:
    running = runtime.current()
    return cards.processor(running.home, running.record)


def _asked(secret: str) -> Asked | None:
    if not is_secret(secret):
        return None
    with runtime.current().record.read() as reader:
        link = live_link(reader, hashed(secret))
        if link is None:
            return None
        due = asked_under(reader, link).amount_minor
        saved = _cards(reader, link) if link["purpose"] == "save_card" else []
        currency = Currency.of(reader.setting("currency", "USD"))
        amount = currency.show(due)
        may_part, plain = may_pay_part(reader, link), currency.plain(due)
        has_paid = link_queries.has_last_succeeded(reader, link["pay_link_id"])
        later = link["purpose"] == "pay" and not due and is_put_off(reader, link)
    named = tuple(f"{row['brand'].capitalize()} ending in {row['last4']}" for row in saved)
    return Asked(link["purpose"], due, amount, named, bool(link["attendee_id"]), may_part, plain, has_paid, later)


def _cards(reader: Reader, link: Row) -> list[Row]:
    """The client's cards; to who booked online, and may be anybody, only those saved by this link."""
    if link["created_by"] == ONLINE.user_id:
        return link_queries.cards_by_link(reader, link["pay_link_id"])
    return queries.live_cards(reader, link["client_id"])


def _return_url(request: Request, secret: str) -> str:
    """Where the processor sends the client back to: the public address, or the one that was asked."""
    with runtime.current().record.read() as reader:
        base = reader.setting("public_url") or str(request.base_url).rstrip("/")
    return f"{base}/pay/{secret}"


def _part(asked: Asked) -> int:
    """What the client wants to pay now. Refuses what is no amount, nothing, or more than is due."""
    with runtime.current().record.read() as reader:
        number = Currency.of(reader.setting("currency", "USD")).parse(asked.part)
    if not 0 < number <= asked.due_minor:
        raise Refusal(f"Pay {asked.amount}, or a part of it.", rule="part", field="part")
    return number
