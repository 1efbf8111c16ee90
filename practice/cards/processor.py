"""What a card processor has to be able to do. No other part knows which one it is; only tokens ever come here.

Every method that changes something takes a `key`: the same key is the same deed, however often it is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol


class ProcessorTrouble(Exception):  # noqa: N818 - it is an answer of the other side
    """The processor did not do it. `is_final`: certainly nothing was done; otherwise nobody knows yet.

    `code` is the processor's own word; neither it nor the exception holds a key, a token or what was sent.
    """

    def __init__(self, code: str, *, is_final: bool) -> None:
        super().__init__(code)
        self.code = code
        self.is_final = is_final


@dataclass(frozen=True)
class Account:
    """Whose keys these are: whether real money moves, and in which currencies there is a balance."""

    is_live: bool
    currencies: tuple[str, ...]


@dataclass(frozen=True)
class Charged:
    """How a charge stands there. `processing`: no answer yet; `code` says why it failed."""

    state: Literal["succeeded", "processing", "failed"]
    intent_token: str | None
    amount_minor: int
    currency: str
    code: str | None = None
    reference: str | None = None


@dataclass(frozen=True)
class Card:
    """A saved card as people know it, and its tokens."""

    card_token: str
    customer_token: str
    brand: str
    last4: str
    expires_month: int
    expires_year: int


@dataclass(frozen=True)
class Page:
    """The processor's own page on which a client types a card. `url` is there while it is open."""

    page_token: str
    state: Literal["open", "complete", "expired"]
    url: str | None
    charged: Charged | None = None
    card: Card | None = None


@dataclass(frozen=True)
class GivenBack:
    """How a refund stands there; `reference` is our own id, if it was ours."""

    refund_token: str
    state: Literal["succeeded", "processing", "failed"]
    amount_minor: int
    intent_token: str | None
    code: str | None = None
    reference: str | None = None


@dataclass(frozen=True)
class Disputed:
    """A client's bank took a charge back, or says that it may (`is_inquiry`: no money has moved).

    What moved is what counts, whatever it is called: `withdrawn_minor` left, `reinstated_minor` came back.
    """

    dispute_token: str
    intent_token: str | None
    amount_minor: int
    state: Literal["open", "won", "lost"]
    reason: str
    is_inquiry: bool
    withdrawn_minor: int
    reinstated_minor: int


@dataclass(frozen=True)
class PaidOut:
    """Money that left for the bank; `net_minor` is negative where the practice owed."""

    payout_token: str
    state: Literal["paid", "on_its_way", "failed"]
    arrival_date: date
    net_minor: int
    currency: str


@dataclass(frozen=True)
class PayoutLine:
    """One movement inside of a payout: what it is of, before the fee and the fee. `source` is a token of it.

    `payout_back`: an earlier payout did not arrive, so that this one holds all that it was made of.
    """

    kind: Literal["charge", "refund", "dispute", "fee", "payout_back", "other"]
    source: str | None
    intent_token: str | None
    amount_minor: int
    fee_minor: int


@dataclass(frozen=True)
class Event:
    """Something happened there. It only says where to look: events come late, twice and in any order."""

    event_id: str
    kind: str
    object_id: str | None
    happened_at: datetime
    is_live: bool


class Processor(Protocol):
    """Charges cards. Raises ProcessorTrouble and nothing else that it foresaw."""

    name: str
    is_live: bool

    def account(self) -> Account:
        """Look whether the keys work."""

    def create_customer(self, *, key: str, reference: str) -> str:
        """A customer's token; the processor learns our own id of it, no name."""

    def payment_page(
        self, *, key: str, reference: str, amount_minor: int, currency: str, title: str, customer_token: str | None,
        return_url: str,
    ) -> Page:  # fmt: skip
        """Open a page on which an amount is paid once."""

    def card_page(self, *, key: str, reference: str, customer_token: str, currency: str, return_url: str) -> Page:
        """Open a page on which a card is saved for later."""

    def page(self, page_token: str) -> Page:
        """How it stands with a page."""

    def close_page(self, page_token: str) -> Page:
        """Nobody can pay on it any more, unless somebody has: then it says so."""

    def charge(
        self, *, key: str, reference: str, amount_minor: int, currency: str, customer_token: str, card_token: str
    ) -> Charged:
        """Charge a saved card while the client is away. A decline is an answer: `failed`."""

    def charged(self, intent_token: str) -> Charged:
        """How it stands with a charge."""

    def find_charge(self, *, customer_token: str, reference: str) -> Charged | None:
        """The charge that was made under our reference, if it arrived there."""

    def give_back(self, *, key: str, reference: str, intent_token: str, amount_minor: int) -> GivenBack:
        """Refund to the card that was charged."""

    def given_back(self, intent_token: str) -> Sequence[GivenBack]:
        """Every refund of a charge."""

    def disputed(self, dispute_token: str) -> Disputed:
        """How it stands with a dispute."""

    def forget_card(self, card_token: str) -> None:
        """The card can be charged no more. Doing it twice is fine."""

    def saved_card(self, card_token: str) -> Card | None:
        """The card as it is now (banks send new ones with later dates); None once it is forgotten."""

    def payout(self, payout_token: str) -> PaidOut:
        """How it stands with a payout."""

    def payout_lines(self, payout_token: str) -> Sequence[PayoutLine]:
        """What a payout is made of; the payout itself is not among it."""

    def events_since(self, instant: datetime | None) -> Sequence[Event]:
        """What happened there from an instant on, or lately: for what its own messages did not bring."""

    def event_of(self, body: bytes, signature: str | None) -> Event:
        """Read what the processor sent. Raises ValueError unless it is signed by it, and not long ago."""


def state_words(code: str | None) -> str:
    """A refusal's code in words: `insufficient_funds` → 'insufficient funds'."""
    return REASONS.get(code or "", (code or "no reason given").replace("_", " "))


REASONS: dict[str, str] = {
    "generic_decline": "the bank declined it without a reason",
    "card_declined": "the bank declined it",
    "do_not_honor": "the bank declined it without a reason",
    "insufficient_funds": "not enough money on the card",
    "expired_card": "the card has expired",
    "lost_card": "the card was reported lost",
    "stolen_card": "the card was reported stolen",
    "incorrect_cvc": "the security code was wrong",
    "authentication_required": "the bank wants the client to confirm it",
    "processing_error": "the processor had trouble; try again",
    "no_answer": "the processor did not answer",
    "never_arrived": "it never arrived at the processor",
    "keys_refused": "the processor refused our key; see Set-up, Cards",
    "payout_in_bank": "a payout failed whose line of the bank is matched; undo that match in Cash",
    "page_closed": "nobody paid on the page",
    "wrong_amount": "the processor names another amount or currency",
}
