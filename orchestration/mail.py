"""The thin sender of alerts: plain text by SMTP, from what the environment says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from practice.messages.smtp import SmtpServer


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in, from whom, and to whom it goes."""

    server: SmtpServer
    sender: str
    recipients: tuple[str, ...]

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> MailServer | None:
        """From DAYBOOK_SMTP_*; None if no host or no recipient is named. Raises ValueError for what can't be meant."""
        said = environment.get("DAYBOOK_SMTP_TO", "")
        recipients = tuple(address.strip() for address in said.split(",") if address.strip())
        if not recipients or not (server := SmtpServer.of(environment)):
            return None
        return cls(server, server.sender or recipients[0], recipients)


def send(server: MailServer, subject: str, text: str) -> None:
    """Hand one mail in. Raises OSError or SMTPException within ten seconds of silence."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = server.sender, ", ".join(server.recipients), subject
    message["Date"], message["Message-ID"] = formatdate(localtime=False), make_msgid(domain="daybook.invalid")
    message.set_content(text)
    with server.server.connected() as connection:
        connection.send_message(message)
