"""Sending a run's papers: everybody's with one press, who cannot be written to, and how many looked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.billing.common import count
from dashboards.components.desk import words
from dashboards.session import say
from practice.access.permissions import Actor, Permission
from practice.clock import stored
from practice.errors import Refusal
from practice.paper_mail import queries
from practice.paper_mail.sending import send_run, to_send

OFFERED = timedelta(days=31)
"""How long after a run its papers can be sent as a whole: an older one is news to nobody."""

SHOWN = 20


def sent_words(person: Actor, run_id: str) -> str:
    """`, 33 sent, 12 opened`; empty where nothing was sent."""
    with runtime.current().record.read() as reader:
        found = queries.counts(reader, person, run_id)
    return f", {found['sent']} sent, {found['opened']} opened" if found["sent"] else ""


def send_all_button(person: Actor, run: dict[str, Any]) -> list[str]:
    """The button, where something of a fresh run can still be sent. Answers, for whom it cannot be, who and why.

    Pressed again, only what never left goes.
    """
    if not person.may(Permission.INVOICE) or not run["finished_at"]:
        return []
    record, run_id = runtime.current().record, run["document_run_id"]
    with record.read() as reader:
        if run["finished_at"] < stored(reader.now) - OFFERED:
            return []
        found = to_send(reader, person, run_id)
        names = {
            row["client_id"]: f"{row['given_name']} {row['family_name']}"
            for row in reader.those("clients", "client_id", *(one["client_id"] for one in found.left[:SHOWN]))
        }
    without = f" ({len(found.left)} cannot be reached)" if found.left else ""
    label = f"E-mail {len(found.ready)}{without}"
    if found.ready and st.button(label, icon=":material/mail:", key=f"run:{run_id}:send"):
        _send(person, run_id)
    if found.ready or not run["mailed_at"]:
        return []
    told = [f"{words.plain(names[one['client_id']])}: {words.plain(one['why'])}" for one in found.left[:SHOWN]]
    more = len(found.left) - len(told)
    return [*told, f"and {more} more"] if more > 0 else told


def _send(person: Actor, run_id: str) -> None:
    bar = st.progress(0.0, "Beginning")

    def tell(done: int, of: int) -> None:
        bar.progress(done / of, f"{done:,} of {of:,}")

    try:
        answer = send_run(runtime.current().record, person, run_id, tell=tell)
    except Refusal as refusal:
        say(str(refusal), "refusal")
    else:
        left = f"; {count(len(answer['left']), 'account')} left out, see below" if answer["left"] else ""
        leave = "message leaves" if answer["sent"] == 1 else "messages leave"
        say(f"{answer['sent']:,} {leave} within three minutes{left}.")
    st.rerun()
