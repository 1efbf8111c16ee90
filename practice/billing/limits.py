"""What a role may do alone. Above it a second person decides: the command becomes a request instead of a posting."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from practice.access.permissions import PEOPLE_ROLES, ROLES, Permission
from practice.billing.queries import control
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.store.record import command
from practice.store.work import Row, Work

WRITE_OFF, REFUND, WAIVER, BACK_DATE = "write_off", "refund", "waiver", "back_date"
KINDS = {WRITE_OFF: "Write-off", REFUND: "Refund", WAIVER: "Waiver of a fee", BACK_DATE: "Back-date"}
"""Kind → what people call it. A back-date is counted in days behind the lock date, the others in money."""

OVERBOOK = "overbook"
WAITING = KINDS | {OVERBOOK: "Booking all the same"}
"""What a request can be for. Who may book over another visit, or outside hours, is not a size but a permission."""

LIMITED_ROLES = tuple(
    role for role in PEOPLE_ROLES if ROLES[role] & {Permission.ADJUST, Permission.REFUND, Permission.TAKE_PAYMENT}
)
LARGEST = 10**12
WAITS_DAYS = 14
"""How long a request waits for its second person before it expires."""


@command(Permission.CONTROL)
def set_limit(work: Work, *, kind: str, role: str, most: int | None) -> Row:
    """Say what a role may do alone: minor units (of a charge or payment, altogether), or days behind the lock date.

    None takes the limit away: any amount, but no day behind the lock. Answers {approval_limit_id}.
    """
    if kind not in KINDS:
        raise Refusal(f"{kind!r} has no limit; use one of {', '.join(KINDS)}.", field="kind", alternatives=tuple(KINDS))
    if role not in LIMITED_ROLES:
        raise Refusal(
            f"The role {role} moves no money; use one of {', '.join(LIMITED_ROLES)}.",
            field="role",
            alternatives=LIMITED_ROLES,
        )
    if most is not None and (type(most) is not int or not 0 <= most <= (366 if kind == BACK_DATE else LARGEST)):
        what = "whole days from 0 to 366" if kind == BACK_DATE else "an amount of zero or more"
        raise Refusal(f"This limit is {what}; leave it empty for none.", rule="bad_limit", field="most")
    key = f"{kind}|{role}"
    said = {"most": most, "set_by": work.actor.user_id, "known_at": stored(work.now)}
    if work.find("approval_limits", key):
        work.update("approval_limits", key, **said)
    else:
        work.insert("approval_limits", {"approval_limit_id": key, "kind": kind, "role": role} | said)
    return {"approval_limit_id": key}


def most_alone(work: Work, kind: str) -> float:
    """The most that the actor may do of this kind: their role's limit.

    An owner who decides on somebody else's request may do anything; others who decide, what they may do themselves.
    """
    role = work.actor.role
    if role == "system" or (role == "owner" and work.approval_id):
        return math.inf
    most = control.limit(work, kind, role)
    if most is None:
        return 0 if kind == BACK_DATE else math.inf
    return most


def second_person(
    work: Work,
    command_name: str,
    parameters: Mapping[str, Any],
    *,
    about: Row,
    amount_minor: int,
    reason_class: str,
    quantities: Mapping[str, int],
) -> Row | None:
    """None if the actor may do it: alone, or as the second person of a request. Else it waits: {approval_id, waits}.

    `about` is the charge or payment; `quantities` says how much of which kinds it is. Call it after every check of the
    command, so that nothing waits that could not be done, and before its first write.
    """
    beyond = [kind for kind, quantity in quantities.items() if quantity > most_alone(work, kind)]
    if not beyond:
        return None
    if work.approval_id:
        raise Refusal(
            f"This {KINDS[beyond[0]].lower()} is above what your role may decide; an owner has to.",
            rule="above_limit",
        )
    return wait(
        work, beyond[0], command_name, parameters, about=about, amount_minor=amount_minor,
        reason_class=reason_class, days_behind=quantities.get(BACK_DATE, 0),
    )  # fmt: skip


def wait(
    work: Work,
    kind: str,
    command_name: str,
    parameters: Mapping[str, Any],
    *,
    about: Row,
    amount_minor: int,
    reason_class: str,
    days_behind: int = 0,
    until: datetime | None = None,
) -> Row:
    """Write the request of a command whose every other check has passed. Answers {approval_id, waits}.

    It expires after WAITS_DAYS, or at `until` (naive UTC) where that is sooner and still to come.
    """
    asked = json.dumps({name: value for name, value in parameters.items() if value is not None}, ensure_ascii=False)
    if control.is_asked(work, command_name, asked):
        raise Conflict("This was asked for already and waits for a second person; see Approvals.", rule="asked_already")
    approval_id = work.new_id()
    now = stored(work.now)
    expires = now + timedelta(days=WAITS_DAYS)
    request = {
        "approval_id": approval_id,
        "kind": kind,
        "command": command_name,
        "parameters": asked,
        "location_id": about["location_id"],
        "client_id": about["client_id"],
        "charge_id": about.get("charge_id"),
        "payment_id": about.get("payment_id"),
        "amount_minor": amount_minor,
        "days_behind": days_behind,
        "reason_class": reason_class,
        "reason": work.reason,
        "asked_by": work.actor.user_id,
        "asked_at": now,
        "expires_at": min(expires, until) if until and until > now else expires,
    }
    undecided = dict.fromkeys(("outcome", "decided_by", "decided_at", "decision_note"))
    work.insert("approvals", request | undecided)
    return {"approval_id": approval_id, "waits": WAITING[kind]}
