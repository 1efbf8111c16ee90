"""The cash drawer of a location: counted at the end of a day against the ledger, the difference with its reason."""

from __future__ import annotations

import json

from practice.access.permissions import Permission, require_location
from practice.billing import accounts, ledger
from practice.billing.locked import check_open
from practice.billing.posting import LARGEST_MINOR, day, heading, minor, post_mirror, show, today_at, why
from practice.billing.queries import drawer as queries
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.store.record import command
from practice.store.work import Row, Work


@command(Permission.TAKE_PAYMENT)
def close_drawer(
    work: Work,
    *,
    location_id: str,
    counted_minor: int,
    counted_date: str | None = None,
    banked_minor: int = 0,
    denominations: dict[str, int] | None = None,
) -> Row:
    """Close a location's drawer for a day: what was counted, and what of it goes to the bank (1000 / 1010).

    A difference to the ledger needs a reason and goes to 5210. `denominations` says how many of which value (minor
    units → how many). From then on no cash is posted there on that day or before. Answers {drawer_count_id,
    expected_minor, difference_minor}.
    """
    require_location(work.actor, location_id)
    today = today_at(work, location_id)
    on = day(counted_date, "counted_date") if counted_date else today
    if on > today:
        raise Refusal(f"A day to come cannot be counted; use {today} or before.", rule="future", field="counted_date")
    closed = queries.closed_until(work, location_id)
    if closed and on <= closed:
        raise Conflict(f"This drawer is closed up to {closed}; reopen it to count again.", rule="drawer_closed")
    counted, banked = _amount(counted_minor, "counted_minor"), _amount(banked_minor, "banked_minor")
    _check_pieces(work, counted, denominations)
    if banked > counted:
        raise Refusal(
            f"Only {show(work, counted)} is in the drawer; take at most that to the bank.",
            rule="more_than_counted",
            field="banked_minor",
        )
    expected = queries.expected(work, location_id, on)
    difference = counted - expected
    if difference and not (work.reason or "").strip():
        more = "more" if difference > 0 else "less"
        raise Refusal(
            f"{show(work, expected)} should be in the drawer and {show(work, abs(difference))} {more} is; count again,"
            " or say why.",
            rule="reason_needed",
            field="reason",
        )
    check_open(work, on, was_asked_for=on != today)
    count_id = work.new_id()
    legs = [
        ledger.leg(accounts.CASH_DRAWER, difference - banked, location_id=location_id),
        ledger.leg(accounts.OVER_SHORT, -difference, location_id=location_id),
        ledger.leg(accounts.BANK, banked, location_id=location_id),
    ]
    transaction_id = None
    if difference or banked:
        transaction_id = ledger.post(work, ledger.numbered(heading(work, "cash_count", count_id, on), *legs))
    row: Row = {"drawer_count_id": count_id, "location_id": location_id, "counted_date": on}
    row |= {"expected_minor": expected, "counted_minor": counted, "banked_minor": banked}
    row |= {"denominations": json.dumps(denominations) if denominations else None, "transaction_id": transaction_id}
    row |= {"reason": work.reason if difference else None, "status": "closed", "reopened_reason": None}
    work.insert("drawer_counts", row | {"counted_by": work.actor.user_id, "known_at": stored(work.now)})
    return {"drawer_count_id": count_id, "expected_minor": expected, "difference_minor": difference}


@command(Permission.VOID)
def reopen_drawer(work: Work, *, drawer_count_id: str) -> Row:
    """Undo the newest count of a drawer, so that cash can be posted on its day again. Needs a reason."""
    reason = why(work, "reopen the drawer")
    count = work.get("drawer_counts", drawer_count_id, "count")
    require_location(work.actor, count["location_id"])
    if count["status"] == "reopened" or queries.closed_until(work, count["location_id"]) != count["counted_date"]:
        raise Conflict("Only the newest count that stands is undone; reopen the later one first.", rule="not_newest")
    work.update("drawer_counts", drawer_count_id, status="reopened", reopened_reason=reason)
    if count["transaction_id"]:
        check_open(work, count["counted_date"], was_asked_for=True)
        post_mirror(work, count["transaction_id"], "cash_count", drawer_count_id, count["counted_date"])
    return {"drawer_count_id": drawer_count_id}


@command(Permission.TAKE_PAYMENT)
def add_change(work: Work, *, location_id: str, amount_minor: int) -> Row:
    """Put change from the bank into the drawer (1010 / 1000), such as its first float. Answers {drawer_float_id}."""
    require_location(work.actor, location_id)
    amount, today = minor(amount_minor), today_at(work, location_id)
    check_open(work, today, was_asked_for=False)
    float_id = work.new_id()
    entry = ledger.numbered(
        heading(work, "cash_count", float_id, today),
        ledger.leg(accounts.CASH_DRAWER, amount, location_id=location_id),
        ledger.leg(accounts.BANK, -amount, location_id=location_id),
    )
    row: Row = {"drawer_float_id": float_id, "location_id": location_id, "amount_minor": amount, "post_date": today}
    row |= {"transaction_id": ledger.post(work, entry), "known_at": stored(work.now)}
    work.insert("drawer_floats", row)
    return {"drawer_float_id": float_id}


def _amount(value: int, field: str) -> int:
    if type(value) is not int or not 0 <= value <= LARGEST_MINOR:
        raise Refusal("An amount is zero or more; write it like 120.50.", rule="bad_amount", field=field)
    return value


def _check_pieces(work: Work, counted: int, denominations: dict[str, int] | None) -> None:
    if denominations is None:
        return
    if not all(value.isdigit() and type(many) is int and many >= 0 for value, many in denominations.items()):
        raise Refusal("Pieces are counted: how many of which value.", rule="bad_amount", field="denominations")
    pieces = sum(int(value) * many for value, many in denominations.items())
    if pieces != counted:
        raise Refusal(
            f"The pieces make {show(work, pieces)} but {show(work, counted)} is said; make them equal.",
            rule="not_the_sum",
            field="counted_minor",
            alternatives=(str(pieces),),
        )
