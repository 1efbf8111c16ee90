"""Money that is served is the record's, to the cent: the ledger, receivables, charges, payments, allocations."""

from __future__ import annotations

from expectations.check import Check
from expectations.concerns import MONEY, OF_TABLE, RECEIVABLES
from expectations.suites.served_sources import Landed

AR_ACCOUNTS = "('1100', '1110')"


def money_checks(landed: Landed) -> list[Check]:
    """One check for each thing that is counted in cents; each shows both sides where they differ."""
    return [
        _ledger(landed),
        _receivables(landed),
        _agree(
            "charges",
            "Charges, standing and void, agree with the record to the cent.",
            landed.newest("charges", "status", "amount_minor"),
            "select case when is_void then 'void' else 'posted' end as status, amount_minor from marts.fct_charges"
            " where source = 'record'",
        ),
        _agree(
            "payments",
            "Payments, standing and void, agree with the record to the cent.",
            landed.newest("payments", "status", "amount_minor"),
            "select case when is_void then 'void' else 'posted' end as status, amount_minor from marts.fct_payments"
            " where source = 'record'",
        ),
        _agree(
            "allocations",
            "What payments were applied to agrees with the record to the cent.",
            f"(select 'applied' as status, amount_minor from {landed.newest('allocations', 'amount_minor')})",
            "select 'applied' as status, amount_minor from marts.fct_allocations where source = 'record'",
        ),
    ]


def _ledger(landed: Landed) -> Check:
    return Check(
        "the_ledger_agrees_to_the_cent",
        "Every account stands alike in record and warehouse.",
        f"""select coalesce(r.account, w.account) as account,
            r.debits as record_debits, w.debits as warehouse_debits,
            r.credits as record_credits, w.credits as warehouse_credits
        from (select account, sum(debit_minor)::bigint as debits, sum(credit_minor)::bigint as credits
            from {landed.rows("postings", "account", "debit_minor", "credit_minor")} group by 1) r
        full join (select account, sum(debit_minor)::bigint as debits, sum(credit_minor)::bigint as credits
            from marts.fct_ledger_entries where source = 'record' group by 1) w on w.account = r.account
        where r.debits is distinct from w.debits or r.credits is distinct from w.credits""",
        concerns=MONEY,
    )


def _receivables(landed: Landed) -> Check:
    postings = landed.rows("postings", "account", "party", "post_date", "debit_minor", "credit_minor")
    return Check(
        "receivables_agree_with_the_ledger",
        "Open items less credits equal accounts 1100 + 1110 today, for clients and for payers.",
        f"""with last as (select today from intermediate.int_build),
        kinds as (select unnest(['client', 'payer']) as owed_by),
        clocks as (select unnest(['service_date', 'responsibility_date']) as aging_clock),
        ledger as (select case when starts_with(party, 'payer:') then 'payer' else 'client' end as owed_by,
                sum(debit_minor - credit_minor)::bigint as balance
            from {postings}
            where account in {AR_ACCOUNTS} and post_date <= (select today from last) group by 1),
        items as (select aging_clock, case when payer_id is null then 'client' else 'payer' end as owed_by,
                sum(open_minor - credit_minor)::bigint as balance
            from marts.ar_daily where source = 'record' and as_of_date = (select today from last) group by 1, 2)
        select aging_clock, owed_by, coalesce(items.balance, 0) as receivables, coalesce(ledger.balance, 0) as ledger
        from clocks cross join kinds left join ledger using (owed_by) left join items using (aging_clock, owed_by)
        where coalesce(items.balance, 0) <> coalesce(ledger.balance, 0)""",
        concerns=RECEIVABLES,
    )


def _agree(table: str, sentence: str, record: str, warehouse: str) -> Check:
    """Number and sum of the rows at each status."""
    return Check(
        f"{table}_agree_to_the_cent",
        sentence,
        f"""select status, r.rows as record_rows, w.rows as warehouse_rows,
            r.amount as record_minor, w.amount as warehouse_minor
        from (select status, count(*) as rows, sum(amount_minor)::bigint as amount from {record} group by 1) r
        full join (select status, count(*) as rows, sum(amount_minor)::bigint as amount from ({warehouse})
            group by 1) w using (status)
        where r.rows is distinct from w.rows or r.amount is distinct from w.amount""",
        concerns=OF_TABLE[table],
    )
