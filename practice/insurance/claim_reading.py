"""Reads the claims of an 837P: what a file that was written says, so that it can be held against what was meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from practice.errors import Refusal
from practice.insurance.x12 import Segment, TransactionSet
from practice.money import Currency


@dataclass
class SentLine:
    """A service line: the code with its modifiers, amount, units, places of its diagnoses, day, our number."""

    code: str
    modifiers: tuple[str, ...]
    amount_minor: int
    units: str
    pointers: tuple[str, ...]
    service_date: str = ""
    control_number: str = ""


@dataclass
class SentClaim:
    """A claim as its file has it. `payer_code` and `member_number` are those of whom it asks."""

    control_number: str
    total_minor: int
    place_of_service: str
    frequency: str
    billing_code: str
    payer_code: str
    member_number: str
    order: str
    patient: tuple[str, str]
    payer_control_number: str = ""
    authorisation: str = ""
    diagnoses: list[str] = field(default_factory=list)
    lines: list[SentLine] = field(default_factory=list)
    providers: dict[str, str] = field(default_factory=dict)
    """Qualifier (82 rendering, DQ supervising …) → NPI or another number."""
    other_payers: list[str] = field(default_factory=list)

    @property
    def difference_minor(self) -> int:
        """0 where the lines sum to the claim."""
        return self.total_minor - sum(line.amount_minor for line in self.lines)


def read_claims(transaction_set: TransactionSet, currency: Currency) -> list[SentClaim]:
    """The claims of a professional 837, in its order. An amount that cannot be read counts as 0."""
    reading = _Reading(transaction_set, currency)
    for segment in transaction_set.segments:
        handler: Callable[[Segment], None] | None = getattr(reading, f"_{segment.tag.lower()}", None)
        if handler and segment.tag in _READ:
            handler(segment)
    return reading.claims


class _Reading:
    def __init__(self, transaction_set: TransactionSet, currency: Currency) -> None:
        self.separators = transaction_set.separators
        self.currency = currency
        self.claims: list[SentClaim] = []
        self.claim: SentClaim | None = None
        self.is_other = False
        self.known: dict[str, str] = {}
        self.patient = ("", "")

    def _hl(self, segment: Segment) -> None:
        self.claim = None
        if segment.at(3) == "22":
            kept = self.known.get("billing", "")
            self.known = {"billing": kept}

    def _sbr(self, segment: Segment) -> None:
        self.is_other = self.claim is not None
        if self.claim is None:
            self.known["order"] = segment.at(1)

    def _nm1(self, segment: Segment) -> None:
        who, name, code = segment.at(1), (segment.at(3), segment.at(4)), segment.at(9)
        if self.claim is None:
            if who == "85":
                self.known["billing"] = code
            elif who == "PR":
                self.known["payer"] = code
            elif who in ("IL", "QC"):
                self.patient = name
                if who == "IL":
                    self.known["member"] = code
        elif self.is_other and who == "PR":
            self.claim.other_payers.append(code)
        elif not self.is_other:
            self.claim.providers.setdefault(who, code)

    def _clm(self, segment: Segment) -> None:
        place, _, frequency = [*self._parts(segment, 5), "", "", ""][:3]
        known = self.known
        self.is_other = False
        self.claim = SentClaim(
            segment.at(1), self._amount(segment.at(2)), place, frequency, known.get("billing", ""),
            known.get("payer", ""), known.get("member", ""), known.get("order", ""), self.patient,
        )  # fmt: skip
        self.claims.append(self.claim)

    def _hi(self, segment: Segment) -> None:
        if self.claim:
            for place in range(1, len(segment.elements) + 1):
                qualifier, *code = self._parts(segment, place)
                if qualifier in ("ABK", "ABF", "BK", "BF") and code:
                    self.claim.diagnoses.append(code[0])

    def _ref(self, segment: Segment) -> None:
        if self.claim is None:
            return
        kind, number = segment.at(1), segment.at(2)
        if kind == "6R" and self.claim.lines:
            self.claim.lines[-1].control_number = number
        elif kind == "F8" and not self.is_other:
            self.claim.payer_control_number = number
        elif kind == "G1" and not self.claim.lines:
            self.claim.authorisation = number

    def _lx(self, _: Segment) -> None:
        self.is_other = False

    def _sv1(self, segment: Segment) -> None:
        if self.claim:
            _, code, *modifiers = [*self._parts(segment, 1), "", ""]
            line = SentLine(
                code, tuple(one for one in modifiers if one), self._amount(segment.at(2)), segment.at(4),
                tuple(one for one in self._parts(segment, 7) if one),
            )  # fmt: skip
            self.claim.lines.append(line)

    def _dtp(self, segment: Segment) -> None:
        if segment.at(1) == "472" and self.claim and self.claim.lines:
            self.claim.lines[-1].service_date = segment.at(3)

    def _parts(self, segment: Segment, position: int) -> list[str]:
        given = segment.at(position)
        own = self.separators.component
        cut = own if own in given else next((sign for sign in ":>" if sign in given), own)
        return given.split(cut)

    def _amount(self, text: str) -> int:
        try:
            return self.currency.parse(text)
        except Refusal:
            return 0


_READ = ("HL", "SBR", "NM1", "CLM", "HI", "REF", "LX", "SV1", "DTP")
