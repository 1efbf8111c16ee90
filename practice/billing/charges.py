"""Charges: what a visit, or a missed one, costs. Frozen when posted: void and charge again to correct."""

from __future__ import annotations

from collections.abc import Sequence

from practice.access.permissions import Permission, require_location
from practice.billing import ledger
from practice.billing.accounts import client_party, payer_party
from practice.billing.adjustments import undo_adjustment, undo_transfer
from practice.billing.allocations import release
from practice.billing.authorisations import take_up
from practice.billing.coding import PLACE_OF_SERVICE, check_units, diagnosis_rows
from practice.billing.limits import WAIVER, second_person
from practice.billing.posting import heading, minor, post_mirror, posted_charge, posting_date, show, why
from practice.billing.pricing import Price, price
from practice.billing.queries import facts, pricing
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.people import checks
from practice.store.record import command
from practice.store.work import Reader, Row, Work


@command(Permission.CHARGE)
def charge_visit(
    work: Work,
    *,
    attendee_id: str,
    amount_minor: int | None = None,
    units: int | None = None,
    minutes: int | None = None,
    modifiers: str | None = None,
    diagnoses: Sequence[str] | None = None,
    pointers: Sequence[int] | None = None,
) -> Row:
    """Charge a completed visit at the service's fee, or a no-show or late cancellation at the policy's fee.

    A couple or family is charged once, on the identified client, and took place when one of them was seen.
    Code, units and fee are those of its payer, day and minutes (`pricing`), unless given; `amount_minor` replaces the
    fee times the units, and needs a reason where it is less. `modifiers` ('95,GT') are the service's unless given;
    `diagnoses` are all that the client has that day unless chosen, `pointers` their places (`coding`). A visit is
    asked of the payer of rank 1 in force that day, else of the guarantor; a missed one always of the guarantor.
    Answers {charge_id, transaction_id, party}.
    """
    return post_charge(
        work,
        attendee_id,
        amount_minor=amount_minor,
        units=units,
        minutes=minutes,
        modifiers=modifiers,
        diagnoses=diagnoses,
        pointers=pointers,
    )


def post_charge(
    work: Work,
    attendee_id: str,
    *,
    amount_minor: int | None = None,
    units: int | None = None,
    minutes: int | None = None,
    modifiers: str | None = None,
    diagnoses: Sequence[str] | None = None,
    pointers: Sequence[int] | None = None,
) -> Row:
    """Charge a visit inside a command that has checked who may. Every refusal comes before the first write."""
    attendee, appointment = charged_as(work, attendee_id)
    require_location(work.actor, appointment["location_id"])
    kind = kind_of(attendee)
    live_key = visit_key(attendee)
    if facts.live_charge(work, live_key):
        raise Conflict("This visit is charged already; void that charge first to charge it anew.", rule="charged")
    if pricing.uncharged(work, attendee["attendee_id"]):
        raise Conflict("This visit is marked as not to be charged; take that back first.", rule="uncharged")
    amount = None if amount_minor is None else minor(amount_minor)
    times = None if units is None else check_units(units)
    found = price(work, attendee, appointment, kind, minutes=minutes, units=times, amount_minor=amount)
    charge = _new_charge(work, attendee, appointment, kind, found, amount) | {"live_key": live_key}
    charge["is_fee_agreed"] = _is_agreed(work, kind, found, amount)
    coded = diagnosis_rows(work, charge, diagnoses, pointers) if kind == "service" else []
    if modifiers is not None and kind == "service":
        charge["modifiers"] = checks.modifiers(modifiers)
    estimate = expected_contractual(work, charge)
    head = heading(work, "charge", charge["charge_id"], posting_date(work, charge["location_id"]))
    charge |= {"post_date": head.post_date, "transaction_id": head.transaction_id}
    work.insert("charges", charge)
    work.insert("charge_diagnoses", *coded)
    take_up(work, charge)
    ledger.post(work, ledger.charge_entry(head, charge, estimate))
    payer_id = charge["payer_id"]
    party = payer_party(payer_id) if payer_id else client_party(charge["guarantor_client_id"])
    return {"charge_id": charge["charge_id"], "transaction_id": head.transaction_id, "party": party}


@command(Permission.VOID)
def void_charge(work: Work, *, charge_id: str) -> Row:
    """Undo a charge: its allocations become unapplied money, its adjustments and transfers are reversed, then itself.

    Refused while it is on a live invoice. Needs a reason. Answers {transaction_id, released: allocation ids}, or
    {approval_id, waits}: to void the fee of a missed visit is to waive it.
    """
    why(work, "void the charge")
    charge = posted_charge(work, charge_id)
    require_location(work.actor, charge["location_id"])
    _check_not_invoiced(work, charge_id)
    waiting = second_person(
        work,
        "void_charge",
        {"charge_id": charge_id},
        about=charge,
        amount_minor=charge["amount_minor"],
        reason_class="void",
        quantities={WAIVER: charge["amount_minor"]} if charge["kind"] == "missed_visit" else {},
    )
    return waiting or withdraw(work, charge)


