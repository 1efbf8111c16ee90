"""Move money: what a payment was put towards goes somewhere else. Reverse and add, in one command, with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from practice.access.permissions import Permission, require_location
from practice.billing.allocations import apply, release
from practice.billing.posting import minor, posted_charge, posted_payment, show, why
from practice.billing.queries import facts
from practice.billing.small_balances import write_off_rests
from practice.errors import Conflict, Refusal
from practice.store.record import command
from practice.store.work import Row, Work


@command(Permission.ALLOCATE)
def move_money(
    work: Work,
    *,
    payment_id: str,
    out_of: Sequence[dict[str, Any]] = (),
    to: Sequence[dict[str, Any]] = (),
    write_off: Sequence[str] = (),
) -> Row:
    """Take parts of a payment's allocations back and put them, with what is unapplied, towards other open items.

    `out_of` is [{allocation_id, amount_minor}], `to` is [{charge_id, amount_minor}]; what no charge takes stays
    unapplied. `write_off` names charges of `to` whose small rest is written off. Needs a reason. Answers
    {allocation_ids, released, unapplied_minor, written_off: what each write-off answered}.
    """
    why(work, "move the money")
    payment = posted_payment(work, payment_id)
    require_location(work.actor, payment["location_id"])
    taken = [_live(work, payment_id, one) for one in out_of]
    wanted = [(posted_charge(work, one["charge_id"]), minor(one["amount_minor"])) for one in to]
    _check(work, payment, taken, wanted, write_off)
    for allocation, amount in taken:
        charge = posted_charge(work, allocation["charge_id"])
        require_location(work.actor, charge["location_id"])
        release(work, allocation)
        if amount < allocation["amount_minor"]:
            apply(work, payment, charge, allocation["amount_minor"] - amount)
    ids = []
    for charge, amount in wanted:
        require_location(work.actor, charge["location_id"])
        ids.append(apply(work, payment, charge, amount)["allocation_id"])
    return {
        "allocation_ids": ids,
        "released": [allocation["allocation_id"] for allocation, _ in taken],
        "unapplied_minor": sum(facts.pots(work, payment_id).values()),
        "written_off": write_off_rests(work, payment["party"], write_off),
    }


def _live(work: Work, payment_id: str, one: dict[str, Any]) -> tuple[Row, int]:
    """An allocation of the payment that still stands, and how much of it is to move."""
    allocation = work.get("allocations", one["allocation_id"], "allocation")
    if allocation["payment_id"] != payment_id:
        raise Refusal("That allocation is of another payment; move it from there.", field="out_of")
    if not facts.is_live_allocation(work, allocation["allocation_id"]):
        raise Conflict("That allocation was taken back before; its money is unapplied.", rule="already_reversed")
    amount = minor(one["amount_minor"])
    if amount > allocation["amount_minor"]:
        raise Refusal(
            f"This allocation holds {show(work, allocation['amount_minor'])}; move at most that.",
            rule="more_than_allocated",
            field="amount_minor",
            alternatives=(str(allocation["amount_minor"]),),
        )
    return allocation, amount


def _check(
    work: Work,
    payment: Row,
    taken: list[tuple[Row, int]],
    wanted: list[tuple[Row, int]],
    write_off: Sequence[str],
) -> None:
    if not taken and not wanted:
        raise Refusal("Nothing would move; say what to take back, or where the money goes.", field="out_of")
    sources = [allocation["charge_id"] for allocation, _ in taken]
    targets = [charge["charge_id"] for charge, _ in wanted]
    names = [allocation["allocation_id"] for allocation, _ in taken]
    if len(set(names)) < len(names) or len(set(targets)) < len(targets):
        raise Refusal("One of them is named twice; name each once, with the whole amount.", field="to")
    if set(sources) & set(targets):
        raise Refusal(
            "The money would go back to the charge that it comes from; choose another charge.",
            rule="same_charge",
            field="to",
        )
    if set(write_off) - set(targets):
        raise Refusal("Only the rest of a charge that money goes to is written off here.", field="write_off")
    there = sum(facts.pots(work, payment["payment_id"]).values()) + sum(amount for _, amount in taken)
    asked = sum(amount for _, amount in wanted)
    if asked > there:
        raise Refusal(
            f"{show(work, asked)} is more than the {show(work, there)} that can be moved; lower an amount, or take more"
            " back.",
            rule="more_than_unapplied",
            field="to",
            alternatives=(str(there),),
        )
