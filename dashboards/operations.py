"""What the command line can ask of the record. Each takes JSON-able values and answers with them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from ingestion.record_feed import audit_anchors
from practice.access.permissions import SYSTEM
from practice.access.queries import users
from practice.access.users import create_user, disable_user
from practice.audit.verify import verify
from practice.billing import books, schedules
from practice.billing.code_lists import load_codes
from practice.clock import local_date
from practice.errors import NotFound
from practice.home import Home
from practice.insurance.by_itself import read_folder
from practice.insurance.remits import post_remittance
from practice.insurance.remittance_queries import payer_of
from practice.messages.queries import message_counts
from practice.money import Currency
from practice.store.backup import backup
from practice.store.feed import feed_head
from practice.store.record import Record


def add_user(home: Home, record: Record, **fields: Any) -> Any:
    """A new person who may sign in."""
    del home
    return create_user(record, SYSTEM, **fields)


def list_users(home: Home, record: Record) -> list[dict[str, Any]]:
    """Everyone who may sign in, or could."""
    del home
    with record.read() as reader:
        found = users(reader, SYSTEM)
    return [{name: row[name] for name in ("email", "name", "role", "is_active")} for row in found]


def disable(home: Home, record: Record, *, email: str) -> Any:
    """Take away somebody's access by e-mail address, at once."""
    del home
    with record.read() as reader:
        match = next((row for row in users(reader, SYSTEM) if row["email"] == email.strip().lower()), None)
    if match is None:
        raise NotFound("Nobody has that e-mail address; `daybook user list` shows everyone.")
    return record.run(disable_user, SYSTEM, user_id=match["user_id"])


def back_up(home: Home, record: Record, *, destination: str) -> Any:
    """A whole copy, taken while in use."""
    return backup(record, home, Path(destination))


def verify_audit(home: Home, record: Record) -> dict[str, Any]:
    """The chain's findings, checked against the anchors that landing wrote down."""
    anchors = {seq: digest for seq, digest in audit_anchors(home) if seq}
    return {"findings": verify(record, anchors), "entries": feed_head(record).audit_seq, "anchors": len(anchors)}


def record_status(home: Home, record: Record) -> dict[str, Any]:
    """Where the record stands."""
    del home
    found = feed_head(record)
    with record.read() as reader:
        return {
            "practice": reader.setting("practice_name", ""),
            "today": str(local_date(record.clock(), reader.setting("zone", "UTC"))),
            "is_demo": bool(reader.setting("demo_today")),
            "feed_seq": found.seq,
            "audit_seq": found.audit_seq,
            **message_counts(reader),
        }


def journals(
    home: Home, record: Record, *, basis: str, first: str, last: str, product: str, tax_rate: str
) -> list[str]:
    """The accountant's journals as CSV files."""
    del home
    days = {"first": date.fromisoformat(first), "last": date.fromisoformat(last)}
    with record.read() as reader:
        found = books.journals(reader, SYSTEM, basis=basis, **days)
        return books.files(found, product, Currency.of(reader.setting("currency", "USD")), tax_rate=tax_rate)


def trial_balance(home: Home, record: Record, *, basis: str, as_of: str) -> dict[str, Any]:
    """The accountant's trial balance, with the digits of the currency's minor unit."""
    del home
    with record.read() as reader:
        rows = books.balances(reader, SYSTEM, basis=basis, as_of=date.fromisoformat(as_of))
        return {"rows": rows, "exponent": Currency.of(reader.setting("currency", "USD")).exponent}


def remit(home: Home, record: Record, *, text: str, payer: str | None) -> Any:
    """Post a remittance file; `payer` is the name of one of ours, for a file that nobody has signed so before."""
    del home
    payer_id = None
    if payer:
        with record.read() as reader:
            payer_id = payer_of(reader, "", payer)
        if payer_id is None:
            raise NotFound(f"No payer is called {payer!r}; see Set-up for their names.")
    return record.run(post_remittance, SYSTEM, reason="A remittance file", text=text, payer_id=payer_id)


def take_files(home: Home, record: Record) -> list[dict[str, Any]]:
    """Everything that payers sent and that waits in the folder: {name, why it was refused or None, answer}."""
    return [vars(one) for one in read_folder(record, home)]


def load_code_list(home: Home, record: Record, **fields: Any) -> Any:
    """A list of codes from a file."""
    del home
    return record.run(load_codes, SYSTEM, reason="A list of codes", **fields)


def run_documents(home: Home, record: Record) -> Any:
    """The papers that are due by their schedules."""
    del home
    return schedules.beat(record)


OPERATIONS: dict[str, Callable[..., Any]] = {
    "add_user": add_user,
    "list_users": list_users,
    "disable_user": disable,
    "backup": back_up,
    "verify_audit": verify_audit,
    "remit": remit,
    "take_files": take_files,
    "run_documents": run_documents,
    "load_codes": load_code_list,
    "status": record_status,
    "journals": journals,
    "balances": trial_balance,
}
