"""The link to one's own visit: a secret in a message, a hash in the record, and the way to wherever the visit went."""

from __future__ import annotations

import pytest

from practice.access.permissions import Permission
from practice.online.keys import key_holder, make_api_key, revoke_api_key
from practice.online.links import hashed, make_manage_link, visit_behind
from practice.scheduling.commands import book_appointment, enter_in_error, move_appointment
from practice.store.record import Command

MAKE = Command("test_make_link", Permission.BOOK, lambda work, attendee_id: make_manage_link(work, attendee_id))


@pytest.fixture
def booked(record, house, desk):
    return record.run(
        book_appointment, desk, client_id=house.ada, provider_id=house.moss, service_id=house.visit,
        location_id=house.location, wall_start="2026-03-03T10:00",
    )  # fmt: skip


def shown(record, secret):
    with record.read() as reader:
        return visit_behind(reader, hashed(secret))


def test_a_link_shows_its_visit_and_follows_it_wherever_it_is_moved(record, desk, booked):
    secret = record.run(MAKE, desk, attendee_id=booked["attendee_id"])
    assert shown(record, secret)["appointment_id"] == booked["appointment_id"]
    moved = record.run(
        move_appointment,
        desk,
        appointment_id=booked["appointment_id"],
        wall_start="2026-03-04T09:00",
        moved_by="client",
        code="other",
    )
    moved = record.run(
        move_appointment,
        desk,
        appointment_id=moved["appointment_id"],
        wall_start="2026-06-04T09:00",
        moved_by="client",
        code="other",
    )
    assert shown(record, secret)["appointment_id"] == moved["appointment_id"]
    record.run(enter_in_error, desk, reason="a mistake", appointment_id=moved["appointment_id"])
    assert shown(record, secret) is None


def test_an_old_link_opens_nothing_and_a_moved_visit_keeps_its_link_alive(record, desk, booked, clock):
    secret = record.run(MAKE, desk, attendee_id=booked["attendee_id"])
    clock.to("2026-03-20T12:00")
    assert shown(record, secret)
    clock.to("2026-04-20T12:00")
    assert shown(record, secret) is None
    assert shown(record, "made up") is None


def test_the_record_holds_no_secret(record, desk, booked):
    secret = record.run(
        Command("test_link", Permission.BOOK, lambda work, one: bool(make_manage_link(work, one))),
        desk,
        one=booked["attendee_id"],
    )
    assert secret is True
    with record.read() as reader:
        link = reader.one("select * from manage_links")
        trail = " ".join(row["changes"] for row in reader.rows("select changes from audit_entries"))
    assert link["token_hash"] not in trail


def test_a_key_opens_its_scopes_until_it_is_revoked_and_the_trail_never_sees_it(record, owner, house):
    made = record.run(
        make_api_key, owner, name="Our website", key_hash=hashed("daybook_secret"), scopes=["bookings:write", "slots:read"],
        location_ids=[house.location],
    )  # fmt: skip
    holder, scopes = key_holder(record, "daybook_secret")
    assert (holder.role, holder.location_ids) == ("online", {house.location})
    assert scopes == {"slots:read", "bookings:write"}
    assert key_holder(record, "daybook_other") is None
    record.run(revoke_api_key, owner, api_key_id=made["api_key_id"])
    assert key_holder(record, "daybook_secret") is None
    with record.read() as reader:
        assert hashed("daybook_secret") not in str(reader.rows("select changes from audit_entries"))
        assert reader.value("select last_used_at from api_keys") is not None
