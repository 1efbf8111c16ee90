"""What the pages' tests start from: the furnished practice behind the real app, and a person signed in to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

import dashboards
from dashboards import pages, runtime, session
from practice.access.permissions import SYSTEM, Actor
from practice.access.sign_in import session_actor, sign_in
from practice.access.users import create_user
from practice.home import Home
from practice.scheduling.commands import book_appointment
from practice.store.record import Record

SCRIPT = Path(dashboards.__file__).with_name("streamlit_app.py")
PASSWORD = "four quiet herons wade"


@pytest.fixture(scope="session", autouse=True)
def installed_components() -> Iterator[None]:
    """What components the installed packages bring, asked once: every new AppTest would read all packages' descriptions
    again, a third of a page's test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture
def running(record: Record, house: SimpleNamespace, tmp_path: Path) -> runtime.Runtime:
    """The app's process with the furnished practice in it; no warehouse is published."""
    home = Home(tmp_path / "home")
    home.create()
    return runtime.start(home, record)


SignedIn = Callable[..., Actor]


@pytest.fixture
def signed_in(running: runtime.Runtime, house: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> SignedIn:
    """`signed_in("front_desk")`: somebody of that role exists and the browser holds their session; returns the actor.

    A provider is Dr. Moss unless told otherwise.
    """

    def enter(role: str, **scope: object) -> Actor:
        if role == "provider":
            scope.setdefault("provider_id", house.moss)
        email = f"{role}@elm.example"
        create_user(
            running.record, SYSTEM, email=email, name=f"Sam {role.title()}", role=role, password=PASSWORD, **scope
        )
        token = sign_in(running.record, email, PASSWORD)
        monkeypatch.setattr(session, "token_from_browser", lambda: token)
        entered = session_actor(running.record, token)
        assert entered is not None
        return entered.actor

    return enter


@pytest.fixture
def open_page(signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """`open_page("today", "front_desk", client="…")`: the page at that address as that role sees it, run once.

    Further keywords are the address's query parameters. The page becomes the role's first one, so that no other runs.
    """

    def open_(url: str, role: str, **query: str) -> AppTest:
        signed_in(role)
        monkeypatch.setitem(pages.FIRST, role, url)
        monkeypatch.setattr("dashboards.frame.is_unfinished", lambda person: False)
        app = AppTest.from_file(SCRIPT, default_timeout=30)
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()

    return open_


def texts(app: AppTest) -> str:
    """Everything that the page says, in one string."""
    kinds = (
        app.title, app.header, app.subheader, app.markdown, app.caption, app.info, app.error, app.warning, app.success,
        app.toast,
    )  # fmt: skip
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def labels(app: AppTest) -> list[str]:
    """The labels of the page's buttons."""
    return [button.label for button in app.button]


def press(app: AppTest, label: str, *, number: int = 0) -> AppTest:
    """Press the button of that label (the `number`th of them) and let the page run."""
    found = [button for button in app.button if button.label == label]
    assert found, f"no button {label!r} among {labels(app)}"
    return found[number].click().run()


@pytest.fixture
def browser_state(signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """The session state of a page, for handlers that are called without one."""
    state: dict[str, object] = {}
    monkeypatch.setattr("streamlit.session_state", state)
    return state


@pytest.fixture
def book(record: Record, house: SimpleNamespace, desk: Actor) -> Callable[..., dict[str, str]]:
    """`book("2026-03-02T10:00", client=…)`: somebody at another desk books a follow-up of Ada with Dr. Moss."""

    def book_(wall_start: str, **changes: str) -> dict[str, str]:
        wish = {
            "client_id": changes.get("client", house.ada),
            "provider_id": changes.get("provider", house.moss),
            "service_id": changes.get("service", house.visit),
            "location_id": changes.get("location", house.location),
            "wall_start": wall_start,
            "mode": changes.get("mode", "in_person"),
        }
        return record.run(book_appointment, desk, reason=changes.get("reason"), **wish)

    return book_
