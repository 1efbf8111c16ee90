"""Visits that are left uncharged, with their reasons."""

from __future__ import annotations

from practice.access.permissions import Actor, Permission, require
from practice.billing.queries.items import here
from practice.store.work import Reader, Row


def left_uncharged(reader: Reader, actor: Actor) -> list[Row]:
    """Those that stand, the last decision first, with `client_name`, `service_name` and `decided_by_name`."""
    require(actor, Permission.SEE_MONEY)
    scope, values = here(actor, "a.location_id")
    return reader.rows(
        "select u.*, a.start_date as service_date, c.given_name || ' ' || c.family_name as client_name,"
        " s.name as service_name, coalesce(d.name, 'Daybook') as decided_by_name from uncharged_visits u"
        " join attendees t using (attendee_id) join appointments a using (appointment_id)"
        " join clients c on c.client_id = t.client_id join services s on s.service_id = a.service_id"
        f" left join users d on d.user_id = u.decided_by where not u.is_withdrawn{scope}"
        " order by u.known_at desc, u.attendee_id",
        *values,
    )
