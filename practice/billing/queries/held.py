"""Deposits and packages: what is held for whom. `booking` to `is_undone` are for commands; the lists ask."""

from __future__ import annotations

from practice.access.permissions import SYSTEM, Actor, Permission, require
from practice.billing.queries.deposit_rules import amount_of, is_card_asked, rule_for
from practice.billing.queries.items import PARTIES, also, here
from practice.billing.queries.worklists import today
from practice.errors import NotFound
from practice.store.work import Reader, Row

# A booking is followed through its moves to the visit that stands now, and to that visit's charge.
_BOOKINGS = """
    with recursive steps as (
        select attendee_id as first_id, attendee_id, moved_to_attendee_id, 0 as step from attendees {which}
        union all
        select s.first_id, t.attendee_id, t.moved_to_attendee_id, s.step + 1
        from steps s join attendees t on t.attendee_id = s.moved_to_attendee_id where s.step < 200
    ), now as (select first_id, arg_max(attendee_id, step) as attendee_id from steps group by first_id)
    select n.first_id, t.attendee_id, t.client_id, t.status, t.cancelled_by, t.is_late, a.appointment_id, a.start_date,
        a.starts_at, a.wall_start, a.location_id, a.service_id, s.name as service_name, s.fee_minor,
        c.given_name || ' ' || c.family_name as client_name,
        coalesce(c.guarantor_client_id, c.client_id) as guarantor_client_id, h.charge_id
    from now n join attendees t using (attendee_id) join appointments a using (appointment_id)
    join services s using (service_id) join clients c on c.client_id = t.client_id
    left join charges h
        on h.live_key = case t.billing_unit when 'appointment' then t.appointment_id else t.attendee_id end
"""

COMING = ("scheduled", "confirmed", "arrived", "in_session")
"""Statuses of a booking for which a deposit can be taken."""

_MOVED = """
    select held_id, cast(sum(amount_minor) as bigint) as amount_minor, cast(sum(sessions) as bigint) as sessions,
        cast(coalesce(sum(amount_minor) filter (kind = 'applied'), 0) as bigint) as applied_minor,
        cast(coalesce(sum(amount_minor) filter (kind = 'returned'), 0) as bigint) as returned_minor,
        cast(coalesce(sum(amount_minor) filter (kind = 'expired'), 0) as bigint) as expired_minor,
        cast(coalesce(sum(sessions) filter (kind = 'redeemed'), 0) as bigint) as redeemed
    from held_moves group by held_id
"""


def booking(reader: Reader, attendee_id: str) -> Row:
    """The visit that stands now of what was booked as `attendee_id`: client, service, guarantor, live charge."""
    row = reader.one(_BOOKINGS.format(which="where attendee_id = ?"), attendee_id)
    if row is None:
        raise NotFound("This visit does not exist; it may have been opened from an old page, so search again.")
    return row


def moved(reader: Reader, held_id: str) -> dict[str, int]:
    """What of a deposit or package has gone, as {amount_minor, sessions}; undone moves count as nothing."""
    row = reader.one(
        "select cast(coalesce(sum(amount_minor), 0) as bigint) as amount_minor,"
        " cast(coalesce(sum(sessions), 0) as bigint) as sessions from held_moves where held_id = ?",
        held_id,
    )
    assert row is not None
    return row


def left_of(reader: Reader, package: Row) -> dict[str, int]:
    """What is left of a package, as {amount_minor, sessions}."""
    gone = moved(reader, package["package_id"])
    return {
        "amount_minor": package["price_minor"] - gone["amount_minor"],
        "sessions": package["sessions"] - gone["sessions"],
    }


def is_undone(reader: Reader, held_move_id: str) -> bool:
    """Whether a row undoes it."""
    return bool(reader.one("select 1 from held_moves where reverses_id = ?", held_move_id))


def held_of(reader: Reader, payment_id: str) -> int:
    """What of a payment is held as deposits and packages, or was kept of a package that expired."""
    return int(
        reader.value(
            "select coalesce(sum(credit_minor - debit_minor), 0) from postings"
            " where payment_id = ? and account in ('2110', '2120', '4030')",
            payment_id,
        )
    )


def holding(reader: Reader, payment_id: str) -> list[Row]:
    """Deposits and packages of a payment with something left: held_id, is_deposit, left_minor, sessions."""
    return reader.rows(
        f"""
        with documents as (
            select deposit_id as held_id, true as is_deposit, amount_minor, 0 as sessions, payment_id from deposits
            union all select package_id, false, price_minor, sessions, payment_id from packages
        ), moved as ({_MOVED})
        select d.held_id, d.is_deposit, cast(d.amount_minor - coalesce(m.amount_minor, 0) as bigint) as left_minor,
            cast(d.sessions - coalesce(m.sessions, 0) as integer) as sessions
        from documents d left join moved m using (held_id)
        where d.payment_id = ? and d.amount_minor > coalesce(m.amount_minor, 0) order by d.held_id
        """,
        payment_id,
    )


