"""Who carries a message away: a mail server, or the local double that writes it into a file. No other part knows.

A provider of texts is one class with `send`; until a practice has one, its texts go to the double.
"""

from __future__ import annotations

import os
import re
import smtplib
from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from practice.clock import Clock, as_utc
from practice.messages.smtp import SmtpServer

STOP_LINK = re.compile(r"https?://\S+/stop/[\w-]{20,}")


class Outgoing(NamedTuple):
    """A message in its words; `sender` is the practice's name for itself."""

    message_id: str
    channel: str
    address: str
    subject: str | None
    body: str
    sender: str


class Outcome(NamedTuple):
    """What became of it. `again`: certainly not sent, worth another try; `unsure`: it may have been sent."""

    status: Literal["sent", "again", "failed", "unsure"]
    reason: str | None = None


class Sender(Protocol):
    """Sends one message. Says what became of it and raises nothing that it foresaw; its words name no client."""

    def send(self, message: Outgoing) -> Outcome:
        """Hand the message over."""


TextSender = Sender
"""What a provider of text messages has to be."""


class LocalDouble:
    """Stands in for a network: each message becomes a file that only the directory's owner can read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: Outgoing) -> Outcome:
        """Write the file; the same message again writes the same file."""
        self.folder.mkdir(exist_ok=True, mode=0o700)
        path = self.folder / f"{message.message_id}.{'eml' if message.channel == 'email' else 'txt'}"
        head = f"To: {message.address}\nFrom: {message.sender}\n"
        head += f"Subject: {message.subject}\n" if message.subject else ""
        partial = path.with_suffix(".part")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(f"{head}\n{message.body}\n")
        partial.replace(path)
        return Outcome("sent", "written_to_file")


class SmtpMail:
    """Mail by SMTP. Each step's answer is looked at, so that a mail is tried again only if it was surely not taken."""

    def __init__(self, server: SmtpServer, clock: Clock) -> None:
        if "@" not in server.sender:
            raise ValueError("DAYBOOK_SMTP_FROM is missing; mail to clients needs the address that it comes from")
        self._server, self._clock = server, clock

    def send(self, message: Outgoing) -> Outcome:
        """Hand one mail in."""
        step = "connect"
        try:
            mail = self._mail(message).as_bytes()
            with self._server.connected() as connection:
                _expect(connection.mail(self._server.sender))
                step = "address"
                _expect(connection.rcpt(message.address))
                step = "text"
                _expect(connection.data(mail))
                step = "goodbye"
            return Outcome("sent")
        except ValueError:
            return Outcome("failed", "refused")  # no mail can be addressed so
        except smtplib.SMTPResponseException as answer:
            if step == "goodbye":
                return Outcome("sent")
            is_final = answer.smtp_code >= 500 and step != "connect"
            return Outcome("failed", "refused") if is_final else Outcome("again", "waiting")
        except (smtplib.SMTPException, OSError):
            what_then = {"text": Outcome("unsure", "interrupted"), "goodbye": Outcome("sent")}
            return what_then.get(step, Outcome("again", "no_answer"))

    def _mail(self, message: Outgoing) -> EmailMessage:
        domain = self._server.sender.rpartition("@")[2]
        mail = EmailMessage(policy=SMTP.clone(max_line_length=400))
        mail["From"] = Address(message.sender, addr_spec=self._server.sender)
        mail["To"] = message.address
        mail["Subject"] = message.subject or ""
        mail["Date"] = format_datetime(as_utc(self._clock()))
        mail["Message-ID"] = f"<{message.message_id}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        if stop := STOP_LINK.search(message.body):
            mail["List-Unsubscribe"] = f"<{stop[0]}>"
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail.set_content(message.body)
        return mail


def _expect(answer: tuple[int, bytes]) -> None:
    """Raise what the server answered, unless it agreed."""
    code, words = answer
    if not 200 <= code < 300:
        raise smtplib.SMTPResponseException(code, words)


def senders_of(environment: Mapping[str, str], outbox: Path, clock: Clock) -> dict[str, Sender]:
    """Channel → sender. Raises ValueError if the environment names a mail server that can't be meant."""
    server = SmtpServer.of(environment)
    double = LocalDouble(outbox)
    return {"email": SmtpMail(server, clock) if server else double, "text": double}
