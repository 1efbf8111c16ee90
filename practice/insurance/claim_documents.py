"""Makes claims of charges: one for each visit and payer, with everything that its file will say. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from practice.insurance.scrubbing import Document
from practice.store.work import Row

Said = tuple[str, str, int]
"""Group, reason, amount."""


@dataclass(frozen=True)
class Prior:
    """What a payer answered for a charge: paid, why not more (of the line, and of the claim as a whole by its id)."""

    payer_id: str
    paid_minor: int
    paid_date: str
    payer_control_number: str
    adjustments: Sequence[Said]
    whole: Mapping[str, Said] = field(default_factory=dict)


@dataclass(frozen=True)
class Facts:
    """Rows by their keys, as `claim_queries.facts` reads them."""

    sender: Row | None
    addresses: Mapping[str, Row]
    payers: Mapping[str, Row]
    providers: Mapping[str, Row]
    locations: Mapping[str, Row]
    sexes: Mapping[str, str]
    holders: Mapping[str, Row]
    policies: Sequence[Row]
    diagnoses: Mapping[str, Sequence[Row]]
    priors: Mapping[str, Sequence[Prior]]


def documents(rows: Sequence[Row], facts: Facts) -> list[Document]:
    """A claim for each client, payer, provider, location, place and day. `rows` are charges with whom they ask."""
    visits: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        names = ("client_id", "asked_payer_id", "provider_id", "location_id", "place_of_service", "service_date")
        visits.setdefault(tuple(row[name] for name in names), []).append(row)
    return [_document(charges, facts) for charges in visits.values()]


def people_of(row: Row, facts: Facts) -> Document:
    """Of a policy: whom it covers, who holds it, who pays. `row` has the policy's columns and the client's name."""
    return {
        "policy_id": row["policy_id"],
        "client_id": row["client_id"],
        "payer": _plain(facts.payers[row["asked_payer_id"]]),
        "patient": _patient(row, facts),
        "subscriber": _subscriber(row, row["policy_id"], row["member_number"], facts),
    }


def _document(charges: list[Row], facts: Facts) -> Document:
    first = charges[0]
    codes = list(dict.fromkeys(one["code"] for row in charges for one in facts.diagnoses.get(row["charge_id"], ())))
    sender = _plain(facts.sender)
    provider = facts.providers.get(first["provider_id"])
    supervisor = facts.providers.get(provider["supervising_provider_id"] or "") if provider else None
    return {
        "client_id": first["client_id"],
        "policy_id": first["policy_id"],
        "provider_id": first["provider_id"],
        "location_id": first["location_id"],
        "rank": first["rank"],
        "service_date": str(first["service_date"]),
        "place_of_service": first["place_of_service"],
        "total_minor": sum(row["amount_minor"] for row in charges),
        "frequency": "1",
        "control_number": None,
        "payer_control_number": None,
        "authorisation": numbers.pop() if len(numbers := {row["authorisation"] for row in charges}) == 1 else None,
        "is_crossed_over": any(row["is_crossed_over"] for row in charges),
        "sender": sender and sender | {"address": _address(facts, "practice")},
        "receiver": sender and {"name": sender["receiver_name"], "code": sender["receiver_code"]},
        "payer": _plain(facts.payers[first["asked_payer_id"]]),
        "patient": _patient(first, facts),
        "subscriber": _subscriber(first, first["policy_id"], first["member_number"], facts),
        "provider": _treating(provider),
        "supervising": _treating(supervisor),
        "facility": _facility(first, facts),
        "diagnoses": codes,
        "lines": [_line(row, codes, facts) for row in charges],
        "other_payers": _other_payers(charges, facts),
    }


def _line(row: Row, codes: list[str], facts: Facts) -> Document:
    pointing = sorted(
        (one for one in facts.diagnoses.get(row["charge_id"], ()) if one["pointer"]),
        key=lambda one: int(one["pointer"]),
    )
    return {
        "charge_id": row["charge_id"],
        "control_number": None,
        "code": row["code"],
        "modifiers": [one for one in (row["modifiers"] or "").split(",") if one],
        "amount_minor": row["amount_minor"],
        "units": row["units"],
        "authorisation": row["authorisation"],
        "needs_authorisation": row["needs_authorisation"],
        "pointers": [codes.index(one["code"]) + 1 for one in pointing],
        "service_date": str(row["service_date"]),
        "day": row["service_date"],
    }


def _patient(row: Row, facts: Facts) -> Document:
    return {
        "given_name": row["given_name"],
        "family_name": row["family_name"],
        "birth_date": str(row["birth_date"]) if row["birth_date"] else None,
        "sex": facts.sexes.get(row["client_id"]),
        "address": _address(facts, f"client:{row['client_id']}"),
    }


def _subscriber(row: Row, policy_id: str, member_number: str, facts: Facts) -> Document:
    """Who holds the policy: without a word about it, the client."""
    holder = facts.holders.get(policy_id)
    about = {"member_number": member_number, "group_number": holder["group_number"] if holder else None}
    if holder is None or holder["relationship"] == "self":
        return _patient(row, facts) | about | {"relationship": "self"}
    return about | {
        "relationship": holder["relationship"],
        "given_name": holder["given_name"],
        "family_name": holder["family_name"],
        "birth_date": str(holder["birth_date"]) if holder["birth_date"] else None,
        "sex": holder["sex"],
        "address": _address(facts, f"policy:{policy_id}") or _address(facts, f"client:{row['client_id']}"),
    }


def _treating(provider: Row | None) -> Document | None:
    if provider is None:
        return None
    return {name: provider[name] for name in ("given_name", "family_name", "npi", "taxonomy")}


def _facility(row: Row, facts: Facts) -> Document | None:
    """Where it took place, if that is another address than the practice's own."""
    address = _address(facts, f"location:{row['location_id']}")
    if address is None or address == _address(facts, "practice"):
        return None
    return {"name": facts.locations[row["location_id"]]["name"], "address": address}


