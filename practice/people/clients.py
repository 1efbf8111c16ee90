"""Commands about clients and the policies that cover them."""

from __future__ import annotations

from functools import partial
from typing import Any

from practice.access.permissions import Permission, require_location
from practice.errors import Conflict, Refusal
from practice.people import checks, queries
from practice.people.self_pay import is_over, write_self_pay
from practice.people.setup import practice_today
from practice.store.record import command
from practice.store.work import Row, Work


def _checks(work: Work) -> checks.Checks:
    """What a client's fields may hold; references must exist."""

    def reference(table: str, what: str) -> Any:
        return lambda key: work.get(table, key, what) and key if key else None

    def location(key: Any) -> str:
        if not key:
            raise Refusal("A client belongs to a location; choose one.", field="location_id")
        work.get("locations", key, "location")
        require_location(work.actor, key)
        return str(key)

    return {
        "given_name": partial(checks.text, what="The given name", field="given_name"),
        "family_name": partial(checks.text, what="The family name", field="family_name"),
        "birth_date": partial(checks.birth_date, today=practice_today(work)),
        "phone": checks.phone,
        "email": checks.email,
        "location_id": location,
        "provider_id": reference("providers", "provider"),
        "referral_source_id": reference("referral_sources", "referral source"),
        "guarantor_client_id": reference("clients", "guarantor"),
        "is_active": partial(checks.flag, what="Whether the client is active", field="is_active"),
    }


def _only_location(work: Work) -> str | None:
    """The actor's location, where there is just one to choose from."""
    open_ones = [row["location_id"] for row in queries.locations(work, work.actor)]
    return open_ones[0] if len(open_ones) == 1 else None


def _check_guarantor(work: Work, guarantor_id: str | None, client_id: str | None) -> None:
    """A guarantor owes for themselves: nobody's guarantor has a guarantor, and nobody is named as their own."""
    if guarantor_id is None:
        return
    if guarantor_id == client_id:
        raise Refusal(
            "Clients owe for themselves anyway; leave the guarantor empty.",
            rule="guarantor",
            field="guarantor_client_id",
        )
    if work.get("clients", guarantor_id, "guarantor")["guarantor_client_id"]:
        raise Refusal(
            "Somebody else owes for that person; name the one who pays in the end.",
            rule="guarantor",
            field="guarantor_client_id",
        )
    if client_id and queries.is_guarantor(work, client_id):
        raise Refusal(
            "This client owes for others, so nobody can owe for them; change those clients first.",
            rule="guarantor",
            field="guarantor_client_id",
        )


def _check_duplicates(work: Work, row: Row) -> None:
    found = queries.likely_duplicates(
        work, row["given_name"], row["family_name"], row["birth_date"], row["phone"], row["email"]
    )
    if found:
        raise Conflict(
            "This client may be in the record already; open the one that matches, or say that this is another person.",
            rule="possible_duplicate",
            field="family_name",
            alternatives=found,
        )


@command(Permission.EDIT_CLIENTS)
def add_client(
    work: Work,
    *,
    given_name: str,
    family_name: str,
    birth_date: str | None = None,
    phone: str | None = None,
    email: str | None = None,
    location_id: str | None = None,
    provider_id: str | None = None,
    referral_source_id: str | None = None,
    guarantor_client_id: str | None = None,
    is_duplicate_accepted: bool = False,
) -> dict[str, Any]:
    """Add a client. A likely duplicate is refused, naming the ids it resembles, until somebody says it is none."""
    fields = {
        "given_name": given_name, "family_name": family_name, "birth_date": birth_date, "phone": phone, "email": email,
        "location_id": location_id or _only_location(work), "provider_id": provider_id,
        "referral_source_id": referral_source_id, "guarantor_client_id": guarantor_client_id,
    }  # fmt: skip
    kept = checks.changed(fields, _checks(work), "client")
    _check_guarantor(work, guarantor_client_id, None)
    if not is_duplicate_accepted:
        _check_duplicates(work, kept)
    row = {
        "client_id": work.new_id(),
        **kept,
        "created_at": work.now,
        "created_date": practice_today(work),
        "is_active": True,
        "zone": None,
    }
    work.insert("clients", row)
    return {"client_id": row["client_id"]}


@command(Permission.EDIT_CLIENTS)
def change_client(work: Work, *, client_id: str, **fields: Any) -> dict[str, Any]:
    """Change a client. What was charged before keeps the guarantor it had then."""
    queries.require_client(work, work.actor, client_id)
    kept = checks.changed(fields, _checks(work), "client")
    _check_guarantor(work, kept.get("guarantor_client_id"), client_id)
    work.update("clients", client_id, **kept)
    return {"client_id": client_id}


@command(Permission.EDIT_CLIENTS)
def add_policy(
    work: Work,
    *,
    client_id: str,
    payer_id: str,
    member_number: str,
    effective_from: str,
    rank: int = 1,
    copay_minor: int = 0,
    effective_to: str | None = None,
) -> dict[str, Any]:
    """Record that a payer covers a client, from a day on. Rank 1 pays first; one policy per rank at a time.

    Who was said to pay without insurance is not said to any more, unless the cover is over already.
    """
    queries.require_client(work, work.actor, client_id)
    work.get("payers", payer_id, "payer")
    row = {
        "policy_id": work.new_id(),
        "client_id": client_id,
        "payer_id": payer_id,
        "rank": checks.whole(rank, "The rank", "rank", 1, 3),
        "member_number": checks.text(member_number, "The member number", "member_number", limit=40),
        "copay_minor": checks.minor(copay_minor, "The copay", "copay_minor"),
        "effective_from": checks.day(effective_from, "The first day of cover", "effective_from"),
        "effective_to": checks.optional_day(effective_to, "The last day of cover", "effective_to"),
    }
    _check_cover(work, row)
    work.insert("policies", row)
    if not is_over(work, row):
        write_self_pay(work, client_id, False)
    return {"policy_id": row["policy_id"]}


@command(Permission.EDIT_CLIENTS)
def end_policy(work: Work, *, policy_id: str, effective_to: str) -> dict[str, Any]:
    """Set the last day on which a policy covers its client."""
    policy = work.get("policies", policy_id, "policy")
    queries.require_client(work, work.actor, policy["client_id"])
    last = checks.day(effective_to, "The last day of cover", "effective_to")
    _check_cover(work, policy | {"effective_to": last})
    work.update("policies", policy_id, effective_to=last)
    return {"policy_id": policy_id}


def _check_cover(work: Work, policy: Row) -> None:
    """The last day is not before the first, and no other policy of that rank covers any of these days."""
    first, last = policy["effective_from"], policy["effective_to"]
    if last is not None and last < first:
        raise Refusal("The last day of cover is before the first; choose a later one.", field="effective_to")
    for other in queries.policies_of(work, policy["client_id"]):
        if other["policy_id"] == policy["policy_id"] or other["rank"] != policy["rank"]:
            continue
        is_before = other["effective_to"] is not None and other["effective_to"] < first
        is_after = last is not None and last < other["effective_from"]
        if not (is_before or is_after):
            raise Conflict(
                f"Another policy of rank {policy['rank']} covers some of these days; end that one first, "
                "or choose another rank.",
                rule="policy_overlap",
                field="rank",
                alternatives=[other["policy_id"]],
            )
