"""What estimates are made of and measured by: coming visits, the estimates in force, what was charged since."""

from __future__ import annotations

import json
from datetime import date

from practice.access.permissions import Actor, Permission, require
from practice.billing.queries.items import here
from practice.store.work import Reader, Row

_SELF_PAY = """not exists (
    select 1 from policies p where p.client_id = t.client_id and p.rank = 1 and p.effective_from <= a.start_date
        and (p.effective_to is null or p.effective_to >= a.start_date))"""


def closed_days(reader: Reader) -> frozenset[date]:
    """The days on which every location that is in use is closed, all day, for everybody."""
    rows = reader.rows(
        "select e.exception_date from availability_exceptions e join locations l using (location_id)"
        " where l.is_active and e.provider_id is null and not e.is_open and e.start_time is null"
        " and not e.is_withdrawn group by 1 having count(distinct e.location_id)"
        " = (select count(*) from locations where is_active)"
    )
    return frozenset(row["exception_date"] for row in rows)


def self_pay_visits(reader: Reader, actor: Actor, first: date, client_id: str | None = None) -> list[Row]:
    """Visits from a day on that stand or took place, of clients whom no payer covers that day, by client and time.

    Rows: attendee_id, client_id, client_name, provider_id, provider_name, location_id, service_id, service_name,
    booked_date, start_date, status.
    """
    require(actor, Permission.SEE_MONEY)
    scope, values = here(actor, "a.location_id")
    return reader.rows(
        "select t.attendee_id, t.client_id, c.given_name || ' ' || c.family_name as client_name, a.provider_id,"
        " v.name as provider_name, a.location_id, a.service_id, s.name as service_name, t.booked_date, a.start_date,"
        " t.status from attendees t join appointments a using (appointment_id) join clients c using (client_id)"
        " join providers v on v.provider_id = a.provider_id join services s on s.service_id = a.service_id"
        " where t.status in ('scheduled', 'confirmed', 'arrived', 'in_session', 'completed') and a.start_date >= ?"
        f" and t.client_id = coalesce(?, t.client_id) and {_SELF_PAY}{scope}"
        " order by t.client_id, a.starts_at, t.attendee_id",
        first,
        client_id,
        *values,
    )


def in_force(reader: Reader, client_id: str | None = None) -> list[Row]:
    """The newest estimate of each client and provider: document_id, client_id, number, issued_date, known_at, says."""
    rows = reader.rows(
        "select d.document_id, d.client_id, d.location_id, d.number, d.issued_date, d.known_at, d.content"
        " from documents d where d.kind = 'estimate' and d.client_id = coalesce(?, d.client_id)"
        " and not exists (select 1 from documents n where n.replaces_id = d.document_id) order by d.number",
        client_id,
    )
    return [row | {"says": json.loads(row["content"])} for row in rows]


def open_requests(reader: Reader, actor: Actor) -> list[Row]:
    """Requests that no estimate has answered since: client_id, client_name, asked_date."""
    require(actor, Permission.SEE_MONEY)
    scope, values = here(actor, "c.location_id")
    return reader.rows(
        "select r.client_id, c.given_name || ' ' || c.family_name as client_name, min(r.asked_date) as asked_date"
        " from estimate_requests r join clients c using (client_id)"
        " where not exists (select 1 from documents d where d.kind = 'estimate' and d.client_id = r.client_id"
        f"   and d.known_at >= r.known_at){scope} group by all",
        *values,
    )


def charged(reader: Reader, client_id: str, provider_id: str, first: date, last: date) -> int:
    """What a client was charged for a provider's visits in a time, in minor units; missed visits are no part of it."""
    return int(
        reader.value(
            "select coalesce(sum(amount_minor), 0) from charges where status = 'posted' and kind = 'service'"
            " and payer_id is null and client_id = ? and provider_id = ? and service_date between ? and ?",
            client_id,
            provider_id,
            first,
            last,
        )
    )
