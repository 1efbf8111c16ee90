"""The evening before: what autopay charges in the night goes to the owners by mail, once. Sums and cards, no names."""

from __future__ import annotations

from datetime import date

from practice.access.permissions import SYSTEM, Permission
from practice.access.queries import owners_with_mail
from practice.billing.posting import show
from practice.cards.people_queries import tonight_list
from practice.clock import to_wall
from practice.messages.senders import Outgoing, Sender
from practice.store.record import Record, command
from practice.store.work import Reader, Row, Work

FROM_HOUR = 18
"""From this hour of the practice's day on."""

TOLD = "autopay_told_on"
"""The setting: the day on whose evening the owners were told the last time."""

LISTED = 100

HELD = {"disputed": "held: disputed", "above_most": "held: above its limit", "resting": "rests after a decline"}


@command(Permission.OPERATE)
def note_told(work: Work, *, day: str) -> Row:
    """The owners were told on the evening of that day. Answers {day}."""
    work.keep_setting(TOLD, day)
    return {"day": day}


def tell_owners(record: Record, mail: Sender) -> int:
    """Send tonight's list, if it is evening, something is to be charged or held, and it was not sent before.

    Answers to how many. A mail that was surely not taken is tried again with the next look, to everybody.
    """
    with record.read() as reader:
        day = _evening(reader)
        if day is None or reader.setting(TOLD) == str(day):
            return 0
        rows = tonight_list(reader, SYSTEM)
        owners = owners_with_mail(reader) if rows else []
        subject, body = _words(reader, rows)
        sender = str(reader.setting("practice_name", "Daybook"))
    if not owners:
        return 0
    for owner in owners:
        message_id = f"autopay-{day}-{owner['user_id']}"
        if mail.send(Outgoing(message_id, "email", owner["email"], subject, body, sender)).status == "again":
            return 0
    record.run(note_told, SYSTEM, day=str(day))
    return len(owners)


def _evening(reader: Reader) -> date | None:
    wall = to_wall(reader.now, reader.setting("zone", "UTC"))
    return wall.date() if wall.hour >= FROM_HOUR else None


def _words(reader: Reader, rows: list[Row]) -> tuple[str, str]:
    charged = [row["amount_minor"] for row in rows if not row["held_by"]]
    cards = f"{len(charged)} card{'' if len(charged) == 1 else 's'}"
    total = show(reader, sum(charged))
    lines = []
    for row in rows[:LISTED]:
        held = f" ({HELD[row['held_by']]})" if row["held_by"] else ""
        lines.append(f"- {show(reader, row['amount_minor'])}, {row['card']}{held}")
    more = [f"- and {len(rows) - LISTED} more"] if len(rows) > LISTED else []
    base = str(reader.setting("public_url") or "").rstrip("/")
    where = f"{base}/billing?billing_part=To+do" if base else "Billing, To do"
    body = f"Autopay charges {cards} in the coming night, {total} altogether, as it stands now:\n\n"
    return f"Autopay tonight: {total}, {cards}", body + "\n".join(lines + more) + f"\n\nWho they are: {where}\n"
