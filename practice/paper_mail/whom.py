"""Whom a paper is for, and whether it can reach them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from practice.access.permissions import Actor
from practice.billing.accounts import client_of
from practice.billing.queries import document, invoice_document
from practice.errors import Refusal
from practice.messages import queries as messages
from practice.messages.consent import Way, way_to
from practice.messages.kinds import KINDS
from practice.messages.settings import message_settings
from practice.paper_mail import queries
from practice.people.setup import practice_today
from practice.store.work import Reader

KIND = "paper"
"""The kind of message."""

WORDS = {
    "invoice": "invoice",
    "statement": "statement",
    "receipt": "receipt",
    "superbill": "superbill",
    "estimate": "good-faith estimate",
}
TO_PAY = ("invoice", "statement")
"""Papers that ask for money."""

CLINICAL = ("superbill", "estimate")
"""Papers that may name a diagnosis."""

ADULT_YEARS = 18

WHY_NOT = {
    "messages_off": "Messages are switched off; switch them on in Messages, Settings, or hand the paper over.",
    "no_public_address": "Clients cannot open a link yet; set the public address in Messages, Settings.",
    "no_address": "No address is on record to send it to; record an e-mail address on the client's page, or hand the"
    " paper over.",
    "no_consent": "They do not want messages about payments; hand the paper over instead.",
    "no_client": "Payers get no papers by e-mail; print it instead.",
}


class Paper(NamedTuple):
    """A paper as it stands. `client_id` is whom it is about; one of the two ids is set; `period` is of a statement."""

    kind: str
    number: int
    party: str
    client_id: str | None
    invoice_id: str | None
    document_id: str | None
    issued_date: date
    due_date: date | None
    is_void: bool
    is_replaced: bool
    period: str = ""


def paper_of(reader: Reader, actor: Actor, invoice_id: str | None, document_id: str | None) -> Paper:
    """The paper, if the actor may see it."""
    if invoice_id:
        invoice_document(reader, actor, invoice_id)
        row = reader.get("invoices", invoice_id, "invoice")
        return Paper(
            "invoice", row["number"], row["party"], row["client_id"], invoice_id, None, row["issued_date"],
            row["due_date"], row["status"] == "void", False,
        )  # fmt: skip
    row = reader.get("documents", document_id, "paper")
    document(reader, actor, row["document_id"])
    return Paper(
        row["kind"], row["number"], row["party"], row["client_id"], None, row["document_id"], row["issued_date"],
        None, False, queries.is_replaced(reader, document_id), row["title"] if row["kind"] == "statement" else "",
    )  # fmt: skip


def addressee(reader: Reader, kind: str, party: str, client_id: str | None) -> str:
    """The client to whom a paper goes: who owes, so of a household its guarantor; never a child that has one.

    A paper that may name a diagnosis goes to whom it is about, once they are of age, and else to their guarantor. The
    link asks for the reader's date of birth, so there has to be one on record.
    """
    client = reader.find("clients", client_id if kind in CLINICAL else client_of(party))
    if client is None:
        raise Refusal(WHY_NOT["no_client"], rule="no_client")
    born, told = client["birth_date"], client
    if client["guarantor_client_id"] and not (born and is_adult(born, practice_today(reader))):
        told = reader.get("clients", client["guarantor_client_id"], "client")
    if kind in CLINICAL and None in (born, told["birth_date"]):
        raise Refusal(
            f"A {WORDS[kind]} may name a diagnosis, so its link asks for the date of birth; record that first.",
            rule="no_birth_date",
        )
    return str(told["client_id"])


def is_adult(born: date, today: date) -> bool:
    """Whether somebody is of age on a day. Pure."""
    return (today.year - born.year) - ((today.month, today.day) < (born.month, born.day)) >= ADULT_YEARS


def ways(reader: Reader, client_ids: Iterable[str]) -> dict[str, Way]:
    """Client → the channel and address of a message with a paper, or the reason (of WHY_NOT) why there is none."""
    settings = message_settings(reader)
    found = {}
    for client_id, contact in messages.contacts(reader, sorted(set(client_ids)), KINDS[KIND].purpose).items():
        way = way_to(contact, KIND, is_text_on=settings.is_text_on)
        why = None if settings.is_on else "messages_off"
        why = why or (None if settings.public_url else "no_public_address")
        found[client_id] = Way(way.channel, None, why) if why else way
    return found
