"""Files at a payer's or clearinghouse's SFTP server. Only `drop_trouble` knows the protocol, too: its errors end there.

Nothing is asked of a server whose key is another than the one that a person has confirmed, and nothing of the machine's
own SSH set-up (keys, agents, known hosts) is used.
"""

from __future__ import annotations

import asyncio
import logging
import stat
from collections.abc import Awaitable
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeVar, cast

import asyncssh
from asyncssh import sftp

from practice.insurance.drop_trouble import MOST_BYTES, DropTrouble, heard

SECONDS = 20
"""How long a server may be silent while we connect."""

LONGEST_SECONDS = 120
"""How long one step, a file's bytes included, may take."""

_Answer = TypeVar("_Answer")

# At lower levels it writes down hosts, users and names of files.
logging.getLogger("asyncssh").setLevel(logging.ERROR)


@dataclass(frozen=True, repr=False)
class SignIn:
    """One of both; neither ever shows."""

    password: str | None = None
    private_key: str | None = None


@dataclass(frozen=True)
class RemoteFile:
    """A file in a folder there; `modified` is the server's own time, in seconds."""

    name: str
    size: int
    modified: int


def fingerprint(host_key: str) -> str:
    """`ED25519 SHA256:…`, as payers print it, of a public key."""
    key = asyncssh.import_public_key(host_key)
    kind = key.get_algorithm().removeprefix("ssh-").removeprefix("ecdsa-sha2-").upper()
    return f"{kind} {key.get_fingerprint()}"


def shown_host_key(host: str, port: int) -> str:
    """The key that a server shows now. Whose it is nobody knows by that. Raises DropTrouble."""
    with heard():
        key = _wait(asyncssh.get_server_host_key(host, port, config=[]))
    if key is None:
        raise DropTrouble("no_ssh")
    return _public(key)


def new_key(kind: str = "ssh-ed25519") -> tuple[str, str]:
    """A key pair of our own: (private, public)."""
    size = {"key_size": 4096} if kind == "ssh-rsa" else {}
    key = asyncssh.generate_private_key(kind, comment="daybook", **size)
    return key.export_private_key().decode(), _public(key)


def public_of(private_key: str) -> str:
    """The public half. Raises DropTrouble for what is no private key, or one with a passphrase."""
    try:
        return _public(asyncssh.import_private_key(private_key))
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, ValueError):
        raise DropTrouble("bad_sign_in") from None


class Drop:
    """A session: `with Drop(host, port, user, host_key, sign_in) as drop`. All of it raises DropTrouble."""

    def __init__(self, host: str, port: int, user: str, host_key: str, sign_in: SignIn) -> None:
        self._runner = asyncio.Runner()
        try:
            with heard():
                self._connection = self._ask(_connect(host, port, user, host_key, sign_in))
                self._files = self._ask(self._connection.start_sftp_client())
        except BaseException as error:
            self.close()
            if isinstance(error, DropTrouble) and error.code == "lost" and _shows_another(host, port, host_key):
                raise DropTrouble("host_key_changed") from None
            raise

    def list_folder(self, folder: str) -> list[RemoteFile]:
        """The plain files in it, by name."""
        with heard():
            entries = self._ask(self._files.readdir(folder))
        found = [_remote(str(one.filename), one.attrs) for one in entries if _is_plain(one.attrs)]
        return sorted(found, key=lambda file: file.name)

    def look(self, path: str) -> RemoteFile | None:
        """One file, or None."""
        try:
            with heard():
                attrs = self._ask(self._files.stat(path))
        except DropTrouble as trouble:
            if trouble.code == "no_folder":
                return None
            raise
        return _remote(path.rpartition("/")[2], attrs)

    def read(self, path: str) -> bytes:
        """All of a file."""
        with heard():
            return self._ask(self._read(path))

    def write(self, path: str, content: bytes) -> None:
        """Write a file, in place of what lies there."""
        with heard():
            self._ask(self._write(path, content))

    def rename(self, path: str, to: str) -> None:
        """Give it another name, or move it; the server refuses a name that is taken."""
        with heard():
            self._ask(self._files.rename(path, to))

    def close(self) -> None:
        """Hang up."""
        if hasattr(self, "_connection"):
            self._connection.abort()
        self._runner.close()

    async def _read(self, path: str) -> bytes:
        async with self._files.open(path, "rb") as file:
            content = cast("bytes", await file.read(MOST_BYTES + 1))
        if len(content) > MOST_BYTES:
            raise DropTrouble("too_large")
        return content

    async def _write(self, path: str, content: bytes) -> None:
        async with self._files.open(path, "wb") as file:
            await file.write(content)

    def _ask(self, question: Awaitable[_Answer]) -> _Answer:
        return self._runner.run(asyncio.wait_for(question, LONGEST_SECONDS))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


async def _connect(
    host: str, port: int, user: str, host_key: str, sign_in: SignIn
) -> asyncssh.SSHClientConnection:  # fmt: skip
    trusted = asyncssh.import_public_key(host_key)
    keys = [asyncssh.import_private_key(sign_in.private_key)] if sign_in.private_key else None
    return await asyncssh.connect(
        host, port, username=user, known_hosts=([trusted], [], []), client_keys=keys, password=sign_in.password,
        agent_path=None, config=[], gss_host=None, connect_timeout=SECONDS, login_timeout=SECONDS,
        public_key_auth=keys is not None, client_host_keysign=False,
    )  # fmt: skip


def _shows_another(host: str, port: int, host_key: str) -> bool:
    """A server whose key has become one of another kind finds nothing in common with us, and may hang up first."""
    try:
        return shown_host_key(host, port) != _public(asyncssh.import_public_key(host_key))
    except DropTrouble:
        return False


def _wait(question: Awaitable[_Answer]) -> _Answer:
    return asyncio.run(asyncio.wait_for(question, SECONDS))


def _public(key: asyncssh.SSHKey) -> str:
    return " ".join(key.export_public_key().decode().split()[:2])


def _is_plain(attrs: sftp.SFTPAttrs) -> bool:
    return attrs.permissions is None or stat.S_ISREG(attrs.permissions)


def _remote(name: str, attrs: sftp.SFTPAttrs) -> RemoteFile:
    return RemoteFile(name, int(attrs.size or 0), int(attrs.mtime or 0))
