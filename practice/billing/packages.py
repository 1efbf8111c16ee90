"""Packages: sessions of a service paid for ahead, a liability (2120) that is earned session by session."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from practice.access.permissions import Permission, require_location
from practice.billing import accounts, ledger
from practice.billing.accounts import client_party
from practice.billing.adjustments import transfer_responsibility
from practice.billing.allocations import apply, release
from practice.billing.charges import charge_visit
from practice.billing.held import breakage_entry, free_money, hold_money, note_move, undo_move
from practice.billing.payments import take_payment
from practice.billing.posting import day, heading, minor, posted_charge, posted_payment, posting_date, today_at, why
from practice.billing.queries import facts, held
from practice.billing.refunds import refund_payment
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.people import checks
from practice.store.record import command
from practice.store.work import Row, Work


def session_value(price_minor: int, sessions: int, used: int) -> int:
    """What the next session is worth: the price in equal parts, the last of them taking the rounding."""
    part = price_minor // sessions
    return part if used < sessions - 1 else price_minor - part * (sessions - 1)


@command(Permission.SET_UP)
def set_package_offer(
    work: Work,
    *,
    name: str,
    service_id: str,
    sessions: int,
    price_minor: int,
    valid_days: int,
    package_offer_id: str | None = None,
    is_active: bool = True,
) -> Row:
    """Offer a package, or change an offer; packages sold before stay as they were sold. Answers {package_offer_id}."""
    work.get("services", service_id, "service")
    count = checks.whole(sessions, "How many sessions", "sessions", low=2, high=500)
    price = minor(price_minor, "price_minor")
    if price < count:
        raise Refusal("Each session is worth something; raise the price.", rule="bad_amount", field="price_minor")
    said: Row = {
        "name": checks.text(name, "The package's name", "name"),
        "service_id": service_id,
        "sessions": count,
        "price_minor": price,
        "valid_days": checks.whole(valid_days, "How many days it is good for", "valid_days", low=1, high=3660),
        "is_active": is_active,
        "known_at": stored(work.now),
    }
    if package_offer_id:
        work.update("package_offers", package_offer_id, **said)
    else:
        package_offer_id = work.new_id()
        work.insert("package_offers", {"package_offer_id": package_offer_id} | said)
    return {"package_offer_id": package_offer_id}


@command(Permission.TAKE_PAYMENT)
def sell_package(
    work: Work,
    *,
    client_id: str,
    package_offer_id: str,
    location_id: str,
    method: str | None = None,
    reference: str | None = None,
    payment_id: str | None = None,
) -> Row:
    """Sell a package to a client against money: paid now by `method`, or out of a payment's unapplied money.

    Who pays for the client pays it. Answers {package_id, payment_id, price_minor, expires_date}.
    """
    require_location(work.actor, location_id)
    client = work.get("clients", client_id, "client")
    offer = work.get("package_offers", package_offer_id, "package")
    if not offer["is_active"]:
        raise Conflict("This package is not sold any more; choose another one.", rule="not_offered")
    party = client_party(client["guarantor_client_id"] or client_id)
    price = offer["price_minor"]
    if payment_id is None:
        taken = take_payment.function(
            work, party=party, amount_minor=price, method=method, location_id=location_id, reference=reference
        )
        payment_id = taken["payment_id"]
    payment = posted_payment(work, payment_id)
    if payment["party"] != party:
        raise Refusal("This payment is somebody else's; take one from who pays for this client.", field="payment_id")
    package_id, today = work.new_id(), today_at(work, location_id)
    entry = hold_money(work, payment, "package_sold", package_id, accounts.PACKAGES, price)
    row: Row = {"package_id": package_id, "payment_id": payment_id, "client_id": client_id, "location_id": location_id}
    row |= {name: offer[name] for name in ("package_offer_id", "service_id", "sessions", "price_minor")}
    row |= {"sold_date": today, "expires_date": today + timedelta(days=offer["valid_days"])}
    row |= {"transaction_id": entry["transaction_id"], "known_at": stored(work.now)}
    work.insert("packages", row)
    return {"package_id": package_id, "payment_id": payment_id} | {
        name: str(row[name]) if name == "expires_date" else row[name] for name in ("price_minor", "expires_date")
    }


@command(Permission.CHARGE)
def redeem_session(work: Work, *, package_id: str, attendee_id: str, coding: dict[str, Any] | None = None) -> Row:
    """Charge a visit that took place at a session's value, and pay it out of the package.

    The visit is of the package's service and client, on or before its last day. A payer is not asked for it.
    `coding` is what `charge_visit` is told of units, modifiers and diagnoses. Answers {charge_id, amount_minor,
    sessions_left}.
    """
    package, left = _package(work, package_id)
    booking = held.booking(work, attendee_id)
    require_location(work.actor, booking["location_id"])
    _check_visit(package, booking)
    payment = posted_payment(work, package["payment_id"])
    used = package["sessions"] - left["sessions"]
    value = left["amount_minor"] if left["sessions"] == 1 else session_value(
        package["price_minor"], package["sessions"], used
    )  # fmt: skip
    own_reason, work.reason = work.reason, work.reason or "Paid by a package"
    charged = charge_visit(work, attendee_id=attendee_id, amount_minor=value, **(coding or {}))
    charge = posted_charge(work, charged["charge_id"])
    if charge["kind"] != "service":
        raise Refusal(
            "This visit did not take place, so no session is used; charge the fee for missing it.", rule="missed_visit"
        )
    if charged["party"] != payment["party"]:
        # What is paid already is asked of nobody else; that needs no second permission.
        transfer_responsibility.function(
            work, charge_id=charge["charge_id"], from_party=charged["party"], to_party=payment["party"],
            amount_minor=value,
        )  # fmt: skip
    work.reason = own_reason
    entry = free_money(work, payment, "package_redeemed", package_id, accounts.PACKAGES, value)
    allocation_id = apply(work, payment, charge, value)["allocation_id"]
    about = {"charge_id": charge["charge_id"], "allocation_id": allocation_id}
    note_move(work, package_id, "redeemed", value, entry, sessions=1, **about)
    return {"charge_id": charge["charge_id"], "amount_minor": value, "sessions_left": left["sessions"] - 1}


@command(Permission.ALLOCATE)
def restore_session(work: Work, *, held_move_id: str) -> Row:
    """Give a redeemed session back to its package: the money is held again and the charge, unless void, is open.

    Needs a reason. Refused where the money has gone elsewhere since. Answers {package_id, sessions_left}.
    """
    why(work, "give the session back")
    move = work.get("held_moves", held_move_id, "session")
    if move["kind"] != "redeemed" or move["reverses_id"]:
        raise Refusal("Only a redeemed session is given back.", field="held_move_id")
    package = work.get("packages", move["held_id"], "package")
    payment = posted_payment(work, package["payment_id"])
    require_location(work.actor, payment["location_id"])
    if not held.is_undone(work, held_move_id):
        if facts.is_live_allocation(work, move["allocation_id"]):
            release(work, work.get("allocations", move["allocation_id"], "allocation"))
        if facts.pots(work, payment["payment_id"]).get(accounts.CLIENT_CREDIT, 0) < move["amount_minor"]:
            raise Conflict(
                "The money of this session was moved or refunded since; take it back to credit first.",
                rule="more_than_unapplied",
            )
    undo_move(work, payment, move, "package_redeemed")
    return {"package_id": package["package_id"], "sessions_left": held.left_of(work, package)["sessions"]}


@command(Permission.ADJUST)
def extend_package(work: Work, *, package_id: str, expires_date: str) -> Row:
    """Move a package's last day, while something is left of it. Needs a reason. Answers {package_id, expires_date}."""
    why(work, "move the last day")
    package, _ = _package(work, package_id)
    require_location(work.actor, package["location_id"])
    last = day(expires_date, "expires_date")
    if last < package["sold_date"]:
        raise Refusal("A package does not expire before it was sold; choose a later day.", field="expires_date")
    work.update("packages", package_id, expires_date=last)
    return {"package_id": package_id, "expires_date": str(last)}


