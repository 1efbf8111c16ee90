"""What a client sees of a paper that was sent to them: what is open and how to pay it, and how to keep the paper."""

from __future__ import annotations

from dashboards.http.public import frame, pay_view
from practice.cards.parts import PARTS_ON
from practice.cards.processor import Processor
from practice.messages.wording import day_words
from practice.money import Currency
from practice.paper_mail.opening import Behind
from practice.paper_mail.sending import BY_ITSELF
from practice.paper_mail.whom import TO_PAY, WORDS
from practice.store.work import Reader


def look(
    reader: Reader, found: Behind, path: str, processor: Processor | None, sentence: str, typed: str | None
) -> tuple[str, str]:
    """Title and body. `typed`: the date of birth as it was typed last; None: this browser told it before."""
    paper = found.paper
    word = WORDS[paper.kind]
    title = f"Your {word}"
    facts = frame.facts(
        [("Number", str(paper.number)), ("Of", frame.text(paper.period)), ("Issued", day_words(paper.issued_date))]
    )
    body = f'<h1 data-seen="{path}/seen">{title}</h1>{"" if typed else frame.alert(sentence)}'
    if paper.is_void:
        said = "This invoice was taken back, and nothing is to be paid for it. If you have questions, call us."
        return title, f'{body}<p class="done" role="status">{said}</p>{facts}'
    if paper.is_replaced:
        body += f'<p class="done" role="status">A newer {word} has taken the place of this one.</p>'
    if paper.kind in TO_PAY:
        body += _money(reader, found, path, processor)
    return title, body + facts + _keep(found, path, word, sentence, typed)


def _money(reader: Reader, found: Behind, path: str, processor: Processor | None) -> str:
    """What is open now, and the button to pay it where a card can be taken."""
    if not found.due_minor:
        said = pay_view.LATER if found.open_minor else "Everything is paid."
        return f'<p class="done" role="status">{said} Thank you; you need do nothing more.</p>'
    currency = Currency.of(reader.setting("currency", "USD"))
    amount = currency.show(found.due_minor)
    said = f'<p class="sum"><strong>{frame.text(amount)}</strong></p>'
    if found.is_autopaid:
        return f'{said}<p class="done">{BY_ITSELF}</p>'
    due = found.paper.due_date
    until = f'<p class="lead">Please pay by {day_words(due)}.</p>' if due else '<p class="lead">Open now.</p>'
    said += until
    if processor is None:
        return said
    asked = pay_view.Asked(
        "pay", found.due_minor, amount, (), may_pay_part=bool(reader.setting(PARTS_ON)),
        part=currency.plain(found.due_minor),
    )  # fmt: skip
    hint = f"You type your card at {processor.name}, our card processor. We never see its number."
    form = f'<form method="post" action="{path}/pay" data-once>{pay_view.how_much(asked)}</form>'
    return f'{said}{form}<p class="hint">{frame.text(hint)}</p>'


def _keep(found: Behind, path: str, word: str, sentence: str, typed: str | None) -> str:
    """The paper as it was issued: at once, or for the date of birth; what is wrong with that stands beside it."""
    label = f"Download the {word} (PDF)"
    if typed is None or not found.asks_birth_date:
        return f'<p><a class="button second" href="{path}/paper.pdf">{label}</a></p>'
    field = frame.field(
        "birth_date", "Your date of birth", typed, kind="date", extra='autocomplete="bday" required',
        hint="The paper says what it is for, so we ask whether it is you.",
    )  # fmt: skip
    button = f'<button class="second">{label}</button>'
    wrong = frame.alert(sentence) if typed else ""
    return f'<div class="change">{wrong}<form method="post" action="{path}/open">{field}{button}</form></div>'
