"""Bank lines and what they can be matched with. The first half is for commands; `bank_lines` to `columns_for` ask."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from practice.access.permissions import Actor, Permission, require
from practice.billing.queries.items import PARTIES, among, here
from practice.billing.queries.worklists import today
from practice.store.work import Reader, Row

FIRST = "reconciled_from"

# What moved a money account and stands on no line; an entry and its reversal, both on none, are nothing to look for.
_MOVEMENTS = """
    select m.transaction_id, m.account, m.post_date, m.location_id, m.payment_id, m.amount_minor, t.kind, t.document_id
    from (
        select transaction_id, account, any_value(post_date) as post_date, any_value(location_id) as location_id,
            any_value(payment_id) as payment_id, cast(sum(debit_minor - credit_minor) as bigint) as amount_minor
        from postings where account = ? group by transaction_id, account having sum(debit_minor - credit_minor) <> 0
    ) m join ledger_transactions t using (transaction_id)
    where m.transaction_id || '|' || m.account not in (select live_key from bank_matches where live_key is not null)
"""
_NOT_UNDONE = """
    and not exists (select 1 from ledger_transactions r where r.reverses_id = m.transaction_id
        and r.transaction_id || '|' || m.account not in (select live_key from bank_matches where live_key is not null))
    and not (t.reverses_id is not null and t.reverses_id || '|' || m.account not in
        (select live_key from bank_matches where live_key is not null))
"""


def known_fingerprints(reader: Reader, fingerprints: list[str]) -> set[str]:
    """Those of these lines that were loaded before."""
    rows = reader.rows("select fingerprint from bank_lines where fingerprint in (select unnest(?))", fingerprints)
    return {row["fingerprint"] for row in rows}


def movements_of(reader: Reader, account: str, transaction_ids: list[str]) -> list[Row]:
    """These transactions' movements on the account, where they stand on no line yet."""
    if not transaction_ids:
        return []
    condition, values = among("m.transaction_id", transaction_ids)
    return reader.rows(_MOVEMENTS + condition, account, *values)


def first_location(reader: Reader) -> str:
    """Where a line is posted that belongs nowhere else."""
    return str(reader.value("select location_id from locations order by is_active desc, location_id limit 1"))


def location_of(reader: Reader, transaction_id: str) -> str:
    """Where a transaction was posted."""
    return str(reader.value("select any_value(location_id) from postings where transaction_id = ?", transaction_id))


def is_matched(reader: Reader, transaction_id: str, account: str) -> bool:
    """Whether a line stands for the transaction on that account."""
    return bool(reader.one("select 1 from bank_matches where live_key = ?", f"{transaction_id}|{account}"))


def matches_of(reader: Reader, bank_line_id: str) -> list[Row]:
    """The matches of a line that stand."""
    return reader.rows("select * from bank_matches where bank_line_id = ? and live_key is not null", bank_line_id)


def bank_lines(reader: Reader, actor: Actor, *, status: str = "open", limit: int = 1000) -> list[Row]:
    """Lines, the oldest first while they are open, the newest first once matched; with age_days."""
    require(actor, Permission.SEE_MONEY)
    order = "line_date, bank_line_id" if status == "open" else "matched_at desc, bank_line_id"
    rows = reader.rows(
        f"select * from bank_lines where status = ? and returned_at is null order by {order} limit {int(limit)}", status
    )
    day = today(reader)
    return [row | {"age_days": (day - row["line_date"]).days} for row in rows]


def reconciled_from(reader: Reader) -> date | None:
    """The day before which nothing in the books is looked for, or None."""
    first = reader.setting(FIRST)
    return date.fromisoformat(first) if first else None


def to_match(reader: Reader, actor: Actor, account: str) -> list[Row]:
    """What is in the books on that account and on no line, the oldest first, with party_name, method, age."""
    require(actor, Permission.SEE_MONEY)
    scope, values = here(actor, "m.location_id")
    rows = reader.rows(
        "select x.*, p.method, p.reference, n.party_name"
        f" from ({_MOVEMENTS}{_NOT_UNDONE}{scope} and m.post_date >= ?) x"
        f" left join payments p using (payment_id) left join ({PARTIES}) n on n.party = p.party"
        " order by x.post_date, x.transaction_id",
        account,
        *values,
        reconciled_from(reader) or date.min,
    )
    day = today(reader)
    return [row | {"age_days": (day - row["post_date"]).days} for row in rows]


def matched_with(reader: Reader, actor: Actor, bank_line_id: str) -> list[Row]:
    """The entries that a line is, with their day and kind."""
    require(actor, Permission.SEE_MONEY)
    return reader.rows(
        "select m.*, t.post_date, t.kind from bank_matches m join ledger_transactions t using (transaction_id)"
        " where m.bank_line_id = ? and m.live_key is not null order by t.post_date, m.transaction_id",
        bank_line_id,
    )


def columns_for(reader: Reader, actor: Actor, key: str) -> tuple[dict[str, Any], str] | None:
    """How a file with that header was read the last time: (columns, date order), or None."""
    require(actor, Permission.SEE_MONEY)
    row = reader.find("bank_mappings", key)
    return (json.loads(row["columns"]), row["date_order"]) if row else None
