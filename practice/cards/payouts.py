"""Payouts: what the processor sent to the bank becomes a line of the cash page, matched to what it is made of.

Where a part of it is not in the books, the line stays open for a person: every difference has a reason.
"""

from __future__ import annotations

from typing import Any

from practice.access.permissions import SYSTEM, Permission
from practice.billing.bank import match_line, unmatch_line
from practice.billing.queries import bank
from practice.cards import queries
from practice.cards.processor import PaidOut, PayoutLine, ProcessorTrouble
from practice.clock import stored
from practice.errors import Conflict
from practice.store.record import Record, command
from practice.store.work import Row, Work


@command(Permission.OPERATE)
def settle_payout(
    work: Work, *, payout_token: str, processor: str, arrival_date: str, net_minor: int, lines: list[dict[str, Any]]
) -> Row:
    """Load a payout as a line with its gross, fee and net, and match it if the books hold all of it.

    `lines` are its movements {kind, source, intent_token, amount_minor, fee_minor}. The same payout again changes
    nothing, but for matching what was missing before. Answers {bank_line_id, is_matched}.
    """
    fingerprint = f"{processor}:{payout_token}"
    line = queries.payout_line(work, fingerprint)
    if line is None:
        fee = sum(one["fee_minor"] for one in lines)
        line = {
            "bank_line_id": work.new_id(),
            "kind": "payout",
            "file_name": processor,
            "line_date": arrival_date,
            "description": f"Payout of {processor}",
            "reference": payout_token,
            "gross_minor": net_minor + fee,
            "fee_minor": fee,
            "net_minor": net_minor,
            "fingerprint": fingerprint,
            "status": "open",
            "difference_minor": 0,
            "known_at": stored(work.now),
            "returned_at": None,
        }
        blank = ("difference_class", "difference_reason", "transaction_id", "matched_by", "matched_at")
        work.insert("bank_lines", line | dict.fromkeys(blank))
    if line["status"] == "open" and line["returned_at"] is None:
        _match(work, line, lines)
    matched = work.get("bank_lines", line["bank_line_id"], "line")["status"] == "matched"
    return {"bank_line_id": line["bank_line_id"], "is_matched": matched}


@command(Permission.OPERATE)
def return_payout(work: Work, *, payout_token: str, processor: str) -> Row:
    """A payout did not arrive: its match is undone, and its line ends. What it was made of is part of a later payout.

    Answers {is_known}: one that failed before it was heard of leaves nothing.
    """
    line = queries.payout_line(work, f"{processor}:{payout_token}")
    if line is None:
        return {"is_known": False}
    if line["status"] == "matched":
        work.reason = "The payout did not arrive at the bank"
        unmatch_line(work, bank_line_id=line["bank_line_id"])
    if line["returned_at"] is None:
        work.update("bank_lines", line["bank_line_id"], returned_at=stored(work.now))
    return {"is_known": True}


def take_back_payout(record: Record, processor: str, payout_token: str) -> None:
    """`return_payout`; while the bank's own line is matched to it, a person has to undo that first."""
    try:
        record.run(return_payout, SYSTEM, payout_token=payout_token, processor=processor)
    except Conflict as conflict:
        if conflict.rule != "in_the_bank":
            raise
        raise ProcessorTrouble("payout_in_bank", is_final=False) from None


def _match(work: Work, line: Row, lines: list[dict[str, Any]]) -> None:
    found = [
        queries.entry_of_line(work, one["kind"], one["source"], one["intent_token"], one["amount_minor"])
        for one in lines
        if one["amount_minor"]
    ]
    entries = [one for one in found if one]
    if len(entries) < len(found) or len(set(entries)) < len(entries):
        return
    moves = bank.movements_of(work, "1020", entries)
    if len(moves) == len(entries) and sum(move["amount_minor"] for move in moves) == line["gross_minor"]:
        match_line(work, bank_line_id=line["bank_line_id"], transaction_ids=entries)


def load_payout(record: Record, processor: str, payout: PaidOut, lines: list[PayoutLine]) -> Row:
    """Write down what the processor paid out."""
    answer: Row = record.run(
        settle_payout,
        SYSTEM,
        payout_token=payout.payout_token,
        processor=processor,
        arrival_date=str(payout.arrival_date),
        net_minor=payout.net_minor,
        lines=[
            {
                "kind": one.kind,
                "source": one.source,
                "intent_token": one.intent_token,
                "amount_minor": one.amount_minor,
                "fee_minor": one.fee_minor,
            }
            for one in lines
        ],
    )
    return answer