def withdraw(work: Work, charge: Row) -> Row:
    """Void a posted charge inside a command that has checked who may and why."""
    charge_id = charge["charge_id"]
    _check_not_invoiced(work, charge_id)
    released = facts.live_allocations(work, charge_id=charge_id)
    for allocation in released:
        release(work, allocation)
    for adjustment in facts.live_adjustments(work, charge_id):
        undo_adjustment(work, adjustment)
    for transfer in facts.live_transfers(work, charge_id):
        undo_transfer(work, transfer)
    post_date = posting_date(work, charge["location_id"], charge_id=charge_id)
    transaction_id = post_mirror(work, charge["transaction_id"], "void_charge", charge_id, post_date)
    work.update("charges", charge_id, status="void", void_transaction_id=transaction_id, live_key=None)
    return {"transaction_id": transaction_id, "released": [allocation["allocation_id"] for allocation in released]}


def _check_not_invoiced(work: Work, charge_id: str) -> None:
    number = facts.live_invoice(work, charge_id)
    if number is not None:
        raise Conflict(
            f"This charge is on invoice {number}; void invoice {number} first.",
            rule="on_live_invoice",
            alternatives=(str(number),),
        )


def visit_key(attendee: Row) -> str:
    """What may be charged once: the attendee, or the whole appointment when it is one billing unit (a couple)."""
    return str(attendee["appointment_id" if attendee["billing_unit"] == "appointment" else "attendee_id"])


def charged_as(work: Reader, attendee_id: str) -> tuple[Row, Row]:
    """The attendee who is charged for a visit, with what became of it, and the appointment."""
    attendee = work.get("attendees", attendee_id, "visit")
    appointment = work.get("appointments", attendee["appointment_id"], "visit")
    unit = attendee["billing_unit"] == "appointment"
    return (_of_the_unit(work, attendee) if unit else attendee), appointment


def _of_the_unit(work: Reader, attendee: Row) -> Row:
    """The identified attendee of a couple or family, with what became of them together."""
    unit = facts.unit_of(work, attendee["appointment_id"])
    identified = [row for row in unit if row["is_identified"]]
    if not attendee["is_identified"]:
        name = identified[0]["client_name"] if identified else "nobody yet"
        raise Refusal(
            f"This visit is charged once, on the identified client ({name}); charge it there, or name this one first.",
            rule="not_identified",
            field="attendee_id",
        )
    seen = next((row for row in unit if row["status"] == "completed"), None)
    if seen is None and any(row["status"] in ("scheduled", "arrived", "in_session") for row in unit):
        raise Refusal(
            "This visit is not over for everybody in it; record what became of each of them first.",
            rule="not_chargeable",
        )
    return attendee | {"status": "completed"} if seen else attendee


def expected_contractual(work: Work, charge: Row) -> int:
    """The part of the fee that the payer's contract will not allow, in minor units; 0 without a contract."""
    if not charge["payer_id"]:
        return 0
    allowed = facts.allowed(work, charge["payer_id"], charge["service_id"], charge["service_date"])
    return 0 if allowed is None else max(charge["amount_minor"] - allowed * charge["units"], 0)


def kind_of(attendee: Row) -> str:
    """service or missed_visit; refuses what costs nothing, or has no outcome yet."""
    status = attendee["status"]
    if status == "completed":
        return "service"
    is_late_cancellation = status == "cancelled" and attendee["cancelled_by"] == "client" and attendee["is_late"]
    if status == "no_show" or is_late_cancellation:
        return "missed_visit"
    if status == "cancelled":
        raise Refusal(
            "This visit was not cancelled late by the client, so it costs nothing; only late ones are charged.",
            rule="not_chargeable",
        )
    raise Refusal(
        f"This visit is {status.replace('_', ' ')}; record that it took place, or that the client missed it, first.",
        rule="not_chargeable",
    )


def _is_agreed(work: Work, kind: str, found: Price, amount: int | None) -> bool:
    """Whether somebody means a visit to cost less than its fee. Refuses to charge less without a reason."""
    if kind != "service" or amount is None or amount >= found.amount_minor:
        return False
    if not (work.reason or "").strip():
        raise Refusal(
            f"This is less than the fee of {show(work, found.amount_minor)}; say why, or charge the fee.",
            rule="lower_fee",
            field="reason",
            alternatives=(str(found.amount_minor),),
        )
    return True


def _new_charge(work: Work, attendee: Row, appointment: Row, kind: str, found: Price, amount: int | None) -> Row:
    """The row of charges, still without its entry."""
    client = work.get("clients", attendee["client_id"], "client")
    service = work.get("services", appointment["service_id"], "service")
    missed = kind == "missed_visit"
    return {
        "charge_id": work.new_id(),
        "attendee_id": attendee["attendee_id"],
        "appointment_id": appointment["appointment_id"],
        "client_id": client["client_id"],
        "guarantor_client_id": client["guarantor_client_id"] or client["client_id"],
        "payer_id": found.payer_id,
        "provider_id": appointment["provider_id"],
        "location_id": appointment["location_id"],
        "service_id": service["service_id"],
        "kind": kind,
        "code": found.code,
        "description": f"Missed visit: {service['name']}" if missed else service["name"],
        "units": found.units,
        "minutes": found.minutes,
        "minutes_basis": found.basis,
        "modifiers": None if missed else service["modifiers"],
        "place_of_service": None if missed else PLACE_OF_SERVICE.get(appointment["mode"]),
        "amount_minor": minor(found.amount_minor) if amount is None else amount,
        "service_date": appointment["start_date"],
        "known_at": stored(work.now),
        "status": "posted",
        "void_transaction_id": None,
    }
