"""Claims that were sent: where each stands, what happened to it, and the files that carried them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from practice.access.permissions import Actor, Permission, require
from practice.billing.queries.items import here
from practice.errors import NotFound
from practice.insurance.scrubbing import Document
from practice.store.work import Reader, Row

STATES = {
    "submitted": "Submitted",
    "accepted": "Accepted",
    "rejected": "Rejected",
    "paid": "Paid",
    "partly_paid": "Partly paid",
    "denied": "Denied",
    "appealed": "Appealed",
    "closed": "Closed",
    "replaced": "Corrected by another",
    "voided": "Voided",
}


def claims_sent(reader: Reader, actor: Actor, *, only_open: bool = True, limit: int = 1_000) -> list[Row]:
    """The newest first, with payer_name, client_name, file_name, paid_minor, denied_minor, open_minor (what the payer
    owes of it now) and `state` (`STATES`): from what was acknowledged, what its remittance said, what became of a
    denial. `only_open` leaves out the paid, closed, replaced and voided."""
    require(actor, Permission.ADJUST)
    where, values = here(actor, "c.location_id")
    rows = reader.rows(
        "with answered as (select m.control_number, r.payer_id, sum(m.paid_minor)::bigint as paid_minor,"
        " sum(m.denied_minor)::bigint as denied_minor, max(d.outcome) as outcome"
        " from remittance_claims m join remittances r using (remittance_id) left join denials d"
        " using (remittance_claim_id) where m.status = 'posted' and m.reverses_id is null group by 1, 2),"
        " owed as (select charge_id, party, sum(debit_minor - credit_minor)::bigint as open_minor from postings"
        " where account = '1100' group by 1, 2),"
        " still as (select l.insurance_claim_id, sum(o.open_minor)::bigint as open_minor from insurance_claim_lines l"
        " join insurance_claims i using (insurance_claim_id) join owed o on o.charge_id = l.charge_id"
        " and o.party = 'payer:' || i.payer_id group by 1)"
        " select c.* exclude (document), p.name as payer_name, k.given_name || ' ' || k.family_name as client_name,"
        " f.file_name, f.status as file_status, a.paid_minor, a.denied_minor, a.outcome,"
        " coalesce(s.open_minor, 0) as open_minor from insurance_claims c join payers p using (payer_id)"
        " join clients k using (client_id) join claim_files f using (claim_file_id) left join answered a"
        " on a.control_number = c.control_number and a.payer_id = c.payer_id"
        f" left join still s using (insurance_claim_id) where true{where} order by c.number desc limit {limit:d}",
        *values,
    )
    for row in rows:
        row["state"] = _state(row)
        row["state_name"] = STATES[row["state"]]
    return [row for row in rows if not only_open or row["state"] not in ("paid", "closed", "replaced", "voided")]


def claim_document(reader: Reader, actor: Actor, *, insurance_claim_id: str) -> Document:
    """What was sent, as it was."""
    require(actor, Permission.ADJUST)
    row = reader.find("insurance_claims", insurance_claim_id)
    if row is None:
        raise NotFound("This claim does not exist; reload the list.")
    document: dict[str, Any] = json.loads(row["document"])
    return document


def events(reader: Reader, actor: Actor, *, insurance_claim_id: str) -> list[Row]:
    """What happened to a claim, the oldest first."""
    require(actor, Permission.ADJUST)
    return reader.rows(
        "select kind, note, known_at from claim_events where insurance_claim_id = ? order by known_at, claim_event_id",
        insurance_claim_id,
    )


def files_to_drop(reader: Reader, actor: Actor) -> list[Row]:
    """The files that were not put into the folder yet, the oldest first: {claim_file_id, file_name, content}."""
    require(actor, Permission.ADJUST)
    return reader.rows(
        "select claim_file_id, file_name, content from claim_files where dropped_at is null"
        " and not exists (select 1 from payer_connections where is_active and out_folder is not null)"
        " and not exists (select 1 from files_sent s where s.file_sent_id = 'claims:' || claim_file_id"
        " and s.state <> 'writing') order by number"
    )


def file_text(reader: Reader, claim_file_id: str) -> tuple[str, str]:
    """(file name, text) of one file."""
    row = reader.find("claim_files", claim_file_id)
    if row is None:
        raise NotFound("This file does not exist; reload the list.")
    return row["file_name"], row["content"]


# For commands ---------------------------------------------------------------------------------------------------------


def next_numbers(reader: Reader) -> tuple[int, int]:
    """The number of the next file, and of its first claim."""
    return (
        int(reader.value("select coalesce(max(number), 0) + 1 from claim_files")),
        int(reader.value("select coalesce(max(number), 0) + 1 from insurance_claims")),
    )


def lines_of(reader: Reader, insurance_claim_id: str) -> list[Row]:
    """The lines of a claim, in its order."""
    return reader.rows(
        "select * from insurance_claim_lines where insurance_claim_id = ? order by number", insurance_claim_id
    )


def charges_now(reader: Reader, insurance_claim_id: str) -> list[str]:
    """The claim's charges; in place of a void one, what its visit was charged anew."""
    rows = reader.rows(
        "select coalesce(n.charge_id, c.charge_id) as charge_id from insurance_claim_lines l join charges c"
        " on c.charge_id = l.charge_id left join charges n on c.status = 'void' and n.status = 'posted'"
        " and n.attendee_id = c.attendee_id and n.kind = c.kind where l.insurance_claim_id = ? order by l.number",
        insurance_claim_id,
    )
    return list(dict.fromkeys(row["charge_id"] for row in rows))


