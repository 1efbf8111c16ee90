"""What is served: a warehouse reconciled with the landing that it was built from, before anybody reads it."""

from __future__ import annotations

from pathlib import Path

from expectations.check import Check
from practice.home import Home
from practice.store.tables import TABLES

AR_ACCOUNTS = "('1100', '1110')"
# fact → the landed table whose rows it serves one by one
ONE_TO_ONE = {
    "fct_appointments": "attendees",
    "fct_appointment_events": "appointment_events",
    "fct_ledger_entries": "postings",
    "fct_charges": "charges",
    "fct_payments": "payments",
    "dim_client": "clients",
    "dim_provider": "providers",
    "dim_location": "locations",
    "dim_service": "services",
}


def served_checks(home: Home, feed_seq: int | None) -> list[Check]:
    """Checks on a warehouse file; `feed_seq` is the newest change it was built from (None: all that has landed)."""

    def current(table: str) -> str:
        """The landed table as of the build: the newest row of each key that is not gone."""
        files = str(home.landing / "record" / table / "*.parquet").replace("'", "''")
        until = "" if feed_seq is None else f"where _seq <= {feed_seq}"
        return (
            f"(select * from (select * from read_parquet('{files}', union_by_name = true) {until}"
            f" qualify row_number() over (partition by {TABLES[table].key} order by _seq desc) = 1)"
            " where _op = 'upsert')"
        )

    counts = " union all ".join(
        f"select '{fact}' as fact, (select count(*) from {current(table)}) as record,"
        f" (select count(*) from marts.{fact} where source = 'record') as warehouse"
        for fact, table in ONE_TO_ONE.items()
    )
    return [
        Check(
            "the_warehouse_holds_every_row_of_the_record",
            "Each fact has as many rows as the record it comes from.",
            f"select * from ({counts}) where record <> warehouse",
        ),
        Check(
            "the_ledger_agrees_to_the_cent",
            "Every account stands alike in record and warehouse.",
            f"""select coalesce(r.account, w.account) as account,
                r.debits as record_debits, w.debits as warehouse_debits,
                r.credits as record_credits, w.credits as warehouse_credits
            from (select account, sum(debit_minor) as debits, sum(credit_minor) as credits
                from {current("postings")} group by 1) r
            full join (select account, sum(debit_minor) as debits, sum(credit_minor) as credits
                from marts.fct_ledger_entries where source = 'record' group by 1) w on w.account = r.account
            where r.debits is distinct from w.debits or r.credits is distinct from w.credits""",
        ),
        Check(
            "receivables_agree_with_the_ledger",
            "Open items less credits equal accounts 1100 + 1110 today.",
            f"""with last as (select today from intermediate.int_build),
            ledger as (select coalesce(sum(debit_minor - credit_minor), 0) as balance from {current("postings")}
                where account in {AR_ACCOUNTS} and post_date <= (select today from last)),
            clocks as (select unnest(['service_date', 'responsibility_date']) as aging_clock),
            items as (select aging_clock, sum(open_minor - credit_minor) as balance from marts.ar_daily
                where source = 'record' and as_of_date = (select today from last) group by 1)
            select aging_clock, coalesce(items.balance, 0) as receivables, ledger.balance as ledger
            from clocks cross join ledger left join items using (aging_clock)
            where coalesce(items.balance, 0) <> ledger.balance""",
        ),
        Check(
            "bands_stand_in_order",
            "Low end ≤ rate ≤ high end, for every number that has a band.",
            """select metric, source, count(*) as rows from marts.metric_daily
            where denominator > 0 and low_denominator > 0 and high_denominator > 0
                and (low_numerator * denominator > numerator * low_denominator
                    or numerator * high_denominator > high_numerator * denominator)
            group by 1, 2""",
        ),
        Check(
            "the_newest_change_is_served",
            "The newest thing that happened in the record is in the warehouse.",
            f"""select record, warehouse from (
                select (select max(known_at) from {current("appointment_events")}) as record,
                    (select max(known_at) from marts.fct_appointment_events where source = 'record') as warehouse)
            where record is distinct from warehouse""",
        ),
        Check(
            "an_import_never_hides_in_the_record",
            "Every imported visit carries the name of its import as source.",
            f"""select source, count(*) as visits from marts.fct_appointments
            where source <> 'record' and attendee_id in (select attendee_id from {current("attendees")})
                group by 1""",
            severity="warning",
        ),
    ]


NAMES = tuple(check.name for check in served_checks(Home(Path()), None))
"""The checks at this door."""
