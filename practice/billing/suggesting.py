"""What a charge would be before anybody posts it: for drawers, lists, and before a late cancellation."""

from __future__ import annotations

from typing import Any

from practice.access.permissions import Actor, Permission, require, require_location
from practice.billing.authorisations import what_is_left
from practice.billing.charges import charged_as, kind_of
from practice.billing.code_lists import unchecked
from practice.billing.pricing import missed_fee, missed_on, payers_objection, price
from practice.billing.queries import coding, pricing
from practice.clock import local_date, stored
from practice.errors import Refusal
from practice.scheduling import booking_queries
from practice.scheduling.model import in_force, judge_notice
from practice.store.work import Reader, Row


def suggestion(reader: Reader, actor: Actor, attendee_id: str, *, minutes: int | None = None) -> Row:
    """What `charge_visit` would post for a visit as it stands, and what a biller should know before.

    {kind, code, units, minutes, basis, is_by_time, fee_minor, amount_minor, modifiers, diagnoses, payer_name, notes,
    refusal}: without an amount where `refusal` says why.
    """
    require(actor, Permission.CHARGE)
    attendee, appointment = charged_as(reader, attendee_id)
    require_location(actor, appointment["location_id"])
    service = reader.get("services", appointment["service_id"], "service")
    day = appointment["start_date"]
    answer: Row = dict.fromkeys(
        ("kind", "code", "units", "minutes", "basis", "fee_minor", "amount_minor", "payer_name", "refusal")
    )
    answer |= {"modifiers": service["modifiers"], "diagnoses": [], "notes": [], "is_by_time": False}
    try:
        answer["kind"] = kind_of(attendee)
        found = price(reader, attendee, appointment, answer["kind"], minutes=minutes)
    except Refusal as refusal:
        return answer | {"refusal": str(refusal)}
    answer |= {
        name: getattr(found, name) for name in ("code", "units", "minutes", "basis", "fee_minor", "amount_minor")
    }
    if answer["kind"] == "missed_visit":
        return answer
    answer["is_by_time"] = found.basis is not None
    answer["diagnoses"] = coding.diagnoses_on(reader, attendee["client_id"], day)
    if found.payer_id:
        answer["payer_name"] = (reader.find("payers", found.payer_id) or {}).get("name")
        if not answer["diagnoses"]:
            answer["notes"].append("No diagnosis on or before the visit; the payer will want one.")
        left = what_is_left(reader, attendee["client_id"], service["service_id"], day, is_booked=True)
        answer["notes"] += [left[1]] if left and not left[0] else []
    if found.basis == "planned":
        answer["notes"].append(f"Start and end were not recorded: {found.minutes} minutes are the planned length.")
    if answer["diagnoses"]:
        answer["notes"] += [note for note in [unchecked(reader, "icd10", day)] if note]
    return answer


def priced(reader: Reader, rows: list[Row], *, missed: bool = False) -> list[Row]:
    """Rows of a list of visits to charge, each with its `amount_minor` (None with a `note` why).

    Missed visits for which the client's payer forbids a fee are left out: nobody can charge them.
    """
    if missed:
        return _missed(reader, rows)
    special = {row["service_id"] for row in [*pricing.fees_of(reader), *pricing.time_codes(reader)]}
    return [_completed(reader, row, is_plain=row["service_id"] not in special) for row in rows]


def fee_if_cancelled_now(reader: Reader, client_id: str, appointment: Row) -> int:
    """What a client who cancels just now is charged, in minor units: the policy's fee if it is late, else nothing."""
    today = local_date(reader.now, appointment["zone"])
    policies = booking_queries.cancellation_policies(reader)
    _, is_late = judge_notice(policies, appointment["service_id"], appointment["starts_at"], stored(reader.now), today)
    if not is_late or payers_objection(reader, client_id, appointment["start_date"]):
        return 0
    return missed_fee(reader, {"cancelled_at": stored(reader.now)}, appointment)


def _missed(reader: Reader, rows: list[Row]) -> list[Row]:
    """Hundreds of them fall under a few policies, which are read once."""
    policies = booking_queries.cancellation_policies(reader)
    may_object = pricing.has_missed_fee_rules(reader)
    kept = []
    for row in rows:
        if may_object and payers_objection(reader, row["client_id"], row["service_date"]):
            continue
        day = missed_on(row, row | {"start_date": row["service_date"]})
        fitting = [one for one in policies if one["service_id"] in (None, row["service_id"]) and in_force(one, day)]
        policy = max(fitting, key=lambda one: (one["service_id"] is not None, one["effective_from"]), default=None)
        kept.append(row | {"amount_minor": policy["fee_minor"] if policy else 0, "note": None})
    return kept


def _completed(reader: Reader, row: Row, *, is_plain: bool) -> Row:
    if is_plain:
        fee: Any = row["fee_minor"] or None
        return row | {"amount_minor": fee, "code": None, "note": None if fee else "The service has no fee."}
    try:
        found = price(reader, *_both(reader, row), "service")
    except Refusal as refusal:
        return row | {"amount_minor": None, "code": None, "note": str(refusal)}
    return row | {"amount_minor": found.amount_minor, "code": found.code, "note": None}


def _both(reader: Reader, row: Row) -> tuple[Row, Row]:
    attendee = reader.get("attendees", row["attendee_id"], "visit")
    return attendee, reader.get("appointments", row["appointment_id"], "visit")
