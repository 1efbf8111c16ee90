"""What claims say beside charges: who sends them, addresses, providers' taxonomy, policy holders, payers' codes."""

from __future__ import annotations

import re
from typing import Any

from practice.access.permissions import Permission
from practice.clock import stored
from practice.errors import Refusal
from practice.people import checks
from practice.people.queries import require_client
from practice.store.record import command
from practice.store.work import Row, Work

SENDER = "practice"
SEXES = {"F": "female", "M": "male", "U": "not said"}
RELATIONSHIPS = {"self": "the client", "spouse": "a spouse", "child": "a parent", "other": "somebody else"}
"""The client's relationship to the policy holder → who the holder is."""
FILING_CODES = {
    "CI": "commercial",
    "BL": "Blue Cross, Blue Shield",
    "HM": "HMO",
    "MB": "Medicare part B",
    "MC": "Medicaid",
    "CH": "Tricare",
    "VA": "Veterans Affairs",
    "WC": "workers' compensation",
    "OF": "other federal",
    "11": "other, not federal",
    "ZZ": "not known",
}


@command(Permission.SET_UP)
def set_claim_sender(
    work: Work,
    *,
    name: str,
    npi: str,
    tax_id: str,
    taxonomy: str,
    contact_name: str,
    phone: str,
    submitter_code: str,
    receiver_name: str,
    receiver_code: str,
    is_test: bool = False,
) -> Row:
    """Say who bills, and who takes the files (a clearinghouse, a payer). Answers {claim_sender_id}."""
    number = checks.npi(npi)
    if number is None:
        raise Refusal("The practice's NPI is missing; it has ten digits.", field="npi")
    row = {
        "name": checks.text(name, "The practice's name for payers", "name", limit=60),
        "npi": number,
        "tax_id": _tax_id(tax_id),
        "taxonomy": taxonomy_code(taxonomy),
        "contact_name": checks.text(contact_name, "Who answers questions", "contact_name", limit=60),
        "phone": _phone(phone),
        "submitter_code": _code(submitter_code, "Our code at the receiver", "submitter_code", 15),
        "receiver_name": checks.text(receiver_name, "The receiver's name", "receiver_name", limit=60),
        "receiver_code": _code(receiver_code, "The receiver's code", "receiver_code", 15),
        "is_test": checks.flag(is_test, "Whether files are tests", "is_test"),
    }
    keep(work, "claim_senders", "claim_sender_id", SENDER, row)
    return {"claim_sender_id": SENDER}


@command(Permission.ADJUST)
def set_postal_address(work: Work, *, subject: str, street: str, city: str, state: str, postal_code: str) -> Row:
    """Where somebody is, as claims write it. `subject` is 'practice', or location:, client: or policy: and the id."""
    _check_subject(work, subject)
    row = {
        "street": checks.text(street, "The street", "street", limit=55),
        "city": checks.text(city, "The city", "city", limit=30),
        "state": _matching(r"[A-Z]{2}", state, "The state has two letters, such as NY.", "state"),
        "postal_code": _matching(
            r"\d{5}(\d{4})?", postal_code.replace("-", ""), "A ZIP code has five digits, or nine.", "postal_code"
        ),
    }
    keep(work, "postal_addresses", "subject", subject, row)
    return {"subject": subject}


@command(Permission.ADJUST)
def set_provider_claims(
    work: Work,
    *,
    provider_id: str,
    given_name: str,
    family_name: str,
    taxonomy: str,
    supervising_provider_id: str | None = None,
) -> Row:
    """How claims name a provider, the taxonomy code, and who supervises, if anybody. The NPI stands on the provider."""
    work.get("providers", provider_id, "provider")
    if supervising_provider_id:
        work.get("providers", supervising_provider_id, "provider")
        if supervising_provider_id == provider_id:
            raise Refusal("Nobody supervises themselves; choose somebody else.", field="supervising_provider_id")
    row = {
        "given_name": checks.text(given_name, "The given name", "given_name", limit=35),
        "family_name": checks.text(family_name, "The family name", "family_name", limit=60),
        "taxonomy": taxonomy_code(taxonomy),
        "supervising_provider_id": supervising_provider_id,
    }
    keep(work, "provider_claims", "provider_id", provider_id, row)
    return {"provider_id": provider_id}


@command(Permission.ADJUST)
def set_client_sex(work: Work, *, client_id: str, sex: str) -> Row:
    """What the payer has on file for the client: F, M or U."""
    require_client(work, work.actor, client_id)
    keep(
        work,
        "client_sexes",
        "client_id",
        client_id,
        {"sex": checks.one_of(sex, "The client's sex", "sex", tuple(SEXES))},
    )
    return {"client_id": client_id}


@command(Permission.ADJUST)
def set_client_claims(work: Work, *, client_id: str, sex: str, **address: str) -> Row:
    """Both of what claims say of a client beside name and birth date: sex and postal address."""
    set_client_sex(work, client_id=client_id, sex=sex)
    set_postal_address(work, subject=f"client:{client_id}", **address)
    return {"client_id": client_id}


