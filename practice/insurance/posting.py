"""Posts what a claim's answer means for one charge, and takes an earlier posting back. Used inside commands only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from practice.billing import accounts, ledger
from practice.billing.adjustments import lower, move, undo_adjustment, undo_transfer
from practice.billing.allocations import apply, release
from practice.billing.posting import heading, posting_date, show
from practice.billing.queries import facts
from practice.billing.queries.known import Known
from practice.errors import Refusal
from practice.insurance import remittance_queries as queries
from practice.insurance.shares import Share, netted
from practice.store.work import Row, Work


@dataclass
class Book:
    """What the posting of one remittance shares: whose it is, whose money pays, which client money it set free."""

    payer_id: str
    trace_number: str
    pool: list[str]
    freed: list[tuple[str, str]] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)
    """Rows of remittance_entries, to be written when all is posted."""
    policies: dict[str, list[Row]] = field(default_factory=dict)
    transfers: set[str] = field(default_factory=set)
    """Those of the charges' transfers that remittances posted; any other is a share that was expected before."""
    payments: dict[str, Row] = field(default_factory=dict)

    @property
    def party(self) -> str:
        """The payer as a party."""
        return accounts.payer_party(self.payer_id)


def open_book(work: Work, remittance: Row, pool: list[str], charges: Sequence[Row]) -> Book:
    """A book for posting to these charges; what it must know of them is read at once. `remittance` is its row."""
    book = Book(remittance["payer_id"], remittance["trace_number"], pool)
    work.known_money = work.known_money or Known()
    charge_ids = [charge["charge_id"] for charge in charges]
    work.known_money.load(work, charge_ids)
    book.policies = queries.policies_of(work, list({charge["client_id"] for charge in charges}))
    book.transfers = queries.transfers_of_remittances(work, charge_ids)
    return book


@contextmanager
def because(work: Work, reason: str) -> Iterator[None]:
    """Entries inside carry this reason in place of the command's: the payer gave it."""
    before, work.reason = work.reason, reason
    try:
        yield
    finally:
        work.reason = before


def post_share(work: Work, book: Book, claim_id: str, charge: Row, share: Share) -> list[str]:
    """Money, what the next party owes, contractual parts, in this order. Answers what could not be posted, in words.

    Money above what is open goes to the payer's credit. Nothing is ever lowered below zero.
    """
    charge_id, notes = charge["charge_id"], []
    expected = _expected_share(work, book, charge, share.client_minor)
    paid = min(share.paid_minor, _open(work, charge_id, book.party))
    _pay(work, book, claim_id, charge, paid)
    _excess(work, book, claim_id, charge_id, share.paid_minor - paid)
    owed = min(share.client_minor - expected, _open(work, charge_id, book.party))
    if owed > 0:
        with because(work, f"Patient responsibility, remittance {book.trace_number}"):
            moved = move(work, charge, book.party, _next_party(book, charge), owed)
        _note_entry(work, book, claim_id, charge_id, "transfer", moved["transfer_id"], owed)
        book.transfers.add(moved["transfer_id"])
    if share.client_minor - expected > max(owed, 0):
        notes.append(_short(work, "the client's share", share.client_minor - expected, max(owed, 0)))
    for reason, amount in netted(share.lowered):
        fits = min(amount, _open(work, charge_id, book.party))
        if fits > 0:
            with because(work, f"{reason}, remittance {book.trace_number}"):
                lowered = lower(work, charge, book.party, "contractual", fits)
            _note_entry(work, book, claim_id, charge_id, "adjustment", lowered["adjustment_id"], fits)
        if fits < amount:
            notes.append(_short(work, reason, amount, max(fits, 0)))
    return notes


def take_back(work: Work, book: Book, entries: list[Row]) -> None:
    """Mirror what an earlier claim posted. Its money is free again and joins the pool."""
    with because(work, f"Taken back by the payer, remittance {book.trace_number}"):
        for entry in entries:
            if entry["kind"] == "allocation":
                allocation = work.get("allocations", entry["document_id"], "allocation")
                if facts.is_live_allocation(work, entry["document_id"]):
                    release(work, allocation)
                book.pool.insert(0, allocation["payment_id"])
            elif entry["kind"] == "excess":
                from_credit(work, book, entry["document_id"], entry["amount_minor"])
            elif entry["kind"] == "adjustment":
                if not facts.is_reversed_adjustment(work, entry["document_id"]):
                    undo_adjustment(work, work.get("adjustments", entry["document_id"], "adjustment"))
            else:
                transfers = facts.live_transfers(work, entry["charge_id"])
                for transfer in transfers:
                    if transfer["transfer_id"] == entry["document_id"]:
                        make_room(work, book, entry["charge_id"], transfer["to_party"], transfer["amount_minor"])
                        undo_transfer(work, transfer)
    book.pool[:] = list(dict.fromkeys(book.pool))


def can_make_room(work: Work, charge_id: str, party: str, amount: int) -> bool:
    """Whether the party's item can be lowered by this much, its payments taken back where need be."""
    held = [one["amount_minor"] for one in facts.live_allocations(work, charge_id=charge_id) if one["party"] == party]
    return bool(_open(work, charge_id, party) + sum(held) >= amount)


