"""The ledger: pure builders of balanced entries, and the one function that writes an entry.

Amounts are integer minor units. Charges and payments come in as rows of their tables (plain dicts; only the columns
named below are read), so a bulk writer uses the same builders as a command:

- charge: charge_id, client_id, guarantor_client_id, payer_id, provider_id, location_id, service_date, kind,
  amount_minor
- payment: payment_id, party, client_id, payer_id, location_id, method, amount_minor

An entry's `transaction()` is a row of ledger_transactions and its `postings` are rows of postings; a correction is the
`mirror` of an entry and names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from practice.billing import accounts
from practice.billing.drawer_days import check_drawer
from practice.store.work import Work

Row = dict[str, Any]


@dataclass(frozen=True)
class Heading:
    """What all postings of a transaction share: which document moved money, when, known when, by whom and why.

    `known_at` is naive UTC. `kind` is one of the kinds of ledger_transactions. `reverses_id` names the transaction that
    this one mirrors.
    """

    transaction_id: str
    kind: str
    document_id: str
    post_date: date
    known_at: datetime
    actor_id: str
    reason: str | None = None
    reverses_id: str | None = None


@dataclass(frozen=True)
class Entry:
    """A transaction with its postings. Raises ValueError if it does not balance."""

    heading: Heading
    postings: tuple[Row, ...]

    def __post_init__(self) -> None:
        debit, credit = (sum(leg[side] for leg in self.postings) for side in ("debit_minor", "credit_minor"))
        if debit != credit or not self.postings:
            raise ValueError(f"A {self.heading.kind} entry of {debit} debit and {credit} credit does not balance.")

    def transaction(self) -> Row:
        """The row of ledger_transactions."""
        return dict(vars(self.heading))


def charge_entry(heading: Heading, charge: Mapping[str, Any], estimate_minor: int = 0, *, tax_minor: int = 0) -> Entry:
    """A charge at full fee: receivable (1100 from `payer_id`, else 1110 from the guarantor) / income.

    `estimate_minor` is what the payer's contract will not allow, a guess beside the open item: 4105 / 1190. The
    guarantor is read from `guarantor_client_id`. `tax_minor` is owed on top of the amount: the same item / 2200.
    """
    payer_id = charge["payer_id"]
    party = accounts.payer_party(payer_id) if payer_id else accounts.client_party(charge["guarantor_client_id"])
    return numbered(
        heading,
        _receivable(charge, party, charge["amount_minor"] + tax_minor),
        _of_charge(charge, accounts.INCOME_OF_KIND[charge["kind"]], -charge["amount_minor"]),
        _of_charge(charge, accounts.TAX, -tax_minor),
        _of_charge(charge, accounts.CONTRACTUAL_ESTIMATE, estimate_minor),
        _of_charge(charge, accounts.EXPECTED_CONTRACTUAL, -estimate_minor),
    )


def payment_entry(heading: Heading, payment: Mapping[str, Any]) -> Entry:
    """Money received, nothing said yet about what for.

    A client's: 1010, 1020 or 1000 by method / 2100. A payer's: 1000 (or the method's account) / 1040.
    """
    waits = accounts.REMITTANCE_CLEARING if payment["payer_id"] else accounts.CLIENT_CREDIT
    return numbered(
        heading,
        _of_payment(payment, accounts.METHOD_ACCOUNT[payment["method"]], payment["amount_minor"]),
        _of_payment(payment, waits, -payment["amount_minor"]),
    )


def allocation_entry(
    heading: Heading,
    payment: Mapping[str, Any],
    charge: Mapping[str, Any],
    amount_minor: int,
    *,
    from_credit_minor: int = 0,
    estimate_minor: int = 0,
) -> Entry:
    """A payment's money goes to a charge. A client's: 2100 / 1110. A payer's line: 1040 / 1100.

    `from_credit_minor` is the part of it that comes out of the payer's credit (2130) in place of 1040.
    `estimate_minor` is what is left of the charge's estimate, undone because this settles what the payer owes.
    """
    charge_id = charge["charge_id"]
    waits = accounts.REMITTANCE_CLEARING if payment["payer_id"] else accounts.CLIENT_CREDIT
    return numbered(
        heading,
        _of_payment(payment, waits, amount_minor - from_credit_minor, charge_id),
        _of_payment(payment, accounts.PAYER_CREDIT, from_credit_minor, charge_id),
        _receivable(charge, payment["party"], -amount_minor, payment["payment_id"]),
        *_estimate_undone(charge, estimate_minor),
    )


def excess_entry(heading: Heading, payment: Mapping[str, Any], amount_minor: int) -> Entry:
    """A payer paid more on a line than was open: 1040 / 2130. (A client's excess stays in 2100 by itself.)"""
    return numbered(
        heading,
        _of_payment(payment, accounts.REMITTANCE_CLEARING, amount_minor),
        _of_payment(payment, accounts.PAYER_CREDIT, -amount_minor),
    )


def adjustment_entry(
    heading: Heading,
    charge: Mapping[str, Any],
    party: str,
    adjustment_class: str,
    amount_minor: int,
    *,
    estimate_minor: int = 0,
) -> Entry:
    """Less is owed: 41xx or 5100 by class / 1100 or 1110; a contractual also undoes the estimate: 1190 / 4105."""
    return numbered(
        heading,
        _of_charge(charge, accounts.ADJUSTMENT_ACCOUNT[adjustment_class], amount_minor, party=party),
        _receivable(charge, party, -amount_minor),
        *_estimate_undone(charge, estimate_minor),
    )


def transfer_entry(
    heading: Heading,
    charge: Mapping[str, Any],
    from_party: str,
    to_party: str,
    amount_minor: int,
    *,
    estimate_minor: int = 0,
) -> Entry:
    """Another party owes: the receivable of `to_party` / that of `from_party`; payer to client is 1110 / 1100."""
    return numbered(
        heading,
        _receivable(charge, to_party, amount_minor),
        _receivable(charge, from_party, -amount_minor),
        *_estimate_undone(charge, estimate_minor),
    )


def refund_entry(
    heading: Heading, payment: Mapping[str, Any], method: str, amount_minor: int, *, from_clearing_minor: int = 0
) -> Entry:
    """Unapplied money goes back: 2100 (a payer's: 2130) / 1010, 1020 or 1000 by method.

    `from_clearing_minor` is the part of a payer's money that still waits in 1040; it passes through 2130: 1040 / 2130.
    """
    waits = accounts.PAYER_CREDIT if payment["payer_id"] else accounts.CLIENT_CREDIT
    return numbered(
        heading,
        _of_payment(payment, accounts.REMITTANCE_CLEARING, from_clearing_minor),
        _of_payment(payment, accounts.PAYER_CREDIT, -from_clearing_minor),
        _of_payment(payment, waits, amount_minor),
        _of_payment(payment, accounts.METHOD_ACCOUNT[method], -amount_minor),
    )


def mirror(heading: Heading, postings: Iterable[Mapping[str, Any]]) -> Entry:
    """The reversal of an entry: every debit a credit. `heading.reverses_id` names it."""
    if not heading.reverses_id:
        raise ValueError("A reversal names the transaction that it reverses.")
    swapped = {"debit_minor": "credit_minor", "credit_minor": "debit_minor"}
    return numbered(
        heading, *({name: posting[swapped.get(name, name)] for name in posting} for posting in map(dict, postings))
    )


def post(work: Work, entry: Entry) -> str:
    """Write the transaction and, in ONE statement, all its postings (the store checks each statement's balance)."""
    check_drawer(work, entry.postings)
    work.insert("ledger_transactions", entry.transaction())
    work.insert("postings", *entry.postings)
    if work.known_money:
        work.known_money.take(entry)
    return entry.heading.transaction_id


def numbered(heading: Heading, *legs: Row) -> Entry:
    """Number the legs that move anything, and head them."""
    moving = [leg for leg in legs if leg["debit_minor"] or leg["credit_minor"]]
    return Entry(
        heading,
        tuple(
            leg
            | {
                "posting_id": f"{heading.transaction_id}:{number}",
                "transaction_id": heading.transaction_id,
                "post_date": heading.post_date,
                "known_at": heading.known_at,
            }
            for number, leg in enumerate(moving, 1)
        ),
    )


def leg(account: str, amount: int, **about: Any) -> Row:
    """A posting before it has a heading. `amount` is signed: a debit is positive."""
    blank = dict.fromkeys(
        ("party", "client_id", "payer_id", "charge_id", "payment_id", "provider_id", "location_id", "service_date")
    )
    return {"account": account, **blank, **about, "debit_minor": max(amount, 0), "credit_minor": max(-amount, 0)}


def _of_charge(charge: Mapping[str, Any], account: str, amount: int, *, party: str | None = None) -> Row:
    """A posting about the charge that belongs to nobody's item; `payer_id` is the party's, else the charge's own."""
    about = {name: charge[name] for name in ("client_id", "charge_id", "provider_id", "location_id", "service_date")}
    return leg(account, amount, **about, payer_id=accounts.payer_of(party) if party else charge["payer_id"])


def _receivable(charge: Mapping[str, Any], party: str, amount: int, payment_id: str | None = None) -> Row:
    """A posting on the open item charge × party."""
    about = _of_charge(charge, accounts.receivable_account(party), amount, party=party)
    return about | {"party": party, "payment_id": payment_id}


def _of_payment(payment: Mapping[str, Any], account: str, amount: int, charge_id: str | None = None) -> Row:
    """A posting about the payment, at the payment's location, so that each pot returns to zero where it was filled."""
    about = {name: payment[name] for name in ("client_id", "payer_id", "payment_id", "location_id")}
    owed_back = account in (accounts.CLIENT_CREDIT, accounts.PAYER_CREDIT)
    return leg(account, amount, **about, charge_id=charge_id, party=payment["party"] if owed_back else None)


def _estimate_undone(charge: Mapping[str, Any], amount: int) -> tuple[Row, Row]:
    return (
        _of_charge(charge, accounts.EXPECTED_CONTRACTUAL, amount),
        _of_charge(charge, accounts.CONTRACTUAL_ESTIMATE, -amount),
    )