@command(Permission.ADJUST)
def set_policy_holder(
    work: Work,
    *,
    policy_id: str,
    relationship: str,
    given_name: str | None = None,
    family_name: str | None = None,
    birth_date: str | None = None,
    sex: str | None = None,
    group_number: str | None = None,
) -> Row:
    """Who holds a policy: the client ('self'), or somebody else with name, birth date and sex as the payer has them."""
    policy = work.get("policies", policy_id, "policy")
    require_client(work, work.actor, policy["client_id"])
    is_self = checks.one_of(relationship, "The relationship", "relationship", tuple(RELATIONSHIPS)) == "self"
    given, family = given_name or "", family_name or ""
    row = {
        "relationship": relationship,
        "given_name": None if is_self else checks.text(given, "The holder's given name", "given_name", limit=35),
        "family_name": None if is_self else checks.text(family, "The holder's family name", "family_name", limit=60),
        "birth_date": None if is_self else checks.optional_day(birth_date, "The holder's birth date", "birth_date"),
        "sex": None if is_self or not sex else checks.one_of(sex, "The sex", "sex", tuple(SEXES)),
        "group_number": checks.optional_text(group_number, "The group number", "group_number"),
    }
    keep(work, "policy_holders", "policy_id", policy_id, row)
    return {"policy_id": policy_id}


@command(Permission.ADJUST)
def set_payer_codes(work: Work, *, payer_id: str, payer_code: str, filing_code: str) -> Row:
    """How files name a payer, and what kind of cover it gives (`FILING_CODES`)."""
    work.get("payers", payer_id, "payer")
    row: dict[str, Any] = {
        "payer_code": _code(payer_code, "The payer's code", "payer_code", 80),
        "filing_code": checks.one_of(filing_code, "The kind of cover", "filing_code", tuple(FILING_CODES)),
    }
    known = work.find("payer_insurance", payer_id)
    keep(work, "payer_insurance", "payer_id", payer_id, row | ({} if known else {"appeal_days": 90}))
    return {"payer_id": payer_id}


@command(Permission.SET_UP)
def set_payer_days(work: Work, *, payer_id: str, filing_days: int, appeal_days: int) -> Row:
    """How long a payer waits: for a claim after the visit, for an appeal after its remittance. In days.

    Unless it is said, these are a year and 90 days. Answers {payer_id}.
    """
    work.get("payers", payer_id, "payer")
    filing = checks.whole(filing_days, "The days to file a claim", "filing_days", 1, 1_095)
    appeal = checks.whole(appeal_days, "The days for an appeal", "appeal_days", 1, 730)
    work.update("payers", payer_id, filing_days=filing)
    known = work.find("payer_insurance", payer_id)
    blank = {} if known else {"payer_code": None, "filing_code": None}
    keep(work, "payer_insurance", "payer_id", payer_id, blank | {"appeal_days": appeal})
    return {"payer_id": payer_id}


def keep(work: Work, table: str, key: str, value: str, row: Row) -> None:
    """Insert the row, or change the one that is there."""
    row = row | {"known_at": stored(work.now)}
    if work.find(table, value):
        work.update(table, value, **row)
    else:
        work.insert(table, {key: value} | row)


def taxonomy_code(text: str) -> str:
    """Ten signs, such as 103TC0700X."""
    sentence = "A taxonomy code has ten letters and digits, such as 103TC0700X."
    return _matching(r"[A-Z0-9]{9}X", text, sentence, "taxonomy")


def _check_subject(work: Work, subject: str) -> None:
    kind, _, key = subject.partition(":")
    if subject == SENDER:
        return
    if kind == "client":
        require_client(work, work.actor, key)
    elif kind == "policy":
        require_client(work, work.actor, work.get("policies", key, "policy")["client_id"])
    elif kind == "location":
        work.get("locations", key, "location")
    else:
        raise Refusal("An address belongs to the practice, a location, a client or a policy.", field="subject")


def _tax_id(text: str) -> str:
    return _matching(r"\d{9}", re.sub(r"[\s-]", "", text), "A tax id (EIN) has nine digits.", "tax_id")


def _phone(text: str) -> str:
    digits = (
        re.sub(r"\D", "", text).removeprefix("1") if len(re.sub(r"\D", "", text)) == 11 else re.sub(r"\D", "", text)
    )
    return _matching(r"\d{10}", digits, "A phone number for payers has ten digits.", "phone")


def _code(text: str, what: str, field: str, limit: int) -> str:
    given = checks.text(text, what, field, limit=limit).upper()
    return _matching(r"[A-Z0-9 .&/-]+", given, f"{what} has letters and digits.", field)


def _matching(pattern: str, text: str, sentence: str, field: str) -> str:
    given = text.strip().upper()
    if not re.fullmatch(pattern, given):
        raise Refusal(sentence, field=field)
    return given
