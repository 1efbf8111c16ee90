"""Which charges an unmatched claim may be for: ranked by what they have in common, with the reasons in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from practice.insurance.remittance import Claim, Line
from practice.insurance.shares import is_read_by_line
from practice.store.work import Row

MOST = 5
_MEMBER, _AMOUNT, _DAY, _CODE, _NAME, _NEAR_DAY = 5, 3, 3, 2, 2, 1


@dataclass(frozen=True)
class Suggestion:
    """Charges of one client, one for each line in order (or one for a claim without lines), and why these.

    `is_same_person` says that the member number or the name is the claim's own.
    """

    client_name: str
    charges: tuple[Row, ...]
    score: int
    why: str
    is_same_person: bool

    @property
    def charge_ids(self) -> list[str]:
        """In the order of the lines."""
        return [charge["charge_id"] for charge in self.charges]


def suggest(claim: Claim, charges: Sequence[Row]) -> list[Suggestion]:
    """At most five, the likeliest first. Only whole ones: a client without a charge for each line is none, and a claim
    of one line has a suggestion for each charge.

    `charges` are rows of charges with given_name, family_name and member_numbers.
    """
    is_one = not is_read_by_line(claim) or len(claim.lines) == 1
    groups: dict[str, list[Row]] = {}
    for charge in charges:
        groups.setdefault(charge["charge_id"] if is_one else charge["client_id"], []).append(charge)
    found = [one for own in groups.values() if (one := _of_client(claim, own))]
    return sorted(found, key=lambda one: (-one.score, one.client_name, one.charge_ids))[:MOST]


def _of_client(claim: Claim, charges: list[Row]) -> Suggestion | None:
    """The best charge for each line, none of them twice; None without anything in common but a near day."""
    lines: Sequence[Line | None] = claim.lines if is_read_by_line(claim) else [None]
    if len(charges) < len(lines):
        return None
    left, chosen, total = list(charges), [], 0
    common: list[str] = []
    for line in lines:
        score, alike, best = max(
            ((*_likeness(claim, line, charge), charge) for charge in left), key=lambda scored: scored[0]
        )
        left.remove(best)
        chosen.append(best)
        total += score
        common += alike
    client = charges[0]
    said: list[str] = []
    if claim.member_number and claim.member_number in (client["member_numbers"] or ()):
        total, said = total + _MEMBER * len(lines), ["member number"]
    if claim.family_name and claim.family_name.casefold() == client["family_name"].casefold():
        total, said = total + _NAME * len(lines), [*said, "name"]
    is_same_person = bool(said)
    said += [word for word in ("amount", "day", "code") if common.count(word) == len(lines)]
    if not said:
        return None
    why = "same " + ", ".join(said)
    if claim.family_name and not is_same_person:
        why += ", but another name"
    name = f"{client['given_name']} {client['family_name']}"
    return Suggestion(name, tuple(chosen), total, why, is_same_person)


def _likeness(claim: Claim, line: Line | None, charge: Row) -> tuple[int, list[str]]:
    amount = line.charge_minor if line else claim.charge_minor
    day = (line.service_date if line else None) or claim.service_date
    score, why = 0, []
    if charge["amount_minor"] == amount:
        score, why = score + _AMOUNT, ["amount"]
    if day and charge["service_date"] == day:
        score, why = score + _DAY, [*why, "day"]
    elif day and abs((charge["service_date"] - day).days) <= 1:
        score += _NEAR_DAY
    if line and line.code and charge["code"] == line.code:
        score, why = score + _CODE, [*why, "code"]
    return score, why
