"""The JSON API: the same rules as the pages, for programs with a key."""

from __future__ import annotations

import json
import secrets

import pytest
from openapi_spec_validator import validate
from starlette.applications import Starlette
from starlette.middleware import Middleware

from dashboards import runtime
from dashboards.http.api import serving
from dashboards.http.gate import Gate, RateLimit
from dashboards.server import ROUTES
from practice.access.permissions import SYSTEM
from practice.home import Home
from practice.online import links
from practice.online.keys import SCOPES, make_api_key, revoke_api_key
from practice.people.commands import add_location, change_location, change_service
from practice.scheduling.commands import move_appointment
from tests.dashboards.browser import Browser

ADA = {"given_name": "Ada", "family_name": "Birch", "email": "ada@birch.example", "birth_date": "1990-05-17"}


class Program(Browser):
    """A caller with a key."""

    key: str = ""

    def call(self, method: str, path: str, sent: dict | None = None, **headers: str):
        body = json.dumps(sent).encode() if sent is not None else b""
        headers = {"authorization": f"Bearer {self.key}", "content-length": str(len(body))} | headers
        answer = self._http(method, f"/api/v1{path}", body, headers)
        return answer.status, json.loads(answer.body), answer


@pytest.fixture
def door(record, house, tmp_path, monkeypatch):
    home = Home(tmp_path / "home")
    home.create()
    runtime.start(home, record)
    for name in ("per_address", "per_key", "wrong_keys"):
        monkeypatch.setattr(serving, name, RateLimit(limit=10_000, seconds=60))
    record.run(change_location, SYSTEM, location_id=house.location, slug="elm-street")
    record.run(change_service, SYSTEM, service_id=house.visit, online="bookable")
    record.run(change_service, SYSTEM, service_id=house.group, online="contact")
    return Starlette(routes=ROUTES, middleware=[Middleware(Gate)])


@pytest.fixture
def program(door, record):
    """`program(scopes, location_ids)`: somebody with a fresh key."""

    def make(scopes=tuple(SCOPES), location_ids=()):
        key = f"daybook_{secrets.token_urlsafe(24)}"
        made = record.run(
            make_api_key, SYSTEM, name="A website", key_hash=links.hashed(key), scopes=list(scopes),
            location_ids=list(location_ids),
        )  # fmt: skip
        caller = Program(door)
        caller.key, caller.api_key_id = key, made["api_key_id"]
        return caller

    return make


def wish(house, **changes):
    return ADA | {"location_id": house.location, "service_id": house.visit, "start": "2026-03-03T10:00"} | changes


def test_the_description_is_valid_openapi_and_says_what_the_routes_do(door):
    told = json.loads(Browser(door).get("/api/openapi.json").body)
    validate(told)
    assert told["openapi"].startswith("3.1")
    served = {
        (route.path, method)
        for route in ROUTES
        if route.path.startswith("/api/v1")
        for method in route.methods - {"HEAD"}
    }
    assert {(path, method.upper()) for path, methods in told["paths"].items() for method in methods} == served
    page = Browser(door).get("/api").text
    assert all(f"<code>{method} {path}</code>" in page for path, method in served)


def test_from_the_services_to_a_booking_that_is_moved_and_read(program, house, record):
    caller = program()
    assert caller.call("GET", "/locations")[1]["locations"][0]["zone"] == "America/New_York"
    offered = caller.call("GET", f"/services?location_id={house.location}")[1]["services"]
    assert [(row["name"], row["online"]) for row in offered] == [("Follow-up", "bookable"), ("Group", "contact")]
    asked = f"location_id={house.location}&service_id={house.visit}"
    assert [row["name"] for row in caller.call("GET", f"/providers?{asked}")[1]["providers"]] == [
        "Dr. Ines Moss",
        "Tomas Reed",
    ]
    slots = caller.call("GET", f"/slots?{asked}&first=2026-03-03&days=1&provider_id={house.moss}")[1]["slots"]
    assert (slots[0]["start"], slots[0]["starts_at"], slots[0]["zone"]) == (
        "2026-03-03T09:00",
        "2026-03-03T14:00:00Z",
        "America/New_York",
    )
    status, booked, _ = caller.call("POST", "/bookings", wish(house, provider_id=house.moss))
    assert (status, booked["status"], booked["start"]) == (201, "scheduled", "2026-03-03T10:00")
    assert "Ada" not in json.dumps(booked)
    assert Browser(caller.app).get(booked["manage_url"]).status == 200
    path = f"/bookings/{booked['booking_id']}"
    status, moved, _ = caller.call("POST", f"{path}/move", {"start": "2026-03-04T11:00"})
    assert (status, moved["booking_id"], moved["start"]) == (200, booked["booking_id"], "2026-03-04T11:00")
    assert caller.call("GET", path)[1]["start"] == "2026-03-04T11:00"
    with record.read() as reader:
        events = reader.rows("select kind, actor_id, reason from appointment_events order by known_at, event_id")
        assert reader.value("select channel from appointments limit 1") == "api"
    assert {row["actor_id"] for row in events} == {f"api:{caller.api_key_id}"}


