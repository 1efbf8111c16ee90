"""The door: who gets in, who does not, and what they are told."""

from __future__ import annotations

import io
import logging

import pyarrow as pa
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute

from dashboards import runtime
from dashboards.http import first_run, sign_in
from dashboards.http.gate import LARGEST_FORM, Gate, RateLimit
from dashboards.server import ROUTES
from dashboards.session import COOKIE
from practice.access.permissions import SYSTEM
from practice.access.queries import users
from practice.access.users import create_user, disable_user, revoke_sessions
from practice.home import Home
from tests.conftest import INSERT
from tests.dashboards.browser import Browser

EMAIL, PASSWORD = "owner@elm.example", "four quiet herons wade"
NEW_PRACTICE = {
    "practice": "Birch Lane", "zone": "Europe/Berlin", "currency": "EUR", "name": "Ines Moss",
    "email": "ines@birch.example", "password": "six slow otters swim",
}  # fmt: skip


async def _page(request):
    return PlainTextResponse("a page behind the door")


async def _stream(websocket):
    await websocket.accept()


@pytest.fixture
def door(record, tmp_path, monkeypatch):
    """The routes and the gate over an empty practice; Streamlit's own pages are stood in for by one page."""
    home = Home(tmp_path / "home")
    home.create()
    runtime.start(home, record)
    monkeypatch.setattr(sign_in, "_attempts", RateLimit(limit=20, seconds=60))
    routes = [*ROUTES, WebSocketRoute("/_stcore/stream", _stream), Route("/{path:path}", _page)]
    return Starlette(routes=routes, middleware=[Middleware(Gate)])


@pytest.fixture
def visitor(door, house):
    """Somebody before the furnished practice's door; its owner can sign in."""
    create_user(runtime.current().record, SYSTEM, email=EMAIL, name="Ines Moss", role="owner", password=PASSWORD)
    return Browser(door)


@pytest.fixture
def founder(door):
    """Somebody before the door of a practice that nobody has set up."""
    return Browser(door)


def sign(browser, password=PASSWORD, email=EMAIL, next_path="/", **headers):
    return browser.post("/login", {"email": email, "password": password, "next": next_path}, **headers)


def found(browser, **changes):
    form = NEW_PRACTICE | {"code": first_run.setup_code(runtime.current().home)} | changes
    return browser.post("/setup", form)


# Getting in


def test_without_a_session_every_page_leads_to_sign_in_and_back(visitor):
    answer = visitor.get("/client?client=client-ada")
    assert (answer.status, answer.headers["location"]) == (303, "/login?next=/client%3Fclient%3Dclient-ada")
    form = visitor.get(answer.headers["location"])
    assert 'name="next" value="/client?client=client-ada"' in form.text
    assert sign(visitor, next_path="/client?client=client-ada").headers["location"] == "/client?client=client-ada"


def test_without_a_session_calls_get_401_and_websockets_are_refused(visitor):
    assert visitor.get("/_stcore/metrics").status == 401
    assert visitor.post("/_stcore/upload_file/x/y", b"").status == 401
    assert visitor.websocket("/_stcore/stream") == {"type": "websocket.close", "code": 1008}
    assert visitor.websocket("/login")["type"] == "websocket.close"


def test_a_made_up_cookie_opens_nothing(visitor):
    visitor.cookies[COOKIE] = "made-up"
    assert visitor.get("/").status == 303
    assert visitor.websocket("/_stcore/stream")["code"] == 1008


def test_whoever_signs_in_gets_a_cookie_that_no_script_can_read_and_stays_in(visitor):
    answer = sign(visitor, next_path="/today")
    assert (answer.status, answer.headers["location"]) == (303, "/today")
    attributes = {part.strip().lower() for part in answer.cookies[0].split(";")}
    assert {"httponly", "samesite=lax", "path=/", "max-age=43200"} <= attributes
    assert visitor.get("/today").text == "a page behind the door"
    assert visitor.get("/today").status == 200
    assert visitor.websocket("/_stcore/stream")["type"] == "websocket.accept"
    assert visitor.get("/login").headers["location"] == "/"


def test_behind_tls_the_cookie_is_secure(visitor):
    assert "secure" not in sign(visitor).cookies[0].lower()
    assert "secure" in sign(visitor, x_forwarded_proto="https").cookies[0].lower()


def test_a_wrong_password_and_an_unknown_address_hear_the_same_sentence(visitor):
    wrong, unknown = sign(visitor, "wrong horse battery"), sign(visitor, email="nobody@elm.example")
    assert wrong.status == unknown.status == 401
    sentence = wrong.text.split('role="alert">')[1].split("<")[0]
    assert sentence == unknown.text.split('role="alert">')[1].split("<")[0]
    assert "do not go together" in sentence


