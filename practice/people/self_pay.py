"""That a client pays without insurance: somebody says so, since a missing policy may as well be a forgotten one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from practice.access.permissions import Permission
from practice.errors import Conflict
from practice.people import checks, queries
from practice.people.setup import practice_today
from practice.store.record import command
from practice.store.work import Row, Work


@command(Permission.EDIT_CLIENTS)
def set_self_pay(work: Work, *, client_id: str, is_self_pay: bool) -> Row:
    """Say that no insurance pays for a client, or take that back. Refused while a policy covers today or later days."""
    queries.require_client(work, work.actor, client_id)
    is_self_pay = checks.flag(is_self_pay, "Whether the client pays without insurance", "is_self_pay")
    covers = [row["policy_id"] for row in queries.policies_of(work, client_id) if not is_over(work, row)]
    if is_self_pay and covers:
        raise Conflict(
            "A payer covers this client; end that cover first, or leave it as it is.",
            rule="covered",
            field="is_self_pay",
            alternatives=covers,
        )
    write_self_pay(work, client_id, is_self_pay)
    return {"client_id": client_id, "is_self_pay": is_self_pay}


def is_over(work: Work, policy: Mapping[str, Any]) -> bool:
    """Whether the last day of a cover lies before today."""
    return policy["effective_to"] is not None and policy["effective_to"] < practice_today(work)


def write_self_pay(work: Work, client_id: str, is_self_pay: bool) -> None:
    """The fact, where it differs from what stands."""
    known = work.find("self_payers", client_id)
    if known and known["is_self_pay"] != is_self_pay:
        work.update("self_payers", client_id, is_self_pay=is_self_pay, known_at=work.now)
    elif not known and is_self_pay:
        work.insert("self_payers", {"client_id": client_id, "is_self_pay": True, "known_at": work.now})
