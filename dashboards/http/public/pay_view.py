"""What a client sees of a link to pay or to save a card: the sum, the button, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from dashboards import runtime
from dashboards.http.public import frame
from dashboards.http.public.serving import how_to_call, practice_name
from practice.cards.processor import Processor
from practice.cards.saving import CONSENT, CONSENT_VERSION

LATER = "Nothing is due now: the rest is on your payment plan."
NOT_NOW = "Paying by card does not work just now, and nothing was taken. Try again later, or call us."
_NOT_SAVED = "Saving a card does not work just now. Try again later, or call us."


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


def page(
    asked: Asked,
    found: Processor | None,
    sentence: str = "",
    *,
    status: int = 200,
    is_back: bool = False,
    onward: str = "",
) -> Response:
    """What the link asks for, or that it asks for nothing. `onward` leads back to where the client came from."""
    if asked.purpose == "save_card":
        sentence = _NOT_SAVED if sentence == NOT_NOW else sentence
        return _save_page(asked, found, sentence, status, onward, is_back=is_back)
    if not asked.due_minor:
        head = "Nothing is due" if asked.is_put_off else "Thank you" if asked.is_deposit else "Paid"
        said = "No deposit is open for this visit." if asked.is_deposit else "Everything is paid."
        said = LATER if asked.is_put_off else f"{said} Thank you; you need do nothing more."
        return answer(head, f'<h1>{head}</h1><p role="status">{said}</p>{onward}')
    amount = f'<p class="sum"><strong>{frame.text(asked.amount)}</strong></p>'
    if found is None:
        return answer("To pay", f"<h1>To pay</h1>{amount}{frame.alert(NOT_NOW)}", status=status)
    hint = f"You type your card at {found.name}, our card processor. We never see its number."
    if is_back and not sentence:
        arrived = "Thank you, your payment has arrived. This is still open; pay it now or later."
        sentence = arrived if asked.has_paid else "Nothing was taken: the payment was not finished."
    body = (
        f"<h1>{'Deposit' if asked.is_deposit else 'To pay'}</h1>{amount}{frame.alert(sentence)}"
        f'<form method="post" action="?" data-once>{how_much(asked)}</form><p class="hint">{hint}</p>{onward}'
    )
    return answer("To pay", body, status=status)


def how_much(asked: Asked) -> str:
    """The button; where a part may be paid, with an amount that can be lowered."""
    if not asked.may_pay_part:
        button = f'<button class="main">Pay {frame.text(asked.amount)} by card</button>'
        return frame.hidden({"amount": str(asked.due_minor)}) + button
    hint = f"All of it, or a part. {asked.amount} is due."
    field = frame.field("part", "How much", asked.part, hint=hint, extra='inputmode="decimal"')
    return f'{field}<button class="main">Pay by card</button>'


def _save_page(
    asked: Asked, found: Processor | None, sentence: str, status: int, onward: str, *, is_back: bool
) -> Response:
    saved = "".join(f"<li>{frame.text(name)}</li>" for name in asked.cards)
    if is_back and saved:
        body = f'<h1>Your card is saved</h1><ul class="done" role="status">{saved}</ul>'
        return answer("Your card is saved", f"{body}<p>Tell us at any time if we should remove it.</p>{onward}")
    if found is None:
        return answer("Save a card", f"<h1>Save a card</h1>{frame.alert(_NOT_SAVED)}", status=status)
    with runtime.current().record.read() as reader:
        words = CONSENT[CONSENT_VERSION].format(practice=reader.setting("practice_name", "the practice"))
    kept = f'<p class="hint">Saved already:</p><ul class="done">{saved}</ul>' if saved else ""
    body = (
        f'<h1>Save a card</h1>{frame.alert(sentence)}{kept}<p class="kept">{frame.text(words)}</p>'
        f'<form method="post" action="?" data-once>{frame.hidden({"version": str(CONSENT_VERSION)})}'
        '<button class="main">I agree, save my card</button></form>'
        f'<p class="hint">You type it at {found.name}, our card processor. We never see its number.</p>'
    )
    return answer("Save a card", body, status=status)


def onward_to(url: str) -> Response:
    """Browsers let a form of ours lead nowhere but here, so the page itself goes on."""
    link = f'<p><a class="button main" href="{frame.text(url)}">Go on to the card page</a></p>'
    response = answer("One moment", f'<h1>One moment</h1><p role="status">You are taken to the card page.</p>{link}')
    response.headers["Refresh"] = f"0;url={url}"
    return response


def stop(title: str, sentence: str, status: int) -> Response:
    return answer(title, f"<h1>{title}</h1>{frame.alert(sentence)}", status=status)


def answer(title: str, body: str, *, status: int = 200) -> Response:
    with runtime.current().record.read() as reader:
        return frame.answer(title, body, practice=practice_name(reader), foot=how_to_call(reader), status=status)
