"""The chart of accounts by name, and which account each kind of event uses.

A *party* owes: 'client:<client_id>' (the guarantor) or 'payer:<payer_id>'. An open item is charge × party.
"""

from __future__ import annotations

from practice.errors import Refusal

BANK = "1000"
CASH_DRAWER = "1010"
CARD_CLEARING = "1020"
REMITTANCE_CLEARING = "1040"
RECEIVABLE_PAYER = "1100"
RECEIVABLE_CLIENT = "1110"
EXPECTED_CONTRACTUAL = "1190"
CLIENT_CREDIT = "2100"
DEPOSITS = "2110"
PACKAGES = "2120"
PAYER_CREDIT = "2130"
UNIDENTIFIED = "2140"
TAX = "2200"
SERVICE_INCOME = "4000"
MISSED_VISIT_FEES = "4010"
PRODUCTS = "4020"
BREAKAGE = "4030"
INTEREST = "4040"
CONTRACTUAL = "4100"
CONTRACTUAL_ESTIMATE = "4105"
COURTESY = "4110"
SMALL_BALANCE = "4120"
CHARITY = "4130"
DENIAL = "4140"
BAD_DEBT = "5100"
PROCESSOR_FEES = "5200"
OVER_SHORT = "5210"

RECEIVABLES = (RECEIVABLE_PAYER, RECEIVABLE_CLIENT)
"""The accounts that open items live on."""

POTS = (CLIENT_CREDIT, REMITTANCE_CLEARING, PAYER_CREDIT)
"""Where a payment's money waits until it is allocated or refunded: a client's, a payer's, a payer's excess."""

HELD = (DEPOSITS, PACKAGES)
"""Where a client's money is held for something to come; it can be neither allocated nor refunded from there."""

INCOME_OF_KIND = {"service": SERVICE_INCOME, "missed_visit": MISSED_VISIT_FEES, "product": PRODUCTS}
ADJUSTMENT_ACCOUNT = {
    "contractual": CONTRACTUAL,
    "courtesy": COURTESY,
    "small_balance": SMALL_BALANCE,
    "charity": CHARITY,
    "denial": DENIAL,
    "bad_debt": BAD_DEBT,
}
METHOD_ACCOUNT = {
    "cash": CASH_DRAWER,
    "card": CARD_CLEARING,
    "bank": BANK,
    "check": BANK,
    "remittance": BANK,
}


def client_party(client_id: str) -> str:
    """The party of a guarantor."""
    return f"client:{client_id}"


def payer_party(payer_id: str) -> str:
    """The party of a payer."""
    return f"payer:{payer_id}"


def client_of(party: str) -> str | None:
    """The guarantor's client_id, or None for a payer."""
    return _split(party)[1] if party.startswith("client:") else None


def payer_of(party: str) -> str | None:
    """The payer_id, or None for a client."""
    return _split(party)[1] if party.startswith("payer:") else None


def receivable_account(party: str) -> str:
    """1100 for a payer, 1110 for a client. Refuses what is not a party."""
    return RECEIVABLE_PAYER if _split(party)[0] == "payer" else RECEIVABLE_CLIENT


def _split(party: str) -> tuple[str, str]:
    kind, _, key = party.partition(":")
    if kind not in ("client", "payer") or not key:
        raise Refusal(
            "A party is a client or a payer, written client:<client_id> or payer:<payer_id>.",
            rule="unknown_party",
            field="party",
        )
    return kind, key
