"""What a closed drawer means for a posting: no cash moves there on a day that was counted."""

from __future__ import annotations

from collections.abc import Iterable

from practice.billing.accounts import CASH_DRAWER
from practice.billing.queries import drawer
from practice.errors import Refusal
from practice.store.work import Row, Work


def check_drawer(work: Work, postings: Iterable[Row]) -> None:
    """Refuse cash at a location and day whose drawer is closed."""
    for posting in postings:
        if posting["account"] != CASH_DRAWER:
            continue
        closed = drawer.closed_until(work, posting["location_id"])
        if closed and posting["post_date"] <= closed:
            place = work.get("locations", posting["location_id"], "location")["name"]
            raise Refusal(
                f"The cash drawer of {place} is closed for {closed}; take it another way, or have the drawer reopened.",
                rule="drawer_closed",
                field="method",
                alternatives=("card", "bank", "check"),
            )
