"""Denials: what payers said no to and still owe, with the reasons, the deadline and whose task it is."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from practice.access.permissions import ROLES, Actor, Permission, require
from practice.clock import local_date, stored
from practice.insurance.reasons import named
from practice.money import split
from practice.store.work import Reader, Row

USUAL_APPEAL_DAYS = 90

_DENIAL = (
    "select c.remittance_claim_id, c.control_number, c.denied_minor, r.remittance_id, r.payer_id, r.location_id,"
    " p.name as payer_name, r.trace_number, coalesce(r.payment_date, cast(r.known_at as date)) as denied_date,"
    " d.owner_id, u.name as owner_name, d.deadline_date, d.outcome, d.note, d.decided_at,"
    f" coalesce(i.appeal_days, {USUAL_APPEAL_DAYS}) as appeal_days"
    " from remittance_claims c join remittances r using (remittance_id) join payers p on p.payer_id = r.payer_id"
    " left join denials d using (remittance_claim_id) left join payer_insurance i on i.payer_id = r.payer_id"
    " left join users u on u.user_id = d.owner_id where c.status = 'posted' and c.denied_minor > 0"
)


def denial(reader: Reader, remittance_claim_id: str) -> Row | None:
    """One of them, whatever became of it; None where the claim denied nothing, or was taken back."""
    return reader.one(_DENIAL + " and c.remittance_claim_id = ?", remittance_claim_id)


def denials(reader: Reader, actor: Actor, *, only_open: bool = True) -> list[Row]:
    """The denials at the actor's locations, the most urgent first.

    Each with `clients`, `reasons` in words, `open_minor` (what the payer still owes of the denied charges, of each at
    most what was denied), `deadline_date`, `days_left` and `state`: open, waiting (its write-off, for a second
    person), appealed, corrected, written_off, to_client, or settled where the payer owes nothing of it any more
    without anybody's decision. `only_open`: those of which the payer still owes something.
    """
    require(actor, Permission.ADJUST)
    found = [row for row in reader.rows(_DENIAL) if not actor.location_ids or row["location_id"] in actor.location_ids]
    ids = [row["remittance_claim_id"] for row in found]
    charges = _denied(reader, _charges(reader, ids))
    reasons = _reasons(reader, ids)
    asked = _asked_to_write_off(reader)
    today = local_date(reader.now, reader.setting("zone", "UTC"))
    rows = []
    for row in found:
        mine = charges.get(row["remittance_claim_id"], [])
        open_minor = sum(min(denied, max(one["open_minor"], 0)) for one, denied in mine)
        deadline = row["deadline_date"] or row["denied_date"] + timedelta(days=row["appeal_days"])
        is_given_up = row["outcome"] in ("written_off", "to_client")
        if open_minor and any(one["charge_id"] in asked for one, _ in mine):
            state = "waiting"
        elif open_minor:
            state = "open" if is_given_up or not row["outcome"] else row["outcome"]
        else:
            state = row["outcome"] if is_given_up else "settled"
        rows.append(
            row
            | {
                "clients": ", ".join(dict.fromkeys(one["client_name"] for one, _ in mine)),
                "client_id": mine[0][0]["client_id"] if mine else None,
                "service_date": min((one["service_date"] for one, _ in mine), default=None),
                "reasons": "; ".join(reasons.get(row["remittance_claim_id"], [])),
                "open_minor": open_minor,
                "deadline_date": deadline,
                "days_left": (deadline - today).days,
                "state": state,
            }
        )
    waiting = [row for row in rows if not only_open or row["open_minor"]]
    return sorted(waiting, key=lambda row: (row["state"] != "open", row["deadline_date"], row["control_number"]))


def denied_charges(reader: Reader, remittance_claim_id: str) -> list[tuple[Row, int]]:
    """[(charge, what was denied of it)]. What the claim denied as a whole is split by the charges' amounts."""
    mine = _charges(reader, [remittance_claim_id])
    found = _denied(reader, mine).get(remittance_claim_id, [])
    ids = [one["charge_id"] for one, _ in found]
    rows = reader.rows("select * from charges where charge_id in (select unnest(?))", ids)
    by_id = {row["charge_id"]: row for row in rows}
    return [(by_id[one["charge_id"]], amount) for one, amount in found]


