"""What claims are made of: charges that a payer is to be asked for, and all that a claim says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from practice.access.permissions import Actor, Permission, require
from practice.billing.queries.items import here
from practice.clock import local_date
from practice.insurance.claim_documents import Facts, Prior, documents
from practice.insurance.filing_queries import file_by, filing_days
from practice.insurance.scrubbing import Document, scrub
from practice.store.work import Reader, Row

_TO_ASK = """
    with owed as (
        select charge_id, substr(party, 7) as payer_id, cast(sum(debit_minor - credit_minor) as bigint) as open_minor
        from postings where account = '1100' group by all having sum(debit_minor - credit_minor) > 0),
    crossed as (
        select distinct l.charge_id, r.payer_id from remittance_lines l join remittance_claims m
        using (remittance_claim_id) join remittances r using (remittance_id)
        where m.status = 'posted' and m.claim_status in ('19', '20', '21'))
    select c.* replace (coalesce(c.place_of_service,
            case when a.mode = 'video' then '10' when a.mode is not null then '11' end) as place_of_service),
        (select u.number from charge_authorisations t join authorisations u using (authorisation_id)
            where t.charge_id = c.charge_id and u.payer_id = o.payer_id and not u.is_withdrawn) as authorisation,
        exists (select 1 from authorisations u where u.client_id = c.client_id and u.payer_id = o.payer_id
            and not u.is_withdrawn and (u.service_id is null or u.service_id = c.service_id)) as needs_authorisation,
        o.payer_id as asked_payer_id, o.open_minor, p.policy_id, p.rank, p.member_number,
        k.given_name, k.family_name, k.birth_date, y.name as payer_name,
        exists (select 1 from crossed x where x.charge_id = c.charge_id and x.payer_id <> o.payer_id) as is_crossed_over
    from owed o join charges c using (charge_id) join clients k using (client_id)
    left join appointments a on a.appointment_id = c.appointment_id
    join payers y on y.payer_id = o.payer_id
    join policies p on p.client_id = c.client_id and p.payer_id = o.payer_id and p.effective_from <= c.service_date
        and coalesce(p.effective_to, c.service_date) >= c.service_date
    where c.kind = 'service' and c.status = 'posted'
"""
_NOT_ASKED = """
    and not exists (select 1 from insurance_claim_lines l where l.live_key = c.charge_id || '|' || o.payer_id)
    and not exists (select 1 from claim_exclusions e where e.claim_exclusion_id = c.charge_id || '|' || o.payer_id)
"""
_IN_ORDER = " qualify row_number() over (partition by c.charge_id, o.payer_id order by p.rank, p.policy_id) = 1" \
            " order by c.service_date, c.client_id, a.starts_at nulls last, c.charge_id"  # fmt: skip


def to_claim(reader: Reader, actor: Actor) -> list[Row]:
    """What payers owe and were not asked for yet, a row for each claim that would be sent, the most urgent first.

    {charge_ids, payer_id, payer_name, rank, client_id, client_name, policy_id, provider_id, service_date, codes,
    amount_minor, problems: [Problem], problem (the first, in words), state: ready, incomplete or sent on (the payer
    before has sent it on itself), is_checked (its first look is kept, or need not be), file_by_date (the last day on
    which the payer takes it), days_left}.
    """
    made = waiting(reader, actor)
    today = local_date(reader.now, reader.setting("zone", "UTC"))
    known = checked(reader, [check_key(document) for document in made]) if is_billing(reader) else None
    limits = filing_days(reader)
    rows = [
        _listed(document, today, limits) | {"is_checked": known is None or check_key(document) in known}
        for document in made
    ]
    return sorted(rows, key=lambda row: row["file_by_date"])


def waiting(reader: Reader, actor: Actor) -> list[Document]:
    """What payers owe and were not asked for yet, as the claims that would be sent."""
    require(actor, Permission.ADJUST)
    where, values = here(actor, "c.location_id")
    rows = reader.rows(_TO_ASK + _NOT_ASKED + where + _IN_ORDER, *values)
    return documents(rows, facts(reader, rows))


def is_billing(reader: Reader) -> bool:
    """Whether the practice has said who bills, without which it sends no claims."""
    return reader.one("select 1 from claim_senders") is not None


def check_key(document: Document) -> str:
    """What a visit's claim to one payer is called before it is sent; the same however often it is charged anew."""
    ids = [document[name] or "" for name in ("client_id", "provider_id", "location_id")]
    return "|".join([*ids, document["payer"]["payer_id"], document["service_date"]])


