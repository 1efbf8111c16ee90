"""What happens to somebody's wait when something happens to the later visit that they keep meanwhile."""

from __future__ import annotations

from practice.scheduling.follow_ups import Happening, follows
from practice.store.work import Work
from practice.waitlist import queries


@follows("moved", "cancelled", "entered_in_error")
def keep_fallback(work: Work, happening: Happening) -> None:
    """The fallback is where the visit went; a visit that is gone is no fallback, and the client waits on."""
    for entry_id in queries.entries_with_fallback(work, happening.appointment["appointment_id"]):
        work.update(
            "waitlist_entries",
            entry_id,
            fallback_appointment_id=happening.details.get("moved_to_id"),
            known_at=work.now,
        )
