"""Whoever looks after the numbers is told once: refused, good again, an import held back, stale. Mail never stops a build."""

import json
import socketserver
import threading
from datetime import datetime, timedelta

import pytest

from expectations.check import CRITICAL, WARNING, CheckResult
from expectations.results import write_results
from orchestration.alerts import STALE_HOURS, Seen, Told, decide, look, tell
from orchestration.builds import Published, note_attempt, publish
from orchestration.mail import MailServer
from practice.home import Home

NOW = datetime(2026, 3, 2, 14)
REFUSED = Seen(True, "b2", {"the_ledger_agrees_to_the_cent": 2}, served_of="build b1")


def subjects(seen, told=Told()):  # noqa: B008 - it is immutable
    return [alert.subject.removeprefix("Daybook: ") for alert in decide(seen, told)[0]]


def test_a_refused_build_is_told_with_its_checks_and_what_is_served_instead():
    (alert,), told = decide(REFUSED, Told())
    assert alert.subject == "Daybook: a build was refused"
    assert "Build b2 was refused and not published. Pages go on showing build b1." in alert.text
    assert "- the_ledger_agrees_to_the_cent: 2 rows" in alert.text
    assert told.failing == ("the_ledger_agrees_to_the_cent",)


def test_the_same_failure_is_not_told_again_another_one_is():
    told = decide(REFUSED, Told())[1]
    assert subjects(REFUSED, told) == []
    assert subjects(Seen(True, "b3", {"the_ledger_agrees_to_the_cent": 9}), told) == []
    assert subjects(Seen(True, "b3", {"visits_agree_by_status": 1}), told) == ["a build was refused"]


def test_a_recovery_is_told_once():
    told = decide(REFUSED, Told())[1]
    (alert,), after = decide(Seen(build_id="b3"), told)
    assert alert.subject == "Daybook: the numbers are good again"
    assert "the_ledger_agrees_to_the_cent" in alert.text
    assert subjects(Seen(build_id="b4"), after) == []


def test_a_build_that_no_check_refused_is_told_with_its_cause():
    full = Seen(True, "b2", {}, ("A build needs about 90 MB and the disk has 30 MB left; free some space.",))
    (alert,), told = decide(full, Told())
    assert "free some space" in alert.text
    assert subjects(full, told) == []
    assert subjects(Seen(build_id="b3"), told) == ["the numbers are good again"]


def test_each_held_import_is_told_once():
    held = Seen(held={"old_system/7": {"an_import_fits_its_mapping": 1}})
    (alert,), told = decide(held, Told())
    assert "The import old_system/7 was held back" in alert.text
    assert subjects(held, told) == []
    more = Seen(held=held.held | {"old_system/8": {"an_import_fits_its_mapping": 1}})
    assert subjects(more, told) == ["an import was held back"]
    assert "old_system/7" not in decide(more, told)[0][0].text


def test_stale_numbers_are_told_and_that_they_are_fresh_again():
    old = Seen(build_id="b1", hours_old=STALE_HOURS + 1, served_of="build b1")
    told = decide(old, Told())[1]
    assert subjects(old) == ["the numbers are stale"]
    assert subjects(old, told) == []
    assert subjects(Seen(build_id="b2", hours_old=0.1), told) == ["the numbers are fresh again"]


def test_a_demo_is_never_stale_and_nothing_is_told_when_all_is_well():
    assert subjects(Seen(build_id="b1", hours_old=None)) == []
    assert subjects(Seen(build_id="b1", hours_old=3.0)) == []


class Sink(socketserver.StreamRequestHandler):
    """As much of an SMTP server as a sender needs."""

    def handle(self):
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                text = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    text += part
                self.server.mails.append(text.decode())
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def sink():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Sink) as server:
        server.mails = []
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def environment(sink):
    return {
        "DAYBOOK_SMTP_HOST": "127.0.0.1", "DAYBOOK_SMTP_PORT": str(sink.server_address[1]),
        "DAYBOOK_SMTP_STARTTLS": "0", "DAYBOOK_SMTP_FROM": "numbers@elm.example",
        "DAYBOOK_SMTP_TO": "owner@elm.example, analyst@elm.example",
    }  # fmt: skip


