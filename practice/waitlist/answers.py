"""What becomes of an offer: the first acceptance books the place, in one transaction with all that follows from it."""

from __future__ import annotations

from practice.access.permissions import Permission, require_location
from practice.clock import stored
from practice.errors import Conflict, NotFound, NotPermitted, Refusal
from practice.store.record import command
from practice.store.work import Reader, Row, Work
from practice.waitlist import offers, queries, saying
from practice.waitlist.booking import Trial, coming_fallback, refusal_of, take_place
from practice.waitlist.entries import close_entry
from practice.waitlist.rounds import carry_on, end_round

ANSWERS = ("accept", "decline", "leave")


@command(Permission.BOOK_ONLINE)
def answer_offer(work: Work, *, token_hash: str, answer: str) -> Row:
    """The client's own answer through the link: accept, decline, or leave the waitlist altogether.

    Answers {status, appointment_id}. The same answer given twice is the same answer; the first acceptance of a round
    wins, every other is refused with rule offer_over and a sentence for the client. An acceptance that the rules of
    booking no longer allow is kept as what it is: status lost (the place is taken) or withdrawn, with the `sentence`
    for the client; what the client can change (another visit then) is refused, and the offer stands.
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
    round_ = work.get("offer_rounds", offer["offer_round_id"], "offer round")
    if (answer, state) in (("accept", "accepted"), ("decline", "declined")):
        return {"status": state, "appointment_id": offer["appointment_id"]}
    if state == "accepted":
        raise Conflict("You have this place already; call us if you cannot come.", rule="offer_over")
    if state != "sent" and not (by_desk and state in ("planned", "unreachable")):
        raise Conflict(saying.over(offer, round_, state), rule="offer_over")
    if round_["status"] != "open" or round_["starts_at"] <= stored(work.now):
        raise Conflict(saying.over(offer, round_, state), rule="offer_over")
    return _accept(work, round_, offer) if answer == "accept" else _decline(work, round_, offer)


def _accept(work: Work, round_: Row, offer: Row) -> Row:
    """Everything that one acceptance brings about. The entry ends first: its wish no longer follows the visit.

    A client's acceptance is tried before anything is written, so that a refusal can be kept as an outcome; the desk
    reads booking's own sentence, and nothing is kept.
    """
    entry = queries.entry(work, offer["waitlist_entry_id"])
    fallback = coming_fallback(work, entry)
    if not work.actor.may(Permission.BOOK):
        refusal = refusal_of(Trial(work, work.actor), round_, entry, fallback, round_["hold_id"])
        if refusal is not None:
            return _refused(work, round_, offer, refusal)
    close_entry(work, entry["waitlist_entry_id"], "booked", except_offer_id=offer["offer_id"])
    appointment_id = take_place(work, round_, entry, fallback, round_["hold_id"])
    work.update(
        "offers", offer["offer_id"], status="accepted", answered_at=work.now, appointment_id=appointment_id,
        known_at=work.now,
    )  # fmt: skip
    end_round(work, round_, "filled", won=offer, appointment_id=appointment_id)
    offers.tell_accepted(work, entry["client_id"], offer, appointment_id, fallback)
    return {"status": "accepted", "appointment_id": appointment_id}


def _refused(work: Work, round_: Row, offer: Row, refusal: Refusal) -> Row:
    """Keep why the place could not be theirs. One that is taken is nobody's to offer; else the next are asked."""
    if isinstance(refusal, NotPermitted):
        raise refusal
    if refusal.rule in saying.OWN:
        raise Conflict(saying.OWN[refusal.rule], rule=refusal.rule) from None
    is_gone = refusal.rule in saying.TAKEN
    status = "lost" if is_gone else "withdrawn"
    work.update(
        "offers", offer["offer_id"], status=status, refused_rule=refusal.rule, answered_at=work.now, known_at=work.now
    )
    if is_gone:
        end_round(work, round_, "closed")
    else:
        carry_on(work, round_)
    return {"status": status, "appointment_id": None, "sentence": saying.refused(refusal.rule)}


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
