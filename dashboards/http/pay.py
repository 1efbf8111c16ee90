"""/pay/<secret>: a client pays what is open, or saves a card, on the processor's own page. No name, no service.

Looking changes nothing. Back from the processor the page looks itself what came of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import anyio
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboards import cards, runtime
from dashboards.http.gate import RateLimit
from dashboards.http.public import back, frame, guard
from dashboards.http.public.serving import how_to_call, practice_name
from practice.access.permissions import ONLINE
from practice.cards import link_queries, queries
from practice.cards.links import asked_under, is_put_off, live_link
from practice.cards.parts import may_pay_part
from practice.cards.paying import begin_payment, begin_saving, come_back
from practice.cards.processor import Processor, ProcessorTrouble
from practice.cards.saving import CONSENT, CONSENT_VERSION
from practice.errors import Conflict, NotFound, Refusal, StorageTrouble
from practice.money import Currency
from practice.online.links import hashed, is_secret
from practice.store.work import Reader, Row

_looks = RateLimit(limit=60, seconds=60)
_presses = RateLimit(limit=20, seconds=300)
_LATER = "Nothing is due now: the rest is on your payment plan."
_OVER = "This link does not work any more. Ask the practice for a new one."
_NOT_NOW = "Paying by card does not work just now, and nothing was taken. Try again later, or call us."
_NOT_SAVED = "Saving a card does not work just now. Try again later, or call us."
_GOING = "A payment is being made just now; wait a minute, then open this page again."


@dataclass(frozen=True)
class Asked:
    """What a link asks for now. `cards` are the saved ones, as people know them."""

    purpose: str
    due_minor: int
    amount: str
    cards: tuple[str, ...]
    is_deposit: bool = False
    may_pay_part: bool = False
    part: str = ""
    has_paid: bool = False
    is_put_off: bool = False


async def show(request: Request) -> Response:
    """GET: what is open, or what became of it."""
    if not _looks.allows(guard.caller(request)):
        return _stop("Please wait a minute", guard.TOO_MANY, 429)
    return await anyio.to_thread.run_sync(_show, request)


async def press(request: Request) -> Response:
    """POST: on to the processor's page."""
    form = await request.form()
    return await anyio.to_thread.run_sync(go_on, request, form, request.path_params["secret"])


def go_on(request: Request, form: FormData, secret: str) -> Response:
    """On to the processor's page with the link of that secret. The form is `how_much`, or what saves a card."""
    if stopped := guard.refusal(request, _presses):
        return _stop("Payment", *stopped)
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
        return _stop("Payment", _OVER, 404)
    onward = back.button(request, hashed(secret))
    if is_working:
        sentence = "We are waiting for your bank. You need do nothing more; look again in a minute if you like."
        return _answer("Thank you", f'<h1>Thank you</h1><p role="status">{sentence}</p>{onward}')
    return _page(asked, found, is_back=bool(request.query_params.get("done")), onward=onward)


def _press(request: Request, form: FormData, secret: str) -> Response:
    found, asked = _processor(), _asked(secret)
    if asked is None:
        return _stop("Payment", _OVER, 404)
    if found is None:
        return _page(asked, found)
    record, return_url = runtime.current().record, _return_url(request, secret)
    typed = guard.typed(form, "amount" if asked.purpose == "pay" else "version")
    number = int(typed) if typed.isdigit() and len(typed) < 13 else 0
    begin = begin_payment if asked.purpose == "pay" else begin_saving
    if asked.may_pay_part:
        asked = replace(asked, part=guard.typed(form, "part"))
        try:
            number = _part(asked)
        except Refusal as refusal:
            return _page(asked, found, str(refusal), status=422)
    try:
        return _onward(begin(record, found, hashed(secret), number, return_url))
    except ProcessorTrouble as trouble:
        return _page(asked, found, _GOING if trouble.code == "under_way" else _NOT_NOW, status=503)
    except NotFound:
        return _stop("Payment", _OVER, 404)
    except StorageTrouble:
        return _page(asked, found, _NOT_NOW, status=503)
    except Conflict as conflict:
        now = _asked(secret) or asked
        sentence = _GOING if conflict.rule == "under_way" else str(conflict)
        is_said = now.due_minor or now.purpose == "save_card"
        return _page(now, found, sentence if is_said else "", status=409)
    except Refusal:
        return _page(asked, found, _NOT_NOW, status=409)


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
        later = link["purpose"] == "pay" and is_put_off(reader, link)
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


