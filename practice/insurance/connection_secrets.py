"""Our keys and passwords for payers' servers: files beside the record that only their owner can read.

They never enter the record, its audit trail, a backup, a log or an exception.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from practice.access.permissions import Actor
from practice.errors import Refusal
from practice.home import Home
from practice.insurance.connections import note_sign_in
from practice.insurance.drop_trouble import DropTrouble
from practice.insurance.sftp import SignIn, new_key
from practice.store.record import Record
from practice.store.work import Row


def where(home: Home, connection_id: str, sign_in: str) -> Path:
    """The file of a connection's `key` or `password`."""
    return home.payer_secrets / f"{connection_id}.{sign_in}"


def keep(home: Home, connection_id: str, sign_in: str, secret: str) -> None:
    """Write it down, in place of what was there; whole or not at all."""
    path = where(home, connection_id, sign_in)
    path.parent.mkdir(exist_ok=True, mode=0o700)
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secret)
    part.replace(path)


def make_key(record: Record, home: Home, actor: Actor, connection_id: str, kind: str = "ssh-ed25519") -> str:
    """A key pair of our own for a connection; the answer is the public half, which the payer gets."""
    private, public = new_key(kind)
    record.run(note_sign_in, actor, connection_id=connection_id, public_key=public)
    keep(home, connection_id, "key", private)
    return public


def keep_password(record: Record, home: Home, actor: Actor, connection_id: str, password: str) -> None:
    """The password that the payer gave us."""
    if not password:
        raise Refusal("Type the password that the payer gave you.", field="password")
    record.run(note_sign_in, actor, connection_id=connection_id)
    keep(home, connection_id, "password", password)


def is_kept(home: Home, connection: Row) -> bool:
    """Whether there is one for the way in which the connection signs in."""
    return where(home, connection["connection_id"], connection["sign_in"]).exists()


def sign_in_of(home: Home, connection: Row) -> SignIn:
    """Raises DropTrouble where it is missing, or others can read it."""
    path = where(home, connection["connection_id"], connection["sign_in"])
    if not path.exists():
        raise DropTrouble("no_sign_in")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise DropTrouble("open_sign_in")
    secret = path.read_text()
    return SignIn(private_key=secret) if connection["sign_in"] == "key" else SignIn(password=secret.rstrip("\r\n"))