def kept_moves(reader: Reader, payment_id: str) -> list[Row]:
    """Expiries of a payment's packages that stand."""
    return reader.rows(
        "select m.* from held_moves m join packages k on k.package_id = m.held_id where k.payment_id = ?"
        " and m.kind = 'expired' and m.reverses_id is null"
        " and not exists (select 1 from held_moves r where r.reverses_id = m.held_move_id)",
        payment_id,
    )


def deposit_asked(reader: Reader, attendee_id: str) -> int:
    """What the rules ask for this booking, in minor units; 0 for nothing. Never more than the service's fee."""
    visit = booking(reader, attendee_id)
    rule = rule_for(reader, visit)
    return amount_of(rule, visit["fee_minor"]) if rule else 0


def missing(reader: Reader, attendee_id: str, asked_minor: int) -> int:
    """What of a deposit asked for a booking is not held yet; 0 once the visit is over, cancelled or charged."""
    visit = booking(reader, attendee_id)
    if visit["charge_id"] or visit["status"] not in COMING:
        return 0
    return max(asked_minor - held_for(reader, visit["attendee_id"]), 0)


def held_for(reader: Reader, attendee_id: str) -> int:
    """What was taken for a booking as it stands, and not returned."""
    rows = deposits(reader, SYSTEM, attendee_id=attendee_id, is_open=False)
    return sum(row["amount_minor"] - row["returned_minor"] for row in rows)


def deposits(
    reader: Reader, actor: Actor, *, client_id: str | None = None, attendee_id: str | None = None, is_open: bool = True
) -> list[Row]:
    """Deposits, the oldest first, each with what is left, its age in days and the booking that stands now.

    `attendee_id` is of the booking as it stands. `charge_id` is of its charge, so that the deposit can be applied.
    """
    require(actor, Permission.SEE_MONEY)
    conditions = (
        here(actor, "d.location_id"), also("d.client_id", client_id), also("b.attendee_id", attendee_id),
    )  # fmt: skip
    which = "where attendee_id in (select attendee_id from deposits)"
    rows = reader.rows(
        f"""
        with bookings as ({_BOOKINGS.format(which=which)}), moved as ({_MOVED})
        select d.*, p.party, p.method, p.received_date, n.party_name, b.* exclude (first_id, client_id, location_id),
            coalesce(m.applied_minor, 0) as applied_minor, coalesce(m.returned_minor, 0) as returned_minor,
            d.amount_minor - coalesce(m.amount_minor, 0) as left_minor
        from (select * exclude (attendee_id), attendee_id as first_id from deposits) d
        join payments p using (payment_id) join ({PARTIES}) n on n.party = p.party
        join bookings b on b.first_id = d.first_id left join moved m on m.held_id = d.deposit_id where true
        """
        + "".join(condition for condition, _ in conditions)
        + " order by d.post_date, d.known_at, d.deposit_id",
        *(value for _, values in conditions for value in values),
    )
    now = today(reader)
    for row in rows:
        row["age_days"] = (now - row["received_date"]).days
    return [row for row in rows if row["left_minor"] or not is_open]


def deposits_to_take(reader: Reader, actor: Actor, *, days: int = 60, limit: int = 200) -> list[Row]:
    """Coming visits for which the rules ask more than is held, the next first.

    Each has asked_minor, missing_minor, and needs_card: a card on file is asked for, and there is none.
    """
    require(actor, Permission.SEE_MONEY)
    if not reader.one("select 1 from deposit_rules where not is_withdrawn and kind <> 'none' limit 1"):
        return []
    scope, values = here(actor, "a.location_id")
    coming = reader.rows(
        "select t.attendee_id from attendees t join appointments a using (appointment_id)"
        " where t.status = 'scheduled' and a.starts_at >= ? and a.start_date <= cast(? as date) + cast(? as integer)"
        " and (a.service_id in (select service_id from deposit_rules where not is_withdrawn)"
        f" or t.client_id in (select client_id from deposit_rules where not is_withdrawn)){scope} order by a.starts_at",
        reader.now.replace(tzinfo=None),
        today(reader),
        days,
        *values,
    )
    held: dict[str, int] = {}
    for row in deposits(reader, actor, is_open=False):
        held[row["attendee_id"]] = held.get(row["attendee_id"], 0) + row["amount_minor"] - row["returned_minor"]
    wanted = []
    for row in coming:
        visit = booking(reader, row["attendee_id"])
        rule = rule_for(reader, visit)
        asked = amount_of(rule, visit["fee_minor"]) if rule else 0
        lacking = asked - held.get(row["attendee_id"], 0)
        needs_card = not asked and is_card_asked(reader, visit)
        if lacking > 0 or needs_card:
            wanted.append(visit | {"asked_minor": asked, "missing_minor": max(lacking, 0), "needs_card": needs_card})
        if len(wanted) == limit:
            break
    return wanted