def _page(
    asked: Asked,
    found: Processor | None,
    sentence: str = "",
    *,
    status: int = 200,
    is_back: bool = False,
    onward: str = "",
) -> Response:
    """`onward` leads back to where the client came from."""
    if asked.purpose == "save_card":
        sentence = _NOT_SAVED if sentence == _NOT_NOW else sentence
        return _save_page(asked, found, sentence, status, onward, is_back=is_back)
    if not asked.due_minor:
        head = "Nothing is due" if asked.is_put_off else "Thank you" if asked.is_deposit else "Paid"
        said = "No deposit is open for this visit." if asked.is_deposit else "Everything is paid."
        said = _LATER if asked.is_put_off else f"{said} Thank you; you need do nothing more."
        return _answer(head, f'<h1>{head}</h1><p role="status">{said}</p>{onward}')
    amount = f'<p class="sum"><strong>{frame.text(asked.amount)}</strong></p>'
    if found is None:
        return _answer("To pay", f"<h1>To pay</h1>{amount}{frame.alert(_NOT_NOW)}", status=status)
    hint = f"You type your card at {found.name}, our card processor. We never see its number."
    if is_back and not sentence:
        arrived = "Thank you, your payment has arrived. This is still open; pay it now or later."
        sentence = arrived if asked.has_paid else "Nothing was taken: the payment was not finished."
    body = (
        f"<h1>{'Deposit' if asked.is_deposit else 'To pay'}</h1>{amount}{frame.alert(sentence)}"
        f'<form method="post" action="?" data-once>{how_much(asked)}</form><p class="hint">{hint}</p>{onward}'
    )
    return _answer("To pay", body, status=status)


def how_much(asked: Asked) -> str:
    """The button; where a part may be paid, with an amount that can be lowered."""
    if not asked.may_pay_part:
        button = f'<button class="main">Pay {frame.text(asked.amount)} by card</button>'
        return frame.hidden({"amount": str(asked.due_minor)}) + button
    hint = f"All of it, or a part. {asked.amount} is due."
    field = frame.field("part", "How much", asked.part, hint=hint, extra='inputmode="decimal"')
    return f'{field}<button class="main">Pay by card</button>'


def _part(asked: Asked) -> int:
    """What the client wants to pay now. Refuses what is no amount, nothing, or more than is due."""
    with runtime.current().record.read() as reader:
        number = Currency.of(reader.setting("currency", "USD")).parse(asked.part)
    if not 0 < number <= asked.due_minor:
        raise Refusal(f"Pay {asked.amount}, or a part of it.", rule="part", field="part")
    return number


def _save_page(
    asked: Asked, found: Processor | None, sentence: str, status: int, onward: str, *, is_back: bool
) -> Response:
    saved = "".join(f"<li>{frame.text(name)}</li>" for name in asked.cards)
    if is_back and saved:
        body = f'<h1>Your card is saved</h1><ul class="done" role="status">{saved}</ul>'
        return _answer("Your card is saved", f"{body}<p>Tell us at any time if we should remove it.</p>{onward}")
    if found is None:
        return _answer("Save a card", f"<h1>Save a card</h1>{frame.alert(_NOT_SAVED)}", status=status)
    with runtime.current().record.read() as reader:
        words = CONSENT[CONSENT_VERSION].format(practice=reader.setting("practice_name", "the practice"))
    kept = f'<p class="hint">Saved already:</p><ul class="done">{saved}</ul>' if saved else ""
    body = (
        f'<h1>Save a card</h1>{frame.alert(sentence)}{kept}<p class="kept">{frame.text(words)}</p>'
        f'<form method="post" action="?" data-once>{frame.hidden({"version": str(CONSENT_VERSION)})}'
        '<button class="main">I agree, save my card</button></form>'
        f'<p class="hint">You type it at {found.name}, our card processor. We never see its number.</p>'
    )
    return _answer("Save a card", body, status=status)


def _onward(url: str) -> Response:
    """Browsers let a form of ours lead nowhere but here, so the page itself goes on."""
    link = f'<p><a class="button main" href="{frame.text(url)}">Go on to the card page</a></p>'
    response = _answer("One moment", f'<h1>One moment</h1><p role="status">You are taken to the card page.</p>{link}')
    response.headers["Refresh"] = f"0;url={url}"
    return response


def _stop(title: str, sentence: str, status: int) -> Response:
    return _answer(title, f"<h1>{title}</h1>{frame.alert(sentence)}", status=status)


def _answer(title: str, body: str, *, status: int = 200) -> Response:
    with runtime.current().record.read() as reader:
        return frame.answer(title, body, practice=practice_name(reader), foot=how_to_call(reader), status=status)
