"""A remittance's deposit: whose it is, whether it came before, and its cash in the books."""

from __future__ import annotations

from practice.billing import accounts, ledger
from practice.billing.payments import take_payment
from practice.billing.posting import heading, post_mirror, posting_date, show, today_at
from practice.errors import Conflict, Refusal
from practice.insurance import remittance_queries as queries
from practice.insurance.remittance import Remittance
from practice.store.work import Row, Work

_INTEREST = (
    (accounts.BANK, 1),
    (accounts.REMITTANCE_CLEARING, -1),
    (accounts.REMITTANCE_CLEARING, 1),
    (accounts.INTEREST, -1),
)


def receive(work: Work, row: Row) -> str | None:
    """The deposit: its claims' money as the payer's payment (1000 / 1040), interest as income, through 1040 too.

    `row` is one of remittances. Answers the payment_id; None where only interest came, or nothing.
    """
    amount, interest, payment_id = row["amount_minor"] - row["interest_minor"], row["interest_minor"], None
    if amount:
        day = today_at(work, row["location_id"])
        payment_id = take_payment(
            work,
            party=accounts.payer_party(row["payer_id"]),
            amount_minor=amount,
            method="remittance",
            location_id=row["location_id"],
            received_date=str(min(row["payment_date"] or day, day)),
            reference=row["trace_number"],
        )["payment_id"]
    if interest:
        head = heading(work, "interest", row["remittance_id"], posting_date(work, row["location_id"]))
        about = {"payer_id": row["payer_id"], "location_id": row["location_id"]}
        legs = [ledger.leg(account, sign * interest, **about) for account, sign in _INTEREST]
        ledger.post(work, ledger.numbered(head, *legs))
    return payment_id


def receive_anew(work: Work, row: Row, interest_minor: int) -> str | None:
    """A held deposit turns out to be interest in part: mirror its payment and part the deposit as it should be."""
    payment = work.get("payments", row["payment_id"], "payment")
    post_date = posting_date(work, row["location_id"], payment_id=row["payment_id"])
    void_id = post_mirror(work, payment["transaction_id"], "void_payment", row["payment_id"], post_date)
    work.update("payments", row["payment_id"], status="void", void_transaction_id=void_id)
    return receive(work, row | {"interest_minor": interest_minor})


def payer_of(work: Work, remittance: Remittance, payer_id: str | None) -> str:
    """Whose it is. A payer that a person named is remembered by how it signs."""
    known = queries.payer_of(work, remittance.payer_identifier, remittance.payer_name)
    if known and payer_id and known != payer_id:
        raise Refusal("This file is signed by another payer than the one chosen; choose that one.", field="payer_id")
    found = known or payer_id
    if not found:
        raise Refusal(
            f"The payer {remittance.payer_name or remittance.payer_identifier!r} of this file is none of ours; say"
            " which payer it is, and it will be known from then on.",
            rule="unknown_payer",
            field="payer_id",
        )
    work.get("payers", found, "payer")
    identifier = remittance.payer_identifier
    if identifier and payer_id and not work.find("payer_identifiers", identifier):
        work.insert("payer_identifiers", {"identifier": identifier, "payer_id": found})
    return found


def before(work: Work, payer_id: str, remittance: Remittance) -> Row | None:
    """The same remittance as it was read before. Refuses one of another amount under the same trace number."""
    row = queries.known(work, payer_id, remittance.trace_number)
    if row and row["amount_minor"] != remittance.amount_minor:
        raise Conflict(
            f"Trace number {remittance.trace_number} of this payer came with {show(work, row['amount_minor'])} before,"
            f" and this file says {show(work, remittance.amount_minor)}; ask the payer which is right.",
            rule="other_amount",
        )
    return row
