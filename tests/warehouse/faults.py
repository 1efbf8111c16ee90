"""Faults that somebody might put into the warehouse's SQL: `right` stands once in the file and becomes `wrong`."""

from __future__ import annotations

from typing import NamedTuple


class Fault(NamedTuple):
    """One fault: what it is called, and what it changes."""

    name: str
    file: str
    right: str
    wrong: str


PEOPLE, BILLING = "models/intermediate/scheduling/", "models/intermediate/billing/"
MARTS = "models/marts/"

FAULTS = (
    Fault(
        "wrong join: a posting meets every charge of its client",
        BILLING + "int_billing__entries.sql",
        "left join charges on postings.charge_id = charges.charge_id",
        "left join charges on postings.client_id = charges.client_id",
    ),
    Fault(
        "fan-out: every policy of a client counts, whatever its rank",
        PEOPLE + "int_scheduling__record_visits.sql",
        "select client_id, max(_seq) as policy_seq\n    from (\n        select client_id, _seq from policies\n        union all\n        select client_id, _seq from checks\n        union all\n        select client_id, _seq from {{ ref('stg_practice__self_payers') }}\n    ) as any_of_them\n    group by client_id",
        "select client_id, _seq as policy_seq\n    from (\n        select client_id, _seq from policies\n        union all\n        select client_id, _seq from checks\n        union all\n        select client_id, _seq from {{ ref('stg_practice__self_payers') }}\n    ) as any_of_them",
    ),
    Fault(
        "dropped filter: cancelled visits hold their provider's time",
        PEOPLE + "int_scheduling__care.sql",
        "where {{ holds_time() }} and wall_start is not null",
        "where wall_start is not null",
    ),
    Fault(
        "dropped filter: fees and products are in the collection rates",
        BILLING + "int_billing__cohorts_daily.sql",
        "where charge_kind = 'service'\n    group by all",
        "group by all",
    ),
    Fault(
        "dropped filter: a closed house is open",
        "macros/minutes.sql",
        "own_open > 0 or (place_closed = 0 and (weekly > 0 or place_open > 0))",
        "own_open > 0 or weekly > 0 or place_open > 0",
    ),
    Fault(
        "wrong window: who was there before counts as having filled the place",
        MARTS + "scheduling/fct_freed_slots.sql",
        "\n        and standing.booked_at >= freed.freed_at",
        "",
    ),
    Fault(
        "dropped filter: what was cancelled meanwhile still holds its place on a past Monday",
        PEOPLE + "int_scheduling__free_then.sql",
        "\n        and coalesce(until_date >= snapshot_date, true)",
        "",
    ),
    Fault(
        "dropped filter: a meeting is bookable",
        PEOPLE + "int_scheduling__provider_days.sql",
        "is_open and blocked = 0 as is_bookable",
        "is_open as is_bookable",
    ),
    Fault(
        "swapped sign: what is refunded counts as unapplied",
        MARTS + "billing/fct_payments.sql",
        "- allocated_minor - refunded_minor as unapplied_minor",
        "- allocated_minor + refunded_minor as unapplied_minor",
    ),
    Fault(
        "swapped sign: refunds are negative",
        BILLING + "int_billing__money_daily.sql",
        """net_credit(cash_accounts(), "transaction_kind = 'refund'")""",
        """net_debit(cash_accounts(), "transaction_kind = 'refund'")""",
    ),
    Fault(
        "wrong date role: invoices count when they are due",
        BILLING + "int_billing__billed_daily.sql",
        "issued_date as metric_date",
        "due_date as metric_date",
    ),
    Fault(
        "wrong date role: cohorts take money by the day it came",
        BILLING + "int_billing__cohorts_daily.sql",
        "service_date as metric_date, 0, 0, 0,",
        "post_date as metric_date, 0, 0, 0,",
    ),
    Fault(
        "off by one: day 30 is in the second bucket",
        "macros/accounts_and_aging.sql",
        "['0-30', none, 31], ['31-60', 31, 61]",
        "['0-30', none, 30], ['31-60', 30, 61]",
    ),
    Fault(
        "off by one: a window of 91 days",
        BILLING + "int_billing__receivables_daily.sql",
        "metric_date + {{ days }} as to_date",
        "metric_date + {{ days }} + 1 as to_date",
    ),
    Fault(
        "off by one: balances end a day early",
        "macros/daily_totals.sql",
        "coalesce(lead(metric_date) over by_day, {{ last_date }} + 1) as next_date",
        "coalesce(lead(metric_date) over by_day, {{ last_date }}) as next_date",
    ),
    Fault(
        "off by one: as of a day leaves that day out",
        MARTS + "billing/ar_as_of.sql",
        "where from_date <= as_of_date and",
        "where from_date < as_of_date and",
    ),
    Fault(
        "credits are subtracted twice",
        "macros/metrics/receivables.sql",
        "'AAPC', 'open_minor - credit_minor', 'charged_90_minor'",
        "'AAPC', 'open_minor - 2 * credit_minor', 'charged_90_minor'",
    ),
    Fault(
        "a band has the point's denominator",
        "macros/metrics/attendance.sql",
        "sum_of(denominator if denominator == 'all' else denominator + ['unresolved'])",
        "sum_of(denominator)",
    ),
    Fault(
        "the provider's cancellation counts against the client",
        MARTS + "scheduling/fct_appointments.sql",
        "when cancelled_by in ('provider', 'practice') then 'cancelled_by_practice'",
        "when cancelled_by in ('practice') then 'cancelled_by_practice'",
    ),
    Fault(
        "a couple counts twice",
        MARTS + "scheduling/fct_appointments.sql",
        "place_in_appointment > 1",
        "place_in_appointment > 2",
    ),
    Fault(
        "the last completed visit is taken for the first",
        MARTS + "scheduling/fct_appointments.sql",
        "min((began_at, attendee_id)) as first_completed",
        "max((began_at, attendee_id)) as first_completed",
    ),
    Fault(
        "visits to come are unresolved",
        "macros/incremental_visits.sql",
        "then starts_at < {{ known_at }}",
        "then starts_at > {{ known_at }}",
    ),
    Fault(
        "an old version of a row is taken for the current one",
        "macros/landing.sql",
        "select max(_seq) from {{ relation }} group by {{ key }}",
        "select min(_seq) from {{ relation }} group by {{ key }}",
    ),
    Fault(
        "a series is counted as many bookings",
        "macros/metrics/clients.sql",
        "counted_as <> 'rescheduled' and is_first_of_series and lead_time_days >= 0",
        "counted_as <> 'rescheduled' and lead_time_days >= 0",
    ),
    Fault(
        "buffers under care count as buffers",
        PEOPLE + "int_scheduling__provider_days.sql",
        "is_bookable and buffers > 0 and visits = 0",
        "is_bookable and buffers > 0",
    ),
    Fault(
        "a forecast knows the week that it is made in",
        PEOPLE + "int_forecast__backtest.sql",
        "rows between 8 preceding and 1 preceding",
        "rows between 8 preceding and current row",
    ),
    Fault(
        "the same week of last year is taken a day late",
        PEOPLE + "int_forecast__backtest.sql",
        "targets.week_start_date - 364",
        "targets.week_start_date - 365",
    ),
)
