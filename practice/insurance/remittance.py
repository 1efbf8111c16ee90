"""A remittance (835) as facts: what a payer paid, claim by claim and line by line, and its three balances.

Amounts are minor units. Reading never fails: what cannot be read is a defect with a sentence, and what does not add up
says by how much. Line: charge − line CAS = paid. Claim: charge − all CAS = paid. Set: Σ paid − Σ PLB = the deposit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from practice.insurance.x12 import Defect

REVERSAL = "22"
"""CLP02: an earlier claim is taken back."""
CROSSED_OVER = ("19", "20", "21")
"""CLP02: the payer has sent the claim on to the next payer itself."""


@dataclass(frozen=True)
class Cas:
    """An adjustment: the payer's group (CO, PR, OA, PI, CR) and reason say why it did not pay this amount."""

    group: str
    reason: str
    amount_minor: int


@dataclass
class Line:
    """A service line. `control_number` is ours, if the payer sent it back (REF*6R)."""

    segment: int
    code: str
    modifiers: tuple[str, ...]
    charge_minor: int
    paid_minor: int
    service_date: date | None = None
    control_number: str = ""
    adjustments: list[Cas] = field(default_factory=list)
    is_malformed: bool = False

    @property
    def difference_minor(self) -> int:
        """0 where the line balances."""
        return self.charge_minor - sum(cas.amount_minor for cas in self.adjustments) - self.paid_minor


@dataclass
class Claim:
    """A claim payment (CLP). `control_number` is what we called the claim, `payer_control_number` what they call it."""

    segment: int
    control_number: str
    status: str
    charge_minor: int
    paid_minor: int
    patient_minor: int
    payer_control_number: str
    member_number: str = ""
    family_name: str = ""
    given_name: str = ""
    service_date: date | None = None
    adjustments: list[Cas] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    @property
    def is_reversal(self) -> bool:
        """Whether it takes an earlier payment back."""
        return self.status == REVERSAL

    @property
    def all_adjustments(self) -> list[Cas]:
        """Those of the claim and those of its lines."""
        return [*self.adjustments, *(cas for line in self.lines for cas in line.adjustments)]

    @property
    def difference_minor(self) -> int:
        """0 where the claim balances."""
        return self.charge_minor - sum(cas.amount_minor for cas in self.all_adjustments) - self.paid_minor


@dataclass(frozen=True)
class ProviderAdjustment:
    """A PLB amount, of the deposit and of no claim. Positive lowers what was paid."""

    segment: int
    reason: str
    reference: str
    amount_minor: int


@dataclass
class Remittance:
    """One 835: a deposit (BPR) under a trace number (TRN02) with its claims. `payer_identifier` is TRN03."""

    trace_number: str = ""
    payer_identifier: str = ""
    payer_name: str = ""
    amount_minor: int = 0
    is_credit: bool = True
    method: str = ""
    payment_date: date | None = None
    claims: list[Claim] = field(default_factory=list)
    provider_adjustments: list[ProviderAdjustment] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)

    @property
    def claims_minor(self) -> int:
        """What the claims were paid, reversals taken off."""
        return sum(claim.paid_minor for claim in self.claims)

    @property
    def provider_adjustments_minor(self) -> int:
        """What was kept back from the deposit for no claim; negative = paid on top."""
        return sum(one.amount_minor for one in self.provider_adjustments)

    @property
    def difference_minor(self) -> int:
        """0 where the set balances: claims − PLB − deposit."""
        return self.claims_minor - self.provider_adjustments_minor - self.amount_minor