def checked(reader: Reader, keys: Sequence[str]) -> set[str]:
    """Those of the keys that were looked through before, or asked for by a claim before there were checks."""
    rows = reader.rows(
        "with wanted as (select unnest(?::text[]) as key)"
        " select key from wanted semi join claim_checks on claim_check_id = key"
        " union select key from insurance_claims c join wanted on concat_ws('|', c.client_id,"
        " coalesce(c.provider_id, ''), c.location_id, c.payer_id, c.service_date) = key",
        list(keys),
    )
    return {row["key"] for row in rows}


def kept(reader: Reader, actor: Actor, *, row: Row) -> Row:
    """What is known already of a listed claim's people, for the forms that complete it."""
    require(actor, Permission.ADJUST)
    subjects = ["practice", f"client:{row['client_id']}", f"policy:{row['policy_id']}"]
    found = reader.rows("select * from postal_addresses where subject in (select unnest(?))", subjects)
    providers = reader.rows(
        "select p.provider_id, p.name, p.npi, c.given_name, c.family_name, c.taxonomy, c.supervising_provider_id"
        " from providers p left join provider_claims c using (provider_id) order by p.name"
    )
    return {
        "sender": reader.one("select * from claim_senders"),
        "addresses": {one["subject"]: one for one in found},
        "payer": reader.one(
            "select p.name, i.payer_code as code, i.filing_code from payers p left join payer_insurance i"
            " using (payer_id) where p.payer_id = ?",
            row["payer_id"],
        ),
        "sex": reader.value("select sex from client_sexes where client_id = ?", row["client_id"]),
        "holder": reader.find("policy_holders", row["policy_id"]),
        "providers": providers,
        "provider": next((one for one in providers if one["provider_id"] == row["provider_id"]), None),
    }


def sender_kept(reader: Reader, actor: Actor) -> Row:
    """What is known already of who bills, for the form."""
    require(actor, Permission.ADJUST)
    address = reader.find("postal_addresses", "practice")
    return {"sender": reader.one("select * from claim_senders"), "addresses": {"practice": address} if address else {}}


def asked(reader: Reader, keys: Sequence[str]) -> list[Document]:
    """The claims that these charges would make, each named as charge_id|payer_id, without what was asked for already.
    Read with one round of questions, however many there are."""
    condition = " and c.charge_id || '|' || o.payer_id in (select unnest(?))"
    rows = reader.rows(_TO_ASK + _NOT_ASKED + condition + _IN_ORDER, list(keys))
    return documents(rows, facts(reader, rows))


