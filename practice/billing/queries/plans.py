"""Payment plans: what was promised, what came of it, what is due now. `items_of` and `is_on_plan` are for commands."""

from __future__ import annotations

from datetime import date
from typing import Any

from practice.access.permissions import Actor, Permission, require
from practice.billing.queries.items import OPEN, PARTIES, also, not_here
from practice.billing.queries.worklists import open_items, today
from practice.store.work import Reader, Row

_PLANS = f"""
    with owed as (
        select i.payment_plan_id, cast(sum(greatest(least(coalesce(o.open_minor, 0), i.amount_minor), 0)) as bigint)
            as open_minor, count(*) as item_count
        from plan_items i left join ({OPEN}) o on o.charge_id = i.charge_id and o.party = i.party
        group by i.payment_plan_id
    )
    select p.*, n.party_name, w.open_minor, w.item_count
    from payment_plans p join ({PARTIES}) n on n.party = p.party join owed w using (payment_plan_id)
    where not exists (select 1 from plan_items i join charges h using (charge_id)
        where i.payment_plan_id = p.payment_plan_id {{elsewhere}})
"""


def items_of(reader: Reader, payment_plan_id: str) -> list[Row]:
    """The charges of a plan, with their location."""
    return reader.rows(
        "select i.*, h.location_id, h.service_date, h.description from plan_items i join charges h using (charge_id)"
        " where i.payment_plan_id = ? order by h.service_date, i.charge_id",
        payment_plan_id,
    )


def is_on_plan(reader: Reader, live_key: str) -> bool:
    """Whether a live plan has the charge × party."""
    return bool(reader.one("select 1 from plan_items where live_key = ?", live_key))


def plans(reader: Reader, actor: Actor, *, party: str | None = None, is_open: bool = True) -> list[Row]:
    """Plans, those with a missed instalment first, then by what is due next.

    Each has paid_minor (of what it is over, however it was settled), due_minor (now), next_date and next_minor,
    missed_date (the first instalment that is past its day and not covered) and state: missed, due, kept, paid, ended.
    """
    require(actor, Permission.SEE_MONEY)
    elsewhere, places = not_here(actor, "h.location_id")
    condition, values = also("p.party", party)
    rows = reader.rows(_PLANS.format(elsewhere=elsewhere) + condition, *places, *values)
    dated = _instalments(reader)
    day = today(reader)
    for row in rows:
        row |= standing(row, dated.get(row["payment_plan_id"], []), day)
    rows.sort(key=lambda row: (row["missed_date"] or date.max, row["next_date"] or date.max, row["payment_plan_id"]))
    return [row for row in rows if row["state"] not in ("paid", "ended") or not is_open]


def _instalments(reader: Reader) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in reader.rows("select * from instalments order by payment_plan_id, number"):
        found.setdefault(row["payment_plan_id"], []).append(row)
    return found


def standing(plan: Row, dated: list[Row], day: date) -> dict[str, Any]:
    """How a plan stands on a day: what was paid covers the instalments in their order. Pure."""
    paid = plan["total_minor"] - plan["open_minor"]
    promised, missed, upcoming = 0, None, None
    due = 0
    for one in dated:
        promised += one["amount_minor"]
        uncovered = min(max(promised - paid, 0), one["amount_minor"])
        if one["due_date"] <= day:
            due += uncovered
            if uncovered and one["due_date"] < day and missed is None:
                missed = one["due_date"]
        elif uncovered and upcoming is None:
            upcoming = (one["due_date"], uncovered)
    state = "missed" if missed else "due" if due else "kept"
    if plan["status"] == "ended":
        state = "ended"
    elif not plan["open_minor"]:
        state = "paid"
    return {
        "paid_minor": paid, "due_minor": due, "missed_date": missed, "state": state,
        "next_date": upcoming[0] if upcoming else None, "next_minor": upcoming[1] if upcoming else 0,
    }  # fmt: skip


def instalments_of(reader: Reader, actor: Actor, plan: Row) -> list[Row]:
    """The instalments of a plan that `plans` answered, with covered_minor and state: paid, missed, due, to come."""
    require(actor, Permission.SEE_MONEY)
    rows = _instalments(reader)[plan["payment_plan_id"]]
    day, left = today(reader), plan["paid_minor"]
    for row in rows:
        row["covered_minor"] = min(max(left, 0), row["amount_minor"])
        left -= row["amount_minor"]
        is_paid, is_over = row["covered_minor"] == row["amount_minor"], row["due_date"] < day
        row["state"] = "paid" if is_paid else "missed" if is_over else "due" if row["due_date"] == day else "to come"
    return rows


def due_items(reader: Reader, actor: Actor, party: str | None = None) -> list[Row]:
    """Open items with payment_plan_id and due_minor: all that is open, but for what a live plan puts off.

    What is put off lies on the newest charges of the plan. Σ due_minor is the view of what is due only.
    """
    rows = open_items(reader, actor, party=party)
    keys = {row["live_key"]: row for row in reader.rows("select * from plan_items where live_key is not null")}
    standings = {row["payment_plan_id"]: row for row in plans(reader, actor, party=party)}
    put_off = {key: row["open_minor"] - row["due_minor"] for key, row in standings.items()}
    for row in rows[::-1]:
        item = keys.get(f"{row['charge_id']}|{row['party']}")
        plan_id = item["payment_plan_id"] if item else None
        # What came to be owed after the plan was agreed is no part of it, and due.
        later = min(put_off.get(plan_id, 0), row["open_minor"], item["amount_minor"]) if item and plan_id else 0
        if later:
            put_off[str(plan_id)] -= later
        row |= {"payment_plan_id": plan_id, "due_minor": row["open_minor"] - later}
    return rows
