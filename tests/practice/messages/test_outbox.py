"""The outbox: what is said to clients about their visits, when, and what is not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from practice.access.permissions import SYSTEM, Permission
from practice.clock import stored
from practice.errors import Refusal
from practice.messages import log_queries, outbox
from practice.messages.consent import record_consent
from practice.messages.defaults import default_of
from practice.messages.kinds import CHANNELS, KINDS, PLACEHOLDERS, PURPOSES
from practice.messages.settings import set_messages
from practice.messages.templates import current, save_template
from practice.messages.text import check_template, render
from practice.scheduling.commands import book_appointment, cancel_appointment, enter_in_error, move_appointment
from practice.scheduling.hybrid import change_mode
from practice.store.record import Command


def kinds(rows):
    return [(row["kind"], row["status"]) for row in rows]


def test_a_booking_queues_a_confirmation_that_leaves_three_minutes_later_at_the_earliest(book, outgoing, clock):
    visit = book()
    (message,) = outgoing()
    assert (message["kind"], message["channel"], message["status"]) == ("confirmation", "email", "queued")
    assert message["appointment_id"] == visit["appointment_id"]
    assert message["not_before_at"] == stored(clock()) + timedelta(minutes=3)


def test_nothing_is_queued_while_messages_are_switched_off(record, owner, book, outgoing):
    record.run(set_messages, owner, is_on=False)
    book()
    assert outgoing() == []


def test_a_move_that_is_undone_within_the_grace_says_nothing(record, desk, book, outgoing, clock, sent):
    visit = book()
    clock.forward(minutes=5)
    sent()
    moved = record.run(
        move_appointment,
        desk,
        appointment_id=visit["appointment_id"],
        wall_start="2026-03-05T14:00",
        moved_by="client",
        code="other",
    )
    assert kinds(outgoing())[1:] == [("moved", "queued")]
    clock.forward(minutes=2)
    record.run(
        move_appointment,
        desk,
        appointment_id=moved["appointment_id"],
        wall_start="2026-03-05T10:00",
        moved_by="client",
        code="other",
    )
    assert kinds(outgoing()) == [("confirmation", "sent")]


def test_a_booking_that_is_moved_within_the_grace_is_confirmed_once_for_the_final_place(record, desk, book, outgoing):
    visit = book()
    moved = record.run(
        move_appointment,
        desk,
        appointment_id=visit["appointment_id"],
        wall_start="2026-03-05T14:00",
        moved_by="client",
        code="other",
    )
    (message,) = outgoing()
    assert (message["kind"], message["appointment_id"]) == ("confirmation", moved["appointment_id"])


@pytest.mark.parametrize("gone", [cancel_appointment, enter_in_error])
def test_a_booking_that_is_taken_back_within_the_grace_says_nothing(record, owner, book, outgoing, gone):
    visit = book()
    by = {"cancelled_by": "practice"} if gone is cancel_appointment else {}
    record.run(gone, owner, appointment_id=visit["appointment_id"], reason="wrong client", **by)
    assert outgoing() == []
    assert kinds(outgoing(withdrawn=True)) == [("confirmation", "withdrawn")]


def test_a_visit_booked_before_messages_were_switched_on_is_known_to_its_client(record, owner, desk, book, outgoing):
    record.run(set_messages, owner, is_on=False)
    visit = book()
    record.run(set_messages, owner, is_on=True)
    record.run(cancel_appointment, desk, appointment_id=visit["appointment_id"], cancelled_by="client", reason="ill")
    assert kinds(outgoing()) == [("cancelled", "queued")]


def test_late_entries_say_nothing(record, desk, switched_on, outgoing):
    asked = {"provider_id": switched_on.moss, "service_id": switched_on.visit, "location_id": switched_on.location}
    record.run(
        book_appointment, desk, client_id=switched_on.ada, wall_start="2026-02-27T10:00", reason="forgotten", **asked
    )
    assert outgoing() == []


def test_who_cannot_be_reached_is_a_row_with_its_reason(book, switched_on, outgoing):
    book(switched_on.dan)
    (message,) = outgoing()
    assert (message["status"], message["status_reason"]) == ("suppressed", "no_address")


def test_consent_decides_the_channel_and_its_withdrawal_is_heeded(record, desk, book, switched_on, outgoing):
    person = {"client_id": switched_on.ada, "purpose": "appointments"}
    record.run(record_consent, desk, channel="text", is_given=True, **person)
    book()
    assert outgoing()[-1]["channel"] == "text"
    for channel in CHANNELS:
        record.run(record_consent, desk, channel=channel, is_given=False, **person)
    book(at="2026-03-06T10:00")
    assert (outgoing()[-1]["status"], outgoing()[-1]["status_reason"]) == ("suppressed", "no_consent")


# What other parts queue ------------------------------------------------------------------------------------------------


def _queue(work, **asked):
    return outbox.queue(work, **asked)


def _withdraw(work, **asked):
    return outbox.withdraw(work, **asked)


QUEUE = Command("test_queue", Permission.OPERATE, _queue)
WITHDRAW = Command("test_withdraw", Permission.OPERATE, _withdraw)


@pytest.fixture
def offer(record, switched_on, clock):
    def _offer(offer_id="offer-1", client_id=switched_on.ada):
        context = {
            "location_id": switched_on.location, "provider_id": switched_on.reed, "service_id": switched_on.visit,
            "starts_at": stored(clock()) + timedelta(hours=3), "answer_by": stored(clock()) + timedelta(minutes=30),
            "link": "/offer/s3cret",
        }  # fmt: skip
        return record.run(
            QUEUE, SYSTEM, kind="offer", client_id=client_id, context=context, dedupe_key=f"offer:{offer_id}",
            offer_id=offer_id,
        )  # fmt: skip

    return _offer


def test_an_offer_is_put_into_words_at_once_with_its_links_and_the_name_of_the_zone(record, desk, offer, outgoing):
    (message_id,) = offer()
    (message,) = outgoing()
    assert message["message_id"] == message_id
    assert message["channel"] == "text"
    assert "with Tomas Reed is free" in message["body"]
    assert "Monday 2 March 2026 at 12:00, New York time (America/New_York)" in message["body"]
    assert "https://elm.example/offer/s3cret" in message["body"]
    assert "https://elm.example/stop/" in message["body"]
    with record.read() as reader:
        read = log_queries.message(reader, desk, message_id)
    assert read["body"].endswith("Stop offers: https://elm.example/stop/…")


def test_the_same_thing_is_said_once(offer, outgoing):
    assert offer() == offer()
    assert len(outgoing()) == 1


def test_a_withdrawn_offer_does_not_leave_and_may_be_made_again(record, offer, outgoing):
    (first,) = offer()
    assert record.run(WITHDRAW, SYSTEM, offer_id="offer-1") == [first]
    (second,) = offer()
    assert second != first
    assert kinds(outgoing(withdrawn=True)) == [("offer", "withdrawn"), ("offer", "queued")]


def test_an_offer_to_somebody_who_stopped_offers_answers_no_id_and_says_why(record, desk, offer, switched_on, outgoing):
    for channel in CHANNELS:
        record.run(record_consent, desk, client_id=switched_on.ada, channel=channel, purpose="offers", is_given=False)
    assert offer() == []
    assert (outgoing()[0]["status"], outgoing()[0]["status_reason"]) == ("suppressed", "no_consent")


# Templates -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_shipped_texts_hold_what_their_kind_may_say(kind, channel):
    subject, body = default_of(kind, channel)
    assert check_template(kind, channel, subject, body) == (subject, body)
    assert KINDS[kind].purpose in PURPOSES
    assert set(KINDS[kind].placeholders) <= set(PLACEHOLDERS)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("Hello {name}", r"\{name\} is unknown"),
        ("Hello {answer_by}", r"\{answer_by\} has nothing to say in this message"),
        ("Hello {client.__class__}", "A brace stands alone"),
        ("Hello {0}", "A brace stands alone"),
        ("Hello {client", "A brace stands alone"),
    ],
)
def test_a_placeholder_that_is_not_known_is_refused_by_name(record, owner, body, named):
    with pytest.raises(Refusal, match=named) as refused:
        record.run(save_template, owner, kind="confirmation", channel="text", body=body)
    assert refused.value.field == "body"


def test_whoever_gets_an_offer_can_stop_offers():
    with pytest.raises(Refusal, match=r"write \{stop_link\} where"):
        check_template("offer", "text", None, "Take it: {link}")


def test_editing_makes_a_version_and_a_message_keeps_its_own(record, owner, offer, outgoing):
    offer()
    record.run(save_template, owner, kind="offer", channel="text", body="Come! {link} {stop_link}")
    again = record.run(save_template, owner, kind="offer", channel="text", body="Come! {link} {stop_link}")
    offer("offer-2")
    first, second = outgoing()
    assert again["version"] == 2
    assert second["message_template_id"] == again["message_template_id"] != first["message_template_id"]
    with record.read() as reader:
        assert current(reader, "offer", "text")["version"] == 2
        assert current(reader, "recall", "text")["version"] == 0


def test_what_a_value_holds_is_never_read_as_a_placeholder():
    assert render("{client}: {when}", {"client": "{when}", "when": "now"}) == "{when}: now"


def test_a_line_without_its_value_is_left_out():
    assert render("Hello {client},\n\n{directions}\n\nSee {place}", {"client": "Ada", "place": "Elm"}) == (
        "Hello Ada,\n\nSee Elm"
    )


def test_a_visit_by_video_instead_is_told_unless_it_is_changed_back_or_said_anyway(
    record, desk, book, outgoing, clock, sent
):
    visit = book()
    turn = {"appointment_id": visit["appointment_id"]}
    record.run(change_mode, desk, mode="video", **turn)
    assert kinds(outgoing()) == [("confirmation", "queued")]
    clock.forward(minutes=3)
    assert "By video, with Elm Street" in sent()[0].body
    record.run(change_mode, desk, mode="in_person", **turn)
    assert kinds(outgoing())[1:] == [("changed", "queued")]
    record.run(change_mode, desk, mode="video", **turn)
    assert kinds(outgoing())[1:] == []
    record.run(change_mode, desk, mode="in_person", **turn)
    clock.forward(minutes=3)
    (mail,) = sent()
    assert "stays when it is, but takes place in another way" in mail.body
    assert "Elm Street, 1 Elm Street" in mail.body
