"""Reads an 835 transaction set into a Remittance. Amounts and dates that cannot be read are named, not guessed."""

from __future__ import annotations

from datetime import date, datetime

from practice.errors import Refusal
from practice.insurance.remittance import Cas, Claim, Line, ProviderAdjustment, Remittance
from practice.insurance.x12 import Defect, Segment, TransactionSet
from practice.money import Currency

CAS_TRIPLES = 6
PLB_PAIRS = 6
_SERVICE_DATES = ("472", "150", "232")
_OTHER_SEPARATORS = ">:^|"
BLOCKING = ("bad_amount", "no_deposit", "no_trace", "early_adjustment")
"""Defects after which the balances prove nothing: an amount could not be read, or has no place."""


def read_remittance(transaction_set: TransactionSet, currency: Currency) -> Remittance:
    """What the set says. Its `defects` hold those of the envelope too."""
    return _Reading(transaction_set, currency).result()


class _Reading:
    def __init__(self, transaction_set: TransactionSet, currency: Currency) -> None:
        self.set = transaction_set
        self.currency = currency
        self.found = Remittance(defects=list(transaction_set.defects))
        self.claim: Claim | None = None
        self.line: Line | None = None
        self.has_deposit = False

    def result(self) -> Remittance:
        for segment in self.set.segments:
            handler = getattr(self, f"_{segment.tag.lower()}", None) if segment.tag in _READ else None
            if handler:
                handler(segment)
        if not self.has_deposit:
            self._say(self.set.segments[0], "no_deposit", "There is no BPR segment, so nobody knows what was paid.")
        if not self.found.trace_number:
            sentence = "There is no trace number (TRN02), so the deposit cannot be found in the bank."
            self._say(self.set.segments[0], "no_trace", sentence)
        if self.found.payment_date is None:
            self.found.payment_date = self._date(None, self.set.made_on)
        for claim in self.found.claims:
            self._judge(claim)
        return self.found

    def _bpr(self, segment: Segment) -> None:
        self.has_deposit = True
        self.found.amount_minor = self._amount(segment, 2)
        self.found.is_credit = segment.at(3) != "D"
        self.found.method = segment.at(4)
        self.found.payment_date = self._date(segment, segment.at(16))

    def _trn(self, segment: Segment) -> None:
        if not self.found.trace_number:
            self.found.trace_number = segment.at(2)
            self.found.payer_identifier = segment.at(3)

    def _n1(self, segment: Segment) -> None:
        if segment.at(1) == "PR" and self.claim is None:
            self.found.payer_name = segment.at(2)

    def _clp(self, segment: Segment) -> None:
        self.line = None
        self.claim = Claim(
            segment.number,
            segment.at(1),
            segment.at(2),
            self._amount(segment, 3),
            self._amount(segment, 4),
            self._amount(segment, 5),
            segment.at(7),
        )
        self.found.claims.append(self.claim)

    def _nm1(self, segment: Segment) -> None:
        if segment.at(1) == "QC" and self.claim:
            self.claim.family_name, self.claim.given_name = segment.at(3), segment.at(4)
        is_person = segment.at(1) in ("QC", "IL") and segment.at(8) == "MI"
        if is_person and self.claim and not self.claim.member_number:
            self.claim.member_number = segment.at(9)

    def _svc(self, segment: Segment) -> None:
        if self.claim is None:
            self._say(segment, "outside", f"The service line at segment {segment.number} belongs to no claim.")
            return
        qualifier, code, *modifiers = [*self._components(segment), "", ""]
        self.line = Line(
            segment.number,
            code,
            tuple(one for one in modifiers if one),
            self._amount(segment, 2),
            self._amount(segment, 3),
        )
        if not code:
            self.line.is_malformed = True
            sentence = (
                f"The service line at segment {segment.number} names no procedure: SVC01 is {qualifier!r} where a"
                " qualifier and a code are due, so its amounts may stand one place off."
            )
            self._say(segment, "malformed_line", sentence)
        self.claim.lines.append(self.line)

    def _cas(self, segment: Segment) -> None:
        target = self.line or self.claim
        if target is None:
            self._say(segment, "early_adjustment", f"The adjustment at segment {segment.number} belongs to no claim.")
            return
        for number in range(CAS_TRIPLES):
            reason = segment.at(2 + 3 * number)
            if reason or segment.at(3 + 3 * number):
                target.adjustments.append(Cas(segment.at(1), reason, self._amount(segment, 3 + 3 * number)))

    def _dtm(self, segment: Segment) -> None:
        kind, target = segment.at(1), self.line or self.claim
        if kind == "405" and target is None and self.found.payment_date is None:
            self.found.payment_date = self._date(segment, segment.at(2))
        elif kind in _SERVICE_DATES and target and target.service_date is None:
            target.service_date = self._date(segment, segment.at(2))

    def _ref(self, segment: Segment) -> None:
        if segment.at(1) == "6R" and self.line:
            self.line.control_number = segment.at(2)

    def _lx(self, _: Segment) -> None:
        self.line = None

    def _plb(self, segment: Segment) -> None:
        for number in range(PLB_PAIRS):
            given, amount = segment.at(3 + 2 * number), segment.at(4 + 2 * number)
            if given or amount:
                reason, _, reference = given.partition(self.set.separators.component)
                self.found.provider_adjustments.append(
                    ProviderAdjustment(segment.number, reason, reference, self._amount(segment, 4 + 2 * number))
                )

    def _components(self, segment: Segment) -> list[str]:
        """Qualifier, code, modifiers; some senders cut them by another sign than their ISA says, which is named."""
        given = segment.at(1)
        separator = self.set.separators.component
        other = next((sign for sign in _OTHER_SEPARATORS if sign in given), None)
        if separator not in given and other:
            sentence = f"The procedure at segment {segment.number} is cut by {other!r}, where ISA16 says {separator!r}."
            self._say(segment, "component_separator", sentence)
            separator = other
        return given.split(separator)

    def _judge(self, claim: Claim) -> None:
        for line in claim.lines:
            if line.difference_minor and not line.is_malformed and claim.lines:
                sentence = (
                    f"The service line at segment {line.segment} is off by {self.currency.show(line.difference_minor)}:"
                    " its charge less its adjustments is not what was paid."
                )
                self.found.defects.append(Defect(line.segment, "line_balance", sentence))
        if claim.difference_minor:
            sentence = (
                f"The claim at segment {claim.segment} is off by {self.currency.show(claim.difference_minor)}:"
                " its charge less all adjustments is not what was paid."
            )
            self.found.defects.append(Defect(claim.segment, "claim_balance", sentence))

    def _amount(self, segment: Segment, position: int) -> int:
        text = segment.at(position)
        try:
            if not text or not text.isascii():
                return 0 if not text else self._bad(segment, position, text)
            return self.currency.parse(text)
        except Refusal:
            return self._bad(segment, position, text)

    def _bad(self, segment: Segment, position: int, text: str) -> int:
        sentence = f"{segment.tag}{position:02d} at segment {segment.number} is {text[:20]!r}, which is no amount."
        self._say(segment, "bad_amount", sentence)
        return 0

    def _date(self, segment: Segment | None, text: str) -> date | None:
        try:
            return datetime.strptime(text[:8], "%Y%m%d").date() if text else None  # noqa: DTZ007 - a date has no zone
        except ValueError:
            if segment:
                sentence = f"{segment.tag} at segment {segment.number} has {text[:20]!r}, which is no date."
                self._say(segment, "bad_date", sentence)
            return None

    def _say(self, segment: Segment, rule: str, sentence: str) -> None:
        self.found.defects.append(Defect(segment.number, rule, sentence))


_READ = ("BPR", "TRN", "N1", "NM1", "CLP", "SVC", "CAS", "DTM", "REF", "LX", "PLB")
