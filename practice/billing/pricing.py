"""What a visit costs, before anything is posted: who is asked, code, units, minutes, amount."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from practice.billing.queries import facts, pricing
from practice.billing.timed import by_minutes, words
from practice.clock import local_date
from practice.errors import Refusal
from practice.store.work import Reader, Row

FOR_ALL = "missed_fee_for_all"
"""Setting: every client alike is charged for a missed visit, whatever the payer."""


@dataclass(frozen=True)
class Price:
    """What would be charged. `fee_minor` is of one unit; `basis` says what the minutes are: actual, stated, planned."""

    payer_id: str | None
    code: str | None
    units: int
    fee_minor: int
    minutes: int | None = None
    basis: str | None = None

    @property
    def amount_minor(self) -> int:
        """The fee times the units."""
        return self.fee_minor * self.units


def price(
    reader: Reader,
    attendee: Row,
    appointment: Row,
    kind: str,
    *,
    minutes: int | None = None,
    units: int | None = None,
    amount_minor: int | None = None,
) -> Price:
    """What the visit costs. What is given (minutes, units, an amount) goes before what would be taken."""
    service = reader.get("services", appointment["service_id"], "service")
    if kind == "missed_visit":
        return _missed(reader, attendee, appointment, amount_minor)
    day = appointment["start_date"]
    payer_id = facts.first_payer(reader, attendee["client_id"], day)
    dated = pricing.fee_on(reader, service["service_id"], payer_id, day)
    fee, code, given = service["fee_minor"] if dated is None else dated, service["code"], units or 1
    rows = pricing.time_codes(reader, service["service_id"])
    took, basis = how_long(attendee, appointment, minutes) if rows else (None, None)
    if took is not None:
        timed = by_minutes(rows, took)
        if timed is None and amount_minor is None:
            raise Refusal(
                f"{took} minutes are billed as nothing here ({words(rows)}); give the minutes that it took, or an"
                " amount.",
                rule="too_short",
                field="minutes",
            )
        if timed is not None:
            code, given = timed.code, units or timed.units
            fee = fee if timed.fee_minor is None else timed.fee_minor
    if not fee and amount_minor is None:
        raise _zero("the service")
    return Price(payer_id, code, given, int(fee), took, basis)


def how_long(attendee: Row, appointment: Row, minutes: int | None = None) -> tuple[int, str]:
    """Whole minutes from start to end, and what they are: stated by a person, actual, or only planned."""
    if minutes is not None:
        if type(minutes) is not int or not 1 <= minutes <= 24 * 60:
            raise Refusal("Minutes are a whole number from 1 to 1440.", field="minutes")
        return minutes, "stated"
    began, ended = attendee["seated_at"], attendee["ended_at"]
    if began and ended and ended > began:
        return int((ended - began) / timedelta(minutes=1)), "actual"
    return appointment["duration_minutes"], "planned"


def missed_fee(reader: Reader, attendee: Row, appointment: Row) -> int:
    """What the cancellation policy asks for a visit that was missed, in minor units; 0 for nothing."""
    return facts.missed_visit_fee(reader, appointment["service_id"], missed_on(attendee, appointment))


def payers_objection(reader: Reader, client_id: str, day: date) -> str | None:
    """Why the client's payers do not let a missed visit be charged, in a sentence's beginning; None if they do."""
    for payer in pricing.missed_fee_rules(reader, client_id, day):
        if payer["missed_fee_rule"] == "none":
            return f"{payer['name']} does not let its clients be charged for a missed visit"
        if payer["missed_fee_rule"] == "if_all" and not reader.setting(FOR_ALL, False):
            return f"{payer['name']} lets its clients be charged for a missed visit only if everybody is"
    return None


def _missed(reader: Reader, attendee: Row, appointment: Row, amount_minor: int | None) -> Price:
    objection = payers_objection(reader, attendee["client_id"], appointment["start_date"])
    if objection:
        raise Refusal(f"{objection}; nothing is charged for this one.", rule="payer_forbids")
    fee = missed_fee(reader, attendee, appointment)
    rules = pricing.missed_fee_rules(reader, attendee["client_id"], appointment["start_date"])
    alike = next((row["name"] for row in rules if row["missed_fee_rule"] == "if_all"), None)
    if alike and amount_minor is not None and amount_minor != fee:
        raise Refusal(
            f"{alike} wants its clients charged like everybody; leave the amount empty to take the policy's fee.",
            rule="payer_forbids",
            field="amount_minor",
        )
    if not fee and amount_minor is None:
        raise _zero("the cancellation policy")
    return Price(None, None, 1, fee)


def _zero(where: str) -> Refusal:
    return Refusal(
        f"The fee is zero, and a charge of nothing is none; set a fee for {where}, or give an amount.",
        rule="zero_fee",
        field="amount_minor",
    )


def missed_on(attendee: Row, appointment: Row) -> date:
    """The local day whose cancellation policy judges: that of the cancellation, else that of the visit."""
    cancelled_at: Any = attendee["cancelled_at"]
    day: date = local_date(cancelled_at, appointment["zone"]) if cancelled_at else appointment["start_date"]
    return day
