"""New and returning clients, and how long they waited: small histories whose answers are counted on the fingers."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

pytestmark = pytest.mark.warehouse

MAY, JULY = date(2024, 5, 1), date(2024, 7, 1)
"""First days of the month in which clients come for the first time, and of one two months later."""


def land(landing):
    landing.record("clients", *({"client_id": f"n{number}"} for number in range(1, 9)))

    def visit(day, client, status="completed", lead=None, **about):
        if lead is not None:
            booked = day - timedelta(days=lead)
            about |= {"first_booked_date": booked, "first_booked_at": datetime.combine(booked, datetime.min.time())}
        return landing.visit(day, status, client_id=client, location_id="lc", **about)

    landing.record("locations", {"location_id": "lc", "name": "Clinic", "zone": "UTC"})
    # n1 misses the first visit, comes to the second, comes again in the same month and two months later.
    visit(MAY, "n1", "no_show")
    visit(MAY + timedelta(days=7), "n1")
    visit(MAY + timedelta(days=14), "n1")
    visit(JULY, "n1")
    # n2 came once, n3 never; n4 and n5 are a couple, booked in n4's name.
    visit(JULY, "n2")
    visit(JULY, "n3", "cancelled", cancelled_by="client", is_late=False)
    for client in ("n4", "n5"):
        visit(JULY, client, appointment_id="pair", billing_unit="appointment")
    _lead_times(visit)
    landing.imported("clients", {"source": "older", "client_id": "n1"})
    landing.imported("appointments", {
        "source": "older", "appointment_id": "n1", "attendee_id": "n1", "client_id": "n1", "start_date": JULY,
        "outcome": "completed", "source_status": "x", "outcome_basis": "stated",
    })  # fmt: skip


def _lead_times(visit):
    """Leads 2, 5 of new clients on two days of 2023, and what must not be among them."""
    day = date(2023, 9, 4)
    visit(day, "n6", lead=2)
    visit(day, "n7", lead=5)
    # Entered on the day after: not a lead, but something for the list of odd rows.
    visit(day + timedelta(days=1), "n8", lead=-1)
    # Moved from the Wednesday to the Thursday: the wait began with the first booking, and counts once.
    visit(day + timedelta(days=2), "n6", "rescheduled", lead=30)
    visit(day + timedelta(days=3), "n6", lead=31)
    # A series booked at once: its second occurrence was no wait of nine days.
    visit(day + timedelta(days=7), "n7", lead=1, series_id="weekly")
    visit(day + timedelta(days=14), "n7", lead=9, series_id="weekly")
    # Booked by mistake.
    visit(day, "n7", "entered_in_error", lead=400)


@pytest.fixture(scope="module")
def number(warehouse):
    """`number("new_clients", first, last)` → the metric of those days at this module's location, by its own aggregate."""

    def ask(metric, first, last, source="record"):
        (spec,) = warehouse(
            "select aggregate, rows_table, rows_where, rows_numerator, rows_date from marts.metric_catalogue where metric = ?",
            metric,
        )
        aggregate, table, where, value, day = spec
        worked_out = {"median": "median", "p90": "quantile_cont", "distinct": "count"}[aggregate]
        value = f"distinct {value}" if aggregate == "distinct" else f"{value}, 0.9" if aggregate == "p90" else value
        place = "location_id = 'lc'" if source == "record" else "true"
        (row,) = warehouse(
            f"select {worked_out}({value}) from marts.{table} where ({where}) and {day} between ? and ? and source = ? and {place}",
            first, last, source,
        )  # fmt: skip
        return row[0]

    return ask


@pytest.fixture(scope="module")
def counted(warehouse):
    """`counted("new_clients", first, last)` → the sum of an additive metric's numerators at this module's location."""

    def ask(metric, first, last, source="record"):
        place = "location_id = 'lc'" if source == "record" else "true"
        (row,) = warehouse(
            f"""select sum(numerator), sum(denominator) from marts.metric_daily
            where metric = ? and metric_date between ? and ? and source = ? and {place}""",
            metric, first, last, source,
        )  # fmt: skip
        return row

    return ask


def month(first):
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def test_who_misses_the_first_visit_is_new_when_the_next_one_is_kept(counted):
    assert counted("new_clients", MAY, MAY)[0] is None
    assert counted("new_clients", MAY + timedelta(days=7), MAY + timedelta(days=7))[0] == 1


def test_every_completed_visit_after_the_first_is_a_returning_one(counted):
    assert counted("returning_visits", *month(MAY))[0] == 1
    assert counted("returning_visits", *month(JULY))[0] == 1


def test_a_clients_second_visit_in_the_first_month_makes_nobody_returning(number):
    assert number("active_clients", *month(MAY)) == 1
    assert number("returning_clients", *month(MAY)) == 0
    assert number("returning_clients", *month(JULY)) == 1


def test_the_active_clients_of_a_month_are_new_or_returning(number, counted):
    # n1 returns; n2 is new, and n4, in whose name the couple's visit counts. n5 is not counted beside n4.
    assert number("active_clients", *month(JULY)) == 3
    assert counted("new_clients", *month(JULY))[0] == 2


def test_a_client_of_an_import_is_new_there_whoever_it_is_in_the_record(counted, number):
    assert counted("new_clients", JULY, JULY, "older")[0] == 1
    assert number("returning_clients", *month(JULY), "older") == 0


def test_the_median_of_an_even_number_lies_between_the_two_in_the_middle(number):
    monday = date(2023, 9, 4)
    assert number("lead_time_days_median", monday, monday) == 3.5
    assert number("lead_time_days_p90", monday, monday) == pytest.approx(4.7)


def test_a_visit_entered_afterwards_has_no_lead_time(number, counted):
    tuesday = date(2023, 9, 5)
    assert number("lead_time_days_median", tuesday, tuesday) is None
    assert counted("lead_time_days_mean", tuesday, tuesday)[1] is None


def test_a_moved_visit_keeps_the_lead_of_its_first_booking_and_counts_once(number):
    assert number("lead_time_days_median", date(2023, 9, 6), date(2023, 9, 6)) is None
    assert number("lead_time_days_median", date(2023, 9, 7), date(2023, 9, 7)) == 31


def test_of_a_series_the_first_occurrence_alone_has_a_lead_time(number):
    assert number("lead_time_days_median", date(2023, 9, 11), date(2023, 9, 18)) == 1


def test_the_lead_of_new_and_returning_clients_is_told_apart(number):
    # New on the Monday: 2 and 5. Returning: 31 and the series' 1.
    days = date(2023, 9, 4), date(2023, 9, 18)
    assert number("lead_time_days_median_new", *days) == 3.5
    assert number("lead_time_days_median_returning", *days) == 16


def test_the_mean_lead_is_days_over_visits(counted):
    assert counted("lead_time_days_mean", date(2023, 9, 4), date(2023, 9, 18)) == (39, 4)
