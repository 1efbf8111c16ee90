"""What control over money reads: limits, the lock's history, requests. `limit` is for commands; the rest asks."""

from __future__ import annotations

from practice.access.permissions import Actor, Permission, require
from practice.billing.queries.items import here
from practice.clock import stored
from practice.store.work import Reader, Row


def limit(reader: Reader, kind: str, role: str) -> int | None:
    """The most of that kind that the role may do alone; None where nothing is said."""
    most: int | None = reader.value("select most from approval_limits where kind = ? and role = ?", kind, role)
    return most


def limits(reader: Reader, actor: Actor) -> list[Row]:
    """Every limit that is set: kind, role, most."""
    require(actor, Permission.SET_UP)
    return reader.rows("select kind, role, most from approval_limits where most is not null order by kind, role")


def period_locks(reader: Reader, actor: Actor) -> list[Row]:
    """Each closing and reopening, the newest first, with the name of who did it."""
    require(actor, Permission.SET_UP)
    return reader.rows(
        "select l.*, coalesce(u.name, 'Daybook') as set_by_name from period_locks l"
        " left join users u on u.user_id = l.set_by order by l.known_at desc, l.period_lock_id desc"
    )


def is_asked(reader: Reader, command_name: str, parameters: str) -> bool:
    """Whether the very same waits for a decision."""
    return bool(
        reader.one(
            "select 1 from approvals where command = ? and parameters = ? and outcome is null and expires_at > ?",
            command_name,
            parameters,
            stored(reader.now),
        )
    )


def written_off(reader: Reader, charge_id: str) -> int:
    """What has been taken off a charge by hand and stands: every class but contractual, in minor units."""
    return int(
        reader.value(
            "select coalesce(sum(amount_minor), 0) from adjustments where charge_id = ? and class <> 'contractual'",
            charge_id,
        )
    )


def beyond_contract(reader: Reader, charge_id: str) -> int:
    """Contractual adjustments of a charge above what its payer's contract let us expect; negative while below it."""
    return int(
        reader.value(
            "select coalesce((select sum(amount_minor) from adjustments where charge_id = ? and class = 'contractual'),"
            " 0) - coalesce((select sum(p.credit_minor) from postings p join charges c using (transaction_id)"
            " where c.charge_id = ? and p.account = '1190'), 0)",
            charge_id,
            charge_id,
        )
    )


def to_decide(reader: Reader, actor: Actor) -> int:
    """How many requests wait for this person: of others, where the person may decide."""
    if not actor.may(Permission.APPROVE):
        return 0
    scope, values = here(actor, "location_id")
    return int(
        reader.value(
            "select count(*) from approvals where outcome is null and expires_at > ? and asked_by <> ?" + scope,
            stored(reader.now),
            actor.user_id,
            *values,
        )
    )


def approvals(reader: Reader, actor: Actor, *, is_open: bool = True, limit: int = 200) -> list[Row]:
    """Requests, the oldest first while they wait, decided and expired ones the newest first.

    Whoever may decide sees everybody's at their locations; others their own. Each has client_name, service_date and
    description of its charge (of a booking wall_start and provider_name, too), asked_by_name, decided_by_name, and
    state: waiting, expired, or its outcome.
    """
    require(actor, Permission.SEE_MONEY)
    scope, values = here(actor, "a.location_id")
    own, asker = ("", []) if actor.may(Permission.APPROVE) else (" and a.asked_by = ?", [actor.user_id])
    is_waiting = "a.outcome is null and a.expires_at > ?"
    now = stored(reader.now)
    return reader.rows(
        f"""
        select a.*, coalesce(a.outcome, case when a.expires_at > ? then 'waiting' else 'expired' end) as state,
            c.given_name || ' ' || c.family_name as client_name,
            coalesce(h.service_date, v.start_date) as service_date, coalesce(h.description, s.name) as description,
            case when a.command = 'book_appointment'
                then cast(json_extract_string(a.parameters, '$.wall_start') as timestamp) end as wall_start,
            r.name as provider_name, p.received_date, asker.name as asked_by_name, decider.name as decided_by_name
        from approvals a
        left join clients c on c.client_id = a.client_id
        left join charges h on h.charge_id = a.charge_id
        left join attendees t on a.command = 'leave_uncharged'
            and t.attendee_id = json_extract_string(a.parameters, '$.attendee_id')
        left join appointments v on v.appointment_id = t.appointment_id
        left join services s on s.service_id = coalesce(v.service_id,
            case when a.command = 'book_appointment' then json_extract_string(a.parameters, '$.service_id') end)
        left join providers r on a.command = 'book_appointment'
            and r.provider_id = json_extract_string(a.parameters, '$.provider_id')
        left join payments p on p.payment_id = a.payment_id
        left join users asker on asker.user_id = a.asked_by
        left join users decider on decider.user_id = a.decided_by
        where {is_waiting if is_open else f"not ({is_waiting})"}{scope}{own}
        order by {"a.asked_at" if is_open else "coalesce(a.decided_at, a.expires_at) desc"}, a.approval_id limit ?
        """,
        now,
        now,
        *values,
        *asker,
        limit,
    )
