"""Commands about who pays and who sends: payers, what they allow for a service, referral sources."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from practice.access.permissions import Permission
from practice.people import checks, queries
from practice.people.setup import check_unused
from practice.store.record import command
from practice.store.work import Work

PAYER_KINDS = ("commercial", "public", "employer", "other")
MISSED_FEE_RULES = ("allowed", "if_all", "none")
"""Whether a payer's clients may be charged for a missed visit: yes; only if everybody is; no."""
REFERRAL_KINDS = ("client", "professional", "payer", "web", "event", "other", "unknown")

_PAYER: checks.Checks = {
    "name": partial(checks.text, what="The payer's name", field="name"),
    "kind": partial(checks.one_of, what="The kind of payer", field="kind", choices=PAYER_KINDS),
    "missed_fee_rule": partial(
        checks.one_of, what="The rule about missed visits", field="missed_fee_rule", choices=MISSED_FEE_RULES
    ),
    "is_active": partial(checks.flag, what="Whether the payer is active", field="is_active"),
}
_REFERRAL_SOURCE: checks.Checks = {
    "name": partial(checks.text, what="The referral source's name", field="name"),
    "kind": partial(checks.one_of, what="The kind of referral source", field="kind", choices=REFERRAL_KINDS),
    "is_active": partial(checks.flag, what="Whether the referral source is active", field="is_active"),
}


@command(Permission.SET_UP)
def add_payer(work: Work, *, name: str, kind: str, missed_fee_rule: str = "allowed") -> dict[str, Any]:
    """Add somebody who pays for clients: an insurer, a public fund, an employer."""
    row = {
        "payer_id": work.new_id(),
        **checks.changed({"name": name, "kind": kind, "missed_fee_rule": missed_fee_rule}, _PAYER, "payer"),
        "is_active": True,
    }
    check_unused(work, "payers", row["name"], "payer")
    work.insert("payers", row)
    return {"payer_id": row["payer_id"]}


@command(Permission.SET_UP)
def change_payer(work: Work, *, payer_id: str, **fields: Any) -> dict[str, Any]:
    """Change a payer."""
    work.get("payers", payer_id, "payer")
    kept = checks.changed(fields, _PAYER, "payer")
    if "name" in kept:
        check_unused(work, "payers", kept["name"], "payer", except_key=payer_id)
    work.update("payers", payer_id, **kept)
    return {"payer_id": payer_id}


@command(Permission.SET_UP)
def set_contract(
    work: Work, *, payer_id: str, service_id: str, allowed_minor: int, effective_from: str
) -> dict[str, Any]:
    """What a payer allows for a service from a day on. The contract before it ends the day before."""
    work.get("payers", payer_id, "payer")
    work.get("services", service_id, "service")
    allowed = checks.minor(allowed_minor, "The allowed amount", "allowed_minor")
    begins = checks.day(effective_from, "The first day", "effective_from")
    known = queries.contracts_of(work, payer_id, service_id)
    same = [contract for contract in known if contract["effective_from"] == begins]
    if same:
        work.update("payer_contracts", same[0]["payer_contract_id"], allowed_minor=allowed)
        return {"payer_contract_id": same[0]["payer_contract_id"]}
    day_before = begins - timedelta(days=1)
    for earlier in [contract for contract in known if contract["effective_from"] < begins][-1:]:
        if earlier["effective_to"] is None or earlier["effective_to"] > day_before:
            work.update("payer_contracts", earlier["payer_contract_id"], effective_to=day_before)
    later = [contract["effective_from"] for contract in known if contract["effective_from"] > begins]
    row = {
        "payer_contract_id": work.new_id(),
        "payer_id": payer_id,
        "service_id": service_id,
        "allowed_minor": allowed,
        "effective_from": begins,
        "effective_to": later[0] - timedelta(days=1) if later else None,
    }
    work.insert("payer_contracts", row)
    return {"payer_contract_id": row["payer_contract_id"]}


@command(Permission.SET_UP)
def add_referral_source(work: Work, *, name: str, kind: str) -> dict[str, Any]:
    """Add where clients come from."""
    kept = checks.changed({"name": name, "kind": kind}, _REFERRAL_SOURCE, "referral source")
    check_unused(work, "referral_sources", kept["name"], "referral source")
    row = {"referral_source_id": work.new_id(), **kept, "is_active": True}
    work.insert("referral_sources", row)
    return {"referral_source_id": row["referral_source_id"]}


@command(Permission.SET_UP)
def change_referral_source(work: Work, *, referral_source_id: str, **fields: Any) -> dict[str, Any]:
    """Change a referral source."""
    work.get("referral_sources", referral_source_id, "referral source")
    kept = checks.changed(fields, _REFERRAL_SOURCE, "referral source")
    if "name" in kept:
        check_unused(work, "referral_sources", kept["name"], "referral source", except_key=referral_source_id)
    work.update("referral_sources", referral_source_id, **kept)
    return {"referral_source_id": referral_source_id}
