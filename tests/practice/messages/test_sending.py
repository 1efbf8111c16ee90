"""A message leaves once: by mail server or file, again after a temporary failure, never twice by itself."""

from __future__ import annotations

import email
import email.policy
import socketserver
import stat
import threading
from datetime import timedelta

import pytest

from practice.clock import stored
from practice.errors import Conflict
from practice.messages.consent import record_consent
from practice.messages.handling import mark_sent, mark_told, resend_message, withdraw_message
from practice.messages.leaving import WAITS
from practice.messages.senders import LocalDouble, Outcome, Outgoing, SmtpMail, senders_of
from practice.messages.sending import deliver_due, settle_what_was_interrupted
from practice.messages.settings import set_messages
from practice.messages.smtp import SmtpServer
from practice.people.commands import change_client
from practice.scheduling.commands import move_appointment

MAIL = Outgoing("m-1", "email", "ada@birch.example", "Your visit: 9:00", "Grüße,\nElm Street", "Elm Street, Practice")


def test_what_leaves_says_when_where_and_how_to_change_it_and_keeps_its_words(
    record, owner, book, sent, outgoing, clock, house
):
    record.run(set_messages, owner, is_on=True, sender="Elm Street", public_url="https://elm.example")
    book()
    clock.forward(minutes=2, seconds=59)
    assert sent() == []
    clock.forward(seconds=1)
    (mail,) = sent()
    assert (mail.address, mail.sender) == ("ada@birch.example", "Elm Street")
    assert mail.subject == "Your visit: Thursday 5 March 2026 at 10:00, New York time (America/New_York)"
    assert "Follow-up with Dr. Ines Moss" in mail.body
    assert "Elm Street, 1 Elm Street" in mail.body
    assert "To move or cancel it: https://elm.example/visit/" in mail.body
    assert "Join by video" not in mail.body
    (row,) = outgoing()
    assert (row["status"], row["body"], row["address"]) == ("sent", mail.body, mail.address)
    assert row["message_template_id"]
    assert row["sent_at"] == stored(clock())
    assert sent() == []


def test_a_reader_elsewhere_reads_both_clocks(record, book, sent, clock, house):
    record.housekeeping("update clients set zone = 'Europe/Berlin' where client_id = ?", house.ada)
    book()
    clock.forward(minutes=3)
    assert (
        "Thursday 5 March 2026 at 16:00, Berlin time (Europe/Berlin); "
        "on the clock there: Thursday 10:00, New York time (America/New_York)"
    ) in sent()[0].body


def test_what_happens_to_a_client_at_once_is_one_message(record, desk, book, sent, outgoing, clock):
    first = book()
    clock.forward(minutes=5)
    sent()
    record.run(
        move_appointment,
        desk,
        appointment_id=first["appointment_id"],
        wall_start="2026-03-05T15:00",
        moved_by="client",
        code="other",
    )
    for day in range(9, 13):
        book(at=f"2026-03-{day:02}T10:00")
    clock.forward(minutes=3)
    (mail,) = sent()
    assert mail.subject == "Changes to your visits"
    assert mail.body.count("Booked: ") == 4
    assert "Moved: Thursday 5 March 2026 at 15:00" in mail.body
    assert "before: Thursday 5 March 2026 at 10:00" in mail.body
    carrier, *carried = [row for row in outgoing() if row["sent_at"] == stored(clock())]
    assert len(carried) == 4
    assert {row["carried_by"] for row in (carrier, *carried)} == {None, mail.message_id}


def test_consent_and_address_are_looked_up_anew_when_a_message_leaves(record, desk, book, sent, outgoing, clock, house):
    book()
    book(house.ben, at="2026-03-05T11:00")
    for channel in ("email", "text"):
        person = {"client_id": house.ada, "channel": channel, "purpose": "appointments"}
        record.run(record_consent, desk, is_given=False, **person)
    record.run(change_client, desk, client_id=house.ben, email="ben@alder.example")
    clock.forward(minutes=3)
    assert [mail.address for mail in sent()] == ["ben@alder.example"]
    assert [row["status_reason"] for row in outgoing() if row["status"] == "suppressed"] == ["no_consent"]


