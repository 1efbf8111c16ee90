"""What superbills and estimates say of the practice and its providers: tax id, NPI, credentials, license."""

from __future__ import annotations

import re
from typing import Any

from practice.access.permissions import Permission
from practice.clock import stored
from practice.errors import Refusal
from practice.people import checks
from practice.store.record import command
from practice.store.work import Reader, Row, Work

PRACTICE = "practice"
_BLANK = dict.fromkeys(("tax_id", "npi", "credentials", "license_number", "license_state"))


@command(Permission.SET_UP)
def set_practice_identity(work: Work, *, tax_id: str | None, npi: str | None = None) -> Row:
    """The practice's tax id (an EIN of nine digits) and its own NPI, where it has one."""
    if sends_claims(work):
        raise Refusal("Papers show the tax id and NPI that claims are sent under; change them there.", field="tax_id")
    digits = re.sub(r"[\s-]", "", tax_id or "") or None
    if digits and not re.fullmatch(r"[0-9]{9}", digits):
        raise Refusal("A tax id (EIN) has nine digits, such as 12-3456789.", field="tax_id")
    return _keep(work, PRACTICE, tax_id=digits, npi=checks.npi(npi))


@command(Permission.SET_UP)
def set_provider_identity(
    work: Work, *, provider_id: str, credentials: str | None, license_number: str | None, license_state: str | None
) -> Row:
    """What stands behind a provider's name (PhD, LCSW), and the license they work under."""
    work.get("providers", provider_id, "provider")
    state = (license_state or "").strip().upper() or None
    if state and not re.fullmatch(r"[A-Z]{2}", state):
        raise Refusal("A state is written with two letters, such as NY.", field="license_state")
    number = checks.optional_text(license_number, "The license number", "license_number")
    if bool(number) != bool(state):
        raise Refusal("A license has a number and a state; write both, or neither.", field="license_number")
    return _keep(
        work,
        f"provider:{provider_id}",
        credentials=checks.optional_text(credentials, "The credentials", "credentials"),
        license_number=number,
        license_state=state,
    )


def identity(reader: Reader, subject: str) -> Row:
    """What is known of the practice or a provider; every field is there, and None while unknown.

    Once it is said who sends claims, the practice's tax id and NPI are those: papers and claims never differ.
    """
    known = _BLANK | (reader.find("paper_identities", subject) or {})
    sender = sends_claims(reader) if subject == PRACTICE else None
    return known | ({"tax_id": sender["tax_id"], "npi": sender["npi"]} if sender else {})


def sends_claims(reader: Reader) -> Row | None:
    """Who sends the practice's claims, if that is said."""
    return reader.find("claim_senders", PRACTICE)


def _keep(work: Work, subject: str, **fields: Any) -> Row:
    row = {"subject": subject, **_BLANK, **fields, "known_at": stored(work.now)}
    if work.find("paper_identities", subject):
        work.update("paper_identities", subject, **fields, known_at=stored(work.now))
    else:
        work.insert("paper_identities", row)
    return {"subject": subject}
