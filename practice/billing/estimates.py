"""Good-faith estimates for clients who pay themselves (No Surprises Act): what visits are expected to cost.

The paper has what 45 CFR 149.610(c)(1) asks for; the clocks are in `estimate_clocks`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from practice.access.permissions import Actor, Permission, require_location
from practice.billing.accounts import client_party
from practice.billing.estimate_clocks import LONGEST_DAYS
from practice.billing.freezing import freeze
from practice.billing.papers.estimate import NOTICES
from practice.billing.posting import day, today_at
from practice.billing.queries import coding, estimates, pricing
from practice.billing.timed import by_minutes
from practice.clock import stored
from practice.errors import Refusal
from practice.people import checks
from practice.people.identities import PRACTICE, identity
from practice.people.queries import require_client
from practice.store.record import command
from practice.store.work import Reader, Row, Work

MOST_LINES, MOST_VISITS = 20, 400


@command(Permission.INVOICE)
def issue_estimate(
    work: Work,
    *,
    client_id: str,
    provider_id: str,
    location_id: str,
    lines: Sequence[dict[str, Any]],
    from_date: str,
    until_date: str,
    separate: str | None = None,
) -> Row:
    """What a client's visits with a provider are expected to cost from a day to another, at most twelve months.

    `lines` is [{service_id, count}]; fees and codes are those of who pays without a payer on the first day; diagnoses
    are those known then, if any. `separate` names what will have to be booked apart, with an estimate of its own. A new
    one for the same client and provider names the one it replaces. Answers {document_id, number, version, is_new}.
    """
    require_client(work, work.actor, client_id)
    require_location(work.actor, location_id)
    client = work.get("clients", client_id, "client")
    first, last = day(from_date, "from_date"), day(until_date, "until_date")
    if last < first:
        raise Refusal(f"The time ends before it begins; use {first} or later.", field="until_date")
    if (last - first).days >= LONGEST_DAYS:
        latest = first + timedelta(days=LONGEST_DAYS - 1)
        raise Refusal(
            f"One estimate covers at most twelve months; end it on {latest} or before.",
            rule="twelve_months",
            field="until_date",
            alternatives=(str(latest),),
        )
    told = [_line(work, client_id, line, first) for line in _checked(lines)]
    provider, practice = _provider(work, provider_id), identity(work, PRACTICE)
    _check_complete(client, provider, practice)
    return freeze(
        work,
        "estimate",
        f"{client_id}|{provider_id}",
        title=f"{first} to {last}",
        client_id=client_id,
        party=client_party(client_id),
        location_id=location_id,
        figures={
            "client": {
                "name": f"{client['given_name']} {client['family_name']}",
                "birth_date": str(client["birth_date"]),
            },
            "provider_id": provider_id,
            "provider": provider,
            "tax_id": practice["tax_id"],
            "practice_npi": practice["npi"],
            "from_date": str(first),
            "until_date": str(last),
            "booked_dates": _booked(work, client_id, provider_id, first, last),
            "lines": told,
            "total_minor": sum(line["total_minor"] for line in told),
            "separate": checks.note(separate, "What is booked apart", "separate"),
            "notices": list(NOTICES),
        },
    )


@command(Permission.INVOICE)
def note_estimate_request(work: Work, *, client_id: str) -> Row:
    """A client asked today what visits will cost, in whatever words: the estimate is due in three business days."""
    require_client(work, work.actor, client_id)
    client = work.get("clients", client_id, "client")
    row = {
        "estimate_request_id": work.new_id(),
        "client_id": client_id,
        "asked_date": today_at(work, client["location_id"]),
        "taken_by": work.actor.user_id,
        "known_at": stored(work.now),
    }
    work.insert("estimate_requests", row)
    return {"estimate_request_id": row["estimate_request_id"]}


def expected(reader: Reader, actor: Actor, client_id: str, first: date) -> list[Row]:
    """What is booked with whom from a day on, to begin an estimate with.

    Rows by provider: provider_id, provider_name, location_id, lines [{service_id, service_name, count}], last_date.
    """
    plans: dict[str, Row] = {}
    for visit in estimates.self_pay_visits(reader, actor, first, client_id):
        about = {name: visit[name] for name in ("provider_id", "provider_name", "location_id")}
        plan = plans.setdefault(visit["provider_id"], about | {"lines": {}})
        plan["last_date"] = visit["start_date"]
        named = {"service_id": visit["service_id"], "service_name": visit["service_name"], "count": 0}
        plan["lines"].setdefault(visit["service_id"], named)["count"] += 1
    return [plan | {"lines": list(plan["lines"].values())} for plan in plans.values()]


def _checked(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    if not 1 <= len(lines) <= MOST_LINES:
        raise Refusal(f"An estimate has one to {MOST_LINES} services; choose what is expected.", field="lines")
    for line in lines:
        checks.whole(line.get("count"), "How often", "count", 1, MOST_VISITS)
    if len({line["service_id"] for line in lines}) < len(lines):
        raise Refusal("A service stands there twice; add its visits together.", field="lines")
    return list(lines)


def _line(reader: Reader, client_id: str, line: dict[str, Any], first: date) -> Row:
    """One expected service at what it costs whoever pays themselves."""
    service = reader.get("services", line["service_id"], "service")
    dated = pricing.fee_on(reader, service["service_id"], None, first)
    fee, code = service["fee_minor"] if dated is None else dated, service["code"]
    timed = by_minutes(pricing.time_codes(reader, service["service_id"]), service["duration_minutes"])
    units = 1
    if timed is not None:
        code, units = timed.code, timed.units
        fee = fee if timed.fee_minor is None else timed.fee_minor
    if not code or not fee:
        lacks = "fee" if not fee else "billing code"
        raise Refusal(f"{service['name']} has no {lacks}; set it under Set-up, Services.", rule="incomplete")
    known = coding.diagnoses_on(reader, client_id, first)
    return {
        "service_id": service["service_id"],
        "description": service["name"],
        "code": code,
        "diagnoses": [row["code"] for row in known][:4],
        "units": units,
        "count": line["count"],
        "fee_minor": fee * units,
        "total_minor": fee * units * line["count"],
    }


def _booked(work: Work, client_id: str, provider_id: str, first: date, last: date) -> list[str]:
    """Days of the visits that are booked already."""
    visits = estimates.self_pay_visits(work, work.actor, first, client_id)
    mine = [row for row in visits if row["provider_id"] == provider_id and row["start_date"] <= last]
    return [str(row["start_date"]) for row in mine if row["status"] != "completed"]


def _provider(reader: Reader, provider_id: str) -> Row:
    provider = reader.get("providers", provider_id, "provider")
    known = identity(reader, f"provider:{provider_id}")
    return {name: known[name] for name in ("credentials", "license_state")} | {
        "name": provider["name"],
        "npi": provider["npi"],
    }


def _check_complete(client: Row, provider: Row, practice: Row) -> None:
    lacking = [
        *([] if practice["tax_id"] else ["the practice's tax id (Set-up, Places)"]),
        *([] if client["birth_date"] else ["the client's date of birth"]),
        *([] if provider["npi"] else [f"the NPI of {provider['name']} (Set-up, Providers)"]),
    ]
    if lacking:
        raise Refusal(f"An estimate must say more than we know: {', '.join(lacking)}.", rule="incomplete")