def test_what_waits_when_messages_are_switched_off_does_not_leave(record, owner, book, sent, outgoing, clock):
    book()
    record.run(set_messages, owner, is_on=False)
    clock.forward(minutes=3)
    assert sent() == []
    assert [row["status_reason"] for row in outgoing()] == ["messages_off"]


def test_a_visit_that_has_begun_is_not_announced_any_more(book, sent, outgoing, clock):
    book(at="2026-03-02T10:00")
    clock.forward(hours=2)
    assert sent() == []
    assert [row["status_reason"] for row in outgoing()] == ["too_late"]


def test_a_temporary_failure_is_tried_again_later_and_later_and_given_up_in_the_end(
    book, sent, courier, outgoing, clock
):
    book(at="2026-03-12T10:00")
    clock.forward(minutes=3)
    for wait in WAITS:
        courier.answers = [Outcome("again", "no_answer")]
        sent()
        (row,) = outgoing()
        assert (row["status"], row["not_before_at"]) == ("queued", stored(clock()) + wait)
        clock.forward(seconds=wait.total_seconds() - 1)
        assert sent() == []
        clock.forward(seconds=1)
    courier.answers = [Outcome("again", "no_answer")]
    sent()
    (row,) = outgoing()
    assert (row["status"], row["status_reason"], row["attempts"]) == ("failed", "no_answer", len(WAITS) + 1)


def test_after_a_crash_in_the_middle_nothing_is_sent_twice_until_a_person_says_so(
    record, desk, book, sent, courier, outgoing, clock
):
    book()
    clock.forward(minutes=3)
    courier.answers = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        sent()
    assert [row["status"] for row in outgoing()] == ["sending"]
    assert settle_what_was_interrupted(record) == 1
    assert settle_what_was_interrupted(record) == 0
    clock.forward(days=1)
    assert sent() == []
    (row,) = outgoing()
    assert (row["status"], row["status_reason"]) == ("failed", "interrupted")
    record.run(resend_message, desk, message_id=row["message_id"])
    assert len(sent()) == 1
    assert [row["status"] for row in outgoing()] == ["sent"]


def test_a_sender_that_fails_in_a_way_nobody_foresaw_may_have_sent_and_logs_no_address(
    record, desk, book, sent, courier, outgoing, clock, caplog
):
    book()
    clock.forward(minutes=3)
    courier.answers = [RuntimeError("ada@birch.example is unknown")]
    sent()
    (row,) = outgoing()
    assert (row["status"], row["status_reason"]) == ("failed", "interrupted")
    assert "ada" not in caplog.text
    assert "RuntimeError" in caplog.text
    record.run(mark_sent, desk, message_id=row["message_id"])
    assert [row["status"] for row in outgoing()] == ["sent"]


def test_a_person_withdraws_what_waits_and_marks_as_told_what_did_not_arrive(
    record, desk, book, sent, courier, outgoing, clock, house
):
    book()
    (row,) = outgoing()
    record.run(withdraw_message, desk, message_id=row["message_id"])
    with pytest.raises(Conflict, match="withdrawn, so it cannot be withdrawn"):
        record.run(withdraw_message, desk, message_id=row["message_id"])
    book(house.dan, at="2026-03-05T11:00")
    (row,) = outgoing()
    record.run(mark_told, desk, message_id=row["message_id"])
    clock.forward(minutes=3)
    assert sent() == []
    assert outgoing() == []


def test_what_nobody_could_be_told_can_be_sent_once_there_is_an_address(
    record, desk, book, sent, outgoing, clock, house
):
    book(house.dan)
    (row,) = outgoing()
    record.run(change_client, desk, client_id=house.dan, email="dan@ford.example")
    record.run(resend_message, desk, message_id=row["message_id"])
    assert [mail.address for mail in sent()] == ["dan@ford.example"]


def test_no_address_and_no_word_of_a_message_is_in_the_audit_trail_or_the_feed(record, book, sent, clock):
    book()
    clock.forward(minutes=3)
    (mail,) = sent()
    with record.read() as reader:
        kept = str(reader.rows("select changes, result from audit_entries where command <> 'change_client'"))
        fed = str(reader.rows('select "row" from changes'))
    for text in (kept, fed):
        assert mail.address not in text
        assert "To move or cancel it: https" not in text


