"""Claim files on their way: a command writes one into the record, and it is dropped into the folder right after."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.forms import start_anew
from dashboards.session import attempt, say
from practice.insurance.folders import put
from practice.insurance.sent_claim_queries import file_text
from practice.store.record import Command


def send_file(command: Command, form: str, **parameters: Any) -> None:
    """Run a command that answers {claim_file_id}, drop its file, and start the page anew."""
    answer = attempt(command, form, is_in_place=True, **parameters)
    if answer is not None:
        _drop(answer["claim_file_id"])
        start_anew(form)
        st.rerun()


def _drop(claim_file_id: str) -> None:
    """Put a file where whoever carries it to the receiver finds it. It is in the record in any case."""
    folder = runtime.current().home.claims_out
    with runtime.current().record.read() as reader:
        name, text = file_text(reader, claim_file_id)
    try:
        put(folder, name, text)
    except OSError:
        say(f"{name} is kept, but could not be written to the folder; take it from the sent claims.", "refusal")
        return
    say(f"Sent: {name} lies in {folder.parent.name}/{folder.name}.")
