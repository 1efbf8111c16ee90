"""Looks through a whole remittance before a cent of it is posted: what leads where, what is taken back, what holds."""

from __future__ import annotations

from dataclasses import dataclass, field

from practice.billing import accounts
from practice.billing.posting import show
from practice.billing.queries import facts
from practice.insurance import matching
from practice.insurance import remittance_queries as queries
from practice.insurance.posting import can_make_room
from practice.insurance.reading import BLOCKING
from practice.insurance.remittance import Claim, Remittance
from practice.insurance.shares import shares_of
from practice.store.work import Row, Work

INTEREST = "L6"


@dataclass
class Plan:
    """By the claim's place in the set: its charges or why not; the claim that it takes back. `hold` stops all of it."""

    hold: str | None = None
    charges: dict[int, list[Row]] = field(default_factory=dict)
    unmatched: dict[int, str] = field(default_factory=dict)
    take_backs: dict[int, Row] = field(default_factory=dict)
    interest_minor: int = 0
    to_credit_minor: int = 0
    from_credit_minor: int = 0


def plan(work: Work, payer_id: str, remittance: Remittance) -> Plan:
    """What posting the remittance would do. Writes nothing."""
    found = Plan()
    found.hold = _does_not_add_up(work, remittance) or _provider_adjustments(work, payer_id, remittance, found)
    if found.hold:
        return found
    wanted = [claim for claim in remittance.claims if not claim.is_reversal]
    candidates = matching.candidates(work, payer_id, wanted)
    if work.known_money:
        work.known_money.load(work, candidates.ids())
    for number, claim in enumerate(remittance.claims):
        if claim.is_reversal:
            original = _original(
                work, payer_id, claim, {row["remittance_claim_id"] for row in found.take_backs.values()}
            )
            if isinstance(original, str):
                found.hold = original
                return found
            found.take_backs[number] = original
        elif claim.paid_minor < 0:
            found.hold = f"{_named(claim)} pays less than nothing but is no take-back (status 22)."
            return found
        else:
            _match(work, payer_id, number, claim, candidates, found)
    return found


def _match(work: Work, payer_id: str, number: int, claim: Claim, candidates: matching.Candidates, found: Plan) -> None:
    answer: list[Row] | str
    if claim.difference_minor:
        answer = f"{_named(claim)} is off by {show(work, claim.difference_minor)}: charge less adjustments is not paid."
    else:
        answer = matching.charges_for(work, payer_id, claim, candidates)
    if not isinstance(answer, str) and pays_less_than_nothing(claim, answer):
        answer = f"{_named(claim)} pays one of its charges less than nothing; say by hand which charge it is for."
    if isinstance(answer, str):
        found.unmatched[number] = answer
    else:
        found.charges[number] = answer


def pays_less_than_nothing(claim: Claim, charges: list[Row]) -> bool:
    """Whether what the claim adjusts as a whole would leave one of its charges a negative payment."""
    shares = shares_of(claim, [one["charge_id"] for one in charges], [one["amount_minor"] for one in charges], {})
    return any(share.paid_minor < 0 for share in shares)


def _does_not_add_up(work: Work, remittance: Remittance) -> str | None:
    blocking = [defect.sentence for defect in remittance.defects if defect.rule in BLOCKING]
    if blocking:
        return " ".join(blocking)
    if not remittance.is_credit and remittance.amount_minor:
        return "The payer takes money out of the bank (BPR03 is D); record what left the bank by hand."
    if remittance.difference_minor:
        due = remittance.claims_minor - remittance.provider_adjustments_minor
        broken = [defect.sentence for defect in remittance.defects if defect.rule == "claim_balance"]
        return " ".join(
            [
                f"The claims sum to {show(work, remittance.claims_minor)} and PLB takes"
                f" {show(work, remittance.provider_adjustments_minor)}, which makes {show(work, due)}, but the deposit"
                f" is {show(work, remittance.amount_minor)}.",
                *(broken or ["Each claim adds up by itself, so a claim or a PLB is missing or was changed."]),
            ]
        )
    return None


def _provider_adjustments(work: Work, payer_id: str, remittance: Remittance, found: Plan) -> str | None:
    for one in remittance.provider_adjustments:
        if one.reason == INTEREST and one.amount_minor < 0:
            found.interest_minor -= one.amount_minor
        elif one.amount_minor < 0:
            found.to_credit_minor -= one.amount_minor
        else:
            found.from_credit_minor += one.amount_minor
    held = sum(row["credit_minor"] for row in queries.credits_of(work, payer_id))
    if found.from_credit_minor > held:
        reasons = ", ".join(one.reason for one in remittance.provider_adjustments if one.amount_minor > 0)
        return (
            f"The payer keeps back {show(work, found.from_credit_minor)} (PLB {reasons}), but its credit here is"
            f" {show(work, held)}; find out what it takes back and post that first."
        )
    if found.interest_minor > remittance.amount_minor:
        return "The interest is more than the deposit; post this remittance by hand."
    return None


def _original(work: Work, payer_id: str, claim: Claim, used: set[str]) -> Row | str:
    """The posted claim that this one takes back, if all that it posted can still be undone; else why not."""
    for row in queries.posted_claims(work, payer_id, claim.control_number):
        entries = queries.entries_of(work, row["remittance_claim_id"])
        money = sum(entry["amount_minor"] for entry in entries if entry["kind"] in ("allocation", "excess"))
        if row["remittance_claim_id"] not in used and money == -claim.paid_minor:
            stuck = next((why for entry in entries if (why := _stuck(work, entry))), None)
            return f"{_named(claim)} is taken back, but {stuck}" if stuck else row
    return f"{_named(claim)} takes back {show(work, -claim.paid_minor)} that was never posted here under that number."


def _stuck(work: Work, entry: Row) -> str | None:
    """Why this entry cannot be undone any more."""
    amount = entry["amount_minor"]
    if entry["kind"] == "transfer":
        transfers = {row["transfer_id"]: row for row in facts.live_transfers(work, entry["charge_id"])}
        transfer = transfers.get(entry["document_id"])
        if transfer and not can_make_room(work, entry["charge_id"], transfer["to_party"], amount):
            return "the share that it gave the next party was adjusted since; undo that first."
        return None
    if entry["kind"] == "adjustment":
        return None
    if entry["kind"] == "excess":
        waits = facts.pots(work, entry["document_id"]).get(accounts.PAYER_CREDIT, 0)
    elif facts.is_live_allocation(work, entry["document_id"]):
        return None
    else:
        payment_id = work.get("allocations", entry["document_id"], "allocation")["payment_id"]
        waits = facts.pots(work, payment_id).get(accounts.REMITTANCE_CLEARING, 0)
    return None if waits >= amount else "its money was moved or paid out since; undo that first."


def _named(claim: Claim) -> str:
    return f"The claim {claim.control_number!r} (segment {claim.segment})"
