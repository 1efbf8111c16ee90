"""The last step: who is coming. What was typed stays, whatever is refused; a double press books once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from dashboards import runtime
from dashboards.http.public import asked as at_booking
from dashboards.http.public import choosing, frame, guard
from dashboards.http.public import details_form as parts
from dashboards.http.public.serving import foot, practice_name
from practice.access.permissions import ONLINE
from practice.clock import stored, to_instant
from practice.errors import NotFound, Refusal
from practice.online import links, queries
from practice.online.booking import HOLD_MINUTES, book_online, live_hold
from practice.online.offering import modes_of, nearest_times, open_location, service_at
from practice.online.rules import promise
from practice.scheduling.model import wall_time
from practice.store.work import Reader, Row

RAN_OUT = f"The time was kept for you for {HOLD_MINUTES} minutes, which are over."


def details_page(request: Request, form: FormData) -> Response:
    """GET …/details: the time, how long it is still kept, and the few things that are asked."""
    del form
    asked = request.query_params
    with runtime.current().record.read() as reader:
        location, service = _what(reader, request)
        wish = _wish(service, asked)
        held = live_hold(reader, asked.get("hold"), guard.browser_key(request))
        sentence, near = "", []
        if held is None:
            near = _near(reader, location, service, wish)
            sentence = f"{RAN_OUT} Choose a time below; what you type is kept."
        return _page(reader, location, service, wish, held, {}, sentence, near, guard.new_form())


def book_it(request: Request, form: FormData) -> Response:
    """POST …/details: book, once for each form, and show the visit; or the form again with the reason."""
    record = runtime.current().record
    typed = {name: guard.typed(form, name) for name in parts.FIELDS}
    with record.read() as reader:
        location, service = _what(reader, request)
        wish = _wish(service, {name: guard.typed(form, name) for name in ("provider", "mode", "start", "hold")})
        held = live_hold(reader, wish["hold"], guard.browser_key(request))
    stamp, near, field = guard.again(form), [], None
    secret = links.derived("visit", stamp["form"])
    stopped = guard.refusal(request, guard.bookings)
    sentence, status = stopped or (guard.not_a_person(form), 422)
    if not sentence:
        try:
            booked = record.run(
                book_online, ONLINE, key=hashlib.sha256(f"online:{stamp['form']}".encode()).hexdigest(),
                location_id=location["location_id"], service_id=service["service_id"], provider_id=wish["provider"],
                wall_start=wish["start"], mode=wish["mode"], hold_id=wish["hold"], held_by=guard.browser_key(request),
                token_hash=links.hashed(secret), **{name: value or None for name, value in typed.items()},
            )  # fmt: skip
        except Refusal as refusal:
            with record.read() as reader:
                if links.visit_behind(reader, links.hashed(secret)):  # this form has booked already
                    return frame.onward(f"/visit/{secret}?booked=1")
            sentence, field, near = str(refusal), refusal.field, list(refusal.alternatives)
            if refusal.field not in (None, "wall_start"):
                near = []
            if wish["hold"] and held is None and near:
                sentence = f"{RAN_OUT} {sentence}"
        else:
            return frame.onward(f"/visit/{secret}?booked={'late' if wish['hold'] and not booked['was_kept'] else '1'}")
    with record.read() as reader:
        stamp = stamp if stopped else guard.stamped(stamp["form"])
        held = live_hold(reader, wish["hold"], guard.browser_key(request))
        return _page(reader, location, service, wish, held, typed, sentence, near, stamp, status, field)


def _what(reader: Reader, request: Request) -> tuple[Row, Row]:
    location = open_location(reader, request.path_params["slug"])
    return location, service_at(reader, location["location_id"], request.path_params["service_id"])


def _wish(service: Row, asked: Mapping[str, str]) -> dict[str, str | None]:
    """What was chosen so far: provider (None: anyone), mode, start, hold."""
    mode = asked.get("mode")
    try:
        wall_time(asked.get("start") or "")
    except Refusal:
        raise NotFound("This page was opened without a time; choose a visit and a time first.") from None
    return {
        "provider": asked.get("provider") or None,
        "mode": mode if mode in modes_of(service) else modes_of(service)[0],
        "start": asked.get("start"),
        "hold": asked.get("hold") or None,
    }


def _near(reader: Reader, location: Row, service: Row, wish: Mapping[str, str | None]) -> list[str]:
    wanted = datetime.fromisoformat(str(wish["start"]))
    return nearest_times(reader, location["location_id"], service, wish["provider"], wanted, mode=str(wish["mode"]))


def _page(
    reader: Reader, location: Row, service: Row, wish: Mapping[str, str | None], held: Row | None,
    typed: Mapping[str, str], sentence: str, near: Sequence[str], stamp: Mapping[str, str], status: int = 200,
    wrong_field: str | None = None,
) -> Response:  # fmt: skip
    """The form. With other times to choose from (`near`) the nearest of them is chosen already."""
    wanted = datetime.fromisoformat(str(wish["start"]))
    path = f"/book/{location['slug']}/{service['service_id']}"
    again = choosing.address(path, {"provider": wish["provider"], "mode": wish["mode"]})
    carried = frame.hidden({"provider": wish["provider"], "mode": wish["mode"], "hold": wish["hold"]} | dict(stamp))
    names = {row["provider_id"]: row["name"] for row in queries.providers(reader, service["provider_ids"])}
    provider = names.get(wish["provider"] or "")
    head = parts.summary(reader, location, service, provider, str(wish["mode"]), wanted)
    head += parts.kept(reader, held, location) if held and not near else ""
    chosen = parts.other_times(near, wanted, location, reader.now) if near else frame.hidden({"start": wish["start"]})
    told = promise(
        reader,
        service_id=service["service_id"],
        provider_id=wish["provider"] or service["provider_ids"][0],
        location_id=location["location_id"],
        client_id=None,
        starts_at=stored(to_instant(wanted, location["zone"])),
        zone=location["zone"],
    )
    body = (
        f'<p><a class="back" href="{frame.text(again)}">Another time</a></p><h1>Your details</h1>{head}'
        f'{frame.alert(sentence)}<form method="post" action="{frame.text(path)}/details" data-once>{carried}{chosen}'
        f"{parts.fields(reader, typed, sentence, wrong_field)}{at_booking.before_booking(reader, service)}"
        f"{parts.promise(told, location)}"
        '<button class="main">Book this visit</button></form>'
    )
    return frame.answer("Your details", body, practice=practice_name(reader), foot=foot(location), status=status)
