"""Writes claims as an 837P (005010X222A1): one file, one transaction set, a subscriber loop for each claim. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime

from practice.insurance.scrubbing import Document
from practice.money import Currency

VERSION = "005010X222A1"
_ORDER = {1: "P", 2: "S", 3: "T"}
"""Rank of the payer → who pays first, second, third."""
_SUBSCRIBER = {"self": "18", "spouse": "01", "child": "19", "other": "G8"}
"""The client's relationship to the policy holder → its code."""
_FORBIDDEN = re.compile(r"[*~:^]")


def write_claims(claims: Sequence[Document], number: int, made_at: datetime, currency: Currency) -> str:
    """The file. `number` is its control number, `made_at` the practice's wall time. The claims share one sender."""
    sender, receiver = claims[0]["sender"], claims[0]["receiver"]
    body = [*_head(sender, receiver, number, made_at), *_billing(sender)]
    level = 1
    for claim in claims:
        subscriber = level + 1
        level = subscriber if claim["subscriber"]["relationship"] == "self" else subscriber + 1
        body += [*_subscriber(claim, subscriber), *_claim(claim, currency)]
    day, time = f"{made_at:%Y%m%d}", f"{made_at:%H%M}"
    ours, theirs = sender["submitter_code"], receiver["code"]
    usage = "T" if sender["is_test"] else "P"
    isa = f"ISA*00*{'':10}*00*{'':10}*ZZ*{ours:15}*ZZ*{theirs:15}*{day[2:]}*{time}*^*00501*{number:09d}*1*{usage}*:"
    segments = [
        isa,
        f"GS*HC*{ours}*{theirs}*{day}*{time}*{number}*X*{VERSION}",
        *body,
        f"SE*{len(body) + 1}*0001",
        f"GE*1*{number}",
        f"IEA*1*{number:09d}",
    ]
    return "~\n".join([*segments, ""])