# Senders ---------------------------------------------------------------------------------------------------------------


class Server(socketserver.StreamRequestHandler):
    """As much of an SMTP server as a sender needs; `server.script` says how it answers a command."""

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper().decode()
            self.server.said.append(line.strip().decode())
            answer = self.server.script.get(word, "250 ok")
            if answer == "hang up":
                return
            if word == "DATA" and answer == "250 ok":
                self.wfile.write(b"354 go on\r\n")
                text = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    text += part
                if self.server.script.get("TEXT") == "hang up":
                    return
                self.server.mails.append(text)
                answer = self.server.script.get("TEXT", "250 ok")
            self.wfile.write(answer.encode() + b"\r\n")
            if word == "QUIT":
                return


@pytest.fixture
def server():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Server) as serving:
        serving.mails, serving.said, serving.script = [], [], {"QUIT": "221 bye"}
        serving.daemon_threads = True
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield serving
        serving.shutdown()


@pytest.fixture
def mail(server, clock):
    port = server.server_address[1]
    return SmtpMail(SmtpServer("127.0.0.1", port, "desk@elm.example", is_encrypted=False), clock)


def test_a_mail_is_whole_and_names_its_message(mail, server):
    body = f"{MAIL.body}\nStop: https://elm.example/stop/{'s' * 32}"
    assert mail.send(MAIL._replace(body=body)) == Outcome("sent")
    arrived = email.message_from_bytes(server.mails[0], policy=email.policy.default)
    assert arrived["Message-ID"] == "<m-1@elm.example>"
    assert arrived["From"] == '"Elm Street, Practice" <desk@elm.example>'
    assert arrived["To"] == MAIL.address
    assert arrived["Subject"] == MAIL.subject
    assert arrived["Date"] == "Mon, 02 Mar 2026 14:00:00 +0000"
    assert arrived["List-Unsubscribe"] == f"<https://elm.example/stop/{'s' * 32}>"
    assert arrived.get_content().split() == body.split()
    assert "rcpt TO:<ada@birch.example>" in server.said


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        ({"MAIL": "550 who are you"}, Outcome("again", "waiting")),
        ({"RCPT": "550 <ada@birch.example> unknown"}, Outcome("failed", "refused")),
        ({"RCPT": "451 later"}, Outcome("again", "waiting")),
        ({"RCPT": "hang up"}, Outcome("again", "no_answer")),
        ({"DATA": "554 no"}, Outcome("failed", "refused")),
        ({"TEXT": "452 full"}, Outcome("again", "waiting")),
        ({"TEXT": "hang up"}, Outcome("unsure", "interrupted")),
        ({"QUIT": "500 what"}, Outcome("sent")),
        ({"QUIT": "hang up"}, Outcome("sent")),
    ],
)
def test_each_answer_of_a_server_says_whether_the_mail_was_taken(mail, server, script, outcome):
    server.script |= script
    assert mail.send(MAIL) == outcome


def test_a_server_that_is_not_there_is_asked_again_and_a_broken_address_is_not(mail, server, clock):
    assert mail.send(MAIL._replace(address="ada@birch.example\nBcc: all@elm.example")) == Outcome("failed", "refused")
    server.shutdown()
    server.server_close()
    assert mail.send(MAIL) == Outcome("again", "no_answer")
    with pytest.raises(ValueError, match="DAYBOOK_SMTP_FROM is missing"):
        senders_of({"DAYBOOK_SMTP_HOST": "mail"}, None, clock)


def test_the_local_double_writes_a_file_that_only_its_owner_reads(record, book, outgoing, tmp_path, clock, house):
    book(house.ben)
    clock.forward(minutes=3)
    deliver_due(record, senders_of({}, tmp_path / "outbox", clock))
    (file,) = (tmp_path / "outbox").iterdir()
    (row,) = outgoing()
    assert file.name == f"{row['message_id']}.txt"
    assert row["body"] in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (row["status"], row["status_reason"]) == ("sent", "written_to_file")
    assert LocalDouble(tmp_path / "outbox").send(MAIL) == Outcome("sent", "written_to_file")
    assert timedelta(minutes=3) == row["sent_at"] - row["queued_at"]