def facts(reader: Reader, rows: Sequence[Row]) -> Facts:
    """Everything beside the charges that their claims will say."""
    clients = list({row["client_id"] for row in rows})
    charge_ids = [row["charge_id"] for row in rows]
    policies = reader.rows("select * from policies where client_id in (select unnest(?)) order by rank", clients)
    return Facts(
        sender=reader.one("select * from claim_senders"),
        addresses=_by(reader, "select * from postal_addresses", "subject"),
        payers=_by(
            reader,
            "select p.payer_id, p.name, i.payer_code as code, i.filing_code from payers p"
            " left join payer_insurance i using (payer_id)",
            "payer_id",
        ),
        providers=_by(
            reader,
            "select p.provider_id, p.npi, c.given_name, c.family_name, c.taxonomy, c.supervising_provider_id"
            " from providers p left join provider_claims c using (provider_id)",
            "provider_id",
        ),
        locations=_by(reader, "select location_id, name from locations", "location_id"),
        sexes={key: row["sex"] for key, row in _by(reader, "select * from client_sexes", "client_id").items()},
        holders=_by(reader, "select * from policy_holders", "policy_id"),
        policies=policies,
        diagnoses=_lists(
            reader.rows(
                "select * from charge_diagnoses where charge_id in (select unnest(?)) order by charge_id, position",
                charge_ids,
            ),
            "charge_id",
        ),
        priors=_priors(reader, charge_ids),
    )


def _priors(reader: Reader, charge_ids: list[str]) -> dict[str, list[Prior]]:
    """What payers have answered for these charges, by charge: the newest answer of each payer that stands."""
    rows = reader.rows(
        "select l.charge_id, l.remittance_line_id, l.paid_minor, m.remittance_claim_id, m.payer_control_number,"
        " r.payer_id, cast(coalesce(r.payment_date, cast(r.known_at as date)) as text) as paid_date"
        " from remittance_lines l join remittance_claims m using (remittance_claim_id)"
        " join remittances r using (remittance_id)"
        " where l.charge_id in (select unnest(?)) and m.status = 'posted' and m.reverses_id is null"
        " qualify row_number() over (partition by l.charge_id, r.payer_id order by m.known_at desc, l.number) = 1",
        charge_ids,
    )
    said = reader.rows(
        "select * from remittance_adjustments"
        " where remittance_line_id in (select unnest(?))"
        " or (remittance_line_id is null and remittance_claim_id in (select unnest(?)))"
        " order by group_code, reason_code",
        [row["remittance_line_id"] for row in rows],
        [row["remittance_claim_id"] for row in rows],
    )
    by_line, by_claim = (_lists(said, key) for key in ("remittance_line_id", "remittance_claim_id"))
    found: dict[str, list[Prior]] = {}
    for row in rows:
        own = [_said(one) for one in by_line.get(row["remittance_line_id"], [])]
        whole = {
            one["remittance_adjustment_id"]: _said(one)
            for one in by_claim.get(row["remittance_claim_id"], [])
            if one["remittance_line_id"] is None
        }
        found.setdefault(row["charge_id"], []).append(
            Prior(row["payer_id"], row["paid_minor"], row["paid_date"], row["payer_control_number"], own, whole)
        )
    return found


def _said(row: Row) -> tuple[str, str, int]:
    return row["group_code"], row["reason_code"], row["amount_minor"]


def _listed(document: Document, today: date, limits: Mapping[str, int]) -> Row:
    problems, last = scrub(document, today), file_by(document, limits)
    state = "sent on" if document["is_crossed_over"] else "incomplete" if problems else "ready"
    return {
        "charge_ids": [line["charge_id"] for line in document["lines"]],
        "payer_id": document["payer"]["payer_id"],
        "payer_name": document["payer"]["name"],
        "rank": document["rank"],
        "client_id": document["client_id"],
        "client_name": f"{document['patient']['given_name']} {document['patient']['family_name']}",
        "policy_id": document["policy_id"],
        "provider_id": document["provider_id"],
        "service_date": document["lines"][0]["day"],
        "codes": ", ".join(line["code"] or "?" for line in document["lines"]),
        "amount_minor": document["total_minor"],
        "problems": problems,
        "problem": " ".join(one.sentence for one in problems),
        "state": state,
        "file_by_date": last,
        "days_left": (last - today).days,
    }


def _by(reader: Reader, sql: str, key: str) -> dict[str, Row]:
    return {row[key]: row for row in reader.rows(sql)}


def _lists(rows: Sequence[Row], key: str) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(row[key], []).append(row)
    return found