def said(text: str) -> str:
    """Text as files have it: capitals without accents, none of the signs that cut the file."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(_FORBIDDEN.sub(" ", plain).upper().split())


def code_of(diagnosis: str) -> str:
    """A diagnosis as files have it: without its dot."""
    return diagnosis.replace(".", "")


def _segment(*elements: str) -> str:
    return "*".join(elements).rstrip("*")


def _head(sender: Document, receiver: Document, number: int, made_at: datetime) -> Iterator[str]:
    yield f"ST*837*0001*{VERSION}"
    yield f"BHT*0019*00*{number}*{made_at:%Y%m%d}*{made_at:%H%M}*CH"
    yield f"NM1*41*2*{said(sender['name'])}*****46*{sender['submitter_code']}"
    yield f"PER*IC*{said(sender['contact_name'])}*TE*{sender['phone']}"
    yield f"NM1*40*2*{said(receiver['name'])}*****46*{receiver['code']}"


def _billing(sender: Document) -> Iterator[str]:
    yield "HL*1**20*1"
    yield f"PRV*BI*PXC*{sender['taxonomy']}"
    yield f"NM1*85*2*{said(sender['name'])}*****XX*{sender['npi']}"
    yield from _address(sender["address"])
    yield f"REF*EI*{sender['tax_id']}"


def _subscriber(claim: Document, level: int) -> Iterator[str]:
    holder, patient, payer = claim["subscriber"], claim["patient"], claim["payer"]
    is_self = holder["relationship"] == "self"
    yield f"HL*{level}*1*22*{0 if is_self else 1}"
    relationship = "18" if is_self else ""
    group = said(holder["group_number"] or "")
    yield _segment("SBR", _ORDER[claim["rank"]], relationship, group, "", "", "", "", "", payer["filing_code"])
    yield f"NM1*IL*1*{_name(holder)}****MI*{said(holder['member_number'])}"
    if is_self or holder["address"]:
        yield from _address(holder["address"] or patient["address"])
        yield _born(holder)
    yield f"NM1*PR*2*{said(payer['name'])}*****PI*{payer['code']}"
    if not is_self:
        yield f"HL*{level + 1}*{level}*23*0"
        yield f"PAT*{_SUBSCRIBER[holder['relationship']]}"
        yield f"NM1*QC*1*{_name(patient)}"
        yield from _address(patient["address"])
        yield _born(patient)


def _claim(claim: Document, currency: Currency) -> Iterator[str]:
    place = f"{claim['place_of_service']}:B:{claim['frequency']}"
    yield f"CLM*{claim['control_number']}*{currency.plain(claim['total_minor'])}***{place}*Y*A*Y*Y"
    if claim["authorisation"]:
        yield f"REF*G1*{said(claim['authorisation'])}"
    if claim["payer_control_number"]:
        yield f"REF*F8*{said(claim['payer_control_number'])}"
    codes = [code_of(code) for code in claim["diagnoses"]]
    yield _segment("HI", *(f"{'ABF' if place else 'ABK'}:{code}" for place, code in enumerate(codes)))
    provider = claim["provider"]
    yield f"NM1*82*1*{_name(provider)}****XX*{provider['npi']}"
    yield f"PRV*PE*PXC*{provider['taxonomy']}"
    if claim["facility"]:
        yield f"NM1*77*2*{said(claim['facility']['name'])}"
        yield from _address(claim["facility"]["address"])
    if claim["supervising"]:
        yield f"NM1*DQ*1*{_name(claim['supervising'])}****XX*{claim['supervising']['npi']}"
    for other in claim["other_payers"]:
        yield from _other_payer(other, currency)
    for number, line in enumerate(claim["lines"], 1):
        yield from _line(number, line, claim, currency)


def _line(number: int, line: Document, claim: Document, currency: Currency) -> Iterator[str]:
    procedure = ":".join(["HC", line["code"], *line["modifiers"]])
    pointers = ":".join(str(one) for one in line["pointers"])
    yield f"LX*{number}"
    yield f"SV1*{procedure}*{currency.plain(line['amount_minor'])}*UN*{line['units']}***{pointers}"
    yield f"DTP*472*D8*{_day(line['service_date'])}"
    if line["authorisation"] and not claim["authorisation"]:
        yield f"REF*G1*{said(line['authorisation'])}"
    yield f"REF*6R*{line['control_number']}"
    for other in claim["other_payers"]:
        for answer in other["lines"]:
            if answer["charge_id"] == line["charge_id"]:
                yield f"SVD*{other['code']}*{currency.plain(answer['paid_minor'])}*{procedure}**{line['units']}"
                yield from _adjustments(answer["adjustments"], currency)
                yield f"DTP*573*D8*{_day(answer['paid_date'])}"


def _other_payer(other: Document, currency: Currency) -> Iterator[str]:
    holder = other["subscriber"]
    group = said(holder["group_number"] or "")
    relationship = _SUBSCRIBER[holder["relationship"]]
    yield _segment("SBR", _ORDER[other["rank"]], relationship, group, "", "", "", "", "", other["filing_code"] or "ZZ")
    yield from _adjustments(other["adjustments"], currency)
    yield f"AMT*D*{currency.plain(other['paid_minor'])}"
    yield "OI***Y***Y"
    yield f"NM1*IL*1*{_name(holder)}****MI*{said(holder['member_number'])}"
    yield f"NM1*PR*2*{said(other['name'])}*****PI*{other['code']}"
    if not other["lines"]:
        yield f"DTP*573*D8*{_day(other['paid_date'])}"
    if other["payer_control_number"]:
        yield f"REF*F8*{said(other['payer_control_number'])}"


def _adjustments(said_by_payer: Sequence[Sequence[str | int]], currency: Currency) -> Iterator[str]:
    """CAS segments: one per group, up to six reasons each."""
    groups: dict[str, list[str]] = {}
    for group, reason, amount in said_by_payer:
        groups.setdefault(str(group), []).extend([str(reason), currency.plain(int(amount)), ""])
    for group, parts in groups.items():
        for begin in range(0, len(parts), 18):
            yield _segment("CAS", group, *parts[begin : begin + 18])


def _name(person: Document) -> str:
    return f"{said(person['family_name'])}*{said(person['given_name'])}"


def _born(person: Document) -> str:
    return f"DMG*D8*{_day(person['birth_date'])}*{person['sex']}"


def _address(address: Document) -> Iterator[str]:
    yield f"N3*{said(address['street'])}"
    yield f"N4*{said(address['city'])}*{address['state']}*{address['postal_code']}"


def _day(text: str) -> str:
    return text.replace("-", "")
