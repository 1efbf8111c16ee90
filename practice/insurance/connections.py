"""How files get to a payer or clearinghouse by SFTP, and back: set up by people, the server's key confirmed by one."""

from __future__ import annotations

import re
from datetime import date
from fnmatch import fnmatch

from practice.access.permissions import Permission
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.insurance import connection_queries as queries
from practice.people import checks
from practice.store.record import command
from practice.store.work import Row, Work

SIGN_INS = ("key", "password")
PASSING = ".part"
"""What our files' names end in until they are whole there."""

NAMES = ("{name}", "{number}", "{date}")
_WELL = {"trouble": None, "trouble_since": None, "tries": 0, "next_try_at": None}


@command(Permission.SET_UP)
def save_connection(
    work: Work,
    *,
    name: str,
    host: str,
    user_name: str,
    port: int = 22,
    sign_in: str = "key",
    out_folder: str | None = None,
    out_names: str = "{name}",
    in_folder: str | None = None,
    in_names: str = "*",
    done_folder: str | None = None,
    is_active: bool = False,
    connection_id: str | None = None,
) -> Row:
    """Add a connection, or change one. With another host or port its key has to be confirmed anew.

    One active connection at most takes our files: the practice has one receiver. Answers {connection_id}.
    """
    before = work.get("payer_connections", connection_id, "connection") if connection_id else None
    said: Row = {
        "name": checks.text(name, "The name", "name"),
        "host": _host(host),
        "port": checks.whole(port, "The port", "port", 1, 65535),
        "user_name": checks.text(user_name, "The user name", "user_name"),
        "sign_in": checks.one_of(sign_in, "The sign-in", "sign_in", SIGN_INS),
        "out_folder": _folder(out_folder, "out_folder"),
        "out_names": _out_names(out_names),
        "in_folder": _folder(in_folder, "in_folder"),
        "in_names": ", ".join(patterns(in_names)) or "*",
        "done_folder": _folder(done_folder, "done_folder"),
        "is_active": checks.flag(is_active, "Whether it is on", "is_active"),
        "known_at": stored(work.now),
    }
    _check_folders(work, said, connection_id)
    if before is None or connection_id is None:
        connection_id = work.new_id()
        nothing = {"connection_id": connection_id, "public_key": None, "host_key": None}
        work.insert("payer_connections", nothing | said | _WELL)
        return {"connection_id": connection_id}
    if (before["host"], before["port"]) != (said["host"], said["port"]):
        said["host_key"] = None
    work.update("payer_connections", connection_id, **said, **_WELL)
    return {"connection_id": connection_id}


@command(Permission.SET_UP)
def switch_connection(work: Work, *, connection_id: str, is_active: bool) -> Row:
    """Let files go over it by themselves, or no more. Answers {is_active}."""
    row = work.get("payer_connections", connection_id, "connection")
    said = {"is_active": checks.flag(is_active, "Whether it is on", "is_active"), "known_at": stored(work.now)}
    _check_folders(work, row | said, connection_id)
    work.update("payer_connections", connection_id, **said, **_WELL)
    return {"is_active": is_active}


@command(Permission.SET_UP)
def confirm_host_key(work: Work, *, connection_id: str, host_key: str) -> Row:
    """Somebody has compared the server's key with what the payer says it is: from now on no other one is taken."""
    work.get("payer_connections", connection_id, "connection")
    if not re.fullmatch(r"[\w@.-]+ [A-Za-z0-9+/=]+", host_key):
        raise Refusal("That is no public key of a server; look at the server's key again.", field="host_key")
    work.update("payer_connections", connection_id, host_key=host_key, known_at=stored(work.now), **_WELL)
    return {"connection_id": connection_id}


@command(Permission.SET_UP)
def note_sign_in(work: Work, *, connection_id: str, public_key: str | None = None) -> Row:
    """Our key or password was kept beside the record. The payer gets `public_key`; the secret is not said here."""
    work.get("payer_connections", connection_id, "connection")
    work.update("payer_connections", connection_id, public_key=public_key, known_at=stored(work.now), **_WELL)
    return {"connection_id": connection_id}


def patterns(text: str) -> list[str]:
    """`*.835, *.277` → its patterns."""
    return [one for one in re.split(r"[,;\s]+", text.strip()) if one]


def is_wanted(name: str, names: str) -> bool:
    """Whether a file is one of those to fetch; hidden and passing ones never are."""
    if name.startswith(".") or name.endswith((PASSING, ".tmp", ".filepart")):
        return False
    return any(fnmatch(name.lower(), one.lower()) for one in patterns(names))


def remote_name(pattern: str, file_name: str, number: int, day: date) -> str:
    """What a file of ours is called there: the same whenever it is asked for."""
    found = pattern.replace("{name}", file_name).replace("{number}", f"{number:06d}")
    return found.replace("{date}", f"{day:%Y%m%d}")


def _host(value: str) -> str:
    text = checks.text(value, "The host", "host").lower()
    if not re.fullmatch(r"[a-z0-9]([a-z0-9.:_-]*[a-z0-9])?", text):
        raise Refusal("The host is a name such as sftp.payer.example, without sftp:// and folders.", field="host")
    return text


def _folder(value: str | None, field: str) -> str | None:
    text = (value or "").strip()
    if any(ord(sign) < 32 for sign in text):
        raise Refusal("A folder's name is one line.", field=field)
    return text if text == "/" else text.rstrip("/") or None


def _out_names(value: str) -> str:
    text = (value or "").strip() or "{name}"
    bare = text
    for one in NAMES:
        bare = bare.replace(one, "")
    if not re.fullmatch(r"[\w.-]*", bare) or text.startswith("."):
        raise Refusal(
            f"Names of our files are made of letters, digits, dots, dashes and {', '.join(NAMES)}.", field="out_names"
        )
    if "{name}" not in text and "{number}" not in text:
        raise Refusal("Each file needs a name of its own: use {name} or {number}.", field="out_names")
    return text


def _check_folders(work: Work, said: Row, connection_id: str | None) -> None:
    if not said["out_folder"] and not said["in_folder"]:
        raise Refusal("Say where files go, where they are fetched, or both.", field="in_folder")
    if said["done_folder"] and said["done_folder"] == said["in_folder"]:
        raise Refusal("Fetched files move to another folder than the one they lie in.", field="done_folder")
    other = queries.taking(work)
    if said["is_active"] and said["out_folder"] and other and other["connection_id"] != connection_id:
        raise Conflict(
            f"{other['name']} takes our files already; switch it off, or leave the folder for files out empty here.",
            rule="one_receiver",
            field="out_folder",
        )
