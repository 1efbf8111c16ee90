"""Time that is not for visits holds its provider, room or equipment through the same claims as a visit does."""

from __future__ import annotations

from datetime import timedelta

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
