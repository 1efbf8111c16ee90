"""Time that is not for visits holds its provider, room or equipment through the same claims as a visit does."""

from __future__ import annotations

from datetime import datetime, timedelta

from practice.clock import stored
from practice.scheduling import booking_queries as facts
from practice.scheduling.lanes import block_limits, clash, crowded, held_by_resource, limits_in_force, place
from practice.scheduling.model import HORIZON, Claim, ceil_grid, floor_grid, slots_for
from practice.scheduling.settling import settle_hold
from practice.store.work import Row, Work

ANY_LANE = 1_000


def claim_block(work: Work, block: Row, *, is_forced: bool = False) -> list[Row]:
    """Claim the time of a row of `blocks`, out to the grid. Answers what stands in the way.

    Rows of the answer: holder_id, holder (appointment, hold, block), starts_at, ends_at; in the order of time. Where
    there are any, nothing is claimed unless `is_forced`: time that another calendar says is busy is busy, so it is
    claimed beside what stands there (in a further lane), and the answer is what somebody must look at. To give the
    time back, `work.release(block_id)`.
    """
    kind, resource_id = block["resource_kind"], block["resource_id"]
    start, end = floor_grid(block["starts_at"]), ceil_grid(block["ends_at"])
    margin = timedelta(days=1)
    rows = facts.held(work, [resource_id], start - margin, end + margin, (block["block_id"],), with_expired=True)
    now = stored(work.now)
    over = {row["appointment_id"] for row in rows if row["expires_at"] is not None and row["expires_at"] <= now}
    policies = facts.overlap_policies(work)
    standing = [row for row in rows if row["appointment_id"] not in over]
    held = held_by_resource(standing, policies, {}).get(resource_id, [])
    own = block_limits(limits_in_force(policies, kind, resource_id, None, block["start_date"]))
    found: dict[str, Row] = {
        claim.appointment_id: {
            "holder_id": claim.appointment_id,
            "holder": claim.holder,
            "starts_at": claim.starts_at,
            "ends_at": claim.ends_at,
        }
        for claim in sorted(held, key=lambda one: one.kind != "care", reverse=True)
        if claim.starts_at < end and start < claim.ends_at
    }
    clashes = sorted(found.values(), key=lambda row: row["starts_at"])
    if clash(crowded(held, own), start, end) and not is_forced:
        return clashes
    for hold_id in over:
        settle_hold(work, hold_id, "expired")
    lane = place(held, start, end, ANY_LANE).lane
    claim = Claim(
        work.new_id(), kind, resource_id, block["block_id"], "block", "busy", None, block["start_date"], start, end,
        lane, None, block["location_id"],
    )  # fmt: skip
    work.hold([claim._asdict()], list(slots_for([claim], now - HORIZON)))
    return clashes


def claim_blocks(work: Work, blocks: list[Row]) -> None:
    """Claim the time of many blocks of one resource beside whatever stands there: another calendar's whole year.

    The same as `claim_block` with `is_forced` for each, in one reading and one writing.
    """
    if not blocks:
        return
    resource_id, now = blocks[0]["resource_id"], stored(work.now)
    spans = [(floor_grid(row["starts_at"]), ceil_grid(row["ends_at"])) for row in blocks]
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    rows = facts.held(work, [resource_id], first, last, [row["block_id"] for row in blocks], with_expired=True)
    over = {row["appointment_id"] for row in rows if row["expires_at"] is not None and row["expires_at"] <= now}
    for hold_id in over:
        settle_hold(work, hold_id, "expired")
    taken = [(row["starts_at"], row["ends_at"], row["lane"]) for row in rows if row["appointment_id"] not in over]
    waiting = iter(sorted(taken))
    coming = next(waiting, None)
    beside: list[tuple[datetime, int]] = []  # (until, lane) of what overlaps the block at hand
    claims = []
    for (start, end), block in sorted(zip(spans, blocks, strict=True), key=lambda pair: pair[0]):
        while coming is not None and coming[0] < end:
            beside.append(coming[1:])
            coming = next(waiting, None)
        beside = [(until, lane) for until, lane in beside if until > start]
        used = {lane for _, lane in beside}
        lane = next(number for number in range(len(used) + 1) if number not in used)
        beside.append((end, lane))
        claims.append(
            Claim(
                work.new_id(), block["resource_kind"], resource_id, block["block_id"], "block", "busy", None,
                block["start_date"], start, end, lane, None, block["location_id"],
            )
        )  # fmt: skip
    work.hold([claim._asdict() for claim in claims], list(slots_for(claims, now - HORIZON)))
