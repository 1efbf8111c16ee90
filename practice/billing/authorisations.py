"""Prior authorisations: recorded with the payer's number, taken up by charges, said before a visit is beyond them."""

from __future__ import annotations

from datetime import date

from practice.access.permissions import Permission
from practice.billing.queries import authorising, facts
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.people import checks
from practice.people.queries import require_client
from practice.store.record import command
from practice.store.work import Reader, Row, Work

MOST_UNITS = 9_999


@command(Permission.CHARGE)
def add_authorisation(
    work: Work,
    *,
    client_id: str,
    payer_id: str,
    number: str,
    units: int,
    from_date: str,
    until_date: str,
    service_id: str | None = None,
) -> Row:
    """What a payer agreed to: `units` of a service (None: of any) between two days. Answers {authorisation_id}."""
    work.get("clients", client_id, "client")
    require_client(work, work.actor, client_id)
    work.get("payers", payer_id, "payer")
    if service_id:
        work.get("services", service_id, "service")
    first = checks.day(from_date, "The first day", "from_date")
    named = checks.text(number, "The payer's number", "number", limit=50)
    row = {
        "authorisation_id": work.new_id(),
        "client_id": client_id,
        "payer_id": payer_id,
        "service_id": service_id or None,
        "number": named,
        "units": checks.whole(units, "The units", "units", 1, MOST_UNITS),
        "from_date": first,
        "until_date": _until(first, until_date),
        "recorded_by": work.actor.user_id,
        "known_at": stored(work.now),
        "is_withdrawn": False,
    }
    if authorising.same_number(work, client_id, payer_id, named, first):
        raise Conflict("This authorisation is recorded already; change that one.", rule="authorised", field="number")
    work.insert("authorisations", row)
    return {"authorisation_id": row["authorisation_id"]}


@command(Permission.CHARGE)
def change_authorisation(
    work: Work, *, authorisation_id: str, units: int | None = None, until_date: str | None = None
) -> Row:
    """The payer agreed to another number of units, or to another last day. Answers {authorisation_id}."""
    row = _standing(work, authorisation_id)
    changed: Row = {}
    if units is not None:
        changed["units"] = checks.whole(units, "The units", "units", 1, MOST_UNITS)
    if until_date is not None:
        changed["until_date"] = _until(row["from_date"], until_date)
    work.update("authorisations", authorisation_id, **changed, known_at=work.now)
    return {"authorisation_id": authorisation_id}


@command(Permission.CHARGE)
def withdraw_authorisation(work: Work, *, authorisation_id: str) -> Row:
    """It was recorded by mistake. Needs a reason; what charges took up of it counts nowhere any more."""
    _standing(work, authorisation_id)
    if not (work.reason or "").strip():
        raise Refusal("Say why the authorisation is taken back.", rule="reason_needed", field="reason")
    work.update("authorisations", authorisation_id, is_withdrawn=True, known_at=work.now)
    return {"authorisation_id": authorisation_id}


def fitting(reader: Reader, charge: Row) -> Row | None:
    """The authorisation that a payer's charge takes up: in force that day with units left, the first one to end."""
    day = charge["service_date"]
    for row in authorising.for_visit(reader, charge["client_id"], charge["payer_id"], charge["service_id"]):
        if row["from_date"] <= day <= row["until_date"] and row["units"] - row["used"] >= charge["units"]:
            return row
    return None


def take_up(work: Work, charge: Row) -> None:
    """Let a new charge take its units of what the payer authorised, if it did."""
    found = fitting(work, charge) if charge["payer_id"] and charge["kind"] == "service" else None
    if found:
        row = {"charge_id": charge["charge_id"], "authorisation_id": found["authorisation_id"]}
        work.insert("charge_authorisations", row | {"units": charge["units"], "known_at": stored(work.now)})


def what_is_left(
    reader: Reader, client_id: str, service_id: str, day: date, *, is_booked: bool = False
) -> tuple[bool, str] | None:
    """(whether there is room, a sentence) for a visit that day; None where the payer asked first authorised nothing.

    `is_booked`: the visit itself is among those booked already.
    """
    payer_id = facts.first_payer(reader, client_id, day)
    rows = authorising.for_visit(reader, client_id, payer_id, service_id) if payer_id else []
    if not rows:
        return None
    name, last = rows[0]["payer_name"], rows[-1]
    now = [row for row in rows if row["from_date"] <= day <= row["until_date"]]
    if not now:
        if day < rows[0]["from_date"]:
            return False, f"{name} authorised visits only from {rows[0]['from_date']:%-d %b %Y} on."
        return False, f"{name} authorised visits only until {last['until_date']:%-d %b %Y}; ask for more."
    units = sum(row["units"] for row in now)
    # What is booked counts once, however many authorisations it could fall under.
    taken = sum(row["used"] for row in now) + max(row["booked"] for row in now) - is_booked
    until = f"{max(row['until_date'] for row in now):%-d %b %Y}"
    if taken >= units:
        return False, f"All {units} units that {name} authorised until {until} are used or booked; ask for more."
    return True, f"{name} authorised {units} units until {until}; {units - taken} are left."


def _until(first: date, until_date: str) -> date:
    last = checks.day(until_date, "The last day", "until_date")
    if last < first:
        raise Refusal(f"The last day is before the first; use {first} or later.", field="until_date")
    return last


def _standing(work: Work, authorisation_id: str) -> Row:
    row = work.get("authorisations", authorisation_id, "authorisation")
    require_client(work, work.actor, row["client_id"])
    if row["is_withdrawn"]:
        raise Conflict("This authorisation was taken back before; record it anew if it is right.", rule="withdrawn")
    return row
