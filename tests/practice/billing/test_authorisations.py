"""Prior authorisations: what charges take up, what is left, and what is said before a visit goes beyond."""

from __future__ import annotations

from datetime import date

import pytest

from practice.access.permissions import SYSTEM
from practice.billing import commands
from practice.billing.authorisations import what_is_left
from practice.billing.queries.authorising import authorisations
from practice.errors import Conflict, Refusal

SPRING = {"payer_id": "payer-harbor", "from_date": "2026-02-01", "until_date": "2026-04-30"}


@pytest.fixture
def authorised(desk):
    """`authorised(units, **more)`: Harbor Health agreed to so many visits of Ben's in spring."""

    def agree(units, *, number="A-1", **more):
        said = {"client_id": "client-ben", "number": number, "units": units} | SPRING | more
        return desk.run(commands.add_authorisation, **said)["authorisation_id"]

    return agree


@pytest.fixture
def left(desk, record):
    def read(day=date(2026, 3, 9), service="svc-visit", **more):
        with record.read() as reader:
            return what_is_left(reader, "client-ben", service, day, **more)

    return read


def used(record):
    with record.read() as reader:
        return {row["number"]: row["used"] for row in authorisations(reader, SYSTEM, "client-ben")}


def test_charges_take_units_up_and_a_void_one_gives_them_back(desk, authorised, record):
    authorised(10)
    desk.charged("client-ben")
    charge = desk.run(commands.charge_visit, attendee_id=desk.sees("client-ben"), units=3)["charge_id"]
    assert used(record) == {"A-1": 4}
    desk.run(commands.void_charge, charge_id=charge)
    assert used(record) == {"A-1": 1}


def test_the_one_that_ends_first_is_used_first_and_none_beyond_its_units_or_days(desk, authorised, record):
    authorised(5, number="late")
    authorised(1, number="soon", until_date="2026-03-31")
    for day in (date(2026, 3, 2), date(2026, 3, 3), date(2026, 1, 20)):
        desk.charged("client-ben", day=day)
    assert used(record) == {"late": 1, "soon": 1}


def test_another_service_missed_visits_and_who_pays_themselves_take_nothing(desk, authorised, record):
    authorised(5, service_id="svc-intake")
    desk.charged("client-ben")
    desk.charged("client-ben", status="no_show")
    desk.charged("client-ada")
    assert used(record) == {"A-1": 0}


def test_what_is_left_counts_what_is_booked_too(desk, authorised, left):
    assert left() is None, "the payer was not asked"
    authorised(3)
    assert left() == (True, "Harbor Health authorised 3 units until 30 Apr 2026; 3 are left.")
    desk.charged("client-ben")
    desk.sees("client-ben", day=date(2026, 3, 16), status="scheduled")
    assert left()[1].endswith("1 are left.")
    desk.sees("client-ben", day=date(2026, 3, 23), status="scheduled")
    assert left() == (
        False,
        "All 3 units that Harbor Health authorised until 30 Apr 2026 are used or booked; ask for more.",
    )
    assert left(is_booked=True)[0], "the last booked visit is within"


def test_before_and_after_its_days(authorised, left):
    authorised(3)
    assert left(date(2026, 5, 4)) == (False, "Harbor Health authorised visits only until 30 Apr 2026; ask for more.")
    assert left(date(2026, 1, 30)) == (False, "Harbor Health authorised visits only from 1 Feb 2026 on.")


def test_it_is_changed_and_taken_back(desk, authorised, left):
    key = authorised(1)
    desk.run(commands.change_authorisation, authorisation_id=key, units=12, until_date="2026-06-30")
    assert left(date(2026, 6, 1)) == (True, "Harbor Health authorised 12 units until 30 Jun 2026; 12 are left.")
    with pytest.raises(Refusal, match="Say why"):
        desk.run(commands.withdraw_authorisation, authorisation_id=key, reason=None)
    desk.run(commands.withdraw_authorisation, authorisation_id=key, reason="Another client's")
    assert left() is None
    with pytest.raises(Conflict, match="taken back before"):
        desk.run(commands.change_authorisation, authorisation_id=key, units=2)


def test_the_same_one_twice_and_days_the_wrong_way_round_are_refused(authorised):
    authorised(5)
    with pytest.raises(Conflict, match="recorded already"):
        authorised(6)
    with pytest.raises(Refusal, match="before the first"):
        authorised(5, number="A-2", until_date="2026-01-01")
