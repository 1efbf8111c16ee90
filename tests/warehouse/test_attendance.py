"""What became of visits, and the metrics that count them: worked examples, imported history, and rows that re-sum."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

import pytest

pytestmark = pytest.mark.warehouse

WORKED_DAY, BAND_DAY, COUPLE_DAY, TODAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4), date(2026, 6, 30)
RESULTS = {"completed": 10, "no_show": 2, "rescheduled": 1, "left_unseen": 1, "scheduled": 1, "entered_in_error": 1}


def land(landing):
    # 750 minutes of that day are 25 slots of 30.
    landing.record("availability", {
        "availability_id": "worked", "provider_id": "p1", "location_id": "l1", "weekday": 1, "start_time": time(8),
        "end_time": time(20, 30), "effective_from": WORKED_DAY, "effective_to": WORKED_DAY,
    })  # fmt: skip
    for status, count in RESULTS.items():
        for _ in range(count):
            landing.visit(WORKED_DAY, status)
    landing.visit(WORKED_DAY, "cancelled", cancelled_by="client", is_late=True)
    for _ in range(3):
        landing.visit(WORKED_DAY, "cancelled", cancelled_by="client", is_late=False)
    landing.visit(WORKED_DAY, "cancelled", cancelled_by="provider", is_late=True)
    landing.visit(BAND_DAY, "no_show")
    for _ in range(3):
        landing.visit(BAND_DAY, "scheduled")
    for client in ("c1", "c2"):
        landing.visit(COUPLE_DAY, "completed", client_id=client, appointment_id="couple", billing_unit="appointment")
        landing.visit(COUPLE_DAY, "completed", client_id=client, appointment_id="group")
    withdrawn = landing.visit(COUPLE_DAY, "completed")
    landing.record("attendees", {"attendee_id": withdrawn}, op="tombstone")
    landing.record(
        "policies", {"policy_id": "o", "client_id": "c3", "payer_id": "y1", "rank": 1, "effective_from": WORKED_DAY}
    )
    _many_visits(landing)
    _imported_visits(landing)


def _many_visits(landing):
    dice = random.Random(7)
    for _ in range(250):
        status = dice.choice(
            ["completed"] * 6 + ["no_show", "cancelled", "rescheduled", "left_unseen", "scheduled", "arrived"]
        )
        by = dice.choice(["client", "client", "practice", "provider", None]) if status == "cancelled" else None
        landing.visit(
            date(2026, 4, 1) + timedelta(days=dice.randrange(100)), status, cancelled_by=by,
            is_late=dice.choice([True, False, None]) if by else None, location_id=dice.choice(["l1", "l2"]),
            provider_id=dice.choice(["p1", "p2", "p3"]), service_id=dice.choice(["s1", "s2"]), client_id=f"c{dice.randrange(12)}",
        )  # fmt: skip


def _imported_visits(landing):
    def visit(attendee, outcome, known=datetime(2026, 5, 1), **about):
        row = {
            "source": "old", "appointment_id": attendee, "attendee_id": attendee, "client_id": "007", "provider_id": "12",
            "starts_at": datetime(2026, 3, 2, 9), "start_date": WORKED_DAY, "outcome": outcome, "source_status": outcome.upper(),
            "outcome_basis": "stated", "known_at": known, "duration_minutes": 50,
        }  # fmt: skip
        landing.imported("appointments", row | about)

    visit("1", "scheduled", known=datetime(2026, 3, 1))
    visit("1", "completed")
    visit("2", "no_show", flags="booked_after_visit")
    visit("3", "cancelled")
    visit("4", "unresolved", outcome_basis="default")
    landing.imported("clients", {"source": "old", "client_id": "008"})


def rates(warehouse, day, source="record"):
    """Metric → (value, low, high) in per cent, rounded as printed."""
    rows = warehouse(
        """select metric, sum(numerator) / nullif(sum(denominator), 0), sum(low_numerator) / nullif(sum(low_denominator), 0),
            sum(high_numerator) / nullif(sum(high_denominator), 0)
        from marts.metric_daily where metric_date = ? and source = ? and coalesce(location_id, 'l1') in ('l1', 'l2')
        group by 1""",
        day, source,
    )  # fmt: skip
    return {name: tuple(None if part is None else round(100 * part, 2) for part in parts) for name, *parts in rows}


def test_the_worked_day_gives_every_rate_as_printed(warehouse):
    found = rates(warehouse, WORKED_DAY)

    assert found["no_show_rate_slots"] == (8.00, 8.00, 12.00)
    assert found["no_show_rate_due"] == (15.38, 14.29, 21.43)
    assert found["no_show_rate_booked"][0] == 10.00
    assert found["no_show_rate_combined"][0] == 35.00
    assert found["no_show_rate_unusable"][0] == 15.00
    assert found["no_show_rate_did_not_attend"][0] == 16.67
    assert found["late_cancel_rate"][0] == 7.69
    assert found["kept_rate"] == (76.92, 71.43, 78.57)
    assert found["cancellation_rate"] == (20.00, 20.00, 25.00)
    assert found["cancellation_rate_practice"] == (5.00, 5.00, 5.00)  # the provider's, which counts against no client


def test_a_band_has_its_own_denominators_and_never_leaves_0_to_100(warehouse):
    assert rates(warehouse, BAND_DAY)["no_show_rate_due"] == (100.00, 25.00, 100.00)
    assert rates(warehouse, BAND_DAY)["kept_rate"] == (0.00, 0.00, 75.00)


def test_a_rate_without_anything_due_is_null_and_keeps_its_band(warehouse):
    rows = warehouse(
        """select count(*), count(*) filter (low_denominator = 0) from marts.metric_daily
        where metric = 'no_show_rate_due' and denominator = 0"""
    )
    assert rows[0][0] > 0
    assert rows[0][1] == 0


def test_a_couple_is_one_unit_and_a_group_counts_each_client(warehouse):
    assert warehouse("select count(*) from marts.fct_appointments where start_date = ?", COUPLE_DAY) == [(4,)]
    assert warehouse(
        "select sum(numerator) from marts.metric_daily where metric = 'completed_visits' and metric_date = ?",
        COUPLE_DAY,
    ) == [(3,)]


def test_a_visit_carries_the_payer_in_force_on_its_day(warehouse):
    assert warehouse(
        "select distinct client_id, payer_key from marts.fct_appointments where payer_id is not null and source = 'record' and client_id not like 'seep-%' and client_id not like 'law%' and client_id not like 'r-%'"
    ) == [("c3", "record:y1")]


def test_imported_visits_stand_apart_as_last_known_with_their_own_ids(warehouse):
    assert warehouse(
        """select attendee_key, outcome, outcome_basis, source_status, flags, is_unresolved
        from marts.fct_appointments where source = 'old' order by 1"""
    ) == [
        ("old:1", "completed", "stated", "COMPLETED", None, False),
        ("old:2", "no_show", "stated", "NO_SHOW", "booked_after_visit", False),
        ("old:3", "cancelled", "stated", "CANCELLED", None, False),
        ("old:4", "unresolved", "default", "UNRESOLVED", None, True),
    ]
    # Who cancelled is unknown: not the client's in the point estimate, perhaps the client's in the band.
    assert rates(warehouse, WORKED_DAY, "old")["cancellation_rate"] == (0.00, 0.00, 50.00)
    assert warehouse("select client_key from marts.dim_client where source = 'old' order by 1") == [
        ("old:007",),
        ("old:008",),
    ]


def test_kept_missed_and_late_make_one_in_every_slice(warehouse):
    assert warehouse(
        """select count(*) from (
            select location_id, provider_id, service_id, sum(numerator) as parts, sum(denominator) / 3 as whole
            from marts.metric_daily where metric in ('kept_rate', 'no_show_rate_due', 'late_cancel_rate') group by all
        ) where parts <> whole"""
    ) == [(0,)]


def test_sums_over_the_values_of_any_dimension_are_the_whole(warehouse):
    # A dimension that a metric does not have must stay empty, else a filter on it would lose a part.
    dimensions = ("location", "provider", "service", "payer", "referral_source")
    filled = {
        metric: {name for name, count in zip(dimensions, counts, strict=True) if count}
        for metric, *counts in warehouse(
            f"select metric, {', '.join(f'count({name}_id)' for name in dimensions)} from marts.metric_daily group by 1"
        )
    }
    for metric, has in warehouse("select metric, dimensions from marts.metric_catalogue"):
        assert filled.get(metric, set()) <= set(has.split(", ")), metric


def test_every_metric_of_visits_and_hours_opens_rows_that_add_up_to_it_in_every_slice(warehouse):
    catalogue = warehouse(
        """select metric, dimensions, rows_table, rows_date, rows_where, rows_numerator, rows_denominator,
            rows2_table, rows2_date, rows2_where, rows2_denominator, rows2_days
        from marts.metric_catalogue where rows_table is not null and kind in ('additive', 'semi_additive')
            and (kind = 'additive' or rows_table <> 'fct_ledger_entries')  -- a balance: all rows up to the day
            and date_role in ('start', 'snapshot') and rows_table <> 'revenue_leakage'  -- money: test_rows_behind_numbers.py"""
    )
    assert len(catalogue) >= 25
    for (
        metric,
        dimensions,
        table,
        day,
        where,
        numerator,
        denominator,
        table2,
        day2,
        where2,
        denominator2,
        days,
    ) in catalogue:
        ids = "".join(f", {name}_id" for name in dimensions.split(", "))
        assert differences(warehouse, metric, ids, "numerator", table, day, where, numerator) == [], metric
        if denominator:
            assert differences(warehouse, metric, ids, "denominator", table, day, where, denominator) == [], metric
        if denominator2 and not days:
            assert differences(warehouse, metric, ids, "denominator", table2, day2, where2, denominator2) == [], metric


def differences(warehouse, metric, ids, part, table, day, where, amount):
    """Slices of a day in which the rows behind a part of the metric do not sum to it."""
    return warehouse(
        f"""with behind as (
            select {day} as metric_date, source {ids}, sum({amount})::bigint as amount
            from marts.{table} where {where} group by all having sum({amount}) <> 0
        ), shown as (
            select metric_date, source {ids}, sum({part})::bigint as amount
            from marts.metric_daily where metric = ? group by all having sum({part}) <> 0
        )
        (from behind except from shown) union all (from shown except from behind) limit 3""",
        metric,
    )


def test_what_is_worked_out_from_rows_can_be_worked_out_of_every_metrics_own(warehouse):
    worked_out = {"median": "median({})", "p90": "quantile_cont({}, 0.9)", "distinct": "count(distinct {})"}
    for metric, aggregate, table, day, where, numerator in warehouse(
        """select metric, aggregate, rows_table, rows_date, rows_where, rows_numerator
        from marts.metric_catalogue where kind in ('distinct', 'distribution')"""
    ):
        (found,) = warehouse(
            f"select {worked_out[aggregate].format(numerator)}, count({day}) from marts.{table} where {where}"
        )
        assert found[0] is not None or found[1] == 0, metric
