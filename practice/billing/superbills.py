"""Superbills: what a client sends to their own insurer. Only visits that took place, each with its diagnoses."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from datetime import date

from practice.access.permissions import Permission
from practice.billing.accounts import client_party
from practice.billing.coding import PLACE_OF_SERVICE
from practice.billing.freezing import freeze
from practice.billing.queries import attended, coding
from practice.errors import NotFound, Refusal
from practice.people.identities import PRACTICE, identity
from practice.people.queries import require_client
from practice.store.record import command
from practice.store.work import Reader, Row, Work

MOST_CODES = 4
"""Diagnoses that a line names, the main reason first."""


@command(Permission.INVOICE)
def issue_superbill(
    work: Work, *, client_id: str | None = None, month: str | None = None, attendee_id: str | None = None
) -> Row:
    """A superbill of one visit (`attendee_id`), or of a client's visits in a month ('2026-03').

    Late cancellations and no-shows are never on it, nor visits that a payer of ours is asked for. Each visit needs a
    diagnosis dated on or before it. Issued again it is the same paper, unless what it says has changed: then it is a
    new version that names the older one. Answers {document_id, number, version, is_new}.
    """
    subject, title, visits = _visits(work, client_id, month, attendee_id)
    require_client(work, work.actor, visits[0]["client_id"])
    return freeze(
        work,
        "superbill",
        subject,
        title=title,
        client_id=visits[0]["client_id"],
        party=client_party(visits[0]["client_id"]),
        location_id=visits[-1]["location_id"],
        figures=superbill(work, visits),
    )


def why_not(reader: Reader, *, client_id: str, month: str | None = None, attendee_id: str | None = None) -> str | None:
    """The sentence that refuses such a superbill now, or None if it can be issued."""
    try:
        superbill(reader, _visits(reader, client_id, month, attendee_id)[2])
    except Refusal as refusal:
        return str(refusal)
    return None


def superbill(reader: Reader, visits: Sequence[Row]) -> Row:
    """What a superbill of these visits says, JSON-able. Refuses what an insurer would send back: it says what lacks."""
    client = reader.get("clients", visits[0]["client_id"], "client")
    practice = identity(reader, PRACTICE)
    providers = [_provider(reader, key) for key in dict.fromkeys(row["provider_id"] for row in visits)]
    lines = _lines(reader, visits)
    _check_complete(client, practice, providers, lines)
    return {
        "client": {
            "name": f"{client['given_name']} {client['family_name']}",
            "birth_date": str(client["birth_date"]),
            "policies": attended.policies_on(reader, client["client_id"], visits[-1]["service_date"]),
        },
        "tax_id": practice["tax_id"],
        "practice_npi": practice["npi"],
        "providers": providers,
        "diagnoses": list({one["code"]: one for line in lines for one in line["diagnoses"]}.values()),
        "lines": [line | {"diagnoses": [one["code"] for one in line["diagnoses"]]} for line in lines],
        "total_minor": sum(line["fee_minor"] for line in lines),
        "adjusted_minor": sum(line["adjusted_minor"] for line in lines),
        "paid_minor": sum(line["paid_minor"] for line in lines),
        "open_minor": sum(line["open_minor"] for line in lines),
    }


def _visits(
    reader: Reader, client_id: str | None, month: str | None, attendee_id: str | None
) -> tuple[str, str, list[Row]]:
    """The paper's subject, its title, and the visits that it is about."""
    if attendee_id:
        found = attended.attended_visit(reader, attendee_id)
        subject, when = f"visit|{attendee_id}", f"of {found[0]['service_date']}" if found else ""
        title = f"Visit {when}"
    else:
        first, last = _days(month)
        if client_id is None:
            raise Refusal("Say whose visits the superbill is about.", field="client_id")
        found = attended.attended(reader, client_id, first, last)
        subject, title, when = f"month|{client_id}|{first:%Y-%m}", f"{first:%B %Y}", f"in {first:%B %Y}"
    own = [row for row in found if row["payer_id"] is None]
    if not own and found:
        raise Refusal(
            "We ask the payer for these visits ourselves; a superbill would ask for them a second time.",
            rule="payer_is_asked",
        )
    if not own:
        raise NotFound(
            f"No visit that took place was charged {when}".rstrip()
            + "; a superbill is of attended visits, once charged."
        )
    return subject, title, own


def _days(month: str | None) -> tuple[date, date]:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month or ""):
        raise Refusal("A month is written like 2026-03.", field="month")
    year, number = map(int, str(month).split("-"))
    return date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])


def _provider(reader: Reader, provider_id: str) -> Row:
    provider = reader.get("providers", provider_id, "provider")
    known = identity(reader, f"provider:{provider_id}")
    about = {name: known[name] for name in ("credentials", "license_number", "license_state")}
    return {"name": provider["name"], "npi": provider["npi"], **about}


def _lines(reader: Reader, visits: Sequence[Row]) -> list[Row]:
    paid = attended.paid_by_clients(reader, [row["charge_id"] for row in visits])
    lines = []
    for visit in visits:
        provider = reader.get("providers", visit["provider_id"], "provider")
        money = {name: paid[visit["charge_id"]][name] for name in ("paid_minor", "adjusted_minor", "open_minor")}
        lines.append(
            {
                "service_date": str(visit["service_date"]),
                "place_of_service": visit["place_of_service"] or PLACE_OF_SERVICE.get(visit["mode"]),
                "code": visit["code"],
                "modifiers": visit["modifiers"],
                "description": visit["description"],
                "diagnoses": _diagnoses(reader, visit),
                "provider": provider["name"],
                "units": visit["units"],
                "fee_minor": visit["amount_minor"],
                **money,
            }
        )
    return lines


def _diagnoses(reader: Reader, visit: Row) -> list[Row]:
    """Those that the charge points to, else its first; where it has none, those of the client on that day."""
    coded = coding.charge_diagnoses(reader, visit["charge_id"])
    pointed = sorted((row for row in coded if row["pointer"]), key=lambda row: int(row["pointer"]))
    found = pointed or coded or coding.diagnoses_on(reader, visit["client_id"], visit["service_date"])
    return [{"code": row["code"], "description": row["description"]} for row in found[:MOST_CODES]]


def _check_complete(client: Row, practice: Row, providers: Sequence[Row], lines: Sequence[Row]) -> None:
    undiagnosed = [line["service_date"] for line in lines if not line["diagnoses"]]
    if undiagnosed:
        raise Refusal(
            f"No diagnosis is dated on or before the visit of {', '.join(undiagnosed)}; record it first.",
            rule="no_diagnosis",
        )
    lacking = [
        *([] if practice["tax_id"] else ["the practice's tax id (Set-up, Places)"]),
        *([] if client["birth_date"] else ["the client's date of birth"]),
        *(f"the NPI of {one['name']} (Set-up, Providers)" for one in providers if not one["npi"]),
        *(
            f"the credentials and license of {one['name']} (Set-up, Providers)"
            for one in providers
            if not (one["credentials"] and one["license_number"])
        ),
        *(f"the billing code of {line['description']}" for line in lines if not line["code"]),
    ]
    if lacking:
        raise Refusal(
            f"An insurer would send this back, because it lacks {', '.join(dict.fromkeys(lacking))}.", rule="incomplete"
        )
