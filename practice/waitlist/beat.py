"""What time brings about: entries drop off, offers expire, the next are asked, rounds end, places offer themselves.

Somebody calls `beat` every few seconds. It reads first and writes only when there is something to do, so that an idle
practice gets no audit entries.
"""

from __future__ import annotations

from practice.access.permissions import SYSTEM, Permission
from practice.clock import stored
from practice.errors import Refusal
from practice.store.record import Record, command
from practice.store.work import Reader, Row, Work
from practice.waitlist import offers, queries
from practice.waitlist.entries import close_entry, ended_entries
from practice.waitlist.model import GRACE
from practice.waitlist.openings import freed_places
from practice.waitlist.rounds import carry_on, end_round, is_exhausted, open_round
from practice.waitlist.rules import rules_of


def beat(record: Record) -> Row | None:
    """Do what is due, if anything is; answers what was done."""
    with record.read() as reader:
        is_due = anything_due(reader)
        places = places_to_offer(reader) if queries.anybody_waits(reader) else []
    done: Row = {"opened": []}
    if is_due:
        done |= record.run(advance_rounds, SYSTEM)
    for appointment_id in places:
        try:
            opened = record.run(open_round, SYSTEM, freed_appointment_id=appointment_id)
        except Refusal:
            continue  # taken meanwhile, or nobody fits any more: the next beat looks again
        done["opened"].append(opened["offer_round_id"])
    return done if is_due or done["opened"] else None


def anything_due(reader: Reader) -> bool:
    """Whether time has brought anything about."""
    return bool(
        any(_is_round_due(reader, round_) for round_ in queries.open_rounds(reader))
        or (queries.anybody_waits(reader) and ended_entries(reader))
    )


@command(Permission.OPERATE)
def advance_rounds(work: Work) -> Row:
    """Close entries whose day has come, let offers expire, send next batches, end rounds."""
    ended = ended_entries(work)
    for entry_id in ended:
        close_entry(work, entry_id, "expired")
    moved_on = [round_ for round_ in queries.open_rounds(work) if _is_round_due(work, round_)]
    for round_ in moved_on:
        _advance(work, round_)
    return {"expired_entries": len(ended), "advanced": len(moved_on)}


def places_to_offer(reader: Reader) -> list[str]:
    """Places that offer themselves now: freed since that was switched on, the grace is over, and somebody fits.

    Not those that the provider freed: whoever is ill at ten is ill at eleven.
    """
    rules = rules_of(reader)
    if rules.mode != "automatic" or rules.automatic_since is None:
        return []
    until = stored(reader.now) - GRACE
    return [
        place["appointment_id"]
        for place in freed_places(reader, SYSTEM)
        if place["fitting"]
        and not place["is_offered"]
        and place["freed_by"] != "provider"
        and rules.automatic_since <= place["freed_at"] <= until
    ]


def _is_round_due(reader: Reader, round_: Row) -> bool:
    """Whether the round has to move on: it begins, its place is gone, an answer is overdue, somebody can be asked."""
    now = stored(reader.now)
    if round_["starts_at"] <= now or not queries.hold_stands(reader, round_["hold_id"]):
        return True
    rows = queries.offers_of(reader, round_["offer_round_id"])
    sent = [row for row in rows if row["status"] == "sent"]
    is_overdue = any(row["expires_at"] <= now for row in sent)
    is_idle = not sent and any(row["status"] == "planned" for row in rows)
    return is_overdue or is_idle or is_exhausted(rows, now)


def _advance(work: Work, round_: Row) -> None:
    now = stored(work.now)
    rows = queries.offers_of(work, round_["offer_round_id"])
    for row in rows:
        if row["status"] == "sent" and row["expires_at"] <= now:
            offers.expire(work, row)
    if round_["starts_at"] <= now or not queries.hold_stands(work, round_["hold_id"]):
        end_round(work, round_, "closed")
    else:
        carry_on(work, round_)
