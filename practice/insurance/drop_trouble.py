"""What can go wrong at a payer's server, in our own words: the other side's errors end here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import asyncssh

MOST_BYTES = 50_000_000
"""The largest file that is fetched."""


class DropTrouble(Exception):  # noqa: N818 - it is the other side's
    """What went wrong, as one of WORDS. `is_final`: it stays so until a person does something."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def is_final(self) -> bool:
        """Trying again by itself would change nothing, and may lock the account."""
        return self.code in FINAL


WORDS: dict[str, str] = {
    "no_sign_in": "there is no key or password yet; make or enter it first",
    "open_sign_in": "others can read the file with our key or password; run chmod 600 on it",
    "bad_sign_in": "the file with our key holds no private key that can be read; make a new one",
    "no_host_key": "the server's key is not confirmed yet; look at it and confirm it",
    "host_key_changed": "the server shows another key than the one that was confirmed; ask the payer whether it"
    " changed its key, and confirm the new one only then",
    "sign_in_refused": "the server refused our key or password; check the user name, and that the payer has our key",
    "unknown_host": "no server has this name; check the host",
    "no_answer": "the server did not answer; check host and port, and whether the payer lets our address in",
    "no_ssh": "what answers there is no SSH server we can speak to; check the port",
    "no_sftp": "the server lets us in, and gives no access to files; ask the payer for SFTP",
    "lost": "the connection was cut off; it is tried again",
    "no_folder": "a folder or file is not there; check the folders",
    "not_allowed": "the server does not let us read or write there; check the folders, or ask the payer",
    "no_space": "the server could not store the file: its disk is full, or our share of it",
    "failed": "the server said no without a reason; its disk may be full",
    "cut_off": "the file that lies there is not the one that was sent; it is sent again",
    "name_taken": "another file of that name lies there; rename or remove it there, or change the names we give",
    "too_large": f"a file there has more than {MOST_BYTES // 1_000_000} MB; look at it, and fetch it by hand",
    "no_space_here": "this machine could not store what was fetched; free some space",
    "demo": "a demo connects to this machine only, 127.0.0.1",
}
"""Code → one sentence's end: what is wrong and what would be right."""

FINAL = (
    "no_sign_in", "open_sign_in", "bad_sign_in", "no_host_key", "host_key_changed", "sign_in_refused", "demo",
)  # fmt: skip


@contextmanager
def heard() -> Iterator[None]:
    """Say the other side's trouble in our own words; names of hosts, users and files in its errors end here."""
    code = None
    try:
        yield
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
        code = "bad_sign_in"
    except (asyncssh.SFTPError, asyncssh.DisconnectError, asyncssh.ChannelOpenError, OSError) as error:
        code = _code(error)
    if code:
        raise DropTrouble(code)


def _code(error: Exception) -> str:
    if isinstance(error, asyncssh.KeyExchangeFailed):
        return "host_key_changed" if "host key" in str(error).lower() else "no_ssh"
    if isinstance(error, OSError) and type(error).__name__ == "gaierror":
        return "unknown_host"
    return next((code for kind, code in _CODES if isinstance(error, kind)), "failed")


_CODES: tuple[tuple[type[Exception], str], ...] = (
    (asyncssh.HostKeyNotVerifiable, "host_key_changed"),
    (asyncssh.PermissionDenied, "sign_in_refused"),
    (asyncssh.IllegalUserName, "sign_in_refused"),
    (asyncssh.ProtocolError, "no_ssh"),
    (asyncssh.ProtocolNotSupported, "no_ssh"),
    (asyncssh.DisconnectError, "lost"),
    (asyncssh.ChannelOpenError, "no_sftp"),
    (asyncssh.SFTPConnectionLost, "lost"),
    (asyncssh.SFTPNoConnection, "lost"),
    (asyncssh.SFTPEOFError, "lost"),
    (asyncssh.SFTPNoSuchFile, "no_folder"),
    (asyncssh.SFTPNoSuchPath, "no_folder"),
    (asyncssh.SFTPNotADirectory, "no_folder"),
    (asyncssh.SFTPPermissionDenied, "not_allowed"),
    (asyncssh.SFTPWriteProtect, "not_allowed"),
    (asyncssh.SFTPNoSpaceOnFilesystem, "no_space"),
    (asyncssh.SFTPQuotaExceeded, "no_space"),
    (asyncssh.SFTPError, "failed"),
    (OSError, "no_answer"),  # TimeoutError is one, too
)
