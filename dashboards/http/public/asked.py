"""What is asked at booking, as whoever books online reads it: before, and on the visit's page with the way to pay."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboards import cards, runtime
from dashboards.http.public import back, frame, guard
from dashboards.http.public.serving import served
from practice.access.permissions import ONLINE
from practice.billing.queries import held
from practice.cards import link_queries, queries
from practice.cards.at_booking import Wish, is_coming, open_booking_link, wishes
from practice.errors import Refusal
from practice.money import Currency
from practice.online import links
from practice.store.work import Reader, Row

WHOM = {"all": "For this visit", "first": "For a first visit here", "known": "If you have been here before"}


def before_booking(reader: Reader, service: Row) -> str:
    """A line of the form: what is asked right after booking."""
    found = _wishes(reader, service)
    if not found:
        return ""
    said = " ".join(f"{WHOM[wish.of]} we ask for {_what(reader, wish)}." for wish in found)
    return f'<p class="hint">{frame.text(said)} You do that right after booking.</p>'


def on_the_visit(reader: Reader, visit: Row, path: str, secret: str) -> str:
    """A part of the visit's page: what is asked with its button, or that it is there."""
    if not is_coming(reader, visit):
        return ""
    found = _wishes(reader, reader.get("services", visit["service_id"], "service"))
    body = "".join(_one(reader, visit, path, secret, wish) for wish in found)
    return f'<div class="change">{body}</div>' if body else ""


def _one(reader: Reader, visit: Row, path: str, secret: str, wish: Wish) -> str:
    whom = "" if wish.of == "all" else f"{WHOM[wish.of]}: "
    money = Currency.of(reader.setting("currency", "USD")).show
    if wish.amount_minor:
        missing = held.missing(reader, visit["attendee_id"], wish.amount_minor)
        if not missing:
            paid = money(held.held_for(reader, visit["attendee_id"]))
            return f'<p class="done" role="status">Your deposit of {frame.text(paid)} is paid.</p>'
        said = f"{whom or 'We ask for '}a deposit of {money(wish.amount_minor)}. It counts towards the visit."
        button = f"Pay {money(missing)} by card"
    else:
        link = queries.pay_link(reader, links.hashed(_link(secret, wish)))
        if link and link_queries.cards_by_link(reader, link["pay_link_id"]):
            return '<p class="done" role="status">Your card is saved.</p>'
        said = f"{whom or 'We ask for '}a card on file. Nothing is charged now."
        button = "Save a card"
    form = f'{frame.hidden({"of": wish.of})}<button class="main">{frame.text(button)}</button>'
    return (
        f'<p class="hint">{frame.text(said[0].upper() + said[1:])}</p>'
        f'<form method="post" action="{path}/asked" data-once>{form}</form>'
    )


def go_on(request: Request, form: FormData) -> Response:
    """POST /visit/<secret>/asked: the link to pay or to save a card, and straight on to it."""
    secret, of = request.path_params["secret"], guard.typed(form, "of")
    running = runtime.current()
    visit_page = f"/visit/{frame.text(secret)}"
    if guard.refusal(request, guard.changes) or not links.is_secret(secret):
        return frame.onward(visit_page)
    with running.record.read() as reader:
        visit = links.visit_behind(reader, links.hashed(secret))
        found = _wishes(reader, reader.get("services", visit["service_id"], "service")) if visit else []
    wish = next((one for one in found if one.of == of), None)
    if wish is None:
        return frame.onward(visit_page)
    onward = _link(secret, wish)
    try:
        running.record.run(
            open_booking_link, ONLINE, visit_hash=links.hashed(secret), token_hash=links.hashed(onward), of=of
        )
    except Refusal:
        return frame.onward(visit_page)  # the page says what is open now
    return back.leading(frame.onward(f"/pay/{onward}"), request, visit_page)


def _wishes(reader: Reader, service: Row) -> list[Wish]:
    """Nothing is asked where no card can be taken."""
    running = runtime.current()
    return wishes(reader, service) if cards.processor(running.home, running.record) else []


def _what(reader: Reader, wish: Wish) -> str:
    if not wish.amount_minor:
        return "a card on file, which is not charged then"
    return f"a deposit of {Currency.of(reader.setting('currency', 'USD')).show(wish.amount_minor)} by card"


def _link(secret: str, wish: Wish) -> str:
    """The secret of the link follows from the visit's: the same button leads to the same page."""
    return links.derived(f"asked:{wish.of}:{wish.amount_minor}", secret)


ROUTES = [Route("/visit/{secret}/asked", served(go_on), methods=["POST"])]
