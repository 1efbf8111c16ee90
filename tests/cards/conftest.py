"""A biller's desk with Stripe's double behind it: `till.charge(ada, 50_00)`, `till.tell()`, `till.wait(hours=1)`."""

from __future__ import annotations

import pytest

from practice.access.permissions import SYSTEM
from practice.cards.beat import beat
from practice.cards.charges import request_card_charge
from practice.cards.charging import charge_now
from practice.cards.events import receive
from practice.cards.keys import Keys
from practice.cards.stripe_processor import StripeProcessor
from tests.cards.stripe_double import KEY, SIGNING, StripeDouble
from tests.conftest import INSERT
from tests.practice.billing.conftest import Desk, ada  # noqa: F401 - a fixture


class Till(Desk):
    """Does what the desk, the processor and time do with cards."""

    def __init__(self, record, house, who, clock, double):
        super().__init__(record, house, who)
        self.clock, self.double = clock, double
        self.processor = StripeProcessor(Keys(KEY, SIGNING, double.url), retries=0)

    def card(self, party, token="pm_visa"):
        """A saved card of that party, which works unless its token says otherwise."""
        client_id = party.removeprefix("client:")
        customer = self.double.make("cus", "customer", metadata={})["id"]
        card = self.double.make("pm", "payment_method", customer=customer)["id"] if token == "pm_visa" else token
        key = f"card-{len(self.rows('select * from saved_cards')) + 1}"
        row = {
            "saved_card_id": key, "client_id": client_id, "customer_token": customer, "card_token": card,
            "brand": "visa", "last4": "4242", "expires_month": 8, "expires_year": 2030, "consent_version": 1,
            "consented_at": self.clock.instant, "removed_at": None, "known_at": self.clock.instant,
        }  # fmt: skip
        self.record.run(INSERT, SYSTEM, rows=[("saved_cards", row)])
        return key

    def asks(self, party, amount, card, on=()):
        """A charge that is asked for, and no more yet."""
        return self.run(
            request_card_charge, party=party, saved_card_id=card, amount_minor=amount, location_id="loc-elm",
            charges=[{"charge_id": charge, "amount_minor": part} for charge, part in on],
        )["card_charge_id"]  # fmt: skip

    def charge(self, party, amount, card, on=()):
        """Asked for and sent: {state, payment_id, code}, with its id."""
        key = self.asks(party, amount, card, on)
        return charge_now(self.record, self.processor, key) | {"id": key}

    def tell(self, *events):
        """These events (all of them) arrive, and are looked at."""
        for event in events or list(self.double.events):
            receive(self.record, self.processor.event_of(*self.double.signed(event)))
        return beat(self.record, self.processor)

    def wait(self, **time):
        """Time passes, and the beat looks."""
        self.clock.forward(**time)
        return beat(self.record, self.processor)

    def card_cash(self):
        """What the books say is with the processor."""
        return self.balances().get("1020", 0)


@pytest.fixture(scope="session")
def stripe():
    opened = StripeDouble()
    yield opened
    opened.close()


@pytest.fixture
def double(stripe):
    stripe.reset()
    return stripe


@pytest.fixture
def till(record, house, biller, clock, double):
    return Till(record, house, biller, clock, double)


@pytest.fixture
def dan():
    """Dan pays for himself."""
    return "client:client-dan"
