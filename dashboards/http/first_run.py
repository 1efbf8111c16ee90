"""The first run: a practice and its owner, made together by whoever can read the set-up code on the machine."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from dashboards import runtime
from practice.access.passwords import check_password, hash_password
from practice.access.permissions import SYSTEM, Permission
from practice.access.queries import users
from practice.access.users import add_user
from practice.errors import Conflict
from practice.home import Home
from practice.people.commands import set_practice
from practice.store.record import command
from practice.store.work import Row, Work


def setup_code(home: Home) -> str:
    """The code that the first set-up asks for; made once, readable by the directory's owner alone."""
    path = home.path / "setup.code"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text("-".join(secrets.token_hex(2) for _ in range(3)))
    return path.read_text().strip()


def has_users() -> bool:
    """Whether somebody can sign in yet."""
    with runtime.current().record.read() as reader:
        return bool(users(reader, SYSTEM))


@command(Permission.MANAGE_USERS)
def begin_practice(
    work: Work, *, practice: str, zone: str, currency: str, name: str, email: str, password_hash: str
) -> Row:
    """Name the practice and let its first owner sign in: both or neither. Refused once there is a user."""
    if users(work, work.actor):
        raise Conflict("This practice has been set up already; sign in.", rule="set_up")
    set_practice(work, name=practice, zone=zone, currency=currency)
    owner: Row = add_user(work, email=email, name=name, role="owner", password_hash=password_hash)
    return owner


def found_practice(typed: Mapping[str, str], password: str) -> None:
    """Do it with what the form holds: practice, zone, currency, name, email. Then the code has done its work."""
    check_password(password, email=typed["email"], name=typed["name"])
    running = runtime.current()
    fields = {name: typed[name] for name in ("practice", "zone", "currency", "name", "email")}
    running.record.run(begin_practice, SYSTEM, **fields, password_hash=hash_password(password))
    (running.home.path / "setup.code").unlink(missing_ok=True)
