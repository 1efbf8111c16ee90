"""Which charge a line of a remittance is about. Money goes nowhere by likeness: one exact answer, or the queue.

1. Our own id, sent back: as the line's control number (REF*6R) or, of a claim for one charge, as the claim's.
2. The member's number with this payer, the code, the date and the amount, where exactly one charge fits each line.
"""

from __future__ import annotations

from practice.billing.queries import facts
from practice.errors import Refusal
from practice.insurance import remittance_queries as queries
from practice.insurance.remittance import Claim, Line
from practice.insurance.shares import is_read_by_line
from practice.store.work import Reader, Row


def charges_for(reader: Reader, payer_id: str, claim: Claim) -> list[Row] | str:
    """One charge for each line (or all charges of a claim that is posted as a whole), or the reason why not."""
    if not is_read_by_line(claim):
        named = queries.charge_named(reader, claim.control_number)
        if named is None:
            return "The claim has no lines that can be read by themselves, and its number is none of our charges."
        return _owed_once(reader, payer_id, [named])
    found: list[Row] = []
    for line in claim.lines:
        charge = _charge(reader, payer_id, claim, line, {row["charge_id"] for row in found})
        if isinstance(charge, str):
            return charge
        found.append(charge)
    return _owed_once(reader, payer_id, found)


def chosen(reader: Reader, payer_id: str, claim: Claim, charge_ids: list[str]) -> list[Row]:
    """The charges that a person chose, in the order of the lines. Refuses what cannot be the claim's."""
    wanted = len(claim.lines) if is_read_by_line(claim) else None
    if not charge_ids or (wanted is not None and len(charge_ids) != wanted):
        many = f"one charge for each of its {wanted} lines" if wanted else "at least one charge"
        raise Refusal(f"Choose {many}, in the order of the remittance.", rule="not_each_line", field="charge_ids")
    rows = [queries.charge_named(reader, charge_id) for charge_id in charge_ids]
    charges = [row for row in rows if row is not None]
    if len(charges) < len(rows):
        raise Refusal("One of these charges is void or does not exist; choose another.", field="charge_ids")
    answer = _owed_once(reader, payer_id, charges)
    if isinstance(answer, str):
        raise Refusal(answer, rule="not_their_charge", field="charge_ids")
    return answer


def _charge(reader: Reader, payer_id: str, claim: Claim, line: Line, used: set[str]) -> Row | str:
    own = line.control_number or (claim.control_number if len(claim.lines) == 1 else "")
    named = queries.charge_named(reader, own) if own else None
    if named:
        return named
    day = line.service_date or claim.service_date
    if not (claim.member_number and day and line.code):
        return "Neither its number nor a member number with code and date leads to a charge of ours."
    fitting = queries.charges_of_member(reader, payer_id, claim.member_number, line.code, day, line.charge_minor)
    alike = sum(
        (other.code, other.service_date or claim.service_date, other.charge_minor)
        == (line.code, day, line.charge_minor)
        for other in claim.lines
    )
    if len(fitting) != alike:
        if not fitting:
            return f"No charge of this member is for {line.code} on {day} at that amount; choose one by hand."
        return f"{len(fitting)} charges of this member are for {line.code} on {day} at that amount; choose by hand."
    return next(row for row in fitting if row["charge_id"] not in used)


def _owed_once(reader: Reader, payer_id: str, charges: list[Row]) -> list[Row] | str:
    """The charges, unless this payer was never asked for one of them."""
    for charge in charges:
        if f"payer:{payer_id}" not in facts.item_balances(reader, charge["charge_id"]):
            return f"The charge of {charge['service_date']} was never owed by this payer; transfer it to them first."
    return charges