def rejected(reader: Reader, keys: Sequence[str]) -> dict[str, str]:
    """charge_id|payer_id → the rejected claim that asked this payer for the charge last."""
    rows = reader.rows(
        "select l.charge_id || '|' || c.payer_id as key, c.insurance_claim_id from insurance_claims c"
        " join insurance_claim_lines l using (insurance_claim_id) where c.status = 'rejected'"
        " and l.charge_id || '|' || c.payer_id in (select unnest(?)) order by c.number",
        list(keys),
    )
    return {row["key"]: row["insurance_claim_id"] for row in rows}


def number_from_remittance(reader: Reader, control_number: str) -> str | None:
    """What the payer called the claim in its newest remittance."""
    found: str | None = reader.value(
        "select nullif(payer_control_number, '') from remittance_claims where control_number = ?"
        " order by known_at desc limit 1",
        control_number,
    )
    return found


def denials_of(reader: Reader, control_number: str) -> list[str]:
    """The claims of remittances that denied something of this claim and stand."""
    rows = reader.rows(
        "select remittance_claim_id from remittance_claims where control_number = ? and status = 'posted'"
        " and denied_minor > 0 order by known_at",
        control_number,
    )
    return [row["remittance_claim_id"] for row in rows]


def claims_of_file(reader: Reader, claim_file_id: str) -> list[Row]:
    """The claims that a file carried."""
    return reader.rows("select * from insurance_claims where claim_file_id = ? order by number", claim_file_id)


def file_numbered(reader: Reader, number: int) -> Row | None:
    """The file of that control number."""
    return reader.one("select * from claim_files where number = ?", number)


def claims_named(reader: Reader, control_numbers: Sequence[str]) -> dict[str, Row]:
    """Claims by what we call them."""
    rows = reader.rows(
        "select * from insurance_claims where control_number in (select unnest(?))", list(control_numbers)
    )
    return {row["control_number"]: row for row in rows}


def is_answered(reader: Reader, control_number: str) -> bool:
    """Whether a remittance that stands has answered the claim."""
    return bool(
        reader.one(
            "select 1 from remittance_claims where control_number = ? and status = 'posted' limit 1", control_number
        )
    )


def is_asked(reader: Reader, live_key: str) -> bool:
    """Whether a live claim asks that payer for that charge (charge_id|payer_id)."""
    return bool(reader.one("select 1 from insurance_claim_lines where live_key = ?", live_key))


def is_noted(reader: Reader, insurance_claim_id: str, kind: str, text: str) -> bool:
    """Whether the very same was said before."""
    return bool(
        reader.one(
            "select 1 from claim_events where insurance_claim_id = ? and kind in (?, 'noted') and note = ? limit 1",
            insurance_claim_id,
            kind,
            text,
        )
    )


def _state(row: Row) -> str:
    if row["status"] in ("rejected", "replaced", "voided"):
        return str(row["status"])
    if row["paid_minor"] is None:
        return str(row["status"])
    if not row["open_minor"]:
        return "closed" if row["denied_minor"] else "paid"
    if row["denied_minor"]:
        return "appealed" if row["outcome"] == "appealed" else "partly_paid" if row["paid_minor"] else "denied"
    return "partly_paid"
