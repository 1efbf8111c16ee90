"""Another calendar's busy time as blocks of a provider: what a file brings is compared with what stands.

Reading a file takes as long as it takes, so it happens before the command: `what_file_brings` gives the parameters of
`load_calendar`, which only compares and writes.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from typing import Any

from practice.access.permissions import Actor, Permission
from practice.calendars import import_queries as queries
from practice.calendars.busy import MOST_OCCURRENCES, read_calendar
from practice.calendars.feeds import require_calendars_of
from practice.clock import stored, to_wall, zone_of
from practice.errors import Conflict, Refusal
from practice.scheduling.block_claims import claim_blocks
from practice.scheduling.block_queries import visits_under
from practice.store.record import command
from practice.store.work import Reader, Row, Work

VERDICTS = ("loaded", "merged", "rejected", "ignored")
UNCHANGED = "It stands already, unchanged."
LONGEST_NAME = 80


@command(Permission.OWN_CALENDAR)
def add_external_calendar(work: Work, *, provider_id: str, name: str, zone: str | None = None) -> Row:
    """A calendar of a provider whose files will be imported. `zone` is what its times without one mean (default: the
    practice's). Answers {external_calendar_id}.
    """
    require_calendars_of(work.actor, provider_id)
    work.get("providers", provider_id, "provider")
    called = " ".join(name.split())
    if not 1 <= len(called) <= LONGEST_NAME:
        raise Refusal(f"Give the calendar a name of at most {LONGEST_NAME} characters.", rule="name", field="name")
    where = zone or work.setting("zone", "UTC")
    try:
        zone_of(where)
    except ValueError as error:
        raise Refusal(str(error), rule="zone", field="zone") from None
    if any(row["name"].casefold() == called.casefold() for row in queries.calendars(work, [provider_id])):
        raise Conflict(
            "This provider has a calendar of that name; choose another name.", rule="name_taken", field="name"
        )
    row = {
        "external_calendar_id": work.new_id(),
        "provider_id": provider_id,
        "name": called,
        "zone": where,
        "last_imported_at": None,
        "last_report": None,
        "is_active": True,
    }
    work.insert("external_calendars", row)
    return {"external_calendar_id": row["external_calendar_id"]}


@command(Permission.OWN_CALENDAR)
def remove_external_calendar(work: Work, *, external_calendar_id: str) -> Row:
    """The calendar counts no more: its coming busy time is free again. Answers {external_calendar_id, withdrawn}."""
    calendar = _calendar(work, work.actor, external_calendar_id)
    coming = queries.standing(work, external_calendar_id, stored(work.now), None)
    _withdraw(work, coming)
    work.update("external_calendars", external_calendar_id, is_active=False)
    return {"external_calendar_id": calendar["external_calendar_id"], "withdrawn": len(coming)}


def what_file_brings(reader: Reader, actor: Actor, external_calendar_id: str, data: bytes) -> Row:
    """The parameters of `load_calendar` for a file, and `events` to show: title, start, verdict and why of each.

    Raises Refusal where the file as a whole is no use.
    """
    calendar = _calendar(reader, actor, external_calendar_id)
    found = read_calendar(data, calendar["zone"], reader.now)
    return {
        "external_calendar_id": external_calendar_id,
        "occurrences": [
            {
                "uid": one.uid,
                "recurrence": one.recurrence,
                "starts_at": one.starts_at.isoformat(),
                "ends_at": one.ends_at.isoformat(),
                "zone": one.zone,
                "title": one.title,
                "event": one.position,
            }
            for one in found.busy
        ],
        "verdicts": [[one.verdict, one.why] for one in found.events],
        "window": [found.window.start.isoformat(), found.window.end.isoformat()],
    }


@command(Permission.OWN_CALENDAR)
def load_calendar(
    work: Work,
    *,
    external_calendar_id: str,
    occurrences: list[dict[str, Any]],
    verdicts: list[list[str]],
    window: list[str],
) -> Row:
    """Make the calendar's busy time in the window what the file says: the parameters come from `what_file_brings`.

    New time is claimed, changed time moves, what is gone from the file is free again; the same file once more changes
    nothing. Visits that stand in it stay. Answers {read, loaded, merged, rejected, ignored, reasons: [{verdict, why,
    count}], events: [[verdict, why]], clashes: [appointment_id]}.
    """
    calendar = _calendar(work, work.actor, external_calendar_id)
    if len(occurrences) > MOST_OCCURRENCES:
        raise Refusal(f"One calendar may bring {MOST_OCCURRENCES:,} occurrences.", rule="too_many")
    start, end = (datetime.fromisoformat(edge) for edge in window)
    standing = {
        (row["external_uid"], row["external_recurrence"]): row
        for row in queries.standing(work, external_calendar_id, start, end)
    }
    fresh, moved, touched = [], [], set()
    for one in occurrences:
        wanted = _wanted(calendar, one)
        row = standing.pop((one["uid"], one["recurrence"]), None)
        if row is None:
            fresh.append(_block(work, calendar, one, wanted))
        elif any(row[name] != value for name, value in wanted.items()):
            moved.append((row, wanted))
        else:
            continue
        touched.add(one["event"])
    _withdraw(work, [row for row in standing.values() if row["ends_at"] > stored(work.now)])
    claimed = list(fresh)
    work.insert_all("blocks", fresh)
    for row, wanted in moved:
        after = work.update("blocks", row["block_id"], revision=row["revision"] + 1, known_at=work.now, **wanted)
        if (row["starts_at"], row["ends_at"]) != (after["starts_at"], after["ends_at"]):
            work.release(row["block_id"])
            claimed.append(after)
    claim_blocks(work, claimed)
    events = [_settled(verdict, why, is_new=position in touched) for position, (verdict, why) in enumerate(verdicts)]
    report = _report(events)
    work.update(
        "external_calendars", external_calendar_id, last_imported_at=stored(work.now), last_report=json.dumps(report)
    )
    clashes = [row["appointment_id"] for row in visits_under(work, external_calendar_id)]
    return report | {"events": events, "clashes": clashes}


def calendars_of(reader: Reader, actor: Actor) -> list[Row]:
    """Calendars that the actor may import into: the columns, `provider_name`, `report` (None before the first import)
    and `clashes`: the visits (rows of `visits_under`) that stand in their busy time."""
    providers = None if actor.may(Permission.SET_UP) else [actor.provider_id or ""]
    rows = queries.calendars(reader, providers)
    return [
        row
        | {
            "report": json.loads(row["last_report"]) if row["last_report"] else None,
            "clashes": visits_under(reader, row["external_calendar_id"]),
        }
        for row in rows
    ]


def _calendar(reader: Reader, actor: Actor, external_calendar_id: str) -> Row:
    calendar = reader.get("external_calendars", external_calendar_id, "calendar")
    require_calendars_of(actor, calendar["provider_id"])
    if not calendar["is_active"]:
        raise Conflict("This calendar was removed; add it again.", rule="inactive")
    return calendar


def _wanted(calendar: Row, one: dict[str, Any]) -> Row:
    """What the file says about an occurrence, as columns of `blocks`."""
    starts_at, ends_at = (datetime.fromisoformat(one[edge]) for edge in ("starts_at", "ends_at"))
    zone = one["zone"] or calendar["zone"]
    wall = to_wall(starts_at, zone)
    return {
        "title": one["title"] or None,
        "wall_start": wall,
        "wall_end": to_wall(ends_at, zone),
        "zone": zone,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "start_date": wall.date(),
    }


def _block(work: Work, calendar: Row, one: dict[str, Any], wanted: Row) -> Row:
    return {
        "block_id": work.new_id(),
        "resource_kind": "provider",
        "resource_id": calendar["provider_id"],
        "location_id": None,
        "kind": "busy",
        **wanted,
        "external_calendar_id": calendar["external_calendar_id"],
        "external_uid": one["uid"],
        "external_recurrence": one["recurrence"],
        "is_withdrawn": False,
        "revision": 0,
        "created_at": stored(work.now),
        "known_at": stored(work.now),
    }


def _withdraw(work: Work, blocks: list[Row]) -> None:
    for row in blocks:
        work.update(
            "blocks", row["block_id"], is_withdrawn=True, revision=row["revision"] + 1, known_at=stored(work.now)
        )
        work.release(row["block_id"])


def _settled(verdict: str, why: str, *, is_new: bool) -> list[str]:
    """An event that was used is loaded, or merged with what stands."""
    if verdict != "used":
        return [verdict, why]
    return ["loaded", ""] if is_new else ["merged", UNCHANGED]


def _report(events: list[list[str]]) -> Row:
    counts = Counter(verdict for verdict, _ in events)
    reasons = Counter((verdict, why) for verdict, why in events if why)
    return (
        {"read": len(events)}
        | {verdict: counts[verdict] for verdict in VERDICTS}
        | {
            "reasons": [
                {"verdict": verdict, "why": why, "count": count} for (verdict, why), count in reasons.most_common()
            ]
        }
    )
