"""Messages: the outbox, what is left to do, recalls, texts and the switch; consent and the trail on a client's page."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from practice.access.permissions import SYSTEM
from practice.messages.consent import record_consent
from practice.messages.recalls import add_recall_type
from practice.messages.senders import Outcome
from practice.messages.sending import deliver_due
from practice.messages.settings import message_settings, set_messages
from practice.people.commands import change_client
from practice.scheduling.attendance import complete_visit
from tests.dashboards.conftest import labels, press, texts
from tests.dashboards.opening import commands, fill, open_empty, refusals, select, table


@pytest.fixture
def switched_on(record, house):
    record.run(set_messages, SYSTEM, is_on=True, is_text_on=False, public_url="https://elm.example")
    record.run(change_client, SYSTEM, client_id=house.ada, email="ada@birch.example")


def part(app, name):
    """Go to a part of the page, whatever is counted behind its name."""
    switch = next(control for control in app.segmented_control if control.key == "messages:part")
    return switch.set_value(name).run()


def statuses(record):
    with record.read() as reader:
        return [row["status"] for row in reader.rows("select status from messages order by audit_seq")]


@pytest.mark.parametrize(("role", "is_setting_up"), [("owner", True), ("manager", True), ("front_desk", False)])
def test_it_starts_for_whoever_books_and_says_that_messages_are_off(open_page, role, is_setting_up):
    app = open_page("messages", role)
    assert not app.exception
    assert "Messages are switched off" in texts(app)
    switch = next(control for control in app.segmented_control if control.key == "messages:part")
    assert ("Settings" in switch.options) == is_setting_up


def test_it_opens_in_an_empty_practice(record, tmp_path, monkeypatch):
    app = open_empty(record, tmp_path, monkeypatch, "messages", "owner")
    for name in ("Outbox", "To do", "Recalls", "Texts", "Settings"):
        assert not part(app, name).exception, name


def test_the_owner_switches_messages_on_and_a_wrong_address_is_refused_and_kept(open_page, record):
    app = open_page("messages", "owner")
    app.toggle[0].set_value(True)
    fill(app, "Public address", "elm.example")
    app = press(app, "Save")
    assert refusals(app) == ["Clients open this address: write it in full, like https://booking.elm.example."]
    assert next(field for field in app.text_input if field.label == "Public address").value == "elm.example"
    fill(app, "Public address", "https://elm.example/")
    app = press(app, "Save")
    assert refusals(app) == []
    with record.read() as reader:
        settings = message_settings(reader)
    assert (settings.is_on, settings.public_url) == (True, "https://elm.example")


def test_a_waiting_message_is_read_and_withdrawn(open_page, record, switched_on, book, house):
    book("2026-03-05T10:00")
    app = select(open_page("messages", "front_desk"), "messages:table", 0)
    assert table(app, "messages:table").value["State"].tolist() == ["Waiting"]
    assert "put into words when it leaves" in texts(app)
    app = press(app, "Withdraw")
    assert statuses(record) == ["withdrawn"]
    assert "Withdraw" not in labels(app)


def test_what_did_not_arrive_and_who_cannot_be_reached_is_a_list_to_work_through(
    open_page, record, switched_on, book, house, clock
):
    book("2026-03-05T10:00")
    book("2026-03-05T12:00", client=house.ben)
    clock.forward(minutes=3)
    failing = SimpleNamespace(send=lambda message: Outcome("failed", "refused"))
    deliver_due(record, {"email": failing, "text": failing})
    app = part(open_page("messages", "front_desk"), "To do")
    assert labels(app).count("Send again") == 2
    assert "The other side refused it." in texts(app)
    assert "Next visit Thu 5 Mar, 12:00" in texts(app)
    app = press(app, "Told", number=1)
    assert statuses(record) == ["failed", "withdrawn"]
    press(app, "Send again")
    assert statuses(record) == ["queued", "withdrawn"]


def test_a_recall_is_sent_from_the_list_and_rests(open_page, record, switched_on, book, house):
    visit = book("2025-10-06T10:00", reason="entered late")
    record.run(complete_visit, SYSTEM, attendee_id=visit["attendee_id"])
    record.run(
        add_recall_type, SYSTEM, name="Check-up", trigger_service_id=house.visit, book_service_id=house.visit,
        interval_days=90,
    )  # fmt: skip
    app = part(open_page("messages", "front_desk"), "Recalls")
    assert "57 days over" in texts(app)
    assert next(button for button in app.button if button.label == "Remind").disabled
    agreed = {"client_id": house.ada, "channel": "email", "purpose": "recalls", "is_given": True}
    record.run(record_consent, SYSTEM, **agreed)
    app = press(app.run(), "Remind")
    assert statuses(record) == ["queued"]
    assert "Nobody is due." in texts(app)
    app.toggle[0].set_value(True)
    assert "asked 1 time, last on 2 Mar 2026 · left alone until 16 Mar 2026" in texts(app.run())


def test_a_text_with_an_unknown_placeholder_is_refused_and_kept_and_a_good_one_is_a_version(
    open_page, record, switched_on
):
    app = part(open_page("messages", "owner"), "Texts")
    assert "Hello Ada," in app.code[0].value
    area = app.text_area[0]
    app = area.set_value("Hello {name}").run()
    assert "The placeholder {name} is unknown" in app.warning[0].value
    app = press(app, "Save as a new version")
    assert "The placeholder {name} is unknown" in refusals(app)[0]
    assert app.text_area[0].value == "Hello {name}"
    app = press(app.text_area[0].set_value("Hello {client}, see you on {when}.").run(), "Save as a new version")
    assert refusals(app) == []
    assert commands(record)[-1] == "save_template"
    assert "version 1" in texts(app)
    assert app.text_area[0].value == "Hello {client}, see you on {when}."


def test_a_clients_page_shows_consent_and_the_trail(open_page, record, switched_on, book, house):
    book("2026-03-05T10:00")
    app = open_page("client", "front_desk", client=house.ada)
    assert not app.exception
    assert table(app, "client:messages").value["What"].tolist() == ["Visit booked: Thu 5 Mar, 10:00"]
    assert "not asked; nothing is sent" in texts(app)
    switch = next(toggle for toggle in app.toggle if ":email:recalls:" in toggle.key)
    app = switch.set_value(True).run()
    assert "agreed 2 Mar 2026, told the desk" in texts(app)
    with record.read() as reader:
        kept = reader.rows("select channel, purpose, is_given from consents")
    assert kept == [{"channel": "email", "purpose": "recalls", "is_given": True}]


def test_a_recall_is_set_up_and_one_of_its_name_is_refused_and_kept(open_page, record, house):
    app = open_page("set-up", "owner")
    app = next(control for control in app.pills if "Recalls" in control.options).set_value("Recalls").run()
    fill(app, "Name of the recall", "Check-up")
    app = press(app, "Add recall")
    assert refusals(app) == []
    fill(app, "Name of the recall", "check-UP")
    app = press(app, "Add recall")
    assert refusals(app) == ["There is a recall of that name; choose another name."]
    assert next(field for field in app.text_input if field.label == "Name of the recall").value == "check-UP"
    with record.read() as reader:
        assert reader.value("select count(*) from recall_types") == 1