def denying_groups(reader: Reader, remittance_claim_id: str) -> set[str]:
    """The groups under which the claim was denied."""
    rows = reader.rows(
        "select distinct group_code from remittance_adjustments where remittance_claim_id = ? and class = 'denial'",
        remittance_claim_id,
    )
    return {row["group_code"] for row in rows}


def may_own(reader: Reader, user_id: str) -> bool:
    """Whether this active user's role works on what payers owe."""
    row = reader.find("users", user_id)
    return bool(row and row["is_active"] and Permission.ADJUST in ROLES[row["role"]])


def owners(reader: Reader, actor: Actor) -> list[Row]:
    """Whose task a denial can be: {user_id, name}."""
    require(actor, Permission.ADJUST)
    rows = reader.rows("select user_id, name, role from users where is_active order by name, user_id")
    return [row for row in rows if Permission.ADJUST in ROLES[row["role"]]]


def _charges(reader: Reader, remittance_claim_ids: list[str]) -> dict[str, list[Row]]:
    """By claim: its charges with `client_name` and what the payer still owes of each."""
    found: dict[str, list[Row]] = {}
    for row in reader.rows(
        "with asked as (select unnest(?) as remittance_claim_id), named as ("
        " select l.remittance_claim_id, l.charge_id from remittance_lines l join asked using (remittance_claim_id)"
        " where l.charge_id is not null"
        " union select e.remittance_claim_id, e.charge_id from remittance_entries e join asked"
        " using (remittance_claim_id)"
        " union select c.remittance_claim_id, c.control_number from remittance_claims c join asked"
        " using (remittance_claim_id) join charges h on h.charge_id = c.control_number)"
        " select n.remittance_claim_id, c.charge_id, c.client_id, c.service_date, c.amount_minor,"
        " k.given_name || ' ' || k.family_name as client_name,"
        " coalesce((select sum(q.debit_minor - q.credit_minor) from postings q where q.charge_id = c.charge_id"
        " and q.account = '1100' and q.party = 'payer:' || r.payer_id), 0)::bigint as open_minor"
        " from named n join charges c using (charge_id) join clients k using (client_id)"
        " join remittance_claims m using (remittance_claim_id) join remittances r using (remittance_id)"
        " order by c.service_date, c.charge_id",
        remittance_claim_ids,
    ):
        found.setdefault(row["remittance_claim_id"], []).append(row)
    return found


def _denied(reader: Reader, charges: dict[str, list[Row]]) -> dict[str, list[tuple[Row, int]]]:
    """By claim: its charges, each with what was denied of it."""
    by_line: Counter[tuple[str, str | None]] = Counter()
    for row in reader.rows(
        "select a.remittance_claim_id, l.charge_id, sum(a.amount_minor)::bigint as amount_minor"
        " from remittance_adjustments a left join remittance_lines l using (remittance_line_id)"
        " where a.remittance_claim_id in (select unnest(?)) and a.class = 'denial' group by all",
        list(charges),
    ):
        by_line[row["remittance_claim_id"], row["charge_id"]] += row["amount_minor"]
    found = {}
    for claim_id, mine in charges.items():
        whole, weights = by_line[claim_id, None], [one["amount_minor"] for one in mine]
        parts = split(whole, weights) if whole else [0] * len(mine)
        found[claim_id] = [
            (one, by_line[claim_id, one["charge_id"]] + part) for one, part in zip(mine, parts, strict=True)
        ]
    return found


def _asked_to_write_off(reader: Reader) -> set[str]:
    """The charges of which somebody wants to write off a denial, and a second person has not decided yet."""
    rows = reader.rows(
        "select charge_id from approvals where command = 'adjust_charge' and reason_class = 'denial'"
        " and outcome is null and expires_at > ?",
        stored(reader.now),
    )
    return {row["charge_id"] for row in rows}


def _reasons(reader: Reader, remittance_claim_ids: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in reader.rows(
        "select distinct remittance_claim_id, group_code, reason_code from remittance_adjustments"
        " where class = 'denial' and remittance_claim_id in (select unnest(?)) order by all",
        remittance_claim_ids,
    ):
        found.setdefault(row["remittance_claim_id"], []).append(named(row["group_code"], row["reason_code"]))
    return found
