"""The processor's door: only what it signed is written down, once, in any order; a forged word leaves nothing."""

from __future__ import annotations

import json
import time

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from dashboards import cards, runtime
from dashboards.http import hooks
from dashboards.http.gate import Gate, RateLimit
from dashboards.server import ROUTES
from practice.cards.beat import beat
from practice.home import Home
from tests.cards.stripe_double import KEY, SIGNING
from tests.dashboards.browser import Browser


@pytest.fixture
def door(till, tmp_path, monkeypatch):
    """`door(body, signature)` posts to the app that has the double's keys; answers the status."""
    for name, value in (("KEY", KEY), ("WEBHOOK_SECRET", SIGNING), ("API_BASE", till.double.url)):
        monkeypatch.setenv(f"DAYBOOK_STRIPE_{name}", value)
    monkeypatch.setattr(hooks, "_forged", RateLimit(limit=5, seconds=60))
    runtime.start(Home(tmp_path / "home"), till.record)
    visitor = Browser(Starlette(routes=ROUTES, middleware=[Middleware(Gate)]))

    def post(body, signature):
        return visitor.post("/hooks/stripe", body, **{"stripe-signature": signature}).status

    return post


def events(till):
    return till.rows("select kind, state from processor_events order by event_id")


def test_a_signed_event_is_written_down_once_and_looked_up(till, ada, door):
    till.double.faults.append("lost")
    till.charge(ada, 50_00, till.card(ada))
    (event,) = till.double.events
    assert [door(*till.double.signed(event)) for _ in range(3)] == [200, 200, 200]
    assert (events(till), till.card_cash()) == ([{"kind": "payment_intent.succeeded", "state": "received"}], 0)
    beat(till.record, till.processor)
    assert (events(till)[0]["state"], till.card_cash()) == ("handled", 50_00)


def test_what_is_forged_late_foreign_or_from_the_other_mode_leaves_nothing(till, ada, door):
    till.double.faults.append("lost")
    till.charge(ada, 50_00, till.card(ada))
    (event,) = till.double.events
    body, signature = till.double.signed(event)
    assert door(body.replace(b"5000", b"9000"), signature) == 400
    assert door(*till.double.signed(event, secret="whsec_other")) == 400
    assert door(*till.double.signed(event, at=time.time() - 3600)) == 400
    assert door(body, "nonsense") == 400
    assert door(*till.double.signed(event | {"livemode": True})) == 200
    assert events(till) == []
    assert door(b"\xff" + body, signature) == 400
    assert door(body, signature) == 429  # after so many forgeries nobody is listened to for a minute


def test_an_event_of_no_concern_and_one_of_a_strangers_charge_are_kept_as_such(till, door):
    stranger = till.double.make(
        "pi", "payment_intent", amount=1000, amount_received=1000, currency="usd", status="succeeded", metadata={},
        last_payment_error=None, customer=None,
    )  # fmt: skip
    for kind, about in (("payment_intent.succeeded", stranger), ("customer.created", {"id": "cus_1"})):
        assert door(*till.double.signed(till.double.tell(kind, about))) == 200
    beat(till.record, till.processor)
    assert [row["state"] for row in events(till)] == ["ignored", "ignored"]


def test_without_keys_there_is_no_door_and_a_key_that_others_can_read_is_not_used(till, tmp_path, door, monkeypatch):
    for name in ("KEY", "WEBHOOK_SECRET", "API_BASE"):
        monkeypatch.delenv(f"DAYBOOK_STRIPE_{name}")
    assert door(b"{}", "t=1,v1=2") == 404
    home = Home(tmp_path / "second")
    home.create()
    file = home.path / "stripe.keys"
    file.write_text(f"DAYBOOK_STRIPE_KEY={KEY}\nWEBHOOK_SECRET={SIGNING}\n")
    file.chmod(0o644)
    assert "chmod 600" in cards.trouble(home)
    file.chmod(0o600)
    assert cards.trouble(home) is None
    made = cards.processor(home, till.record)
    assert (made.is_live, KEY in json.dumps(vars(made), default=repr)) == (False, False)