def test_what_cannot_be_is_a_problem_with_its_rule_and_what_would_pass(program, house):
    caller = program()
    caller.call("POST", "/bookings", wish(house, provider_id=house.moss))
    status, problem, answer = caller.call("POST", "/bookings", wish(house, provider_id=house.moss, given_name="Ben"))
    assert answer.headers["content-type"] == "application/problem+json"
    assert (status, problem["rule"], problem["field"]) == (409, "provider_taken", "wall_start")
    assert problem["detail"] == "That time has just been taken; choose another one."
    assert problem["alternatives"]
    assert (
        caller.call(
            "POST", "/bookings", wish(house, provider_id=house.moss, given_name="Ben", start=problem["alternatives"][0])
        )[0]
        == 201
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"start": "tomorrow"}, "start"),
        ({"mode": "phone"}, "mode"),
        ({"nickname": "Al"}, "nickname"),
        ({"email": None}, "email"),
        ({"birth_date": "x"}, "birth_date"),
    ],
)
def test_what_does_not_fit_names_the_field_and_repeats_nothing(program, house, changes, field):
    status, problem, _ = program().call("POST", "/bookings", wish(house, **changes))
    assert (status, problem["field"]) == (422, field)
    assert "tomorrow" not in problem["detail"]


def test_the_same_call_sent_twice_is_done_once(program, house, record):
    caller = program()
    first = caller.call("POST", "/bookings", wish(house), idempotency_key="order-1")
    second = caller.call("POST", "/bookings", wish(house), idempotency_key="order-1")
    assert first[:2] == second[:2]
    assert caller.call("POST", "/bookings", wish(house, start="2026-03-03T12:00"), idempotency_key="order-1")[0] == 409
    other = program()
    assert (
        other.call("POST", "/bookings", wish(house, given_name="Ben"), idempotency_key="order-1")[1]["booking_id"]
        != first[1]["booking_id"]
    )
    with record.read() as reader:
        assert reader.value("select count(*) from attendees") == 2


def test_a_key_sees_and_changes_what_it_has_booked_wherever_the_desk_moves_it_and_nothing_else(
    program, house, record, desk
):
    caller, other = program(), program()
    booking = caller.call("POST", "/bookings", wish(house))[1]
    with record.read() as reader:
        visit = reader.value("select appointment_id from attendees where attendee_id = ?", booking["booking_id"])
    record.run(
        move_appointment,
        desk,
        appointment_id=visit,
        wall_start="2026-03-05T14:00",
        reason="asked by phone",
        moved_by="client",
    )
    path = f"/bookings/{booking['booking_id']}"
    assert caller.call("GET", path)[1]["start"] == "2026-03-05T14:00"
    unknown = other.call("GET", "/bookings/made-up")
    assert other.call("GET", path)[:2] == unknown[:2]
    assert unknown[0] == 404
    assert other.call("POST", f"{path}/move", {"start": "2026-03-06T14:00"})[0] == 404


def test_scopes_and_locations_bound_a_key(program, house, record):
    reader_only = program(["slots:read"])
    status, problem, _ = reader_only.call("POST", "/bookings", wish(house))
    assert (status, problem["rule"]) == (403, "scope")
    elsewhere = record.run(add_location, SYSTEM, name="Oak", zone="America/New_York")["location_id"]
    record.run(change_location, SYSTEM, location_id=elsewhere, slug="oak")
    bound = program(location_ids=[elsewhere])
    assert [row["name"] for row in bound.call("GET", "/locations")[1]["locations"]] == ["Oak"]
    assert bound.call("GET", f"/services?location_id={house.location}")[0] == 403
    assert bound.call("POST", "/bookings", wish(house))[0] == 403


def test_unknown_and_revoked_keys_hear_the_same_and_who_guesses_has_to_wait(program, record, monkeypatch):
    caller = program()
    record.run(revoke_api_key, SYSTEM, api_key_id=caller.api_key_id)
    revoked = caller.call("GET", "/locations")[:2]
    caller.key = "daybook_made_up"
    assert revoked == caller.call("GET", "/locations")[:2]
    assert revoked[0] == 401
    monkeypatch.setattr(serving, "wrong_keys", RateLimit(limit=1, seconds=60))
    assert [caller.call("GET", "/locations")[0] for _ in range(2)] == [401, 429]
    caller = program()
    monkeypatch.setattr(serving, "per_key", RateLimit(limit=1, seconds=60))
    assert [caller.call("GET", "/locations")[0] for _ in range(2)] == [200, 429]
