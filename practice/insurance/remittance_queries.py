"""What posting a remittance must know: payers by how they sign, charges by what a claim names, earlier postings."""

from __future__ import annotations

from collections.abc import Sequence

from practice.access.permissions import Actor, Permission, require
from practice.store.work import Reader, Row


def payer_of(reader: Reader, identifier: str, name: str) -> str | None:
    """The payer that signs so; else the only one of that name, in any case."""
    signed: str | None = reader.value("select payer_id from payer_identifiers where identifier = ?", identifier)
    if signed:
        return signed
    named = reader.rows("select payer_id from payers where lower(trim(name)) = lower(trim(?))", name)
    return named[0]["payer_id"] if len(named) == 1 else None


def known(reader: Reader, payer_id: str, trace_number: str) -> Row | None:
    """The remittance that came under this trace number before."""
    return reader.one("select * from remittances where payer_id = ? and trace_number = ?", payer_id, trace_number)


def rules_for(reader: Reader, payer_id: str) -> dict[tuple[str, str | None], str]:
    """(group, reason or None) → class, the payer's own rows in place of the general ones."""
    rows = reader.rows(
        "select group_code, reason_code, class from remittance_rules where payer_id is null or payer_id = ?"
        " order by payer_id nulls first",
        payer_id,
    )
    return {(row["group_code"], row["reason_code"]): row["class"] for row in rows}


def rule_of(reader: Reader, payer_id: str | None, group_code: str, reason_code: str | None) -> str | None:
    """The remittance_rule_id of exactly this payer, group and reason."""
    found: str | None = reader.value(
        "select remittance_rule_id from remittance_rules where payer_id is not distinct from ? and group_code = ?"
        " and reason_code is not distinct from ?",
        payer_id,
        group_code,
        reason_code,
    )
    return found


def charges_named(reader: Reader, charge_ids: Sequence[str]) -> dict[str, Row]:
    """The posted charges among these ids."""
    rows = reader.rows(
        "select * from charges where charge_id in (select unnest(?)) and status = 'posted'", list(charge_ids)
    )
    return {row["charge_id"]: row for row in rows}


def charges_of_claims(reader: Reader, numbers: Sequence[str]) -> list[Row]:
    """Posted charges of claims that we sent, by what we called the claim or the line: the charge's row with
    `claim_number` and `line_number`, in the order of the claim."""
    return reader.rows(
        "select i.control_number as claim_number, l.control_number as line_number, c.* from insurance_claim_lines l"
        " join insurance_claims i using (insurance_claim_id) join charges c on c.charge_id = l.charge_id"
        " where c.status = 'posted' and (i.control_number in (select unnest(?)) or l.control_number in"
        " (select unnest(?))) order by i.number, l.number",
        list(numbers),
        list(numbers),
    )


def charges_of_members(reader: Reader, payer_id: str, members: Sequence[str]) -> list[Row]:
    """Posted charges of these members that the payer was ever asked for, with `member_number`, the oldest first."""
    if not members:
        return []
    return reader.rows(
        "select distinct p.member_number, c.* from charges c join policies p on p.client_id = c.client_id"
        " and p.effective_from <= c.service_date and coalesce(p.effective_to, c.service_date) >= c.service_date"
        " where c.status = 'posted' and p.payer_id = ? and p.member_number in (select unnest(?))"
        " and c.charge_id in (select q.charge_id from postings q where q.party = 'payer:' || ?)"
        " order by c.known_at, c.charge_id",
        payer_id,
        list(members),
        payer_id,
    )


def policies_of(reader: Reader, client_ids: Sequence[str]) -> dict[str, list[Row]]:
    """Every policy of these clients, by client, in the order of their ranks."""
    found: dict[str, list[Row]] = {}
    for row in reader.rows(
        "select * from policies where client_id in (select unnest(?)) order by rank, effective_from desc, policy_id",
        list(client_ids),
    ):
        found.setdefault(row["client_id"], []).append(row)
    return found


