"""A caseload changes hands: a provider's coming visits go to others in one reviewed step.

The plan is made in one reading, by the check that a move makes: at the same time with the first provider in the order
of preference who is free, else at the nearest time that one of them has; what cannot go says why. What was reviewed is
what is committed, all at once, and the series of the visits go with them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from practice.access.permissions import Actor, Permission, require, require_location
from practice.clock import stored, to_instant
from practice.errors import Conflict, Refusal
from practice.scheduling import handoff_queries
from practice.scheduling.dated import a_date
from practice.scheduling.model import spelled
from practice.scheduling.moving import move_appointment
from practice.scheduling.series.rehearsal import Rehearsal
from practice.scheduling.series.taking_over import follow_the_visits
from practice.store.record import command
from practice.store.work import Reader, Row, Work

CODE = "provider_away"
Moves = Sequence[Mapping[str, str]]


class HandoffClash(Conflict):
    """Visits cannot go where they were to go any more; `clashes` are rows of appointment_id, sentence, alternatives."""

    def __init__(self, clashes: list[Row], total: int) -> None:
        first = clashes[0]
        super().__init__(
            f"{len(clashes)} of {total} visits cannot go there any more ({first['sentence'].rstrip('.')}); "
            "look at the plan again, nothing has been moved.",
            rule="handoff_clash",
            field="moves",
        )
        self.clashes = clashes


def plan_handover(
    reader: Reader,
    actor: Actor,
    *,
    provider_id: str,
    to_provider_ids: Sequence[str],
    first: str | date,
    client_ids: Collection[str] | None = None,
    service_ids: Collection[str] | None = None,
    staying: Collection[str] = (),
) -> Row:
    """Where each coming visit of a provider would go: {lines, same_time, other_time, stay}. Nothing is written.

    `lines` are visits in the order of start: appointment_id, client_name, client_ids, service_name, wall_start, zone,
    status ('same_time', 'other_time', 'stays'), to_provider_id, to_wall_start, and for one that stays `sentence`, why.
    `staying` are visits that are to be left where they are.
    """
    require(actor, Permission.HAND_OVER)
    visits = _visits(reader, actor, provider_id, a_date(first, "first"), client_ids, service_ids)
    _check_providers(reader, provider_id, to_provider_ids)
    work = Rehearsal(reader, actor, "handoff")
    _read_ahead(work, visits, to_provider_ids)
    lines = [_line(work, row, to_provider_ids, row["appointment_id"] in staying) for row in visits]
    counted = Counter(line["status"] for line in lines)
    return {"lines": lines} | {
        name: counted[status]
        for name, status in (("same_time", "same_time"), ("other_time", "other_time"), ("stay", "stays"))
    }


def as_moves(lines: Sequence[Row]) -> list[dict[str, str]]:
    """The moves of a reviewed plan, as `hand_over` takes them."""
    return [
        {
            "appointment_id": line["appointment_id"],
            "provider_id": line["to_provider_id"],
            "wall_start": spelled(line["to_wall_start"]),
        }
        for line in lines
        if line["status"] != "stays"
    ]


@command(Permission.HAND_OVER)
def hand_over(work: Work, *, provider_id: str, moves: Moves, is_usual_changed: bool = True, code: str = CODE) -> Row:
    """Move visits of a provider to others as reviewed, in one transaction: each by the practice, with the coded reason.

    `moves` are rows of appointment_id, provider_id, wall_start. Where all that is left of a series goes to one
    provider, the series goes on with them. With `is_usual_changed`, clients whose usual provider it was get the one
    who took most of their visits. Answers {moved, series, clients}. All or nothing: raises HandoffClash.
    """
    if not moves:
        raise Refusal(
            "Nothing would be handed over; choose visits and who takes them.", rule="no_change", field="moves"
        )
    _check_providers(work, provider_id, sorted({move["provider_id"] for move in moves}))
    rehearsal = Rehearsal(work)
    rows = {move["appointment_id"]: work.get("appointments", move["appointment_id"], "visit") for move in moves}
    clashes, taken = [], {}
    for move in moves:
        row = rows[move["appointment_id"]]
        require_location(work.actor, row["location_id"])
        if row["provider_id"] != provider_id:
            raise Conflict(
                "One of the visits is not with this provider any more; look at the plan again.", rule="handoff_clash"
            )
        try:
            taken[row["appointment_id"]] = _move(rehearsal, row, move["provider_id"], move["wall_start"], code)
        except Refusal as refusal:
            why = {"sentence": str(refusal), "alternatives": refusal.alternatives}
            clashes.append({"appointment_id": row["appointment_id"]} | why)
    if clashes:
        raise HandoffClash(clashes, len(moves))
    series = follow_the_visits(rehearsal, rows, taken)
    clients = _change_usual(rehearsal, provider_id, moves) if is_usual_changed else 0
    rehearsal.perform(work)
    return {"moved": len(moves), "series": series, "clients": clients}


def _move(work: Work, row: Row, provider_id: str, wall_start: str, code: str) -> Row:
    answer: Row = move_appointment.function(
        work,
        appointment_id=row["appointment_id"],
        provider_id=provider_id,
        wall_start=wall_start,
        moved_by="practice",
        code=code,
    )
    return answer


def _line(work: Rehearsal, row: Row, to_provider_ids: Sequence[str], is_staying: bool) -> Row:
    """Where one visit goes, rehearsed, so that the next one finds the place taken."""
    may_see = work.actor.may(Permission.SEE_CLIENTS)
    line = {name: row[name] for name in ("appointment_id", "service_name", "wall_start", "zone", "client_ids")} | {
        "client_name": ", ".join(row["client_names"]) if may_see else None,
        "location_name": row["location_name"],
        "series_id": row["series_id"],
        "status": "stays",
        "to_provider_id": None,
        "to_wall_start": None,
        "sentence": None,
    }
    if is_staying:
        return line | {"sentence": "Left where it is."}
    if row["is_charged"]:
        return line | {"sentence": "It is charged; void the charge first."}
    if set(row["statuses"]) != {"scheduled"}:
        return line | {"sentence": "Somebody has arrived already."}
    found: list[tuple[datetime, str]] = []
    why = []
    for provider_id in to_provider_ids:
        try:
            _move(work, row, provider_id, spelled(row["wall_start"]), CODE)
            return line | {
                "status": "same_time", "to_provider_id": provider_id, "to_wall_start": row["wall_start"],
            }  # fmt: skip
        except Refusal as refusal:
            why.append(str(refusal))
            found += [(datetime.fromisoformat(text), provider_id) for text in refusal.alternatives if "T" in text]
    order = list(to_provider_ids)
    for wall, provider_id in sorted(found, key=lambda one: (abs(one[0] - row["wall_start"]), order.index(one[1]))):
        try:
            _move(work, row, provider_id, spelled(wall), CODE)
        except Refusal:
            continue
        return line | {"status": "other_time", "to_provider_id": provider_id, "to_wall_start": wall, "sentence": why[0]}
    return line | {"sentence": " ".join(dict.fromkeys(why))}


def _visits(
    reader: Reader,
    actor: Actor,
    provider_id: str,
    first: date,
    client_ids: Collection[str] | None,
    service_ids: Collection[str] | None,
) -> list[Row]:
    reader.get("providers", provider_id, "provider")
    visits = handoff_queries.coming_visits(reader, provider_id, first, stored(reader.now))
    return [
        row
        for row in visits
        if (not actor.location_ids or row["location_id"] in actor.location_ids)
        and (not client_ids or set(client_ids) & set(row["client_ids"]))
        and (not service_ids or row["service_id"] in service_ids)
    ]


def _check_providers(reader: Reader, provider_id: str, to_provider_ids: Sequence[str]) -> None:
    if not to_provider_ids:
        raise Refusal("Say who takes the visits over.", rule="required", field="to_provider_ids")
    if provider_id in to_provider_ids:
        raise Refusal(
            "Visits go to somebody else; choose other providers.", rule="same_provider", field="to_provider_ids"
        )
    for one in to_provider_ids:
        taker = reader.get("providers", one, "provider")
        if not taker["is_active"]:
            raise Refusal(f"{taker['name']} is not active any more; choose another.", rule="inactive")


def _change_usual(work: Rehearsal, provider_id: str, moves: Moves) -> int:
    """Clients whose usual provider gave them away get the one who took most of their visits; how many."""
    takers: dict[str, Counter[str]] = {}
    for move in moves:
        for attendee in work.rows("select client_id from attendees where appointment_id = ?", move["appointment_id"]):
            takers.setdefault(attendee["client_id"], Counter())[move["provider_id"]] += 1
    changed = 0
    for client_id, counted in takers.items():
        if work.get("clients", client_id, "client")["provider_id"] == provider_id:
            work.update("clients", client_id, provider_id=counted.most_common(1)[0][0])
            changed += 1
    return changed


def _read_ahead(work: Rehearsal, visits: Sequence[Row], to_provider_ids: Sequence[str]) -> None:
    rooms = handoff_queries.room_ids(work, sorted({row["location_id"] for row in visits}))
    clients = {client_id for row in visits for client_id in row["client_ids"]}
    starts = [stored(to_instant(row["wall_start"], row["zone"])) for row in visits]
    work.read_ahead([*rooms, *clients], to_provider_ids, starts)
