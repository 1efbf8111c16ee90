"""Denials as tasks: whose, until when, and what became of them. What the payer said no to stays owed until decided."""

from __future__ import annotations

from practice.access.permissions import Permission, require_location
from practice.billing import accounts
from practice.billing.adjustments import adjust_charge, transfer_responsibility
from practice.billing.posting import day, show, why
from practice.billing.queries import facts
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.insurance import denial_queries as queries
from practice.store.record import command
from practice.store.work import Row, Work

OUTCOMES = {
    "appealed": "Appealed",
    "corrected": "Corrected claim sent",
    "written_off": "Written off",
    "to_client": "Moved to the client",
}


@command(Permission.ADJUST)
def assign_denial(
    work: Work, *, remittance_claim_id: str, owner_id: str | None = None, deadline: str | None = None
) -> Row:
    """Say whose task a denial is, and until when, where that is not the payer's usual time. Answers {…claim_id}."""
    _denied(work, remittance_claim_id)
    if owner_id and not queries.may_own(work, owner_id):
        raise Refusal("This person does not work on what payers owe; choose a biller or a manager.", field="owner_id")
    until = day(deadline, "deadline") if deadline else None
    _keep(work, remittance_claim_id, owner_id=owner_id, deadline_date=until)
    return {"remittance_claim_id": remittance_claim_id}


@command(Permission.ADJUST)
def appeal_denial(work: Work, *, remittance_claim_id: str) -> Row:
    """Note that the denial was appealed, with what was sent as the reason. It stays owed until the payer answers."""
    note = why(work, "appeal, and what you sent")
    denied = _denied(work, remittance_claim_id)
    if denied["outcome"] == "appealed":
        raise Conflict("This denial was appealed already; the payer's next remittance answers it.", rule="appealed")
    decide(work, remittance_claim_id, "appealed", note)
    return {"remittance_claim_id": remittance_claim_id}


@command(Permission.ADJUST)
def write_off_denial(work: Work, *, remittance_claim_id: str) -> Row:
    """Give up what the payer denied, as a denial write-off of each charge. Needs a reason.

    Answers {written_off_minor, waiting_minor}: what is above the role's limit waits for a second person, and the denial
    stays open until then.
    """
    note = why(work, "write it off")
    written_off = waiting = 0
    for charge, party, amount in _still_open(work, remittance_claim_id):
        answer = adjust_charge(
            work, charge_id=charge["charge_id"], party=party, adjustment_class="denial", amount_minor=amount
        )
        if "waits" in answer:
            waiting += amount
        else:
            written_off += amount
    if not waiting:
        decide(work, remittance_claim_id, "written_off", note)
    answer = {"written_off_minor": written_off, "waiting_minor": waiting}
    return answer | ({"waits": "Write-off"} if waiting else {})


@command(Permission.ADJUST)
def pass_denial_to_client(work: Work, *, remittance_claim_id: str) -> Row:
    """Let the guarantor owe what the payer denied. Needs a reason. Refused where the payer says it is not theirs (CO).

    Answers {moved_minor}.
    """
    note = why(work, "move it to the client")
    denied = _denied(work, remittance_claim_id)
    if "CO" in queries.denying_groups(work, remittance_claim_id):
        raise Refusal(
            f"The payer denied {show(work, denied['denied_minor'])} under its contract (CO), so the client may not be"
            " asked for it; appeal, correct or write it off.",
            rule="not_the_clients",
        )
    moved = 0
    for charge, party, amount in _still_open(work, remittance_claim_id):
        transfer_responsibility(
            work,
            charge_id=charge["charge_id"],
            from_party=party,
            to_party=accounts.client_party(charge["guarantor_client_id"]),
            amount_minor=amount,
        )
        moved += amount
    decide(work, remittance_claim_id, "to_client", note)
    return {"moved_minor": moved}


def _denied(work: Work, remittance_claim_id: str) -> Row:
    """The denial, unless it was taken back."""
    found = queries.denial(work, remittance_claim_id)
    if found is None:
        raise Conflict("This claim holds no denial any more; reload to see what became of it.", rule="no_denial")
    require_location(work.actor, found["location_id"])
    return found


def _still_open(work: Work, remittance_claim_id: str) -> list[tuple[Row, str, int]]:
    """[(charge, the payer as party, amount)]: what was denied, as far as the payer still owes it."""
    denied = _denied(work, remittance_claim_id)
    party = accounts.payer_party(denied["payer_id"])
    found = []
    for charge, amount in queries.denied_charges(work, remittance_claim_id):
        left = min(amount, facts.item_balances(work, charge["charge_id"]).get(party, 0))
        if left > 0 and charge["status"] == "posted":
            require_location(work.actor, charge["location_id"])
            found.append((charge, party, left))
    if not found:
        raise Conflict(
            "The payer owes nothing of this any more, so there is nothing to decide; reload.", rule="settled"
        )
    return found


def decide(work: Work, remittance_claim_id: str, outcome: str, note: str) -> None:
    """What became of a denial, inside a command that has done it."""
    decided = {"outcome": outcome, "note": note, "decided_by": work.actor.user_id, "decided_at": stored(work.now)}
    _keep(work, remittance_claim_id, **decided)


def _keep(work: Work, remittance_claim_id: str, **values: object) -> None:
    if work.find("denials", remittance_claim_id):
        work.update("denials", remittance_claim_id, **values)
        return
    names = ("owner_id", "deadline_date", "outcome", "note", "decided_by", "decided_at")
    blank = dict.fromkeys(names) | {"remittance_claim_id": remittance_claim_id, "known_at": stored(work.now)}
    work.insert("denials", blank | values)
