"""What becomes of an offer: the first acceptance books the place, in one transaction with all that follows from it."""

from __future__ import annotations

from practice.access.permissions import Permission, require_location
from practice.clock import stored
from practice.errors import Conflict, NotFound, Refusal
from practice.scheduling.booking import book_appointment
from practice.scheduling.model import spelled
from practice.scheduling.moving import move_appointment
from practice.store.record import command
from practice.store.work import Reader, Row, Work
from practice.waitlist import offers, queries
from practice.waitlist.choosing import mode_of
from practice.waitlist.entries import close_entry
from practice.waitlist.rounds import HELD_BY, carry_on, end_round

ANSWERS = ("accept", "decline", "leave")
KEEPS = "you keep your place on the waitlist"
OVER = {
    "lost": f"Somebody else was a moment quicker; {KEEPS}, and we write again when another place comes free.",
    "expired": f"The time to answer is over and the place was offered to others; {KEEPS}.",
    "declined": f"You said no to this place, so it was offered to others; {KEEPS}.",
    "withdrawn": "This offer no longer stands.",
}
"""What somebody reads whose offer is over. One kind sentence, and nothing about anybody else."""

BUSY = "You have another visit at that time; call us if you would rather have this one."


@command(Permission.BOOK_ONLINE)
def answer_offer(work: Work, *, token_hash: str, answer: str) -> Row:
    """The client's own answer through the link: accept, decline, or leave the waitlist altogether.

    Answers {status, appointment_id}. The same answer given twice is the same answer; the first acceptance of a round
    wins, every other is refused with rule offer_over and a sentence for the client.
    """
    offer = queries.offer_by_token(work, token_hash)
    if offer is None:
        raise NotFound("This link is not one of ours, or it is incomplete; open it from the message again.")
    return _answer(work, offer, answer, by_desk=False)


@command(Permission.BOOK)
def record_offer_answer(work: Work, *, offer_id: str, answer: str) -> Row:
    """What the client told the desk, on the phone for example; also of somebody whom no message could reach."""
    offer = work.get("offers", offer_id, "offer")
    require_location(work.actor, work.get("offer_rounds", offer["offer_round_id"], "offer round")["location_id"])
    return _answer(work, offer, answer, by_desk=True)


def state_of(reader: Reader, offer: Row) -> str:
    """The offer's status as it counts now: a sent one whose time is over has expired, whether or not it was noted."""
    is_over = offer["expires_at"] is not None and offer["expires_at"] <= stored(reader.now)
    return "expired" if offer["status"] == "sent" and is_over else str(offer["status"])


def _answer(work: Work, offer: Row, answer: str, *, by_desk: bool) -> Row:
    if answer not in ANSWERS:
        raise Refusal("Accept the place, decline it, or leave the waitlist.", rule="answer", field="answer")
    state = state_of(work, offer)
    if answer == "leave" and state != "accepted":
        return _leave(work, offer, state)
    if (answer, state) in (("accept", "accepted"), ("decline", "declined")):
        return {"status": state, "appointment_id": offer["appointment_id"]}
    if state == "accepted":
        raise Conflict("You have this place already; call us if you cannot come.", rule="offer_over")
    if state != "sent" and not (by_desk and state in ("planned", "unreachable")):
        raise Conflict(OVER[state] if state in OVER else OVER["withdrawn"], rule="offer_over")
    round_ = work.get("offer_rounds", offer["offer_round_id"], "offer round")
    if round_["status"] != "open" or round_["starts_at"] <= stored(work.now):
        raise Conflict(OVER["lost"], rule="offer_over")
    return _accept(work, round_, offer) if answer == "accept" else _decline(work, round_, offer)


def _accept(work: Work, round_: Row, offer: Row) -> Row:
    """Everything that one acceptance brings about. The entry ends first: its wish no longer follows the visit."""
    entry = queries.entry(work, offer["waitlist_entry_id"])
    fallback = _fallback(work, entry)
    close_entry(work, entry["waitlist_entry_id"], "booked", except_offer_id=offer["offer_id"])
    try:
        appointment_id = _move(work, round_, fallback) if fallback else _book(work, round_, entry)
    except Conflict as refusal:
        if work.actor.may(Permission.BOOK):
            raise
        raise Conflict(BUSY if refusal.rule == "client_taken" else OVER["lost"], rule=refusal.rule) from refusal
    work.update(
        "offers", offer["offer_id"], status="accepted", answered_at=work.now, appointment_id=appointment_id,
        known_at=work.now,
    )  # fmt: skip
    end_round(work, round_, "filled", won=offer, appointment_id=appointment_id)
    offers.tell_accepted(work, entry["client_id"], offer, appointment_id, fallback)
    return {"status": "accepted", "appointment_id": appointment_id}


def _fallback(work: Work, entry: Row) -> Row | None:
    """The client's later visit, if it is still to come."""
    visit = work.find("appointments", entry["fallback_appointment_id"])
    if visit is None or visit["starts_at"] <= stored(work.now):
        return None
    return visit if queries.attendee_in(work, visit["appointment_id"], entry["client_id"]) else None


def _book(work: Work, round_: Row, entry: Row) -> str:
    booked = book_appointment.function(
        work,
        client_id=entry["client_id"],
        provider_id=round_["provider_id"],
        service_id=entry["service_id"],
        location_id=round_["location_id"],
        wall_start=spelled(round_["wall_start"]),
        mode=mode_of(work.get("services", entry["service_id"], "service")),
        channel="waitlist",
        hold_id=round_["hold_id"],
        held_by=HELD_BY,
    )
    return str(booked["appointment_id"])


def _move(work: Work, round_: Row, fallback: Row) -> str:
    """The later visit moves to the place. The practice offered it, so that nobody is late by accepting."""
    moved = move_appointment.function(
        work,
        appointment_id=fallback["appointment_id"],
        provider_id=round_["provider_id"],
        location_id=round_["location_id"],
        wall_start=spelled(round_["wall_start"]),
        moved_by="practice",
        code="offer_accepted",
        channel="waitlist",
        hold_id=round_["hold_id"],
        held_by=HELD_BY,
    )
    return str(moved["appointment_id"])


def _decline(work: Work, round_: Row, offer: Row) -> Row:
    work.update("offers", offer["offer_id"], status="declined", answered_at=work.now, known_at=work.now)
    carry_on(work, round_)
    return {"status": "declined", "appointment_id": None}


def _leave(work: Work, offer: Row, state: str) -> Row:
    """Decline if there is something to decline, and off the waitlist; harmless a second time."""
    entry = queries.entry(work, offer["waitlist_entry_id"])
    if state == "sent":
        work.update("offers", offer["offer_id"], status="declined", answered_at=work.now, known_at=work.now)
    if entry["status"] == "waiting":
        close_entry(work, entry["waitlist_entry_id"], "withdrawn")
    round_ = work.get("offer_rounds", offer["offer_round_id"], "offer round")
    if state == "sent" and round_["status"] == "open":
        carry_on(work, round_)
    return {"status": "left", "appointment_id": None}
