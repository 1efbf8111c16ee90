"""Commands that say what services cost: dated fees by payer, codes by minutes, what happens at completion."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from practice.access.permissions import Permission
from practice.billing.pricing import FOR_ALL
from practice.billing.queries import pricing
from practice.billing.timed import overlap
from practice.clock import stored
from practice.errors import Refusal
from practice.people import checks
from practice.store.record import command
from practice.store.work import Row, Work

AT_COMPLETION = "charges_at_completion"
"""Setting: a visit's charge is posted when it is completed; else it is suggested."""

_TIME_CODE: checks.Checks = {
    "code": partial(checks.text, what="The code", field="code", limit=15),
    "minutes_from": partial(checks.whole, what="The fewest minutes", field="minutes_from", low=0, high=1440),
    "minutes_to": lambda value: (
        None if value is None else checks.whole(value, "The most minutes", "minutes_to", 1, 1440)
    ),
    "unit_minutes": lambda value: None if value is None else checks.whole(value, "A unit", "unit_minutes", 1, 240),
    "fee_minor": lambda value: None if value is None else checks.minor(value, "The fee", "fee_minor"),
}


@command(Permission.SET_UP)
def set_fee(work: Work, *, service_id: str, fee_minor: int, effective_from: str, payer_id: str | None = None) -> Row:
    """What a service costs from a day on: for everybody, or where this payer is asked first. Answers {fee_id}.

    The fee before it ends the day before. What is charged already keeps its amount.
    """
    work.get("services", service_id, "service")
    if payer_id:
        work.get("payers", payer_id, "payer")
    fee = checks.minor(fee_minor, "The fee", "fee_minor")
    begins = checks.day(effective_from, "The first day", "effective_from")
    said = {"fee_minor": fee, "set_by": work.actor.user_id, "known_at": stored(work.now)}
    known = pricing.fee_versions(work, service_id, payer_id or None)
    same = next((row for row in known if row["effective_from"] == begins), None)
    if same:
        work.update("fees", same["fee_id"], **said)
        return {"fee_id": same["fee_id"]}
    day_before = begins - timedelta(days=1)
    for earlier in [row for row in known if row["effective_from"] < begins][-1:]:
        if earlier["effective_to"] is None or earlier["effective_to"] > day_before:
            work.update("fees", earlier["fee_id"], effective_to=day_before)
    later = [row["effective_from"] for row in known if row["effective_from"] > begins]
    until = later[0] - timedelta(days=1) if later else None
    key = work.new_id()
    row = {"fee_id": key, "service_id": service_id, "payer_id": payer_id or None, "effective_from": begins}
    work.insert("fees", row | {"effective_to": until} | said)
    return {"fee_id": key}


@command(Permission.SET_UP)
def set_time_codes(work: Work, *, service_id: str, rows: Sequence[dict[str, Any]]) -> Row:
    """Bill a service by its actual minutes: rows of code, minutes_from, minutes_to, unit_minutes, fee_minor.

    They replace those that held; none: it is billed by its own code again. Refused where two claim the same minutes.
    Answers {time_code_ids}.
    """
    work.get("services", service_id, "service")
    blank = dict.fromkeys(("minutes_to", "unit_minutes", "fee_minor"))
    kept = [checks.changed(blank | dict(row), _TIME_CODE, "code by minutes") for row in rows]
    for row in kept:
        if "minutes_from" not in row or "code" not in row:
            raise Refusal("Each code needs the minutes from which it counts.", field="minutes_from")
        if row["minutes_to"] is not None and row["minutes_to"] < row["minutes_from"]:
            raise Refusal(f"{row['code']} ends before it begins; give it more minutes.", field="minutes_to")
        if row["unit_minutes"] is not None and row["unit_minutes"] < max(row["minutes_from"], 1):
            raise Refusal(f"A unit of {row['code']} is shorter than what it needs.", field="unit_minutes")
    clash = overlap(kept)
    if clash:
        raise Refusal(
            f"{clash[0]} and {clash[1]} claim the same minutes; let one end before the other.", rule="overlap"
        )
    for old in pricing.time_codes(work, service_id):
        work.update("time_codes", old["time_code_id"], is_withdrawn=True, known_at=work.now)
    said = {"service_id": service_id, "is_withdrawn": False, "set_by": work.actor.user_id, "known_at": stored(work.now)}
    made = [{"time_code_id": work.new_id(), **row, **said} for row in kept]
    work.insert("time_codes", *made)
    return {"time_code_ids": [row["time_code_id"] for row in made]}


@command(Permission.SET_UP)
def set_charging(work: Work, *, at_completion: bool, missed_fee_for_all: bool) -> Row:
    """Whether a completed visit is charged at once, and whether missed visits cost every client alike."""
    kept = {
        AT_COMPLETION: checks.flag(at_completion, "Whether visits are charged at completion", "at_completion"),
        FOR_ALL: checks.flag(missed_fee_for_all, "Whether missed visits cost everybody", "missed_fee_for_all"),
    }
    for name, value in kept.items():
        work.keep_setting(name, value)
    return kept
