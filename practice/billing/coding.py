"""What a charge says beside its amount: diagnoses and which of them it points to, modifiers, the place of service."""

from __future__ import annotations

from collections.abc import Sequence

from practice.access.permissions import Permission, require_location
from practice.billing.code_lists import check_diagnosis_code, check_procedure_code
from practice.billing.diagnoses import add_diagnosis
from practice.billing.posting import posted_charge
from practice.billing.queries import coding
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.people import checks
from practice.store.record import command
from practice.store.work import Row, Work

MOST_DIAGNOSES, MOST_POINTERS, MOST_UNITS = 12, 4, 999
PLACE_OF_SERVICE = {"in_person": "11", "video": "10"}
"""Mode of the visit → place of service: the office; by video, the client's home."""


@command(Permission.CHARGE)
def code_charge(
    work: Work,
    *,
    charge_id: str,
    diagnoses: Sequence[str] | None = None,
    pointers: Sequence[int] | None = None,
    modifiers: str | None = None,
) -> Row:
    """Say what a posted charge left out: diagnoses where it has none, modifiers. Its amount stays.

    Without `diagnoses` those of the client that day are taken. What stands already is changed only by voiding the
    charge and charging anew. Answers {charge_id, diagnoses: codes}.
    """
    charge = posted_charge(work, charge_id)
    require_location(work.actor, charge["location_id"])
    if charge["kind"] != "service":
        raise Refusal("Only a visit that took place has diagnoses; this charge is none.", rule="not_a_service")
    if modifiers is not None:
        if charge["modifiers"]:
            raise Conflict(
                f"This charge has the modifiers {charge['modifiers']}; void it and charge anew to change them.",
                rule="coded",
                field="modifiers",
            )
        work.update("charges", charge_id, modifiers=checks.modifiers(modifiers))
    if diagnoses is None and modifiers is not None:
        return {"charge_id": charge_id, "diagnoses": []}
    if coding.charge_diagnoses(work, charge_id):
        raise Conflict("This charge has its diagnoses; void it and charge anew to change them.", rule="coded")
    rows = diagnosis_rows(work, charge, diagnoses, pointers)
    if not rows:
        raise Refusal(
            f"The client has no diagnosis of {charge['service_date']} or before; record it first.", rule="no_diagnosis"
        )
    work.insert("charge_diagnoses", *rows)
    return {"charge_id": charge_id, "diagnoses": [row["code"] for row in rows]}


@command(Permission.CHARGE)
def diagnose_charges(
    work: Work, *, charge_ids: Sequence[str], code: str | None = None, description: str | None = None
) -> Row:
    """Say what charges of one client are for, where they have no diagnosis: those of the client on each one's day.

    A `code` is recorded for the client first, from the earliest of these visits on. Answers {charges, code}.
    """
    charges = [posted_charge(work, charge_id) for charge_id in charge_ids]
    if len({charge["client_id"] for charge in charges}) != 1:
        raise Refusal("These charges are of different clients; a diagnosis is of one.", rule="one_client")
    if code is not None:
        first = min(charge["service_date"] for charge in charges)
        made = add_diagnosis(
            work, client_id=charges[0]["client_id"], code=code, description=description, from_date=str(first)
        )
        code = made["code"]
    bare = [charge["charge_id"] for charge in charges if not coding.charge_diagnoses(work, charge["charge_id"])]
    for charge_id in bare:
        code_charge(work, charge_id=charge_id)
    return {"charges": len(bare), "code": code}


def check_units(units: int) -> int:
    """How many times the service was given, as billed."""
    if type(units) is not int or not 1 <= units <= MOST_UNITS:
        raise Refusal(f"Units are a whole number from 1 to {MOST_UNITS}.", field="units")
    return units


def diagnosis_rows(
    work: Work, charge: Row, diagnoses: Sequence[str] | None, pointers: Sequence[int] | None
) -> list[Row]:
    """The rows of charge_diagnoses. `diagnoses` are codes of the client's on the service date; None takes all of them.

    `pointers` are places in that list, the main reason first; None points to the first four. Every code is checked
    against the list in force on the service date.
    """
    day = charge["service_date"]
    known = {row["code"]: row for row in coding.diagnoses_on(work, charge["client_id"], day)}
    chosen = list(known)[:MOST_DIAGNOSES] if diagnoses is None else _chosen(known, diagnoses, day)
    for code in chosen:
        check_diagnosis_code(work, code, day, "diagnoses")
    check_procedure_code(work, charge["code"], day)
    points = list(pointers) if pointers is not None else list(range(1, min(len(chosen), MOST_POINTERS) + 1))
    _check_pointers(points, len(chosen))
    return [
        {
            "charge_diagnosis_id": f"{charge['charge_id']}|{position}",
            "charge_id": charge["charge_id"],
            "position": position,
            "code": code,
            "description": known[code]["description"],
            "pointer": points.index(position) + 1 if position in points else None,
            "known_at": stored(work.now),
        }
        for position, code in enumerate(chosen, 1)
    ]


def _chosen(known: dict[str, Row], diagnoses: Sequence[str], day: object) -> list[str]:
    """The codes as they are kept, each of them among the client's."""
    if len(diagnoses) > MOST_DIAGNOSES or len(set(diagnoses)) < len(diagnoses):
        raise Refusal(f"A charge has at most {MOST_DIAGNOSES} diagnoses, each of them once.", field="diagnoses")
    for code in diagnoses:
        if code not in known:
            raise Refusal(
                f"{code} is not among the client's diagnoses on {day}; record it there first.",
                rule="not_diagnosed",
                field="diagnoses",
                alternatives=tuple(known),
            )
    return list(diagnoses)


def _check_pointers(points: list[int], count: int) -> None:
    is_right = len(points) <= MOST_POINTERS and len(set(points)) == len(points)
    if not is_right or any(type(one) is not int or not 1 <= one <= count for one in points) or (count and not points):
        raise Refusal(
            f"A charge points to one to four of its diagnoses by their places, 1 to {count or 12}.",
            rule="pointers",
            field="pointers",
        )
