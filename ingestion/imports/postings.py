"""Ledger rows of a file: each becomes the postings that the mapping says for its type, on the item of whoever owes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import duckdb

from ingestion.imports.columns import note_problems, odd_ids, table
from ingestion.imports.mapping import Entity, RowType
from ingestion.imports.shapes import hash_of
from ingestion.landing import quoted

LINE = (
    "source", "line_id", "transaction_id", "transaction_kind", "charge_id", "claim_id", "payment_id", "client_id",
    "provider_id", "location_id", "service_date", "post_date", "legs",
)  # fmt: skip
"""What a ledger row says; `legs` is its list of postings."""


def latest_posting(connection: duckdb.DuckDBPyConnection, file_no: int, entity: Entity) -> datetime | None:
    """The latest wall time at which the file shows something to have been posted."""
    parsed = table("parsed", file_no, entity)
    (latest,) = connection.execute(f"select max(post_date_given) from {parsed} where problem is null").fetchone() or (
        None,
    )
    return latest


def judge_postings(connection: duckdb.DuckDBPyConnection, file_no: int, entity: Entity, source: str) -> None:
    """Add one row per ledger row of `timed` to `judged_postings`, with its list `legs` of postings (amount: debit
    positive, in minor units); rows that can't be posted go to `problems`."""
    owed = table("owed", file_no, entity)
    connection.execute(f"create table {owed} as {_owed(entity, file_no)}")
    connection.execute(
        f"create table {table('posted', file_no, entity)} as"
        f" with judged as (select *, {_problem(entity)} as trouble from {owed})"
        f" select *, list_filter({_legs(entity)}, lambda leg: leg.amount <> 0) as legs from judged"
    )
    posted = table("posted", file_no, entity)
    note_problems(
        connection, file_no, entity,
        f"select file_row, split_part(trouble, '/', 1) as problem, split_part(trouble, '/', 2) as field"
        f" from {posted} where trouble is not null",
    )  # fmt: skip
    negative = "case when len(list_filter(amounts, lambda amount: amount < 0)) > 0 then 'negative_amount' end"
    early = "case when post_date < service_date then 'posted_before_service' end"
    kind = _by_type(entity, lambda row_type: quoted(row_type.kind))
    connection.execute(
        f"""insert into judged_postings by name
        with canonical as (
            select * exclude (transaction_id), {quoted(source)} as source, {kind} as transaction_kind,
                coalesce(transaction_id, line_id) as transaction_id,
                nullif(concat_ws(',', nullif({odd_ids(entity)}, ''), missing, {early}, {negative}), '') as flags
            from {posted} where trouble is null
        )
        select {", ".join(LINE)}, flags, {file_no} as file_no, file_row, {quoted(entity.name)} as entity,
            line_id as key, {hash_of(LINE)} as _row_hash from canonical"""
    )


def reject_unbalanced(connection: duckdb.DuckDBPyConnection) -> None:
    """Move every row of a transaction whose debits and credits differ from `judged_postings` to `problems`: posting a
    part of it would lose money. Of rows with the same id the last one counts."""
    connection.execute("""
        create table unbalanced as
        with last_rows as (
            select * from judged_postings
            qualify row_number() over (partition by line_id order by file_no desc, file_row desc) = 1
        )
        select transaction_id from last_rows group by 1
        having sum(list_sum(list_transform(legs, lambda leg: leg.amount))) <> 0""")
    connection.execute("""
        insert into problems by name select file_no, file_row, entity, 'unbalanced_transaction' as reason,
            null as "column", null as value from judged_postings semi join unbalanced using (transaction_id)""")


def _owed(entity: Entity, file_no: int) -> str:
    """SQL: `timed` with who owes: `owner_payer` (null: the client), `owner`, `amounts` of the row's type, `missing`."""
    payers, owns, lacks = [], [], []
    for number, (word, party) in enumerate(entity.parties.items()):
        if party.payer:
            payers.append(f"when {quoted(word)} then payer_{number}")
            owns.append(f"when {quoted(word)} then {'true' if party.or_client else f'payer_{number} is not null'}")
            lacks.append(f"when {quoted(word)} then payer_{number} is null")
        else:
            owns.append(f"when {quoted(word)} then true")
    payer = f"case lower(party) {' '.join(payers)} end" if payers else "null::varchar"
    has_owner = f"case lower(party) {' '.join(owns)} end" if owns else "null::boolean"
    lacks_payer = f"case lower(party) {' '.join(lacks)} end" if lacks else "false"
    amounts = _by_type(entity, lambda row_type: f"[{', '.join(_amount(entity, leg.amount) for leg in row_type.legs)}]")
    return f"""
        select *, {payer} as owner_payer, {has_owner} as has_owner, {amounts} as amounts,
            coalesce('payer:' || owner_payer, 'client:' || client_id) as owner,
            case when {lacks_payer} then 'payer_missing' end as missing
        from {table("timed", file_no, entity)}"""


def _problem(entity: Entity) -> str:
    """SQL: 'reason/value at fault' of rows that can't be posted, or that post nothing."""
    known = ", ".join(quoted(word) for word in entity.row_types)
    left_out = ", ".join(quoted(word) for word, row_type in entity.row_types.items() if not row_type.legs) or "null"
    needs_party = _by_type(entity, lambda row_type: "true" if row_type.needs_party else "false")
    return f"""case
        when row_type is null or lower(row_type) not in ({known}) then 'unknown_row_type/row_type'
        when lower(row_type) in ({left_out}) then 'row_type_left_out/'
        when len(list_filter(amounts, lambda amount: amount is null)) > 0 then 'missing_amount/'
        when len(list_filter(amounts, lambda amount: amount <> 0)) = 0 then 'zero_amount/'
        when {needs_party} and has_owner is null then 'unknown_party/party'
        when {needs_party} and not has_owner then 'missing_payer/party' end"""


_PAYERS = {"row": "payer_id", "party": "owner_payer", "none": "null::varchar"}


def _legs(entity: Entity) -> str:
    def of_type(row_type: RowType) -> str:
        legs = []
        for number, leg in enumerate(row_type.legs, start=1):
            is_owed = leg.account == "receivable"
            account = "case when owner_payer is null then '1110' else '1100' end" if is_owed else quoted(leg.account)
            payer = "owner_payer" if is_owed else _PAYERS[leg.payer]
            amount = _amount(entity, leg.amount)
            legs.append(
                f"{{'n': {number}, 'account': {account}, 'party': {'owner' if is_owed else 'null::varchar'},"
                f" 'payer_id': {payer}, 'amount': {amount if leg.side == 'debit' else f'-{amount}'}}}"
            )
        return f"[{', '.join(legs)}]"

    return _by_type(entity, of_type)


def _amount(entity: Entity, column: str) -> str:
    return f"amount_{entity.amounts.index(column)}"


def _by_type(entity: Entity, made: Callable[[RowType], str]) -> str:
    """SQL: what `made` says about the type of the row; null for a type that posts nothing."""
    cases = " ".join(
        f"when {quoted(word)} then {made(about)}" for word, about in entity.row_types.items() if about.legs
    )
    return f"case lower(row_type) {cases} end"
