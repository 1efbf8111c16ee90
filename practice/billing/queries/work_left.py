"""Charges that lack something. Asks nothing of an actor: `practice.billing.to_do` does."""

from __future__ import annotations

from practice.access.permissions import Actor
from practice.billing.queries.items import here
from practice.store.work import Reader, Row


def codes_diagnoses(reader: Reader) -> bool:
    """Whether the practice codes diagnoses at all: it has loaded their list, or recorded one."""
    return bool(
        reader.one("select 1 from code_lists where kind = 'icd10' union all select 1 from client_diagnoses limit 1")
    )


def charges_without_diagnosis(reader: Reader, actor: Actor) -> list[Row]:
    """Posted visits of which a payer still owes something and that point to no diagnosis, the oldest first."""
    scope, values = here(actor, "h.location_id")
    return reader.rows(
        "select h.charge_id, h.attendee_id, h.client_id, c.given_name || ' ' || c.family_name as client_name,"
        " h.provider_id, v.name as provider_name, h.location_id, h.service_date, h.description as service_name,"
        " h.amount_minor, exists (select 1 from client_diagnoses d where d.client_id = h.client_id"
        " and not d.is_withdrawn and d.from_date <= h.service_date"
        " and (d.until_date is null or d.until_date >= h.service_date)) as is_diagnosed"
        " from charges h join clients c on c.client_id = h.client_id"
        " left join providers v on v.provider_id = h.provider_id"
        " where h.status = 'posted' and h.kind = 'service' and h.payer_id is not null"
        " and not exists (select 1 from charge_diagnoses d where d.charge_id = h.charge_id)"
        " and (select sum(p.debit_minor - p.credit_minor) from postings p"
        f" where p.charge_id = h.charge_id and p.account = '1100') > 0{scope} order by h.service_date, h.charge_id",
        *values,
    )
