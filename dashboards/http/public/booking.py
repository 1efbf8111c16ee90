"""/book: where → what → when → details → done. A look changes nothing; a time is kept from the tap on."""

from __future__ import annotations

import secrets
from datetime import date, timedelta

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboards import runtime
from dashboards.http.public import choosing, frame, guard
from dashboards.http.public.details import book_it, details_page
from dashboards.http.public.serving import foot, practice_name, served
from practice.access.permissions import ONLINE
from practice.clock import local_date
from practice.errors import Refusal
from practice.online import queries
from practice.online.booking import hold_online
from practice.online.offering import modes_of, next_times, open_location, service_at
from practice.store.work import Reader, Row

DAYS = 7
"""How many days a page shows at a time."""


def start(request: Request, form: FormData) -> Response:
    """GET /book: the locations; straight on where there is one."""
    del request, form
    with runtime.current().record.read() as reader:
        places, practice = queries.open_locations(reader), practice_name(reader)
    if len(places) == 1:
        return frame.onward(f"/book/{places[0]['slug']}")
    if not places:
        body = "<h1>Booking online is not open yet</h1><p>Please call the practice.</p>"
        return frame.answer("Book a visit", body, practice=practice, status=404)
    body = f'<h1>Book a visit</h1><p class="lead">Where would you like to come?</p>{choosing.locations(places)}'
    return frame.answer("Book a visit", body, practice=practice)


def menu(request: Request, form: FormData) -> Response:
    """GET /book/<slug>: what can be booked there."""
    del form
    with runtime.current().record.read() as reader:
        location = open_location(reader, request.path_params["slug"])
        offered, practice = queries.offered_services(reader, location["location_id"]), practice_name(reader)
        is_one_of_many = len(queries.open_locations(reader)) > 1
    elsewhere = '<p><a class="back" href="/book">Another location</a></p>' if is_one_of_many else ""
    listed = choosing.services(location, offered) or "<p>Nothing can be booked online here yet; please call.</p>"
    body = f'<h1>Book a visit</h1><p class="lead">{frame.text(location["name"])}</p>{listed}{elsewhere}'
    return frame.answer("Book a visit", body, practice=practice, foot=foot(location))


def times(request: Request, form: FormData) -> Response:
    """GET /book/<slug>/<service>: with whom, how and when."""
    del form
    asked = request.query_params
    with runtime.current().record.read() as reader:
        location = open_location(reader, request.path_params["slug"])
        service = service_at(reader, location["location_id"], request.path_params["service_id"])
        return _times(reader, location, service, asked.get("provider"), asked.get("mode"), asked.get("from"), "", 200)


def _times(
    reader: Reader, location: Row, service: Row, provider_id: str | None, mode: str | None, since: str | None,
    sentence: str, status: int,
) -> Response:  # fmt: skip
    """The page of times, with a refusal's sentence on top."""
    mode = mode if mode in modes_of(service) else modes_of(service)[0]
    provider_id = provider_id if provider_id in service["provider_ids"] else None
    today = local_date(reader.now, location["zone"])
    first = max(today, _date(since) or today)
    rows = next_times(reader, location["location_id"], service, provider_id, first=first, days=DAYS, mode=mode)
    providers = queries.providers(reader, service["provider_ids"])
    path = f"/book/{location['slug']}/{service['service_id']}"
    told = service["capacity"] > 1

    def one(row: Row) -> str:
        value = f"{row['wall_start']:%Y-%m-%dT%H:%M}"
        return f'<button name="start" value="{value}">{value[11:]}{choosing.seats(row) if told else ""}</button>'

    if rows:
        carried = frame.hidden({"service": service["service_id"], "provider": provider_id, "mode": mode})
        listed = choosing.days(rows, today, one)
        listed = f'<form method="post" action="/book/{frame.text(location["slug"])}/hold">{carried}{listed}</form>'
        later = rows[-1]["wall_start"].date() + timedelta(days=1)
    else:
        listed = "<p>No time is free in the next weeks. Choose somebody else, or call the practice.</p>"
        later = None
    query = {"provider": provider_id, "mode": mode}
    links = []
    if first > today:
        links.append(f'<a href="{frame.text(choosing.address(path, query))}">Earliest times</a>')
    if later:
        links.append(f'<a href="{frame.text(choosing.address(path, query | {"from": str(later)}))}">Later times</a>')
    body = (
        f'<p><a class="back" href="/book/{frame.text(location["slug"])}">All visits</a></p>'
        f'<h1>{frame.text(service["name"])}</h1><p class="lead">{frame.text(choosing.length(service))}</p>'
        f"{frame.alert(sentence)}{choosing.how(path, service, mode, provider_id)}"
        f"{choosing.who(path, providers, provider_id, mode)}{choosing.zone_line(location['zone'])}{listed}"
        f'<nav class="pages" aria-label="Days">{"".join(links)}</nav>'
    )
    title = f"{service['name']}: choose a time"
    return frame.answer(title, body, practice=practice_name(reader), foot=foot(location), status=status)


def hold(request: Request, form: FormData) -> Response:
    """POST /book/<slug>/hold: keep that time for this browser, then ask for the details."""
    chosen = {name: guard.typed(form, name) for name in ("service", "provider", "mode", "start")}
    record = runtime.current().record
    cookie = request.cookies.get(guard.COOKIE) or secrets.token_urlsafe(24)
    with record.read() as reader:
        location = open_location(reader, request.path_params["slug"])
        service = service_at(reader, location["location_id"], chosen["service"])
    path = f"/book/{location['slug']}/{service['service_id']}"
    held, why = None, guard.refusal(request, guard.holds)
    if why is None:
        try:
            held = record.run(
                hold_online, ONLINE, location_id=location["location_id"], service_id=service["service_id"],
                provider_id=chosen["provider"] or None, wall_start=chosen["start"],
                mode=chosen["mode"] or modes_of(service)[0], held_by=guard.browser_hash(cookie),
            )  # fmt: skip
        except Refusal as refusal:
            why = str(refusal), 409
    if held is None:
        assert why is not None
        with record.read() as reader:
            return _times(
                reader, location, service, chosen["provider"], chosen["mode"], chosen["start"][:10], why[0], why[1]
            )
    query = {"provider": held["provider_id"], "mode": chosen["mode"], "start": chosen["start"], "hold": held["hold_id"]}
    return guard.with_cookie(frame.onward(choosing.address(f"{path}/details", query)), request, cookie)


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


ROUTES = [
    Route("/book", served(start)),
    Route("/book/{slug}", served(menu)),
    Route("/book/{slug}/hold", served(hold), methods=["POST"]),
    Route("/book/{slug}/{service_id}", served(times)),
    Route("/book/{slug}/{service_id}/details", served(details_page)),
    Route("/book/{slug}/{service_id}/details", served(book_it), methods=["POST"]),
]