def make_room(work: Work, book: Book, charge_id: str, party: str, amount: int) -> None:
    """De-allocate the party's payments, the newest first, until the amount is open towards it."""
    for allocation in facts.live_allocations(work, charge_id=charge_id):
        if _open(work, charge_id, party) >= amount:
            return
        if allocation["party"] == party:
            release(work, allocation)
            book.freed.append((allocation["payment_id"], charge_id))


def apply_again(work: Work, book: Book) -> None:
    """Client money that a take-back freed goes to the same charge again, as far as it is still owed."""
    for payment_id, charge_id in dict.fromkeys(book.freed):
        payment = work.get("payments", payment_id, "payment")
        charge = work.get("charges", charge_id, "charge")
        waiting = sum(facts.pots(work, payment_id).values())
        amount = min(_open(work, charge_id, payment["party"]), waiting)
        if amount > 0:
            with because(work, f"Applied again after remittance {book.trace_number}"):
                apply(work, payment, charge, amount)


def from_credit(work: Work, book: Book, payment_id: str, amount: int) -> None:
    """Money in the payer's credit is money in clearing again: 2130 / 1040, on the payment that brought it."""
    _between(work, payment_id, -amount, "remittance_reversal")
    book.pool.insert(0, payment_id)


def to_credit(work: Work, book: Book, amount: int) -> None:
    """What the payer carries forward, or paid for nothing that we know: 1040 / 2130."""
    for payment_id, part in _draw(work, book, amount):
        _between(work, payment_id, part, "remittance")


def _expected_share(work: Work, book: Book, charge: Row, wanted: int) -> int:
    """What was moved to the client before (an expected copay) and stays so. Where the payer differs it is undone."""
    moved: list[Row] = [
        transfer
        for transfer in facts.live_transfers(work, charge["charge_id"])
        if transfer["from_party"] == book.party and transfer["transfer_id"] not in book.transfers
    ]
    total: int = sum(transfer["amount_minor"] for transfer in moved)
    if not moved or total == wanted:
        return total
    for transfer in moved:
        if not can_make_room(work, charge["charge_id"], transfer["to_party"], transfer["amount_minor"]):
            return min(total, wanted)
        with because(work, f"The payer says otherwise, remittance {book.trace_number}"):
            make_room(work, book, charge["charge_id"], transfer["to_party"], transfer["amount_minor"])
            undo_transfer(work, transfer)
        total -= transfer["amount_minor"]
    return total


def _next_party(book: Book, charge: Row) -> str:
    """The payer of the next rank after this one in force that day; without one, the rest is the guarantor's."""
    day = charge["service_date"]
    mine = [
        one
        for one in book.policies.get(charge["client_id"], ())
        if one["effective_from"] <= day <= (one["effective_to"] or day)
    ]
    ranks = [one["rank"] for one in mine if one["payer_id"] == book.payer_id]
    later = [one for one in mine if ranks and one["rank"] > min(ranks) and one["payer_id"] != book.payer_id]
    return accounts.payer_party(later[0]["payer_id"]) if later else accounts.client_party(charge["guarantor_client_id"])


def _pay(work: Work, book: Book, claim_id: str, charge: Row, amount: int) -> None:
    for payment_id, part in _draw(work, book, amount):
        if payment_id not in book.payments:
            book.payments[payment_id] = work.get("payments", payment_id, "payment")
        applied = apply(work, book.payments[payment_id], charge, part)
        _note_entry(work, book, claim_id, charge["charge_id"], "allocation", applied["allocation_id"], part)


def _excess(work: Work, book: Book, claim_id: str, charge_id: str, amount: int) -> None:
    for payment_id, part in _draw(work, book, amount):
        _between(work, payment_id, part, "allocation")
        _note_entry(work, book, claim_id, charge_id, "excess", payment_id, part)


def _between(work: Work, payment_id: str, amount: int, kind: str) -> None:
    """1040 → 2130 on one payment; negative: the other way."""
    payment = work.get("payments", payment_id, "payment")
    head = heading(work, kind, payment_id, posting_date(work, payment["location_id"], payment_id=payment_id))
    ledger.post(work, ledger.excess_entry(head, payment, amount))


def _draw(work: Work, book: Book, amount: int) -> list[tuple[str, int]]:
    """(payment, part) that sum to the amount, out of clearing. Refuses if there is less."""
    parts = []
    for payment_id in book.pool:
        part = min(amount, facts.pots(work, payment_id).get(accounts.REMITTANCE_CLEARING, 0)) if amount > 0 else 0
        if part > 0:
            parts.append((payment_id, part))
            amount -= part
    if amount > 0:
        raise Refusal(
            f"{show(work, amount)} of this remittance's money is no longer in clearing; look where it was put to.",
            rule="not_in_clearing",
        )
    return parts


def _open(work: Work, charge_id: str, party: str) -> int:
    return facts.item_balances(work, charge_id).get(party, 0)


def _note_entry(
    work: Work, book: Book, claim_id: str, charge_id: str, kind: str, document_id: str, amount: int
) -> None:
    row = {"remittance_entry_id": work.new_id(), "remittance_claim_id": claim_id, "charge_id": charge_id}
    book.entries.append(row | {"kind": kind, "document_id": document_id, "amount_minor": amount})


def _short(work: Work, what: str, amount: int, posted: int) -> str:
    return f"Of {show(work, amount)} ({what}) only {show(work, posted)} was open."