@command(Permission.ADJUST)
def expire_package(work: Work, *, package_id: str) -> Row:
    """Keep what is left of a package whose last day is over: 2120 / 4030. Answers {amount_minor, sessions}."""
    package, left = _package(work, package_id)
    payment = posted_payment(work, package["payment_id"])
    require_location(work.actor, payment["location_id"])
    if package["expires_date"] >= today_at(work, package["location_id"]):
        raise Refusal(
            f"This package is good until {package['expires_date']}; it expires on the day after.",
            rule="not_over",
            alternatives=(str(package["expires_date"] + timedelta(days=1)),),
        )
    post_date = posting_date(work, payment["location_id"], payment_id=payment["payment_id"])
    head = heading(work, "package_expired", package_id, post_date)
    ledger.post(work, breakage_entry(head, payment, left["amount_minor"]))
    entry = {"transaction_id": head.transaction_id, "post_date": post_date}
    note_move(work, package_id, "expired", left["amount_minor"], entry, sessions=left["sessions"])
    return left


@command(Permission.TAKE_PAYMENT)
def return_package(work: Work, *, package_id: str, method: str | None = None) -> Row:
    """Take the unused sessions back: their money is refunded by `method`, or without one becomes the client's credit.

    Needs a reason. Answers {amount_minor, sessions, refund: what the refund answered, or None}.
    """
    why(work, "take the package back")
    package, left = _package(work, package_id)
    payment = posted_payment(work, package["payment_id"])
    require_location(work.actor, payment["location_id"])
    amount = left["amount_minor"]
    entry = free_money(work, payment, "package_sold", package_id, accounts.PACKAGES, amount)
    note_move(work, package_id, "returned", amount, entry, sessions=left["sessions"])
    refund: dict[str, Any] | None = None
    if method is not None:
        refund = refund_payment(work, payment_id=payment["payment_id"], amount_minor=amount, method=method)
    return left | {"refund": refund}


def _package(work: Work, package_id: str) -> tuple[Row, dict[str, int]]:
    """The package and what is left of it ({sessions, amount_minor}), if anything is."""
    package = work.get("packages", package_id, "package")
    left = held.left_of(work, package)
    if not left["amount_minor"]:
        raise Conflict("Nothing is left of this package; sell another one.", rule="nothing_left")
    return package, left


def _check_visit(package: Row, booking: Row) -> None:
    if booking["client_id"] != package["client_id"] or booking["service_id"] != package["service_id"]:
        raise Refusal(
            "This package is for another client or another service; choose one of this visit's.",
            rule="other_package",
            field="package_id",
        )
    on: date = booking["start_date"]
    if on > package["expires_date"]:
        raise Refusal(
            f"This package was good until {package['expires_date']}, before this visit; move its last day, or charge"
            " the fee.",
            rule="expired",
            field="package_id",
        )
