"""When visits of a series went to another provider, the series goes on with them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping

from practice.errors import Conflict
from practice.scheduling.series.reach import Reach, reach_of
from practice.scheduling.series.rehearsal import Rehearsal
from practice.scheduling.series.splitting import go_on
from practice.scheduling.series.stated import stated
from practice.store.work import Row


def follow_the_visits(work: Rehearsal, rows: Mapping[str, Row], taken: Mapping[str, Row]) -> int:
    """Let each series follow most of its remaining visits; how many did.

    `rows` are the visits as they were, `taken` what their move answered. Those of a series that did not go with most
    keep what they state themselves.
    """
    first: dict[str, Row] = {}
    of_series = (row for row in rows.values() if row["series_id"] is not None)
    for row in sorted(of_series, key=lambda row: row["original_start"]):
        first.setdefault(row["series_id"], row)
    followed = 0
    for row in first.values():
        if work.find("series", row["series_id"]) is None:
            continue  # an imported series, of which we have no rule
        try:
            reach = reach_of(work, row["appointment_id"], "following")
        except Conflict:
            continue
        followed += _follow(work, reach, taken)
    return followed


def _follow(work: Rehearsal, reach: Reach, taken: Mapping[str, Row]) -> int:
    now = {
        row["appointment_id"]: work.get(
            "appointments", taken.get(row["appointment_id"], row)["appointment_id"], "visit"
        )
        for row in reach.touched
    }
    [(provider_id, most)] = Counter(row["provider_id"] for row in now.values()).most_common(1)
    if provider_id == reach.series["provider_id"] or 2 * most <= len(now):
        return 0
    after = reach.series | {"provider_id": provider_id}
    if reach.has_before:
        after["series_id"] = work.new_id()
    walls = reach.walls[reach.first :]
    go_on(work, reach, after, reach.rule.ending(len(walls)), walls)
    for row in now.values():
        own = stated(after, row)
        text = json.dumps(own) if own else None
        work.update("appointments", row["appointment_id"], series_id=after["series_id"], overridden=text)
    return 1