def test_a_refused_sign_in_keeps_the_address_and_the_way_but_never_the_password(visitor):
    answer = sign(visitor, "wrong horse battery", next_path="/billing")
    assert f'value="{EMAIL}"' in answer.text
    assert 'value="/billing"' in answer.text
    assert "wrong horse" not in answer.text
    assert not answer.cookies


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example", "evil.example", ""])
def test_the_way_back_never_leads_to_another_site(visitor, path):
    assert sign(visitor, next_path=path).headers["location"] == "/"
    assert visitor.get(f"/login?next={path}").headers["location"] == "/"


@pytest.mark.parametrize(
    "headers",
    [{"sec_fetch_site": "cross-site"}, {"sec_fetch_site": "same-site"}, {"origin": "https://evil.example"}],
)
def test_a_form_on_another_site_is_refused(visitor, headers):
    answer = sign(visitor, **headers)
    assert answer.status == 403
    assert not answer.cookies


def test_a_form_of_our_own_is_taken(visitor):
    assert sign(visitor, sec_fetch_site="same-origin", origin="http://practice.example").status == 303
    assert sign(visitor, origin="http://practice.example").status == 303


def test_too_many_tries_from_one_place_have_to_wait_and_others_do_not(visitor, door, monkeypatch):
    monkeypatch.setattr(sign_in, "_attempts", RateLimit(limit=2, seconds=60))
    assert [sign(visitor, email="nobody@elm.example").status for _ in range(3)] == [401, 401, 429]
    assert "wait a minute" in sign(visitor).text
    assert sign(Browser(door, host="198.51.100.2")).status == 303


def test_a_caller_may_try_again_after_the_wait(monkeypatch):
    now = 100.0
    monkeypatch.setattr("dashboards.http.gate.time.monotonic", lambda: now)
    limit = RateLimit(limit=1, seconds=60)
    assert [limit.allows("a"), limit.allows("a"), limit.allows("b")] == [True, False, True]
    now = 161.0
    assert limit.allows("a")


# Getting out


def test_signing_out_ends_the_session_itself(visitor, door):
    sign(visitor)
    stolen = Browser(door, cookies=dict(visitor.cookies))
    assert visitor.get("/logout", sec_fetch_site="same-origin").headers["location"] == "/login"
    assert COOKIE not in visitor.cookies
    assert visitor.get("/").status == stolen.get("/").status == 303


def test_another_site_cannot_sign_somebody_out(visitor):
    sign(visitor)
    answer = visitor.get("/logout", sec_fetch_site="cross-site")
    assert "Sign out?" in answer.text
    assert visitor.get("/").status == 200


@pytest.mark.parametrize("command", [revoke_sessions, disable_user])
def test_a_revoked_session_ends_with_the_next_click(visitor, record, command):
    create_user(record, SYSTEM, email="second@elm.example", name="Second Owner", role="owner", password=PASSWORD)
    sign(visitor)
    with record.read() as reader:
        user_id = next(row["user_id"] for row in users(reader, SYSTEM) if row["email"] == EMAIL)
    record.run(command, SYSTEM, user_id=user_id)
    assert visitor.get("/").status == 303
    assert visitor.websocket("/_stcore/stream")["code"] == 1008


# The first run


def test_a_practice_without_users_asks_to_be_set_up(founder):
    assert founder.get("/").headers["location"] == "/login?next=/"
    assert founder.get("/login").headers["location"] == "/setup"
    form = founder.get("/setup").text
    assert "Europe/Berlin" in form
    assert first_run.setup_code(runtime.current().home) not in form


def test_the_code_proves_access_to_the_machine(founder, record):
    answer = found(founder, code="0000-0000-0000")
    assert answer.status == 403
    assert "not the one printed" in answer.text
    assert 'value="Birch Lane"' in answer.text
    assert not first_run.has_users()


def test_a_refused_set_up_keeps_what_was_typed_and_leaves_nothing_behind(founder, record):
    answer = found(founder, password="short", currency="USD")
    assert answer.status == 422
    assert "too short" in answer.text
    assert f'value="{NEW_PRACTICE["email"]}"' in answer.text
    assert '"short"' not in answer.text
    with record.read() as reader:
        assert reader.setting("currency") is None
    # Nothing was kept, so another currency can be chosen yet.
    assert found(founder, currency="EUR").status == 303


