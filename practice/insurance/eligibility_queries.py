"""Whose cover is to be asked about before they come, and what payers answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from practice.access.permissions import Actor, Permission, require
from practice.billing.queries.items import here
from practice.clock import local_date
from practice.insurance.claim_documents import people_of
from practice.insurance.claim_queries import facts
from practice.insurance.scrubbing import Document
from practice.store.work import Reader, Row

FRESH_DAYS = 30
"""An answer of the same month and not older than this still counts."""
STATES = {
    "never": "Not asked yet",
    "asked": "Asked",
    "active": "Active",
    "inactive": "Not in force",
    "refused": "No answer",
    "old": "Answer is old",
}


def covers_to_check(reader: Reader, actor: Actor, *, days: int = 7) -> list[Row]:
    """Who comes within so many days with a policy, the soonest first: {policy_id, client_id, client_name, payer_name,
    rank, visit_date, member_number, copay_minor (on file), and of the newest question: status, asked_date, plan_name,
    payer_copay_minor, deductible_left_minor, note, answered_date}.

    `state` is one of `STATES`: an answer is old when another month has begun since, or thirty days are over. `is_due`
    says that somebody should ask.
    """
    require(actor, Permission.ADJUST)
    today = local_date(reader.now, reader.setting("zone", "UTC"))
    where, values = here(actor, "a.location_id")
    rows = reader.rows(
        "with coming as (select t.client_id, min(a.start_date) as visit_date from attendees t join appointments a"
        " using (appointment_id) where a.start_date between ? and ? and t.status in ('scheduled', 'confirmed')"
        f"{where} group by 1), newest as (select * from eligibility_checks qualify row_number() over"
        " (partition by policy_id order by known_at desc, eligibility_check_id desc) = 1)"
        " select p.policy_id, p.client_id, k.given_name || ' ' || k.family_name as client_name, y.name as payer_name,"
        " p.payer_id, p.rank, c.visit_date, p.member_number, p.copay_minor, n.status, n.asked_date, n.plan_name,"
        " n.copay_minor as payer_copay_minor, n.deductible_left_minor, n.note,"
        " cast(n.answered_at as date) as answered_date from coming c join policies p on p.client_id = c.client_id"
        " and p.effective_from <= c.visit_date and coalesce(p.effective_to, c.visit_date) >= c.visit_date"
        " join clients k on k.client_id = c.client_id join payers y on y.payer_id = p.payer_id"
        " left join newest n on n.policy_id = p.policy_id order by c.visit_date, client_name, p.rank",
        today,
        today + timedelta(days=days),
        *values,
    )
    for row in rows:
        row["state"] = _state(row, today)
        row["state_name"] = STATES[row["state"]]
        row["is_due"] = row["state"] in ("never", "refused", "old")
    return rows


def questions(reader: Reader, policy_ids: Sequence[str]) -> list[Document]:
    """Of each policy what its question says: policy_id, client_id, payer, patient, subscriber."""
    rows = reader.rows(
        "select p.*, p.payer_id as asked_payer_id, k.given_name, k.family_name, k.birth_date, k.location_id,"
        " null as charge_id from policies p join clients k using (client_id) where p.policy_id in (select unnest(?))"
        " order by p.policy_id",
        list(policy_ids),
    )
    known = facts(reader, rows)
    return [people_of(row, known) for row in rows]


def coded_payers(reader: Reader) -> set[str]:
    """The payers that files can name."""
    return {row["payer_id"] for row in reader.rows("select payer_id from payer_insurance where payer_code is not null")}


def files_to_drop(reader: Reader, actor: Actor) -> list[Row]:
    """The files of questions that were not put into the folder yet, the oldest first."""
    require(actor, Permission.ADJUST)
    return reader.rows(
        "select eligibility_file_id, file_name, content from eligibility_files where dropped_at is null"
        " and not exists (select 1 from payer_connections where is_active and out_folder is not null)"
        " and not exists (select 1 from files_sent s where s.file_sent_id = 'covers:' || eligibility_file_id"
        " and s.state <> 'writing') order by number"
    )


def check_traced(reader: Reader, trace_number: str) -> Row | None:
    """The question of that trace number."""
    return reader.one("select * from eligibility_checks where trace_number = ?", trace_number)


def checks_of_file(reader: Reader, number: int) -> list[Row]:
    """The questions that a file asked and that have no answer yet."""
    return reader.rows(
        "select c.* from eligibility_checks c join eligibility_files f using (eligibility_file_id)"
        " where f.number = ? and c.status = 'asked'",
        number,
    )


def next_number(reader: Reader, first: int) -> int:
    """The number of the next file."""
    return int(reader.value("select coalesce(max(number) + 1, ?) from eligibility_files", first))


def history(reader: Reader, actor: Actor, *, policy_id: str) -> list[Row]:
    """Every question about a policy, the newest first."""
    require(actor, Permission.ADJUST)
    return reader.rows(
        "select * exclude (answer) from eligibility_checks where policy_id = ? order by known_at desc", policy_id
    )


def _state(row: Row, today: date) -> str:
    status = row["status"]
    if status is None:
        return "never"
    if status in ("active", "inactive"):
        said: date = row["answered_date"]
        is_fresh = (today - said).days <= FRESH_DAYS and (said.year, said.month) == (today.year, today.month)
        return str(status) if is_fresh else "old"
    return str(status)