def _other_payers(charges: list[Row], facts: Facts) -> list[Document]:
    """The payers before this one that have answered for these charges, in the order of their ranks."""
    first, day = charges[0], charges[0]["service_date"]
    before = [
        one
        for one in facts.policies
        if one["client_id"] == first["client_id"]
        and one["rank"] < first["rank"]
        and one["effective_from"] <= day <= (one["effective_to"] or day)
    ]
    found = []
    for policy in before:
        answers = [
            (row, prior)
            for row in charges
            for prior in facts.priors.get(row["charge_id"], ())
            if prior.payer_id == policy["payer_id"]
        ]
        if answers:
            found.append(_other_payer(first, policy, answers, facts))
    return found


def _other_payer(first: Row, policy: Row, answers: list[tuple[Row, Prior]], facts: Facts) -> Document:
    whole = {key: said for _, prior in answers for key, said in prior.whole.items()}
    payer = facts.payers[policy["payer_id"]]
    return {
        "name": payer["name"],
        "code": payer["code"],
        "filing_code": payer["filing_code"],
        "rank": policy["rank"],
        "subscriber": _subscriber(first, policy["policy_id"], policy["member_number"], facts),
        "paid_minor": sum(prior.paid_minor for _, prior in answers),
        "paid_date": max(prior.paid_date for _, prior in answers),
        "payer_control_number": answers[0][1].payer_control_number,
        "adjustments": [list(said) for said in whole.values()],
        "lines": [
            {
                "charge_id": row["charge_id"],
                "paid_minor": prior.paid_minor,
                "paid_date": prior.paid_date,
                "adjustments": [list(said) for said in prior.adjustments],
            }
            for row, prior in answers
        ],
    }


def _address(facts: Facts, subject: str) -> Document | None:
    row = facts.addresses.get(subject)
    return {name: row[name] for name in ("street", "city", "state", "postal_code")} if row else None


def _plain(row: Row | None) -> Document | None:
    return {name: value for name, value in row.items() if name != "known_at"} if row else None
