"""Payment plans: a fixed set of charges, paid in dated instalments. No entry: only what is due when changes."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from practice.access.permissions import Permission, require_location
from practice.billing.accounts import client_of
from practice.billing.posting import check_party, day, minor, posted_charge, show, why
from practice.billing.queries import facts
from practice.billing.queries import plans as queries
from practice.billing.queries.worklists import today
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.store.record import command
from practice.store.work import Row, Work

EVERY = ("week", "fortnight", "month")
MOST = 60


def in_instalments(total_minor: int, count: int, first: date, every: str) -> list[dict[str, Any]]:
    """Equal parts from a first day on, the last taking the rounding: [{due_date, amount_minor}]. Pure.

    Monthly ones fall on the first one's day, or on the month's last day where it is shorter.
    """
    part = total_minor // count
    amounts = [part] * (count - 1) + [total_minor - part * (count - 1)]
    return [
        {"due_date": str(_after(first, number, every)), "amount_minor": amount} for number, amount in enumerate(amounts)
    ]


def _after(first: date, number: int, every: str) -> date:
    if every != "month":
        return first + timedelta(days=number * (7 if every == "week" else 14))
    months = first.month - 1 + number
    year, month = first.year + months // 12, months % 12 + 1
    return date(year, month, min(first.day, calendar.monthrange(year, month)[1]))


@command(Permission.INVOICE)
def agree_plan(work: Work, *, party: str, charge_ids: Sequence[str], instalments: Sequence[dict[str, Any]]) -> Row:
    """Agree on dated instalments [{due_date, amount_minor}] over what a client owes now for a fixed set of charges.

    They sum to what is open; their days are in order, none before today. Answers {payment_plan_id, total_minor}.
    """
    check_party(work, party)
    client_id = client_of(party)
    if not client_id:
        raise Refusal("A plan is for a client; a payer pays by its remittances.", rule="clients_only", field="party")
    items = [_item(work, party, charge_id) for charge_id in dict.fromkeys(charge_ids)]
    if not items:
        raise Refusal("Choose the charges that the plan is for.", field="charge_ids")
    total = sum(item["amount_minor"] for item in items)
    dated = _dated(work, instalments, total)
    plan_id = work.new_id()
    row: Row = {"payment_plan_id": plan_id, "party": party, "client_id": client_id, "total_minor": total}
    row |= {"agreed_date": today(work), "agreed_by": work.actor.user_id, "known_at": stored(work.now)}
    work.insert("payment_plans", row | {"status": "live", "ended_reason": None, "ended_date": None})
    work.insert(
        "plan_items",
        *(item | {"plan_item_id": work.new_id(), "payment_plan_id": plan_id, "party": party} for item in items),
    )
    work.insert(
        "instalments",
        *(one | {"instalment_id": work.new_id(), "payment_plan_id": plan_id} for one in dated),
    )
    return {"payment_plan_id": plan_id, "total_minor": total}


@command(Permission.INVOICE)
def end_plan(work: Work, *, payment_plan_id: str) -> Row:
    """End a plan: all that is open of its charges is due at once. Needs a reason. Answers {payment_plan_id}."""
    reason = why(work, "end the plan")
    plan = work.get("payment_plans", payment_plan_id, "plan")
    if plan["status"] == "ended":
        raise Conflict("This plan was ended before; reload to see it.", rule="ended_already")
    for item in queries.items_of(work, payment_plan_id):
        require_location(work.actor, item["location_id"])
        work.update("plan_items", item["plan_item_id"], live_key=None)
    work.update("payment_plans", payment_plan_id, status="ended", ended_reason=reason, ended_date=today(work))
    return {"payment_plan_id": payment_plan_id}


def _item(work: Work, party: str, charge_id: str) -> Row:
    charge = posted_charge(work, charge_id)
    require_location(work.actor, charge["location_id"])
    open_minor = facts.item_balances(work, charge_id).get(party, 0)
    if open_minor <= 0:
        raise Refusal(
            "Nothing of one of these charges is open for this client; leave it out.",
            rule="not_open",
            field="charge_ids",
        )
    live_key = f"{charge_id}|{party}"
    if queries.is_on_plan(work, live_key):
        raise Conflict("One of these charges is on a plan already; end that plan first.", rule="on_plan")
    return {"charge_id": charge_id, "amount_minor": open_minor, "live_key": live_key}


def _dated(work: Work, instalments: Sequence[dict[str, Any]], total: int) -> list[Row]:
    if not 1 <= len(instalments) <= MOST:
        raise Refusal(f"A plan has 1 to {MOST} instalments; choose another number.", field="instalments")
    dated: list[Row] = [
        {"number": number, "due_date": day(one["due_date"], "due_date"), "amount_minor": minor(one["amount_minor"])}
        for number, one in enumerate(instalments, 1)
    ]
    days = [one["due_date"] for one in dated]
    if days != sorted(set(days)) or days[0] < today(work):
        raise Refusal(
            f"The instalments' days come one after the other, from {today(work)} on; put them in order.",
            rule="bad_date",
            field="instalments",
        )
    promised = sum(one["amount_minor"] for one in dated)
    if promised != total:
        raise Refusal(
            f"The instalments sum to {show(work, promised)} but {show(work, total)} is open; make them equal.",
            rule="not_the_sum",
            field="instalments",
            alternatives=(str(total),),
        )
    return dated
