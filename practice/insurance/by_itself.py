"""Payers' files read, and covers asked about, without a press. See `practice.billing.by_itself` for what is on."""

from __future__ import annotations

from practice.access.permissions import SYSTEM
from practice.billing.by_itself import COVERS, by_itself, is_due, note_errand
from practice.errors import Refusal
from practice.home import Home
from practice.insurance import eligibility_queries as queries
from practice.insurance.eligibility_checks import MOST, ask_eligibility, note_questions_dropped
from practice.insurance.folders import Taken, put, take
from practice.insurance.incoming import command_for
from practice.store.record import Record
from practice.store.work import Row


def beat(record: Record, home: Home) -> list[Taken]:
    """Ask about the covers of who comes, and read what lies in the folder. Answers the files that were read."""
    with record.read() as reader:
        on = by_itself(reader)
        is_asking = on.cover_days is not None and is_due(reader, COVERS)
    if is_asking:
        ask(record, home, on.cover_days or 0)
    return read_folder(record, home) if on.reads_files else []


def read_folder(record: Record, home: Home) -> list[Taken]:
    """Everything that payers sent and that waits in the folder."""
    return take(
        home.remittances_in, lambda text: record.run(command_for(text), SYSTEM, reason="A payer's file", text=text)
    )


def ask(record: Record, home: Home, days: int) -> Row:
    """Ask about every cover of who comes within so many days that nobody asked about. Answers {date, done, left}.

    What cannot be asked is left to people: a payer without a code for files, no word yet on who asks.
    """
    with record.read() as reader:
        rows = [row for row in queries.covers_to_check(reader, SYSTEM, days=days) if row["is_due"]]
        coded = queries.coded_payers(reader)
    ids = list(dict.fromkeys(row["policy_id"] for row in rows if row["payer_id"] in coded))
    left = len({row["policy_id"] for row in rows}) - len(ids)
    for some in (ids[first : first + MOST] for first in range(0, len(ids), MOST)):
        try:
            record.run(ask_eligibility, SYSTEM, reason="By itself: they come soon", policy_ids=some)
        except Refusal as refusal:
            if refusal.rule == "storage":
                raise
            left += len(some)
    with record.read() as reader:
        files = queries.files_to_drop(reader, SYSTEM)
    for file in files:
        put(home.claims_out, file["file_name"], file["content"])
        record.run(note_questions_dropped, SYSTEM, eligibility_file_id=file["eligibility_file_id"])
    done = len({row["policy_id"] for row in rows}) - left
    noted: Row = record.run(note_errand, SYSTEM, errand=COVERS, done=done, left=left)
    return noted
