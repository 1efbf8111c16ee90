"""Which charge a line of a remittance is about. Money goes nowhere by likeness: one exact answer, or the queue.

1. Our own number, sent back: the line's (REF*6R), or the claim's, of which the line is the only one, or the only one
   of that code, date and amount.
2. The member's number with this payer, the code, the date and the amount, where exactly one charge fits each line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from practice.billing.queries import facts
from practice.errors import Refusal
from practice.insurance import remittance_queries as queries
from practice.insurance.remittance import Claim, Line
from practice.insurance.shares import is_read_by_line
from practice.store.work import Reader, Row

Likeness = tuple[str, str, date, int]
"""Member number, code, date, amount."""


@dataclass
class Candidates:
    """The charges that a remittance may be about: those it names by our id, and those that are a line of a member."""

    by_number: dict[str, Row]
    by_claim: dict[str, list[Row]]
    by_likeness: dict[Likeness, list[Row]]

    def ids(self) -> list[str]:
        """Of all of them."""
        many = [*self.by_claim.values(), *self.by_likeness.values()]
        rows = [*self.by_number.values(), *(row for rows in many for row in rows)]
        return list(dict.fromkeys(row["charge_id"] for row in rows))


def candidates(reader: Reader, payer_id: str, claims: Sequence[Claim]) -> Candidates:
    """Read with three questions, however many claims there are."""
    numbers = list({number for claim in claims for number in _numbers(claim)})
    by_number: dict[str, Row] = dict(queries.charges_named(reader, numbers))
    by_claim: dict[str, list[Row]] = {}
    for row in queries.charges_of_claims(reader, numbers):
        claim_number, line_number = row.pop("claim_number"), row.pop("line_number")
        by_number[line_number] = row
        by_claim.setdefault(claim_number, []).append(row)
    by_number |= {number: rows[0] for number, rows in by_claim.items() if len(rows) == 1}
    unnamed = [
        one
        for one in claims
        if one.control_number not in by_claim
        and not (is_read_by_line(one) and all(_own(one, line) in by_number for line in one.lines))
    ]
    members = list({one.member_number for one in unnamed if one.member_number and is_read_by_line(one)})
    by_likeness: dict[Likeness, list[Row]] = {}
    for row in queries.charges_of_members(reader, payer_id, members):
        member = row.pop("member_number")
        by_likeness.setdefault((member, row["code"], row["service_date"], row["amount_minor"]), []).append(row)
    return Candidates(by_number, by_claim, by_likeness)


def charges_for(reader: Reader, payer_id: str, claim: Claim, found: Candidates) -> list[Row] | str:
    """One charge for each line (or all charges of a claim that is posted as a whole), or the reason why not."""
    if not is_read_by_line(claim):
        named = found.by_number.get(claim.control_number)
        whole = found.by_claim.get(claim.control_number) or ([named] if named else [])
        if not whole:
            return "The claim has no lines that can be read by themselves, and its number is none of ours."
        return _owed_once(reader, payer_id, whole)
    charges: list[Row] = []
    for line in claim.lines:
        charge = _charge(claim, line, found, {row["charge_id"] for row in charges})
        if isinstance(charge, str):
            return charge
        charges.append(charge)
    return _owed_once(reader, payer_id, charges)


def chosen(reader: Reader, payer_id: str, claim: Claim, charge_ids: list[str]) -> list[Row]:
    """The charges that a person chose, in the order of the lines. Refuses what cannot be the claim's."""
    wanted = len(claim.lines) if is_read_by_line(claim) else None
    if not charge_ids or (wanted is not None and len(charge_ids) != wanted):
        many = f"one charge for each of its {wanted} lines" if wanted else "at least one charge"
        raise Refusal(f"Choose {many}, in the order of the remittance.", rule="not_each_line", field="charge_ids")
    named = queries.charges_named(reader, charge_ids)
    charges = [named[charge_id] for charge_id in charge_ids if charge_id in named]
    if len(charges) < len(charge_ids):
        raise Refusal("One of these charges is void or does not exist; choose another.", field="charge_ids")
    answer = _owed_once(reader, payer_id, charges)
    if isinstance(answer, str):
        raise Refusal(answer, rule="not_their_charge", field="charge_ids")
    return answer


def _numbers(claim: Claim) -> list[str]:
    """Whatever in it may be our id."""
    return [claim.control_number, *(line.control_number for line in claim.lines if line.control_number)]


def _own(claim: Claim, line: Line) -> str:
    """Our id, as far as the line has it."""
    return line.control_number or (claim.control_number if len(claim.lines) == 1 else "")


def _charge(claim: Claim, line: Line, found: Candidates, used: set[str]) -> Row | str:
    named = found.by_number.get(_own(claim, line))
    if named:
        return named
    day = line.service_date or claim.service_date
    on = f"{day:%-d %b %Y}" if day else "no day"
    sent = [
        row
        for row in found.by_claim.get(claim.control_number, ())
        if (row["code"], row["service_date"], row["amount_minor"]) == (line.code, day, line.charge_minor)
    ]
    if sent:
        left = [row for row in sent if row["charge_id"] not in used]
        return left[0] if left else f"The claim that we sent has fewer lines for {line.code} on {on}; choose by hand."
    if not (claim.member_number and day and line.code):
        return "Neither its number nor a member number with code and date leads to a charge of ours."
    fitting = found.by_likeness.get((claim.member_number, line.code, day, line.charge_minor), [])
    alike = sum(
        (other.code, other.service_date or claim.service_date, other.charge_minor)
        == (line.code, day, line.charge_minor)
        for other in claim.lines
    )
    if len(fitting) != alike:
        if not fitting:
            return f"No charge of this member is for {line.code} on {on} at that amount; choose one by hand."
        return f"{len(fitting)} charges of this member are for {line.code} on {on} at that amount; choose by hand."
    left = [row for row in fitting if row["charge_id"] not in used]
    return left[0] if left else f"The charge for {line.code} on {on} is named by another line; choose by hand."


def _owed_once(reader: Reader, payer_id: str, charges: list[Row]) -> list[Row] | str:
    """The charges, unless this payer was never asked for one of them."""
    for charge in charges:
        if f"payer:{payer_id}" not in facts.item_balances(reader, charge["charge_id"]):
            return f"The charge of {charge['service_date']} was never owed by this payer; transfer it to them first."
    return charges