def posted_claims(reader: Reader, payer_id: str, control_number: str) -> list[Row]:
    """Claims of that name that stand posted and are no take-backs themselves, the newest first."""
    return reader.rows(
        "select c.* from remittance_claims c join remittances r using (remittance_id) where r.payer_id = ?"
        " and c.control_number = ? and c.status = 'posted' and c.reverses_id is null"
        " and not exists (select 1 from remittance_claims b where b.reverses_id = c.remittance_claim_id)"
        " order by c.known_at desc, c.remittance_claim_id desc",
        payer_id,
        control_number,
    )


def entries_of(reader: Reader, remittance_claim_id: str) -> list[Row]:
    """What the claim's posting wrote, in order."""
    return reader.rows(
        "select * from remittance_entries where remittance_claim_id = ? order by remittance_entry_id",
        remittance_claim_id,
    )


def transfers_of_remittances(reader: Reader, charge_ids: Sequence[str]) -> set[str]:
    """The transfers of these charges that remittances posted."""
    rows = reader.rows(
        "select document_id from remittance_entries where kind = 'transfer' and charge_id in (select unnest(?))",
        list(charge_ids),
    )
    return {row["document_id"] for row in rows}


def credits_of(reader: Reader, payer_id: str) -> list[Row]:
    """The payer's payments with money in its credit (2130): {payment_id, credit_minor}, the oldest first."""
    return reader.rows(
        "select payment_id, cast(sum(credit_minor - debit_minor) as bigint) as credit_minor from postings"
        " where account = '2130' and payer_id = ? and payment_id is not null group by payment_id"
        " having sum(credit_minor - debit_minor) > 0 order by min(known_at), payment_id",
        payer_id,
    )


def pool_of(reader: Reader, remittance_id: str) -> list[str]:
    """The payments whose money a remittance may post: those that its take-backs freed, then its own."""
    rows = reader.rows(
        "select distinct a.payment_id, 1 as place from remittance_claims c"
        " join remittance_entries e on e.remittance_claim_id = c.reverses_id join allocations a"
        " on a.allocation_id = e.document_id where c.remittance_id = ?"
        " union select payment_id, 2 from remittances where remittance_id = ? and payment_id is not null order by 2, 1",
        remittance_id,
        remittance_id,
    )
    return list(dict.fromkeys(row["payment_id"] for row in rows))


def first_location(reader: Reader) -> str:
    """Where money that is of no known charge is received: the active location that comes first by name."""
    return str(reader.value("select location_id from locations where is_active order by name, location_id limit 1"))


def claims_of(reader: Reader, remittance_id: str) -> list[Row]:
    """The claims of a remittance, in its order."""
    return reader.rows("select * from remittance_claims where remittance_id = ? order by number", remittance_id)


def lines_of(reader: Reader, remittance_claim_id: str) -> list[Row]:
    """The service lines of a claim, in its order."""
    return reader.rows(
        "select * from remittance_lines where remittance_claim_id = ? order by number", remittance_claim_id
    )


def to_work(reader: Reader, actor: Actor) -> list[Row]:
    """What remittances left for people: held sets, unmatched claims, denials still open, and notes; the oldest first.

    {kind, remittance_id, remittance_claim_id, payer_name, trace_number, payment_date, control_number, amount_minor,
    why, known_at}; `kind` is held, unmatched, denied or noted.
    """
    require(actor, Permission.SEE_MONEY)
    return reader.rows(
        "select 'held' as kind, r.remittance_id, null as remittance_claim_id, p.name as payer_name, r.trace_number,"
        " r.payment_date, null as control_number, r.amount_minor, r.held_reason as why, r.known_at"
        " from remittances r join payers p using (payer_id) where r.status = 'held'"
        " union all select case when c.status = 'unmatched' then 'unmatched' when c.denied_minor > 0 then 'denied'"
        " else 'noted' end, r.remittance_id, c.remittance_claim_id, p.name, r.trace_number, r.payment_date,"
        " c.control_number, case when c.denied_minor > 0 then c.denied_minor else c.paid_minor end, c.note, r.known_at"
        " from remittance_claims c join remittances r using (remittance_id) join payers p using (payer_id)"
        " where c.status = 'unmatched' or (c.status = 'posted' and (c.denied_minor > 0 or c.note is not null))"
        " order by 10, 5, 7"
    )