def test_the_set_up_makes_practice_and_owner_signs_in_and_closes_the_door(founder, record):
    answer = found(founder)
    assert (answer.status, answer.headers["location"]) == (303, "/set-up")
    assert founder.get("/set-up").headers["location"] == "/"  # the first page answers at the root
    assert founder.get("/").status == 200
    with record.read() as reader:
        assert [reader.setting(name) for name in ("practice_name", "zone", "currency")] == [
            "Birch Lane", "Europe/Berlin", "EUR",
        ]  # fmt: skip
        assert [(row["email"], row["role"]) for row in users(reader, SYSTEM)] == [("ines@birch.example", "owner")]
    assert not (runtime.current().home.path / "setup.code").exists()
    assert founder.get("/setup").headers["location"] == "/login"
    assert found(founder, email="second@birch.example").headers["location"] == "/login"
    with record.read() as reader:
        assert len(users(reader, SYSTEM)) == 1


def test_guessing_the_code_is_slowed_down(founder, monkeypatch):
    monkeypatch.setattr(sign_in, "_attempts", RateLimit(limit=1, seconds=60))
    assert [found(founder, code="guess").status for _ in range(2)] == [403, 429]


# What people are told


def test_hostile_text_comes_back_as_text(visitor, founder):
    hostile = '"><script>alert(1)</script>'
    for answer in (sign(visitor, email=hostile), visitor.get("/login?next=/" + "%22%3E%3Cscript%3E")):
        assert "<script>" not in answer.text


def test_hostile_text_in_the_set_up_comes_back_as_text(founder):
    assert "<script>" not in found(founder, practice="<script>alert(1)</script>", code="guess").text


def test_no_page_of_the_door_is_kept_or_framed(visitor):
    headers = visitor.get("/login").headers
    assert headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_a_failure_tells_people_a_number_and_the_log_no_data(visitor, monkeypatch, caplog):
    def fail(record, email, password):
        raise ValueError(f"{email} {password}")

    monkeypatch.setattr(sign_in, "sign_in", fail)
    with caplog.at_level(logging.ERROR):
        answer = sign(visitor)
    assert answer.status == 500
    number = answer.text.split("tell support ")[1].rstrip(".")
    assert number in caplog.text
    assert "ValueError" in caplog.text
    for told in (answer.text, caplog.text):
        assert EMAIL not in told
        assert PASSWORD not in told


def test_a_demo_offers_its_people_and_a_practice_of_ones_own_does_not(visitor, record):
    assert "demo" not in visitor.get("/login").text.lower()
    record.run(INSERT, SYSTEM, rows=[("settings", {"name": "demo_today", "value": '"2026-03-02"'})])
    text = visitor.get("/login?next=/today").text
    for role, (email, _) in sign_in.demo_sign_ins().items():
        assert role.replace("_", " ").capitalize() in text
        assert email in text


def test_an_open_path_takes_no_large_body(visitor):
    assert visitor.post("/login", b"email=" + b"x" * LARGEST_FORM).status == 413


# Machines


def test_health_is_open_and_says_nothing_else(visitor):
    answer = visitor.get("/healthz")
    assert (answer.status, answer.text) == (200, '{"ok":true}')


@pytest.mark.parametrize("path", ["/feed", "/feed/head"])
@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer guess"}, {"authorization": "Basic eA=="}])
def test_the_feed_needs_its_token_and_a_session_is_none(visitor, path, headers):
    sign(visitor)
    assert visitor.get(path, **headers).status == 401


def test_the_feed_goes_on_from_where_it_was(visitor, record):
    token = {"authorization": f"Bearer {runtime.current().home.feed_token()}"}
    head = visitor.get("/feed/head", **token)
    first = _table(visitor.get("/feed?after=0", **token))
    rest = _table(visitor.get("/feed?after=5", **token))
    assert first.num_rows > 5
    assert rest.to_pylist() == first.slice(5).to_pylist()
    assert f'"seq":{first["seq"][-1].as_py()}' in head.text
    assert _table(visitor.get(f"/feed?after={first['seq'][-1].as_py()}", **token)).num_rows == 0


def test_a_feed_position_that_is_no_number_is_refused_in_a_sentence(visitor):
    token = {"authorization": f"Bearer {runtime.current().home.feed_token()}"}
    answer = visitor.get("/feed?after=soon", **token)
    assert answer.status == 422
    assert "after=120" in answer.text


def _table(answer):
    assert answer.headers["content-type"] == "application/vnd.apache.arrow.stream"
    return pa.ipc.open_stream(io.BytesIO(answer.body)).read_all()
