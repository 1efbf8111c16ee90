"""What only a manager may book is asked for: with the reason, one queue, a second person, and an end."""

from __future__ import annotations

import pytest

from practice.access.permissions import SYSTEM
from practice.billing.approvals import approve_request, reject_request
from practice.billing.queries import control
from practice.errors import Conflict, Refusal
from practice.scheduling.commands import book_appointment
from practice.scheduling.overbooking import ask_to_overbook
from practice.scheduling.policies import set_overlap_policy


@pytest.fixture
def asks(record, house, desk):
    """The desk wants Ben in where Ada is with Dr. Moss on Tuesday at ten; her time may be overlapped for a reason."""
    record.run(set_overlap_policy, SYSTEM, resource_kind="provider", rule="warn", effective_from="2026-03-01")
    record.run(
        book_appointment, desk, client_id=house.ada, provider_id=house.moss, service_id=house.visit,
        location_id=house.location, wall_start="2026-03-03T10:00",
    )  # fmt: skip

    def ask(start="2026-03-03T10:00", reason="In acute pain", who=desk, **more):
        wish = {"client_id": house.ben, "provider_id": house.moss, "service_id": house.visit}
        return record.run(
            ask_to_overbook, who, reason=reason, location_id=house.location, wall_start=start, **(wish | more)
        )

    return ask


def visits(record):
    with record.read() as reader:
        return reader.rows("select client_id, override_reason from attendees join appointments using (appointment_id)")


def test_what_is_asked_is_booked_by_its_second_person_for_the_askers_reason(record, asks, as_role, house, desk):
    asked = asks()
    assert asked["waits"] == "Booking all the same"
    manager = as_role("manager")
    with record.read() as reader:
        (row,) = control.approvals(reader, manager)
        assert (control.to_decide(reader, manager), control.to_decide(reader, desk)) == (1, 0)
    assert (row["description"], row["provider_name"], f"{row['wall_start']:%H:%M}") == (
        "Follow-up",
        "Dr. Ines Moss",
        "10:00",
    )
    assert (row["expires_at"] - row["asked_at"]).days == 1  # when the visit begins, not in 14 days
    with pytest.raises(Conflict, match="asked for already"):
        asks()
    answer = record.run(approve_request, manager, approval_id=asked["approval_id"])
    assert (answer["asked_by"], answer["decided_by"]) == (desk.user_id, manager.user_id)
    assert {row["client_id"]: row["override_reason"] for row in visits(record)} == {
        house.ada: None, house.ben: "In acute pain",
    }  # fmt: skip


def test_outside_hours_is_asked_for_too_and_a_no_books_nothing(record, asks, as_role, house):
    asked = asks("2026-03-03T19:00")
    record.run(reject_request, as_role("manager"), reason="Moss is away", approval_id=asked["approval_id"])
    assert [row["client_id"] for row in visits(record)] == [house.ada]


def test_nothing_waits_that_needs_nobody_or_that_nobody_may_do(record, asks, as_role, house):
    with pytest.raises(Refusal, match="Say why"):
        asks(reason=None)
    with pytest.raises(Conflict, match="free now; book it"):
        asks("2026-03-03T14:00")
    with pytest.raises(Refusal, match="You may book it yourself"):
        asks(who=as_role("manager"))
    record.run(set_overlap_policy, SYSTEM, resource_kind="provider", rule="block", effective_from="2026-03-02")
    with pytest.raises(Conflict):
        asks()
    with record.read() as reader:
        assert reader.rows("select * from approvals") == []


def test_a_request_whose_visit_has_begun_is_over(record, asks, as_role, clock):
    asked = asks()
    clock.forward(days=2)
    with pytest.raises(Conflict, match="expired"):
        record.run(approve_request, as_role("manager"), approval_id=asked["approval_id"])
