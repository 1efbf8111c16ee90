"""Looks a claim through before it is sent, and says in words what a payer would refuse it for. Pure.

A claim is a `Document`: everything that its file will say, as JSON has it (amounts in minor units, dates as text).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from practice.errors import Refusal
from practice.people import checks

Document = dict[str, Any]
MOST_DIAGNOSES = 12
NO_DIAGNOSIS = "The charge has no diagnosis."


@dataclass(frozen=True)
class Problem:
    """What is missing or wrong. `where`: practice, payer, provider, client, policy or charge. `edit` is its code."""

    where: str
    edit: str
    sentence: str


def scrub(claim: Document, today: date) -> list[Problem]:
    """Everything that is wrong with the claim; nothing means that it can be sent."""
    return [*_sender(claim), *_payer(claim), *_people(claim), *_provider(claim), *_visit(claim, today), *_others(claim)]


def is_npi(text: str | None) -> bool:
    """Ten digits of which the last checks the others."""
    try:
        return checks.npi(text) is not None
    except Refusal:
        return False


def _sender(claim: Document) -> Iterator[Problem]:
    sender = claim["sender"]
    if not sender:
        yield Problem(
            "practice", "who_bills", "It is not said yet who bills: name, NPI, tax id and taxonomy of the practice."
        )
        return
    if not is_npi(sender["npi"]):
        yield Problem(
            "practice", "practice_npi", f"The practice's NPI {sender['npi']} is none; its last digit does not fit."
        )
    if not re.fullmatch(r"\d{9}", sender["tax_id"] or ""):
        yield Problem("practice", "tax_id", "The practice's tax id is missing; it has nine digits.")
    if not sender["taxonomy"]:
        yield Problem("practice", "practice_taxonomy", "The practice's taxonomy code is missing.")
    yield from _address("practice", "The practice", sender["address"])


def _payer(claim: Document) -> Iterator[Problem]:
    payer = claim["payer"]
    if not payer["code"]:
        yield Problem("payer", "payer_code", f"{payer['name']} has no payer code; files name it by that.")
    if not payer["filing_code"]:
        yield Problem("payer", "kind_of_cover", f"It is not said what kind of cover {payer['name']} gives.")


def _people(claim: Document) -> Iterator[Problem]:
    patient, subscriber = claim["patient"], claim["subscriber"]
    if not claim["subscriber"]["member_number"]:
        yield Problem("policy", "member_number", "The policy has no member number.")
    if not patient["birth_date"]:
        yield Problem("client", "birth_date", "The client's birth date is missing.")
    elif patient["birth_date"] > claim["service_date"]:
        yield Problem("client", "birth_date_late", "The client's birth date lies after the visit.")
    if not patient["sex"]:
        yield Problem("client", "sex", "The client's sex, as the payer has it, is missing.")
    yield from _address("client", "The client", patient["address"])
    if subscriber["relationship"] != "self":
        if not subscriber["birth_date"]:
            yield Problem("policy", "holder_birth_date", "The policy holder's birth date is missing.")
        if not subscriber["sex"]:
            yield Problem("policy", "holder_sex", "The policy holder's sex is missing.")


def _provider(claim: Document) -> Iterator[Problem]:
    provider = claim["provider"]
    if not provider:
        yield Problem("provider", "no_provider", "The visit has no provider.")
        return
    yield from _person_who_treats("The provider", provider)
    if provider["npi"] and claim["sender"] and provider["npi"] == claim["sender"]["npi"]:
        yield Problem(
            "provider", "npi_of_practice", "The provider's NPI is the practice's; payers want the person's own."
        )
    if claim["supervising"]:
        yield from _person_who_treats("The supervisor", claim["supervising"])


def _person_who_treats(who: str, person: Document) -> Iterator[Problem]:
    if not person["family_name"]:
        yield Problem("provider", "provider_name", f"{who}'s name for claims and taxonomy code are missing.")
    elif not person["taxonomy"]:
        yield Problem("provider", "provider_taxonomy", f"{who}'s taxonomy code is missing.")
    if not person["npi"]:
        yield Problem("provider", "provider_npi", f"{who}'s NPI is missing.")
    elif not is_npi(person["npi"]):
        yield Problem("provider", "provider_npi", f"{who}'s NPI {person['npi']} is none; its last digit does not fit.")


def _visit(claim: Document, today: date) -> Iterator[Problem]:
    if claim["service_date"] > str(today):
        yield Problem("charge", "future_visit", "The visit lies in the future.")
    if not re.fullmatch(r"\d{2}", claim["place_of_service"] or ""):
        yield Problem("charge", "place_of_service", "The place of service is missing; void the charge and charge anew.")
    if not claim["diagnoses"]:
        yield Problem("charge", "no_diagnosis", NO_DIAGNOSIS)
    elif len(claim["diagnoses"]) > MOST_DIAGNOSES:
        yield Problem(
            "charge", "many_diagnoses", f"The charges of the visit have more than {MOST_DIAGNOSES} diagnoses together."
        )
    for line in claim["lines"]:
        if not re.fullmatch(r"[A-Z0-9]{5}", line["code"] or ""):
            yield Problem(
                "charge",
                "procedure_code",
                f"{line['code'] or 'No code'} is no procedure code of five signs, such as 90834.",
            )
        if claim["diagnoses"] and not line["pointers"]:
            yield Problem("charge", "no_pointer", "The charge points to none of its diagnoses.")
        if line["needs_authorisation"] and not line["authorisation"]:
            yield Problem(
                "charge",
                "authorisation",
                "The payer authorises this beforehand, and the charge took up no authorisation.",
            )
        if line["amount_minor"] <= 0:
            yield Problem("charge", "no_amount", "A line asks for nothing.")
    if claim["frequency"] in ("7", "8") and not claim["payer_control_number"]:
        yield Problem("charge", "payer_number", "The payer's own number of the original claim is not known yet.")


def _others(claim: Document) -> Iterator[Problem]:
    if claim["is_crossed_over"]:
        yield Problem(
            "payer", "crossed_over", "The payer before has sent it on itself; sent again it would be a duplicate."
        )
    elif claim["rank"] > 1 and not claim["other_payers"]:
        yield Problem("policy", "payer_before", "The payer before has not answered yet; its remittance comes first.")
    for other in claim["other_payers"]:
        if not other["code"]:
            yield Problem("payer", "payer_before_code", f"{other['name']}, which paid before, has no payer code.")


def _address(where: str, who: str, address: Document | None) -> Iterator[Problem]:
    if not address:
        yield Problem(where, f"{where}_address", f"{who}'s postal address is missing.")
