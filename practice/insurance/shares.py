"""What a claim's answer means for each charge: the pure part of posting a remittance. Amounts are minor units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from practice.insurance.remittance import Cas, Claim
from practice.money import split

Rules = Mapping[tuple[str, str | None], str]
LOWERING = ("contractual", "sequestration")
"""Classes that lower what is owed: both are contractual adjustments; sequestration keeps its own row."""


@dataclass
class Share:
    """Of one charge: paid, lowered [(class, 'CO-45', amount)], what the client or the next payer owes, denied."""

    charge_id: str
    paid_minor: int = 0
    lowered: list[tuple[str, str, int]] = field(default_factory=list)
    client_minor: int = 0
    denied_minor: int = 0


def classify(rules: Rules, cas: Cas) -> str:
    """The class of an adjustment: the rule for its reason, else for its group, else a denial that somebody looks at."""
    return rules.get((cas.group, cas.reason)) or rules.get((cas.group, None)) or "denial"


def is_read_by_line(claim: Claim) -> bool:
    """Whether each line stands for itself; else the claim is posted as a whole."""
    return bool(claim.lines) and not any(line.is_malformed or line.difference_minor for line in claim.lines)


def shares_of(claim: Claim, charge_ids: Sequence[str], weights: Sequence[int], rules: Rules) -> list[Share]:
    """A claim's money and adjustments by charge. Σ paid = the claim's paid amount.

    By line, `charge_ids` has one charge for each line; what the claim adjusts as a whole is split over the lines by
    `weights` (the charges' amounts). As a whole, all of it is split so.
    """
    shares = {charge_id: Share(charge_id) for charge_id in charge_ids}
    by_line = is_read_by_line(claim)
    if by_line:
        for line, charge_id in zip(claim.lines, charge_ids, strict=True):
            shares[charge_id].paid_minor += line.paid_minor
            for cas in line.adjustments:
                _add(shares[charge_id], cas, cas.amount_minor, rules)
        left = claim.paid_minor - sum(line.paid_minor for line in claim.lines)
    else:
        left = claim.paid_minor
    for charge_id, part in zip(charge_ids, split(left, list(weights)), strict=True):
        shares[charge_id].paid_minor += part
    for cas in claim.adjustments if by_line else claim.all_adjustments:
        for charge_id, part in zip(charge_ids, split(cas.amount_minor, list(weights)), strict=True):
            _add(shares[charge_id], cas, part, rules)
    return list(shares.values())


def _add(share: Share, cas: Cas, amount: int, rules: Rules) -> None:
    kind = classify(rules, cas)
    if kind in LOWERING:
        share.lowered.append((kind, f"{cas.group}-{cas.reason}", amount))
    elif kind == "client_share":
        share.client_minor += amount
    elif kind == "denial":
        share.denied_minor += amount


def netted(lowered: Sequence[tuple[str, str, int]]) -> list[tuple[str, int]]:
    """[(reason, amount)] to post: one per reason; where a class has a negative one, its net in one entry."""
    found: list[tuple[str, int]] = []
    for kind in LOWERING:
        parts: dict[str, int] = {}
        for _, reason, amount in (one for one in lowered if one[0] == kind):
            parts[reason] = parts.get(reason, 0) + amount
        if any(amount < 0 for amount in parts.values()):
            parts = {" and ".join(parts): sum(parts.values())}
        found += [(reason, amount) for reason, amount in parts.items() if amount > 0]
    return found
