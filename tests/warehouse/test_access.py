"""Third next available, places freed and filled again, waits: worked by hand, each case for a rule that could break."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from tests.warehouse.diary import Diary, clock, minutes_of

pytestmark = pytest.mark.warehouse

# The build's day is Tuesday 30 June 2026, 20:00 UTC.
BEFORE, MONDAY = date(2026, 6, 22), date(2026, 6, 29)
LAST = date(2026, 8, 28)


def land(landing):
    landing.record("services", *(
        {"service_id": key, "name": key, "duration_minutes": minutes, "buffer_before_minutes": buffer, "is_active": True,
         "buffer_after_minutes": buffer, "capacity": seats, "is_for_new_clients": key == "intake"}
        for key, minutes, buffer, seats in (("intake", 60, 0, 1), ("long", 50, 10, 1), ("circle", 60, 0, 8))
    ))  # fmt: skip
    _access(landing)
    _freed(landing)
    _offered(landing)
    _waited(landing)


def _gives(landing, provider, *services):
    landing.record("provider_services", *(
        {"provider_service_id": f"{provider}-{key}", "provider_id": provider, "service_id": key, "is_active": True}
        for key in services
    ))  # fmt: skip


def _access(landing):
    """Nine to twelve on weekdays from 22 June on."""
    diary = Diary(landing, "reached", location="la")
    _gives(landing, "reached", "intake", "long", "circle")
    for number in range(5):
        diary.hours(BEFORE + timedelta(number), ("09:00", "12:00"), until=LAST)
    tuesday, wednesday = BEFORE + timedelta(1), BEFORE + timedelta(2)
    _visit(landing, "reached", "la", BEFORE, "09:00", "12:00", booked=date(2026, 6, 10))
    _visit(landing, "reached", "la", tuesday, "09:00", "10:00", booked=date(2026, 6, 20))
    _visit(landing, "reached", "la", tuesday, "10:00", "12:00", booked=BEFORE)  # on the Monday itself: not yet
    _visit(landing, "reached", "la", wednesday, "09:00", "12:00", booked=date(2026, 6, 1), cancelled=date(2026, 6, 20))
    _visit(landing, "reached", "la", wednesday, "10:00", "12:00", booked=date(2026, 6, 1), cancelled=BEFORE)
    landing.record("holds", {
        "hold_id": "kept", "provider_id": "reached", "location_id": "la", "service_id": "intake", "purpose": "renewal",
        "wall_start": at(MONDAY, "09:00"), "wall_end": at(MONDAY, "12:00"), "starts_at": at(MONDAY, "09:00"),
        "ends_at": at(MONDAY, "12:00"), "start_date": MONDAY, "held_at": datetime(2026, 6, 25, 9),
        "expires_at": datetime(2026, 7, 3, 9),
    })  # fmt: skip
    landing.record("blocks", {
        "block_id": "meeting", "resource_kind": "provider", "resource_id": "reached", "kind": "meeting",
        "wall_start": at(MONDAY + timedelta(1), "08:00"), "wall_end": at(MONDAY + timedelta(1), "13:00"),
        "is_withdrawn": False,
    })  # fmt: skip
    seldom = Diary(landing, "seldom", location="la")
    seldom.hours(MONDAY, ("09:00", "10:00"), until=MONDAY + timedelta(7))
    _gives(landing, "seldom", "intake")


def at(day, text):
    return datetime.combine(day, clock(text))


def _visit(landing, provider, place, day, start, end, *, booked, cancelled=None, **about):
    """One visit of the service `intake`; `booked` and `cancelled` are days or instants."""
    landing.visits += 1
    key = about.pop("key", f"x{landing.visits}")
    instant, left = (
        moment if isinstance(moment, datetime) or moment is None else at(moment, "08:00")
        for moment in (booked, cancelled)
    )
    status = about.pop("status", "cancelled" if cancelled else "completed")
    landing.record("appointments", {
        "appointment_id": key, "provider_id": provider, "location_id": place, "service_id": "intake", "start_date": day,
        "wall_start": at(day, start), "wall_end": at(day, end), "starts_at": at(day, start), "ends_at": at(day, end),
        "duration_minutes": int((at(day, end) - at(day, start)).total_seconds() // 60), "booked_at": instant,
        "status": status if status in ("cancelled", "rescheduled") else "scheduled",
        "channel": about.pop("channel", "desk"), "moved_to_id": about.pop("moved_to_id", None),
    })  # fmt: skip
    landing.record("attendees", {
        "attendee_id": key, "appointment_id": key, "client_id": "c1", "billing_unit": "attendee", "status": status,
        "booked_at": instant, "booked_date": instant.date(), "first_booked_at": instant, "first_booked_date": instant.date(),
        "cancelled_at": left if status == "cancelled" else None, "known_at": left or instant,
    } | about)  # fmt: skip
    if left:
        landing.record("appointment_events", {
            "event_id": f"e-{key}", "appointment_id": key, "attendee_id": key, "happened_at": left, "event_date": left.date(),
            "kind": "cancelled" if status == "cancelled" else "moved",
        })  # fmt: skip


def reached(warehouse, provider, service):
    return {
        monday: found
        for monday, *found in warehouse(
            """select snapshot_date, days, days_at_least, is_censored, open_places from marts.fct_third_next_available
            where provider_id = ? and service_id = ?""",
            provider,
            service,
        )
    }


def test_the_third_open_hour_is_counted_in_days_from_the_morning_of_a_monday(warehouse):
    """22 June: Monday is full, two hours are free on Tuesday and one on Wednesday, whose later visit left only that day.
    29 June: Monday is held, Tuesday is blocked, Wednesday has three hours."""
    found = reached(warehouse, "reached", "intake")
    assert [found[day][:3] for day in (BEFORE, MONDAY)] == [[2, 2, False], [2, 2, False]]


def test_buffers_need_room_beside_a_neighbour_but_may_reach_out_of_the_hours(warehouse):
    """50 minutes with 10 on either side. 22 June: one place on Tuesday (its end may reach out), one on Wednesday (its
    beginning may), two on Thursday. 29 June: two on Wednesday, two on Thursday."""
    found = reached(warehouse, "reached", "long")
    assert [found[day][0] for day in (BEFORE, MONDAY)] == [3, 3]


def test_without_a_third_place_in_eight_weeks_the_days_are_unknown_and_at_least_56(warehouse):
    assert reached(warehouse, "seldom", "intake")[MONDAY] == [None, 56, True, 2]


def test_a_group_s_seats_are_no_open_places(warehouse):
    assert reached(warehouse, "reached", "circle") == {}


def test_a_block_is_neither_bookable_nor_closed(warehouse):
    tuesday = MONDAY + timedelta(1)
    assert minutes_of(warehouse, "reached", tuesday, "la") == {"scheduled": 180}
    held = "select blocked_minutes, closed_minutes, bookable_minutes from marts.fct_availability where provider_id = ?"
    assert warehouse(held + " and available_date = ?", "reached", tuesday) == [(180, 0, 0)]


# --- places freed -----------------------------------------------------------------------------------------------------

DAY = date(2026, 6, 8)
EARLIER = datetime(2026, 6, 1, 9)
LEFT = datetime(2026, 6, 6, 9)


def _freed(landing):
    def visit(provider, start, end, **about):
        _visit(landing, provider, "la", about.pop("day", DAY), start, end, **({"booked": EARLIER} | about))

    for number in range(1, 9):
        Diary(landing, f"back{number}", location="la")
    client = {"cancelled": LEFT, "cancelled_by": "client"}
    visit("back1", "10:00", "11:00", key="half", **client)
    visit("back1", "10:30", "11:00", key="taker", booked=LEFT + timedelta(hours=1), channel="waitlist")
    visit("back2", "10:00", "11:00", key="away", cancelled=LEFT, cancelled_by="provider")
    visit("back3", "10:00", "11:00", key="shifted", status="rescheduled", cancelled=LEFT, moved_to_id="later")
    visit("back3", "10:30", "11:30", key="later", booked=LEFT)
    visit("back4", "10:00", "11:00", key="lonely", **client)
    visit("back4", "10:00", "11:00", key="before")  # booked before: it was there already
    visit("back5", "10:00", "11:00", key="too-late", cancelled=at(DAY, "10:10"), cancelled_by="client")
    visit("back6", "10:00", "11:00", key="to-come", day=date(2026, 7, 2), **client)
    visit("back7", "10:00", "11:00", key="ill", status="rescheduled", cancelled=LEFT, cancel_code="provider_ill")
    visit("back8", "10:00", "11:00", key="there", status="rescheduled", cancelled=LEFT, moved_to_id="and-back")
    visit(
        "back8",
        "14:00",
        "15:00",
        key="and-back",
        booked=LEFT,
        status="rescheduled",
        cancelled=LEFT,
        cancel_code="undone",
    )
    visit("back8", "10:00", "11:00", key="again", booked=LEFT)


def test_what_was_freed_and_what_was_filled_again_by_whom(warehouse):
    rows = warehouse(
        """select appointment_id, freed_minutes, refilled_minutes, by_waitlist_minutes, is_refilled, is_refillable, is_over,
            notice_bucket
        from marts.fct_freed_slots where provider_id like 'back%' order by provider_id"""
    )
    assert rows == [
        ("half", 60, 30, 30, True, True, True, "2 to 7 days"),
        ("away", 60, 0, 0, False, False, True, "2 to 7 days"),
        ("shifted", 30, 0, 0, False, True, True, "2 to 7 days"),  # its successor still holds half of it
        ("lonely", 60, 0, 0, False, True, True, "2 to 7 days"),
        ("to-come", 60, 0, 0, False, True, False, "7 days or more"),
        ("ill", 60, 0, 0, False, False, True, "2 to 7 days"),
    ]


def number(warehouse, metric, provider="back%", day=DAY):
    """Numerator and denominator of a day, as the marts carry them."""
    return warehouse(
        """select cast(sum(numerator) as integer), cast(sum(denominator) as integer) from marts.metric_daily
        where metric = ? and metric_date = ? and provider_id like ?""",
        metric,
        day,
        provider,
    )[0]


def test_backfill_leaves_out_what_the_provider_freed_and_what_is_still_to_come(warehouse):
    assert number(warehouse, "backfill_rate") == (1, 3)
    assert number(warehouse, "backfill_rate_minutes") == (30, 150)
    assert number(warehouse, "backfill_rate_minutes_waitlist") == (30, 150)
    assert number(warehouse, "freed_minutes") == (150, None)


# --- offers and waits -------------------------------------------------------------------------------------------------


def _offered(landing):
    landing.record("offer_rounds", {
        "offer_round_id": "round", "freed_appointment_id": "half", "freed_by": "client", "provider_id": "back1",
        "location_id": "la", "service_id": "intake", "start_date": DAY, "batch_size": 3, "answer_minutes": 15,
        "status": "filled", "opened_at": LEFT,
    })  # fmt: skip
    for rank, status in enumerate(("lost", "accepted", "expired", "unreachable"), start=1):
        sent = None if status == "unreachable" else LEFT
        landing.record("offers", {
            "offer_id": f"offer{rank}", "offer_round_id": "round", "waitlist_entry_id": f"w{rank}", "client_id": "c1",
            "rank": rank, "score": 10, "status": status, "sent_at": sent,
        })  # fmt: skip


def test_an_offer_that_reached_nobody_was_not_sent(warehouse):
    assert number(warehouse, "offer_acceptance_rate") == (1, 3)


def _waited(landing):
    Diary(landing, "waits", location="la")
    day = date(2026, 6, 9)
    stamps = {
        "early": ("09:50", "10:07"),
        "late": ("10:05", "10:20"),
        "at-once": ("09:40", "09:58"),
        "unknown": (None, "10:00"),
    }
    for key, (arrived, seated) in stamps.items():
        _visit(
            landing, "waits", "la", day, "10:00", "11:00", booked=EARLIER, key=key,
            arrived_at=arrived and at(day, arrived), seated_at=at(day, seated),
        )  # fmt: skip


def test_a_wait_runs_from_when_the_client_could_have_been_seen(warehouse):
    waits = dict(
        warehouse("select appointment_id, wait_minutes from marts.fct_appointments where provider_id = 'waits'")
    )
    assert waits == {"early": 7, "late": 15, "at-once": 0, "unknown": None}
    assert number(warehouse, "wait_stamped_rate", "waits", date(2026, 6, 9)) == (3, 4)
