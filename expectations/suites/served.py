"""What is served: a warehouse reconciled with the landing that it was built from, before anybody reads it.

Keys, relations and arithmetic inside the warehouse are dbt's to test; here it is held against the record.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from expectations.check import WARNING, Check
from expectations.concerns import EVERYTHING, MONEY, VISITS
from expectations.suites.served_money import money_checks
from expectations.suites.served_sources import Landed
from practice.home import Home

# fact → the landed table whose rows it serves one by one
ONE_TO_ONE = {
    "fct_appointments": "attendees",
    "fct_appointment_events": "appointment_events",
    "fct_ledger_entries": "postings",
    "fct_charges": "charges",
    "fct_payments": "payments",
    "fct_allocations": "allocations",
    "dim_client": "clients",
    "dim_provider": "providers",
    "dim_location": "locations",
    "dim_service": "services",
}
LATELY_DAYS = 30
UNRESOLVED_TOLERATED = 0.10
UNSTAMPED_TOLERATED = 0.50
LATE_BOOKED_TOLERATED = 0.05
"""Shares of the visits of the last 30 days."""


def served_checks(home: Home, feed_seq: int | None, since: date | None = None) -> list[Check]:
    """Checks on a warehouse file; `feed_seq` is the newest change it was built from (None: all that has landed).

    Bands are looked at from the day `since` on (None: on every day); older ones were when they were built.
    """
    landed = Landed(home, feed_seq)
    return [*_whole(landed), *money_checks(landed), *_sound(since), *_attendance()]


def _whole(landed: Landed) -> list[Check]:
    """Nothing of the record is missing, doubled or old."""
    counts = " union all ".join(
        f"select '{fact}' as fact, {landed.count(table)} as record,"
        f" (select count(*) from marts.{fact} where source = 'record') as warehouse"
        for fact, table in ONE_TO_ONE.items()
    )
    return [
        Check(
            "the_warehouse_holds_every_row_of_the_record",
            "Each fact has as many rows as the record it comes from.",
            f"select * from ({counts}) where record <> warehouse",
            concerns=EVERYTHING,
        ),
        Check(
            "visits_agree_by_status",
            "As many visits stand at each status in the warehouse as in the record.",
            f"""select status, coalesce(r.visits, 0) as record, coalesce(w.visits, 0) as warehouse
            from (select status, count(*) as visits from {landed.newest("attendees", "status")} group by 1) r
            full join (select source_status as status, count(*) as visits from marts.fct_appointments
                where source = 'record' group by 1) w using (status)
            where r.visits is distinct from w.visits""",
            concerns=VISITS,
        ),
        Check(
            "the_newest_change_is_served",
            "The newest thing that happened in the record is in the warehouse.",
            f"""select record, warehouse from (
                select (select max(known_at) from {landed.rows("appointment_events", "known_at")}) as record,
                    (select max(known_at) from marts.fct_appointment_events where source = 'record') as warehouse)
            where record is distinct from warehouse""",
            concerns=EVERYTHING,
        ),
        Check(
            "an_import_never_hides_in_the_record",
            "Every imported visit carries the name of its import as source.",
            """select w.source, count(*) as visits from marts.fct_appointments as w
            semi join marts.fct_appointments as r on r.source = 'record' and r.attendee_id = w.attendee_id
            where w.source <> 'record' group by 1""",
            severity=WARNING,
            concerns=VISITS,
        ),
    ]


def _sound(since: date | None) -> list[Check]:
    """What every page divides and groups by is there."""
    from_then = f"metric_date >= date '{since}' and" if since else ""
    return [
        Check(
            "every_served_visit_has_its_day",
            "Every visit of the record has the day on which it counts.",
            "select attendee_id from marts.fct_appointments where source = 'record' and start_date is null",
            concerns=VISITS,
        ),
        Check(
            "every_served_posting_has_its_day",
            "Every posting of the record has its accounting date.",
            "select posting_id from marts.fct_ledger_entries where source = 'record' and post_date is null",
            concerns=MONEY,
        ),
        Check(
            "bands_stand_in_order",
            "Low end ≤ rate ≤ high end, for every number that has a band.",
            f"""select metric, source, count(*) as rows from marts.metric_daily
            where {from_then} denominator > 0 and low_denominator > 0 and high_denominator > 0
                and (low_numerator * denominator > numerator * low_denominator
                    or numerator * high_denominator > high_numerator * denominator)
            group by 1, 2""",
            concerns=VISITS,
        ),
    ]


def _attendance() -> list[Check]:
    """How well the desk records: shares of the last weeks' visits, which warn and are trended."""
    lately = (
        "from marts.fct_appointments, intermediate.int_build where source = 'record' and counted_as is not null"
        f" and start_date between today - {LATELY_DAYS} and today - 1"
    )
    return [
        _share(
            "past_visits_have_an_outcome",
            f"At most {UNRESOLVED_TOLERATED:.0%} of the last {LATELY_DAYS} days' visits wait for an outcome.",
            f"select count(*) filter (is_unresolved) / nullif(count(*), 0)::double as share {lately}",
            UNRESOLVED_TOLERATED,
            VISITS,
        ),
        _share(
            "arrivals_are_stamped",
            f"At most {UNSTAMPED_TOLERATED:.0%} of the last {LATELY_DAYS} days' completed visits lack their arrival.",
            f"select count(*) filter (arrived_at is null) / nullif(count(*), 0)::double as share {lately}"
            " and outcome = 'completed'",
            UNSTAMPED_TOLERATED,
            ("wait_*",),
        ),
        _share(
            "visits_are_booked_before_they_start",
            f"At most {LATE_BOOKED_TOLERATED:.0%} of the last {LATELY_DAYS} days' visits were booked after they began.",
            "select count(*) filter (coalesce(first_booked_at, booked_at) > starts_at) / nullif(count(*), 0)::double"
            f" as share {lately}",
            LATE_BOOKED_TOLERATED,
            ("lead_time_days_*",),
        ),
    ]


def _share(name: str, sentence: str, query: str, most: float, concerns: tuple[str, ...]) -> Check:
    return Check(
        name,
        sentence,
        f"select coalesce(share, 0) as share from ({query})",
        severity=WARNING,
        expectation="ExpectColumnMaxToBeBetween",
        arguments={"column": "share", "max_value": most},
        concerns=concerns,
    )


NAMES = tuple(check.name for check in served_checks(Home(Path()), None))
"""The checks at this door."""
