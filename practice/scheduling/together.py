"""Couples and families: several clients booked as one visit, all or none, and charged once, on the identified one."""

from __future__ import annotations

from collections.abc import Sequence

from practice.access.permissions import Permission
from practice.errors import Conflict, Refusal
from practice.scheduling.commands import book_appointment
from practice.scheduling.joining import join, plan_to_join
from practice.scheduling.model import GONE
from practice.scheduling.steps import WORDS, note, refuse_if_charged, visit_of
from practice.store.record import command
from practice.store.work import Row, Work


@command(Permission.BOOK)
def book_together(
    work: Work, *, client_ids: Sequence[str], identified_client_id: str | None = None, **booking: str | int | None
) -> Row:
    """Book several clients into one visit at once, all or none; `booking` is what `book_appointment` takes else.

    Of a couple or family one is identified, whose account is charged: the one named, else the first. Answers like a
    booking, with `attendee_ids` in the order of the clients, the identified one first.
    """
    chosen = list(dict.fromkeys(client_ids))
    if not chosen:
        raise Refusal("Choose at least one client.", rule="no_client", field="client_ids")
    first = identified_client_id or chosen[0]
    if first not in chosen:
        raise Refusal(
            "The identified client is one of those who come; choose one of them.",
            rule="identified",
            field="identified_client_id",
        )
    answer: Row = book_appointment(work, client_id=first, **booking)
    appointment = work.get("appointments", answer["appointment_id"], "visit")
    service = work.get("services", appointment["service_id"], "service")
    others = [client_id for client_id in chosen if client_id != first]
    joined = [_join_by_name(work, appointment, service, other) for other in others]
    return answer | {"attendee_ids": [answer["attendee_id"], *(row["attendee_id"] for row in joined)]}


@command(Permission.BOOK)
def identify_attendee(work: Work, *, attendee_id: str) -> Row:
    """Of a couple or family, name whose account the visit is charged on. Until it is charged."""
    attendee = work.get("attendees", attendee_id, "visit")
    appointment, attendees = visit_of(work, attendee["appointment_id"])
    if attendee["billing_unit"] != "appointment":
        raise Refusal(
            "In a group each client is charged alone; only a couple or family has an identified client.",
            rule="not_one_unit",
        )
    if attendee["status"] in GONE:
        raise Conflict(f"This client is {WORDS[attendee['status']]}; choose one who comes.", rule="already_settled")
    refuse_if_charged(work, attendees, "name another client")
    if attendee["is_identified"]:
        raise Refusal("The visit is charged on this client already.", rule="no_change")
    before = [row["attendee_id"] for row in attendees if row["is_identified"]]
    for row in attendees:
        is_identified = row["attendee_id"] == attendee_id
        if row["is_identified"] != is_identified:
            work.update("attendees", row["attendee_id"], is_identified=is_identified, known_at=work.now)
    note(work, appointment, "changed", [attendee_id], before={"identified": before}, after={"identified": attendee_id})
    return {"appointment_id": appointment["appointment_id"], "attendee_id": attendee_id}


def _join_by_name(work: Work, appointment: Row, service: Row, client_id: str) -> Row:
    """Seat one of them; of several clients a refusal says which one it is about."""
    try:
        return join(work, plan_to_join(work, appointment, service, client_id), appointment)
    except Conflict as conflict:
        if conflict.rule != "client_taken" or not work.actor.may(Permission.SEE_CLIENTS):
            raise
        client = work.get("clients", client_id, "client")
        sentence = str(conflict).replace("This client", f"{client['given_name']} {client['family_name']}", 1)
        raise Conflict(sentence, rule=conflict.rule, field="client_ids", alternatives=conflict.alternatives) from None
