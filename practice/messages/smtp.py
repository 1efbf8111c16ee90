"""A mail server, as the environment names it, and one mail handed to it step by step, so that its fate is known."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

TIMEOUT_SECONDS = 10
_NAMES = ("HOST", "PORT", "USER", "FROM", "STARTTLS")


@dataclass(frozen=True)
class SmtpServer:
    """Where mail is handed in, as whom, and from which address; the password never shows."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    is_encrypted: bool = True

    def __repr__(self) -> str:
        return f"SmtpServer({self.host}:{self.port})"

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> SmtpServer | None:
        """From DAYBOOK_SMTP_*; None if no host is named. Raises ValueError for what can't be meant."""
        said = {name: environment.get(f"DAYBOOK_SMTP_{name}", "").strip() for name in _NAMES}
        if not said["HOST"]:
            return None
        if not (said["PORT"] or "587").isdigit():
            raise ValueError(f"DAYBOOK_SMTP_PORT is {said['PORT']!r}; a number such as 587 is meant")
        is_encrypted = said["STARTTLS"].lower() not in ("0", "no", "false", "off")
        if said["USER"] and not is_encrypted:
            raise ValueError("a password goes over STARTTLS only: set DAYBOOK_SMTP_STARTTLS=1, or no DAYBOOK_SMTP_USER")
        password = environment.get("DAYBOOK_SMTP_PASSWORD", "")
        return cls(said["HOST"], int(said["PORT"] or 587), said["FROM"], said["USER"], password, is_encrypted)

    @contextmanager
    def connected(self) -> Iterator[smtplib.SMTP]:
        """A connection that is ready for mail. Raises OSError or SMTPException within ten seconds of silence."""
        with smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS) as connection:
            if self.is_encrypted:
                connection.starttls(context=ssl.create_default_context())
            if self.user:
                connection.login(self.user, self.password)
            yield connection
