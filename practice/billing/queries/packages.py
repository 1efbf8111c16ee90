"""Packages: what is offered, what was sold, and what is left of it."""

from __future__ import annotations

from practice.access.permissions import Actor, Permission, require
from practice.billing.queries.items import PARTIES, also, here
from practice.billing.queries.worklists import today
from practice.store.work import Reader, Row

_MOVED = """
    select held_id, cast(sum(amount_minor) as bigint) as amount_minor, cast(sum(sessions) as bigint) as sessions,
        cast(coalesce(sum(sessions) filter (kind = 'redeemed'), 0) as bigint) as redeemed,
        cast(coalesce(sum(sessions) filter (kind = 'expired'), 0) as bigint) as expired,
        cast(coalesce(sum(sessions) filter (kind = 'returned'), 0) as bigint) as returned
    from held_moves where held_id in (select package_id from packages) group by held_id
"""


def package_offers(reader: Reader, actor: Actor, *, only_active: bool = True) -> list[Row]:
    """What is offered, by service and number of sessions, with service_name."""
    require(actor, Permission.SEE_MONEY)
    rows = reader.rows(
        "select o.*, s.name as service_name from package_offers o join services s using (service_id)"
        " order by s.name, o.sessions, o.package_offer_id"
    )
    return [row for row in rows if row["is_active"] or not only_active]


def packages(reader: Reader, actor: Actor, *, client_id: str | None = None, is_open: bool = True) -> list[Row]:
    """Packages, the first to expire first: sessions left, redeemed, expired, returned; left_minor; state.

    `state` is live, over (past its last day with something left), or used.
    """
    require(actor, Permission.SEE_MONEY)
    conditions = (here(actor, "k.location_id"), also("k.client_id", client_id))
    rows = reader.rows(
        f"""
        with moved as ({_MOVED})
        select k.*, o.name, s.name as service_name, c.given_name || ' ' || c.family_name as client_name,
            p.party, n.party_name, coalesce(m.redeemed, 0) as redeemed, coalesce(m.expired, 0) as expired,
            coalesce(m.returned, 0) as returned, k.sessions - coalesce(m.sessions, 0) as sessions_left,
            k.price_minor - coalesce(m.amount_minor, 0) as left_minor
        from packages k join package_offers o using (package_offer_id) join services s on s.service_id = k.service_id
        join clients c on c.client_id = k.client_id join payments p using (payment_id)
        join ({PARTIES}) n on n.party = p.party left join moved m on m.held_id = k.package_id where true
        """
        + "".join(condition for condition, _ in conditions)
        + " order by k.expires_date, k.known_at, k.package_id",
        *(value for _, values in conditions for value in values),
    )
    day = today(reader)
    for row in rows:
        row["state"] = "used" if not row["left_minor"] else "over" if row["expires_date"] < day else "live"
    return [row for row in rows if row["left_minor"] or not is_open]


def sessions_of(reader: Reader, actor: Actor, package_id: str) -> list[Row]:
    """What became of a package, the oldest first, with the visit's date; `is_live` marks what can be given back."""
    require(actor, Permission.SEE_MONEY)
    scope, values = here(actor, "k.location_id")
    return reader.rows(
        "select m.*, h.service_date, h.status as charge_status, m.kind = 'redeemed' and m.reverses_id is null"
        " and not exists (select 1 from held_moves r where r.reverses_id = m.held_move_id) as is_live"
        " from held_moves m join packages k on k.package_id = m.held_id left join charges h using (charge_id)"
        f" where m.held_id = ?{scope} order by m.known_at, m.held_move_id",
        package_id,
        *values,
    )


def packages_for(reader: Reader, actor: Actor, attendee_ids: list[str]) -> dict[str, Row]:
    """For each of these completed visits the package that would pay it, by attendee: the first to expire.

    As many visits as a package has sessions left; the earlier visits first.
    """
    live = [row for row in packages(reader, actor) if row["sessions_left"]]
    if not live or not attendee_ids:
        return {}
    left = {row["package_id"]: row["sessions_left"] for row in live}
    visits = reader.rows(
        "select t.attendee_id, t.client_id, a.service_id, a.start_date from attendees t join appointments a"
        f" using (appointment_id) where t.attendee_id in ({', '.join('?' * len(attendee_ids))})"
        " and t.status = 'completed' order by a.starts_at, t.attendee_id",
        *attendee_ids,
    )
    found = {}
    for visit in visits:
        for row in live:
            is_its = row["client_id"] == visit["client_id"] and row["service_id"] == visit["service_id"]
            if is_its and left[row["package_id"]] and visit["start_date"] <= row["expires_date"]:
                left[row["package_id"]] -= 1
                found[visit["attendee_id"]] = row
                break
    return found
