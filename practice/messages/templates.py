"""Templates of messages. Editing makes a new version; a message keeps the version that it was made from."""

from __future__ import annotations

from practice.access.permissions import Permission
from practice.errors import Refusal
from practice.messages import queries
from practice.messages.defaults import default_of
from practice.messages.kinds import CHANNELS, KINDS
from practice.messages.text import check_template
from practice.store.record import command
from practice.store.work import Reader, Row, Work


def current(reader: Reader, kind: str, channel: str) -> Row:
    """The text in use: kind, channel, version, subject, body. Version 0 is the shipped one, not yet used."""
    found = queries.newest_template(reader, kind, channel)
    if found is not None:
        return found
    subject, body = default_of(kind, channel)
    return {"kind": kind, "channel": channel, "version": 0, "subject": subject, "body": body}


def in_use(work: Work, kind: str, channel: str) -> Row:
    """Like `current`, for a message that is made now: the shipped text becomes version 1."""
    found = current(work, kind, channel)
    return found if found["version"] else _add(work, kind, channel, 1, found["subject"], found["body"])


@command(Permission.SET_UP)
def save_template(work: Work, *, kind: str, channel: str, body: str, subject: str | None = None) -> Row:
    """Write another version of a text; from now on it is used. Messages that were made keep theirs.

    Refuses placeholders that the kind does not have, by name. Saving what is in use already changes nothing.
    """
    if kind not in KINDS or channel not in CHANNELS:
        raise Refusal(f"There is no {channel} template of the kind {kind!r}; choose one of the list.", rule="kind")
    subject, body = check_template(kind, channel, subject, body)
    present = current(work, kind, channel)
    if present["version"] and (present["subject"], present["body"]) == (subject, body):
        return {"message_template_id": present["message_template_id"], "version": present["version"]}
    row = _add(work, kind, channel, present["version"] + 1, subject, body)
    return {"message_template_id": row["message_template_id"], "version": row["version"]}


def _add(work: Work, kind: str, channel: str, version: int, subject: str | None, body: str) -> Row:
    row = {
        "message_template_id": work.new_id(),
        "kind": kind,
        "channel": channel,
        "version": version,
        "subject": subject,
        "body": body,
        "created_at": work.now,
        "is_active": True,
    }
    work.insert("message_templates", row)
    return row
