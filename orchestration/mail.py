"""The thin sender: plain text by SMTP, from what the environment says."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

TIMEOUT_SECONDS = 10


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in, as whom, and to whom it goes."""

    host: str
    port: int
    sender: str
    recipients: tuple[str, ...]
    user: str = ""
    password: str = ""
    is_encrypted: bool = True

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> MailServer | None:
        """From DAYBOOK_SMTP_*; None if no host or no recipient is named. Raises ValueError for what can't be meant."""
        said = {name: environment.get(f"DAYBOOK_SMTP_{name}", "").strip() for name in _NAMES}
        recipients = tuple(address.strip() for address in said["TO"].split(",") if address.strip())
        if not said["HOST"] or not recipients:
            return None
        if not (said["PORT"] or "587").isdigit():
            raise ValueError(f"DAYBOOK_SMTP_PORT is {said['PORT']!r}; a number such as 587 is meant")
        is_encrypted = said["STARTTLS"].lower() not in ("0", "no", "false", "off")
        if said["USER"] and not is_encrypted:
            raise ValueError("a password goes over STARTTLS only: set DAYBOOK_SMTP_STARTTLS=1, or no DAYBOOK_SMTP_USER")
        return cls(
            said["HOST"], int(said["PORT"] or 587), said["FROM"] or recipients[0], recipients,
            said["USER"], environment.get("DAYBOOK_SMTP_PASSWORD", ""), is_encrypted,
        )  # fmt: skip


_NAMES = ("HOST", "PORT", "USER", "FROM", "TO", "STARTTLS")


def send(server: MailServer, subject: str, text: str) -> None:
    """Hand one mail in. Raises OSError or SMTPException within ten seconds of silence."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = server.sender, ", ".join(server.recipients), subject
    message["Date"], message["Message-ID"] = formatdate(localtime=False), make_msgid(domain="daybook.invalid")
    message.set_content(text)
    with smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS) as connection:
        if server.is_encrypted:
            connection.starttls(context=ssl.create_default_context())
        if server.user:
            connection.login(server.user, server.password)
        connection.send_message(message)
