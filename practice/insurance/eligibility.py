"""Asks payers whether a policy is in force (270, 005010X279A1), and reads what they answer (271). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from practice.errors import Refusal
from practice.insurance.claim_writing import said
from practice.insurance.scrubbing import Document
from practice.insurance.x12 import Segment, TransactionSet
from practice.money import Currency

VERSION = "005010X279A1"
HEALTH_PLAN = "30"
"""Service type: the plan as a whole."""
_OFFICE = ("98", "MH", "BZ", "UC", HEALTH_PLAN)
"""Service types whose copay is the one of a visit, the likeliest first."""
_ACTIVE, _INACTIVE = ("1", "2", "3", "4", "5"), ("6", "7", "8")
_LEFT = "29"
"""Time period: what remains."""
_REFUSALS = {
    "15": "something that the payer needs is missing",
    "41": "we may not ask this payer",
    "42": "the payer's system cannot answer now; ask again later",
    "43": "the provider's number is not right",
    "45": "the provider's specialty is not right",
    "50": "the provider may not ask",
    "51": "the provider is not on file",
    "52": "the day lies outside of what the payer answers for",
    "57": "the day is not valid",
    "58": "the birth date is missing or wrong",
    "60": "the birth date lies after the day",
    "62": "the day lies too far back",
    "63": "the day lies in the future",
    "64": "the member number is missing or wrong",
    "65": "the name is missing or wrong",
    "67": "the client is not found",
    "68": "there are two of the member number",
    "71": "the birth date does not fit",
    "72": "the member number is not valid",
    "73": "the name is not valid",
    "75": "the subscriber is not found",
    "76": "there are two such subscribers",
    "79": "the payer is not one that the receiver knows",
    "80": "no answer came; ask again",
    "T4": "the payer's name or number is missing",
}


@dataclass
class Answer:
    """What a payer said under one trace number; `is_active` None where it said neither. Amounts are minor units."""

    trace_number: str
    is_active: bool | None = None
    plan_name: str = ""
    copay_minor: int | None = None
    coinsurance_percent: float | None = None
    deductible_minor: int | None = None
    deductible_left_minor: int | None = None
    refusals: list[str] = field(default_factory=list)
    segments: list[str] = field(default_factory=list)


def write_270(asked: Sequence[Document], sender: Document, number: int, day: date, made_at: datetime) -> str:
    """A file with one question for each policy: {trace_number, payer, subscriber, patient}."""
    ours, theirs = sender["submitter_code"], sender["receiver_code"]
    made, time = f"{made_at:%Y%m%d}", f"{made_at:%H%M}"
    body = [f"ST*270*0001*{VERSION}", f"BHT*0022*13*{number}*{made}*{time}", *_questions(asked, sender, day)]
    usage = "T" if sender["is_test"] else "P"
    isa = f"ISA*00*{'':10}*00*{'':10}*ZZ*{ours:15}*ZZ*{theirs:15}*{made[2:]}*{time}*^*00501*{number:09d}*0*{usage}*:"
    head = [isa, f"GS*HS*{ours}*{theirs}*{made}*{time}*{number}*X*{VERSION}"]
    return "~\n".join([*head, *body, f"SE*{len(body) + 1}*0001", f"GE*1*{number}", f"IEA*1*{number:09d}", ""])


def _questions(asked: Sequence[Document], sender: Document, day: date) -> Iterator[str]:
    level = 0
    for one in asked:
        holder, patient = one["subscriber"], one["patient"]
        is_self = holder["relationship"] == "self"
        payer = level + 1
        yield f"HL*{payer}**20*1"
        yield f"NM1*PR*2*{said(one['payer']['name'])}*****PI*{one['payer']['code']}"
        yield f"HL*{payer + 1}*{payer}*21*1"
        yield f"NM1*1P*2*{said(sender['name'])}*****XX*{sender['npi']}"
        yield f"HL*{payer + 2}*{payer + 1}*22*{0 if is_self else 1}"
        trace = f"TRN*1*{one['trace_number']}*9{sender['tax_id']}"
        if is_self:
            yield trace
        yield f"NM1*IL*1*{_name(holder)}****MI*{said(holder['member_number'])}"
        level = payer + 2
        if not is_self:
            level += 1
            yield f"HL*{level}*{level - 1}*23*0"
            yield trace
            yield f"NM1*03*1*{_name(patient)}"
        if patient["birth_date"]:
            yield f"DMG*D8*{patient['birth_date'].replace('-', '')}"
        yield f"DTP*291*D8*{day:%Y%m%d}"
        yield f"EQ*{HEALTH_PLAN}"


def _name(person: Document) -> str:
    return f"{said(person['family_name'])}*{said(person['given_name'])}"


def read_271(transaction_set: TransactionSet, currency: Currency) -> tuple[list[Answer], str, list[str]]:
    """(answers by trace number, the number of the file that was asked with, why all of it was refused)."""
    answers: list[Answer] = []
    current: Answer | None = None
    refused: list[str] = []
    level, number = "", ""
    copays: dict[str, int] = {}
    for segment in transaction_set.segments:
        if segment.tag == "BHT":
            number = segment.at(3)
        elif segment.tag == "HL":
            level, current = segment.at(3), None if segment.at(3) != "23" else current
        elif segment.tag == "TRN" and level in ("22", "23"):
            if segment.at(1) == "2":
                current, copays = Answer(segment.at(2)), {}
                answers.append(current)
        elif segment.tag == "AAA":
            sentence = _REFUSALS.get(segment.at(3), f"code {segment.at(3)}")
            (current.refusals if current else refused).append(sentence)
        elif segment.tag == "EB" and current:
            _benefit(segment, current, copays, transaction_set, currency)
        if current:
            current.segments.append("*".join((segment.tag, *segment.elements)))
    return answers, number, refused


def _benefit(segment: Segment, answer: Answer, copays: dict[str, int], one: TransactionSet, currency: Currency) -> None:
    kind, level, period = segment.at(1), segment.at(2), segment.at(6)
    types = segment.at(3).split(one.separators.repetition or "^")
    if kind in _ACTIVE and (HEALTH_PLAN in types or answer.is_active is None):
        answer.is_active = True
        answer.plan_name = answer.plan_name or segment.at(5)
    elif kind in _INACTIVE and (HEALTH_PLAN in types or answer.is_active is None):
        answer.is_active = False
    if segment.at(12) == "N" or level == "FAM":
        return  # outside of the network, or of the whole family
    amount = _amount(segment.at(7), currency)
    if kind == "B" and amount is not None:
        for type_ in types:
            copays.setdefault(type_, amount)
        wanted = next((type_ for type_ in _OFFICE if type_ in copays), None)
        answer.copay_minor = copays[wanted] if wanted else answer.copay_minor
    elif kind == "C" and amount is not None:
        if period == _LEFT:
            answer.deductible_left_minor = _first(answer.deductible_left_minor, amount)
        else:
            answer.deductible_minor = _first(answer.deductible_minor, amount)
    elif kind == "A" and answer.coinsurance_percent is None:
        answer.coinsurance_percent = _percent(segment.at(8))


def _first(known: int | None, amount: int) -> int:
    return amount if known is None else known


def _amount(text: str, currency: Currency) -> int | None:
    try:
        return currency.parse(text) if text else None
    except Refusal:
        return None


def _percent(text: str) -> float | None:
    """0.2 is 20 %."""
    try:
        return float(Decimal(text) * 100) if text and 0 <= Decimal(text) <= 1 else None
    except InvalidOperation:
        return None
