"""Claim files on their way: a command writes one into the record, and it is dropped into the folder right after.

Whoever was cut off in between finds it dropped when the page is opened next.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.forms import start_anew
from dashboards.session import attempt, say
from practice.access.permissions import Actor
from practice.insurance.claims import note_dropped
from practice.insurance.eligibility_checks import note_questions_dropped
from practice.insurance.eligibility_queries import files_to_drop as questions_to_drop
from practice.insurance.folders import put
from practice.insurance.sent_claim_queries import files_to_drop
from practice.store.record import Command


def send_file(command: Command, form: str, **parameters: Any) -> None:
    """Run a command that writes a file, and start the page anew, which drops it. A refusal stays in the form."""
    if attempt(command, form, is_in_place=True, **parameters) is not None:
        start_anew(form)
        st.rerun()


def drop_waiting(person: Actor) -> None:
    """Put every file that waits where whoever carries it to the receiver finds it."""
    now = runtime.current()
    with now.record.read() as reader:
        claims, questions = files_to_drop(reader, person), questions_to_drop(reader, person)
    for file, command, key in [
        *((one, note_dropped, "claim_file_id") for one in claims),
        *((one, note_questions_dropped, "eligibility_file_id") for one in questions),
    ]:
        try:
            put(now.home.claims_out, file["file_name"], file["content"])
        except OSError:
            say(f"{file['file_name']} could not be written to the folder; free some space, then reload.", "refusal")
            return
        now.record.run(command, person, **{key: file[key]})
        say(f"Sent: {file['file_name']} lies in {now.home.claims_out.parent.name}/{now.home.claims_out.name}.")
