"""Prior authorisations with what was used and what is booked of them. What is left is computed, never stored."""

from __future__ import annotations

from datetime import date

from practice.access.permissions import Actor, Permission, require
from practice.people.queries import require_client
from practice.store.work import Reader, Row

# Booked: visits to come, and those that were seen and wait for their charge; each is a unit.
_WITH_USE = """
    select a.*, p.name as payer_name, s.name as service_name,
        cast(coalesce((select sum(u.units) from charge_authorisations u join charges h using (charge_id)
            where u.authorisation_id = a.authorisation_id and h.status = 'posted'), 0) as integer) as used,
        cast((select count(*) from attendees t join appointments v using (appointment_id)
            where t.client_id = a.client_id and t.status in ('scheduled', 'arrived', 'in_session', 'completed')
                and (a.service_id is null or v.service_id = a.service_id)
                and v.start_date between a.from_date and a.until_date
                and not exists (select 1 from charges h where h.attendee_id = t.attendee_id and h.status = 'posted')
                and not exists (select 1 from uncharged_visits n
                    where n.attendee_id = t.attendee_id and not n.is_withdrawn)) as integer) as booked
    from authorisations a join payers p using (payer_id) left join services s on s.service_id = a.service_id
    where not a.is_withdrawn and a.client_id = ?
"""


def authorisations(reader: Reader, actor: Actor, client_id: str) -> list[Row]:
    """A client's, the last to end first, each with `used`, `booked`, `payer_name` and `service_name` (None: any)."""
    require(actor, Permission.SEE_CLIENTS)
    require_client(reader, actor, client_id)
    return reader.rows(_WITH_USE + " order by a.until_date desc, a.authorisation_id", client_id)


def for_visit(reader: Reader, client_id: str, payer_id: str, service_id: str) -> list[Row]:
    """Those of a payer that could cover a service, the first one to end first. Asks nothing of an actor."""
    return reader.rows(
        _WITH_USE + " and a.payer_id = ? and (a.service_id is null or a.service_id = ?)"
        " order by a.until_date, a.from_date, a.authorisation_id",
        client_id,
        payer_id,
        service_id,
    )


def same_number(reader: Reader, client_id: str, payer_id: str, number: str, first: date) -> Row | None:
    """An authorisation of that number and first day."""
    return reader.one(
        "select * from authorisations where client_id = ? and payer_id = ? and number = ? and from_date = ?"
        " and not is_withdrawn",
        client_id,
        payer_id,
        number,
        first,
    )
