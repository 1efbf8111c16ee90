"""Sending a paper to whom it is for: one press, to whom it goes, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

import streamlit as st

from dashboards.components.desk import words
from dashboards.components.messages import words as message_words
from dashboards.session import attempt, say
from practice.access.permissions import Actor
from practice.billing.accounts import client_party
from practice.clock import local_date
from practice.errors import Refusal
from practice.messages.consent import Way
from practice.paper_mail import queries
from practice.paper_mail.sending import end_paper_links, send_paper
from practice.paper_mail.whom import WHY_NOT, WORDS, addressee, ways
from practice.people.setup import practice_today
from practice.store.record import Command
from practice.store.work import Reader, Row


class To(NamedTuple):
    """To whom papers of a kind go and how, or the sentence why they cannot."""

    name: str
    way: Way | None
    why: str

    @property
    def shown(self) -> str:
        """`To Ada Birch, ada@birch.example`, or why not."""
        return self.why or f"To {self.name}, {self.way.address if self.way else ''}"


class Sending(NamedTuple):
    """What pages show of sending a client's papers: kind → to whom, paper → how it was sent last."""

    to: dict[str, To]
    sent: dict[str, Row]
    zone: str
    today: date

    def whom(self, kind: str) -> str:
        """To whom a paper of the kind goes, or why it cannot."""
        return words.plain(self.to[kind].shown)

    def said(self, paper_id: str) -> str:
        """`sent 27 Nov, opened 28 Nov`; empty for what was never sent."""
        row = self.sent.get(paper_id)
        return state(row, self.zone, self.today) if row else ""


def sending(reader: Reader, person: Actor, client_id: str, papers: Iterable[Row]) -> Sending:
    """Of a client's papers; each row has kind, and invoice_id or document_id."""
    rows = list(papers)
    sent = queries.newest(reader, person, [row.get("document_id") or row["invoice_id"] for row in rows]) if rows else {}
    return Sending(_to(reader, client_id), sent, reader.setting("zone", "UTC"), practice_today(reader))


def what_became(reader: Reader, person: Actor, paper_ids: list[str]) -> dict[str, str]:
    """Paper → `state` in words; without those that were never sent."""
    zone, today = reader.setting("zone", "UTC"), practice_today(reader)
    return {key: state(row, zone, today) for key, row in queries.newest(reader, person, paper_ids).items()}


def _to(reader: Reader, client_id: str) -> dict[str, To]:
    """Kind → to whom its papers go. Asked once for whoever it is: mostly one person."""
    to, told = {}, {}
    for kind in WORDS:
        try:
            told[kind] = addressee(reader, kind, client_party(client_id), client_id)
        except Refusal as refusal:
            to[kind] = To("", None, str(refusal))
    found = ways(reader, told.values())
    for kind, key in told.items():
        client, way = reader.get("clients", key, "client"), found[key]
        name = f"{client['given_name']} {client['family_name']}"
        to[kind] = To(name, way, WHY_NOT[way.reason] if way.reason else "")
    return to


def state(row: Row, zone: str, today: date) -> str:
    """What became of a paper that was sent; days of this year without the year."""

    def on(instant: datetime) -> str:
        day = local_date(instant, zone)
        return f"{day:%-d %b}" if day.year == today.year else words.date_of(day)

    if row["withdrawn_at"] or row["status"] == "withdrawn":
        return "taken back"
    if row["status"] in ("queued", "sending"):
        return "on its way"
    if row["status"] != "sent":
        return "not delivered, see Messages"
    return f"sent {on(row['sent_at'])}" + (f", opened {on(row['opened_at'])}" if row["opened_at"] else "")


def send_button(
    post: Sending,
    kind: str,
    what: str,
    *,
    invoice_id: str | None = None,
    document_id: str | None = None,
    place: str = "",
) -> None:
    """One press sends it; a refusal says what would be right. `place` tells a paper's second button from its first."""
    key = f"send:{place}{document_id or invoice_id}"
    if _button(post, kind, key):
        sent = attempt(send_paper, key, invoice_id=invoice_id, document_id=document_id)
        if sent is not None:
            say(f"{what} leaves within three minutes. {post.whom(kind)}.")
        st.rerun()


def send_fresh(post: Sending, kind: str, issue: Command, *, key: str, **about: Any) -> None:
    """The same for a paper that the command issues, as it is now."""
    if _button(post, kind, f"{key}:send"):
        made = attempt(issue, f"{key}:issue", **about)
        sent = made and attempt(send_paper, f"send:{made['document_id']}", document_id=made["document_id"])
        if sent:
            say(f"{WORDS[kind].capitalize()} {made['number']} leaves within three minutes. {post.whom(kind)}.")
        st.rerun()


def _button(post: Sending, kind: str, key: str) -> bool:
    to = post.to[kind]
    channel = to.way.channel if to.way and not to.why else "email"
    icon = ":material/mail:" if channel == "email" else ":material/sms:"
    return st.button(message_words.by(channel), icon=icon, key=key, help=post.whom(kind), type="tertiary")


def end_button(paper_id: str, *, invoice_id: str | None = None, document_id: str | None = None) -> None:
    """Take the links to a paper back: it went to the wrong address, for example."""
    key = f"send:{paper_id}:end"
    if st.button("Take the link back", icon=":material/link_off:", key=key, type="tertiary"):
        attempt(
            end_paper_links, key, invoice_id=invoice_id, document_id=document_id,
            done="The link opens nothing any more.",
        )  # fmt: skip
        st.rerun()