@pytest.fixture
def home(tmp_path):
    """A published build, and a later attempt that the ledger's check refused; its finding names a client's id."""
    made = Home(tmp_path / "home")
    made.create()
    made.candidate.write_bytes(b"")
    publish(made, Published("b1", made.builds / "b1" / "warehouse.duckdb", NOW, 5, NOW, "2026-03-02"))
    checks = [
        CheckResult("the_ledger_agrees_to_the_cent", CRITICAL, False, "It agrees.", "client-ada owes 3", 2),
        CheckResult("arrivals_are_stamped", WARNING, False, "Most are.", "60%", 0),
    ]
    write_results(made, "b2", "served", checks, NOW)
    note_attempt(made, {"status": "refused", "build_id": "b2", "failed": ["It agrees. It does not: client-ada owes 3"]})
    return made


def test_what_is_seen_are_checks_and_counts(home):
    seen = look(home, NOW + timedelta(hours=3))
    assert (seen.is_refused, seen.failing, seen.causes) == (True, {"the_ledger_agrees_to_the_cent": 2}, ())
    assert seen.hours_old == 3
    assert "b1" in seen.served_of


def test_a_mail_arrives_once_and_names_no_client(home, sink, environment):
    said = []
    assert len(tell(home, log=said.append, environment=environment, now=NOW)) == 1
    assert tell(home, log=said.append, environment=environment, now=NOW) == []
    (mail,) = sink.mails
    assert "Subject: Daybook: a build was refused" in mail
    assert "To: owner@elm.example, analyst@elm.example" in mail
    assert "the_ledger_agrees_to_the_cent: 2 rows" in mail
    assert "client-ada" not in mail
    assert "arrivals_are_stamped" not in mail
    assert said == ["told by mail: a build was refused"]


def test_without_a_server_nothing_is_sent_or_remembered(home):
    assert tell(home, log=print, environment={}, now=NOW) == []
    assert not (home.path / "alerts.json").exists()


def test_a_mail_server_that_is_down_is_a_line_in_the_log_and_left_alone_for_a_while(home, sink, environment):
    said, wrong = [], environment | {"DAYBOOK_SMTP_PORT": "1"}
    assert tell(home, log=said.append, environment=wrong, now=NOW) == []
    assert said[0].startswith("warning: no alert could be sent (ConnectionRefusedError")
    assert tell(home, log=said.append, environment=environment, now=NOW + timedelta(minutes=5)) == []
    assert not sink.mails
    assert len(tell(home, log=said.append, environment=environment, now=NOW + timedelta(minutes=20))) == 1


def test_a_damaged_memory_tells_anew_instead_of_failing(home, sink, environment):
    (home.path / "alerts.json").write_text("[not json")
    assert len(tell(home, log=print, environment=environment, now=NOW)) == 1
    assert json.loads((home.path / "alerts.json").read_text())["failing"] == ["the_ledger_agrees_to_the_cent"]


def test_a_password_never_goes_in_the_clear(environment, home):
    said = []
    tell(home, log=said.append, environment=environment | {"DAYBOOK_SMTP_USER": "numbers"}, now=NOW)
    assert "STARTTLS" in said[0]


@pytest.mark.parametrize(("port", "meant"), [("", 587), ("25", 25)])
def test_the_port_is_587_unless_said(port, meant):
    server = MailServer.of({"DAYBOOK_SMTP_HOST": "mail", "DAYBOOK_SMTP_TO": "a@b.example", "DAYBOOK_SMTP_PORT": port})
    assert (server.server.port, server.server.is_encrypted, server.sender) == (meant, True, "a@b.example")


def test_a_port_that_is_no_number_is_named():
    with pytest.raises(ValueError, match="DAYBOOK_SMTP_PORT is 'smtp'"):
        MailServer.of({"DAYBOOK_SMTP_HOST": "mail", "DAYBOOK_SMTP_TO": "a@b.example", "DAYBOOK_SMTP_PORT": "smtp"})
