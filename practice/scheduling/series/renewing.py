"""Series that end soon: who they are, keeping their places meanwhile, and renewing them in one step."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from practice.access.permissions import Actor, Permission, require, require_location
from practice.clock import stored, to_wall
from practice.errors import Conflict, Refusal
from practice.people import queries as people
from practice.scheduling.holds import hold_slot
from practice.scheduling.model import spelled
from practice.scheduling.series import queries
from practice.scheduling.series.booking import make_series, plan_wish
from practice.scheduling.series.dates import dates, endless
from practice.scheduling.series.lines import Choices
from practice.scheduling.series.rehearsal import Rehearsal
from practice.scheduling.series.rules import MOST_VISITS, Rule, parse, rhythm, written
from practice.scheduling.series.wishes import Wish
from practice.store.record import command
from practice.store.work import Reader, Row, Work

FEWER_THAN = 3
"""A series with fewer visits left is said to end."""
KEPT_DAYS = 14


def ending_series(
    reader: Reader, actor: Actor, location_id: str | None = None, fewer_than: int = FEWER_THAN
) -> list[Row]:
    """Series with fewer than n visits left that nobody has renewed, the first to end first.

    Rows: columns of series, visits_left, next_wall_start, last_wall_start, provider_name, service_name, client_name
    (None for who may not see clients), rhythm, kept_until (the day on which kept places are let go, or None).
    """
    require(actor, Permission.SEE_SCHEDULE)
    if location_id is not None:
        require_location(actor, location_id)
    places = [row["location_id"] for row in people.locations(reader, actor)]
    rows = queries.ending(reader, [key for key in places if location_id in (None, key)], stored(reader.now), fewer_than)
    rows = [row for row in rows if actor.role != "provider" or row["provider_id"] == actor.provider_id]
    may_see = actor.may(Permission.SEE_CLIENTS)
    ids = {client_id for row in rows for client_id in json.loads(row["client_ids"])}
    names = queries.names_of(reader, sorted(ids)) if may_see else {}
    kept = queries.kept_until(reader, [_holder(row["series_id"]) for row in rows], stored(reader.now))
    for row in rows:
        row["client_name"] = names.get(json.loads(row["client_ids"])[0])
        row["rhythm"] = rhythm(_rule(row))
        until = kept.get(_holder(row["series_id"]))
        row["kept_until"] = until and to_wall(until, row["zone"]).date()
    return rows


def plan_renewal(
    reader: Reader, actor: Actor, *, series_id: str, count: int | None = None, choices: Choices | None = None
) -> Row:
    """What `renew_series` would do now: the same as `plan_series` answers, and wall_start. Nothing is written."""
    require(actor, Permission.BOOK)
    wish = continued(reader, series_id, count)
    holds = queries.holds_of(reader, _holder(series_id), stored(reader.now))
    return plan_wish(Rehearsal(reader, actor), wish, choices or {}, holds=_held(holds, series_id)) | {
        "wall_start": wish.wall_start
    }


@command(Permission.BOOK)
def renew_series(work: Work, *, series_id: str, count: int | None = None, choices: Choices | None = None) -> Row:
    """Go on with a series by its rule, as many times again unless `count` says otherwise; answers like `book_series`.

    Places that were kept for it become its visits. All or nothing, as in booking.
    """
    series = work.get("series", series_id, "series")
    require_location(work.actor, series["location_id"])
    if series["status"] == "renewed":
        raise Conflict("This series has been renewed already; look at the client's visits.", rule="already_renewed")
    wish = continued(work, series_id, count)
    holds = queries.holds_of(work, _holder(series_id), stored(work.now))
    answer = make_series(work, wish, choices or {}, renewed_from_id=series_id, holds=_held(holds, series_id))
    work.update("series", series_id, status="renewed", known_at=stored(work.now))
    return answer


@command(Permission.BOOK)
def keep_for_renewal(work: Work, *, series_id: str, days: int = KEPT_DAYS, count: int | None = None) -> Row:
    """Keep the places of the renewal that are free for some days, until client and practice have agreed.

    Answers {held, not_free, kept_until}. Keeping them again keeps them for longer.
    """
    if not 1 <= days <= 92:
        raise Refusal("Places are kept for 1 to 92 days.", rule="hold_minutes", field="days")
    series = work.get("series", series_id, "series")
    require_location(work.actor, series["location_id"])
    wish, holder = continued(work, series_id, count), _holder(series_id)
    for hold in queries.holds_of(work, holder, stored(work.now)):
        work.release(hold["hold_id"])
        work.update("holds", hold["hold_id"], outcome="released", settled_at=stored(work.now))
    rule = parse(wish.rule, series["zone"])
    held, not_free = 0, 0
    for wall in dates(rule, datetime.fromisoformat(wish.wall_start)):
        try:
            hold_slot.function(
                work,
                provider_id=wish.provider_id,
                service_id=wish.service_id,
                location_id=wish.location_id,
                wall_start=spelled(wall),
                duration_minutes=wish.duration_minutes,
                mode=wish.mode,
                client_id=wish.client_id,
                room_id=wish.room_id,
                purpose="renewal",
                held_by=holder,
                minutes=days * 24 * 60,
            )
            held += 1
        except Refusal:
            not_free += 1
    if not held:
        raise Conflict("None of the dates is free, so there is nothing to keep.", rule="nothing_left")
    until = to_wall(work.now + timedelta(days=days), series["zone"]).date()
    return {"held": held, "not_free": not_free, "kept_until": until}


def continued(reader: Reader, series_id: str, count: int | None) -> Wish:
    """The series as it would go on: the first date of its rhythm after its own that is yet to come, so many times."""
    series = reader.get("series", series_id, "series")
    rule = _rule(series)
    walls = dates(rule, series["wall_start"])
    now = to_wall(reader.now, series["zone"])
    times = len(walls) if count is None else count
    if not 1 <= times <= MOST_VISITS:
        raise Refusal(f"A series has 1 to {MOST_VISITS} visits.", rule="recurrence", field="count")
    later = (wall for wall in endless(rule, series["wall_start"]) if wall > walls[-1] and wall > now)
    first = next(islice(later, 1))
    return Wish(
        client_id=json.loads(series["client_ids"])[0],
        provider_id=series["provider_id"],
        service_id=series["service_id"],
        location_id=series["location_id"],
        wall_start=spelled(first),
        rule=written(rule.ending(times), series["zone"]),
        room_id=series["room_id"],
        duration_minutes=series["duration_minutes"],
        mode=series["mode"],
    )


def _rule(series: Row) -> Rule:
    return parse(series["rule"], series["zone"], series["wall_start"].date())


def _holder(series_id: str) -> str:
    return f"series:{series_id}"


def _held(holds: list[Row], series_id: str) -> dict[str, Any]:
    """By wall time: what a booking needs to say to convert the hold."""
    return {spelled(row["wall_start"]): {"hold_id": row["hold_id"], "held_by": _holder(series_id)} for row in holds}
