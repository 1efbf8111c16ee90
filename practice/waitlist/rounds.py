"""A round offers one free place to those whom it fits, a batch at a time, and keeps it for them meanwhile."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from practice.access.permissions import Permission, require_location
from practice.clock import stored
from practice.errors import Conflict
from practice.scheduling.holds import LONGEST, hold_slot, release_hold
from practice.scheduling.model import spelled
from practice.store.record import command
from practice.store.work import Row, Work
from practice.waitlist import offers, queries
from practice.waitlist.booking import HELD_BY
from practice.waitlist.choosing import choose, left_place, place_by_hand, what_to_hold
from practice.waitlist.model import Ranked, next_batch
from practice.waitlist.rules import checked, rules_of


@command(Permission.BOOK)
def open_round(
    work: Work,
    *,
    freed_appointment_id: str | None = None,
    provider_id: str | None = None,
    service_id: str | None = None,
    location_id: str | None = None,
    wall_start: str | None = None,
    entry_ids: Sequence[str] | None = None,
    batch_size: int | None = None,
    answer_minutes: int | None = None,
) -> Row:
    """Offer a free place: the one a visit left, or (by hand) any that is free. It is held while the round is open.

    `entry_ids` is the desk's own choice and order, else everybody who fits, best first. Answers {offer_round_id,
    asked, unreachable, planned}. Refuses with rule already_offered, taken, nobody_fits, does_not_fit.
    """
    rules = rules_of(work)
    batch_size, answer_minutes = checked(batch_size or rules.batch_size, answer_minutes or rules.answer_minutes)
    if freed_appointment_id:
        visit = work.get("appointments", freed_appointment_id, "visit")
        _refuse_offered(work, visit)
        place = left_place(work, freed_appointment_id)
    else:
        place = place_by_hand(work, provider_id, service_id, location_id, wall_start)
        _refuse_offered(work, place)
    require_location(work.actor, place["location_id"])
    if place["starts_at"] <= stored(work.now):
        raise Conflict("This place has begun; only a coming one can be offered.", rule="past")
    chosen = choose(work, place, entry_ids)
    round_id = work.new_id()
    held = hold_slot.function(
        work,
        provider_id=place["provider_id"],
        location_id=place["location_id"],
        wall_start=spelled(place["wall_start"]),
        purpose="offer",
        held_by=HELD_BY,
        minutes=min(_minutes_until(work, place["starts_at"]), LONGEST["offer"]),
        **what_to_hold(work, place, chosen),
    )
    row = _round_row(work, round_id, place, held, batch_size, answer_minutes)
    work.insert("offer_rounds", row)
    work.insert("offers", *(_offer_row(work, round_id, number, one) for number, one in enumerate(chosen, 1)))
    counts = carry_on(work, row)
    return {"offer_round_id": round_id, **counts}


@command(Permission.BOOK)
def close_round(work: Work, *, offer_round_id: str) -> Row:
    """Stop offering: the place is free for anybody; whoever was asked is told that it is gone."""
    round_ = open_round_of(work, offer_round_id)
    end_round(work, round_, "closed")
    return {"offer_round_id": offer_round_id}


def open_round_of(work: Work, round_id: str) -> Row:
    """The round, if it is open and of the actor's locations."""
    round_ = work.get("offer_rounds", round_id, "offer round")
    require_location(work.actor, round_["location_id"])
    if round_["status"] != "open":
        words = {"filled": "the place is taken", "exhausted": "everybody was asked", "closed": "it was closed"}
        raise Conflict(f"This round is over: {words[round_['status']]}.", rule="round_over")
    return round_


def carry_on(work: Work, round_: Row) -> Row:
    """Send the next batch if nobody's answer is waited for; end the round when nobody is left to ask.

    Answers {asked, unreachable, planned}: how many were asked now, could not be, and are still to be asked.
    """
    rows = queries.offers_of(work, round_["offer_round_id"])
    planned = [row for row in rows if row["status"] == "planned"]
    waiting = next_batch([row["status"] for row in rows], round_["batch_size"])
    counts = {"asked": 0, "unreachable": 0}
    while planned and counts["asked"] < waiting:
        status = offers.send(work, round_, planned.pop(0))
        counts["asked"] += status == "sent"
        counts["unreachable"] += status == "unreachable"
    if is_exhausted(queries.offers_of(work, round_["offer_round_id"]), stored(work.now)):
        end_round(work, round_, "exhausted")
    return counts | {"planned": len(planned)}


def is_exhausted(rows: Sequence[Row], now: datetime) -> bool:
    """Whether nobody is left to ask, to answer, or to be called by the desk."""
    return not any(
        row["status"] in ("planned", "sent") or (row["status"] == "unreachable" and row["expires_at"] > now)
        for row in rows
    )


def end_round(
    work: Work, round_: Row, status: str, *, won: Row | None = None, appointment_id: str | None = None
) -> None:
    """End a round: filled (by the offer `won`), exhausted or closed. Everybody else's offer ends with it."""
    round_id = round_["offer_round_id"]
    rest = [row for row in queries.offers_of(work, round_id) if won is None or row["offer_id"] != won["offer_id"]]
    offers.lose(work, round_, rest)
    work.update(
        "offer_rounds", round_id, status=status, closed_at=work.now, filled_appointment_id=appointment_id,
        known_at=work.now,
    )  # fmt: skip
    if status != "filled" and queries.hold_stands(work, round_["hold_id"]):
        release_hold.function(work, hold_id=round_["hold_id"], held_by=HELD_BY)


def _refuse_offered(work: Work, place: Row) -> None:
    if queries.round_at(work, place["provider_id"], place["starts_at"]):
        raise Conflict("This place is being offered already; see its round.", rule="already_offered")


def _minutes_until(work: Work, starts_at: datetime) -> int:
    return max(int((starts_at - stored(work.now)).total_seconds() // 60), 1)


def _round_row(work: Work, round_id: str, place: Row, held: Row, batch_size: int, answer_minutes: int) -> Row:
    kept = (
        "location_id", "provider_id", "service_id", "wall_start", "wall_end", "zone", "starts_at", "ends_at",
        "start_date", "freed_by", "freed_at",
    )  # fmt: skip
    return {
        "offer_round_id": round_id,
        "freed_appointment_id": place["appointment_id"],
        **{name: place[name] for name in kept},
        "room_id": held["room_id"],
        "batch_size": batch_size,
        "answer_minutes": answer_minutes,
        "hold_id": held["hold_id"],
        "status": "open",
        "opened_at": stored(work.now),
        "closed_at": None,
        "filled_appointment_id": None,
        "known_at": stored(work.now),
    }


def _offer_row(work: Work, round_id: str, number: int, one: Ranked) -> Row:
    return {
        "offer_id": work.new_id(),
        "offer_round_id": round_id,
        "waitlist_entry_id": one.entry.entry_id,
        "client_id": one.entry.client_id,
        "rank": number,
        "score": one.score,
        "reasons": json.dumps([reason._asdict() for reason in one.reasons]),
        "token_hash": None,
        "status": "planned",
        "sent_at": None,
        "expires_at": None,
        "answered_at": None,
        "appointment_id": None,
        "refused_rule": None,
        "known_at": stored(work.now),
    }
