"""How far a practice's beginning is: the steps of its set-up, then the way to its first finished visit."""

from __future__ import annotations

from dataclasses import dataclass

from practice.store.work import Reader, Row

_STEPS = (
    ("practice", "select 1 from settings where name = 'currency'", "Name the practice, its time zone and currency."),
    ("location", "select 1 from locations where is_active", "Add the location where clients are seen."),
    ("room", "select 1 from rooms r join locations l using (location_id) where r.is_active and l.is_active",
     "Add a room, because a service needs one."),
    ("service", "select 1 from services where is_active", "Add a service: what is booked, how long, for how much."),
    ("provider", "select 1 from providers where is_active", "Add a provider: who sees clients."),
    ("provider_service", "select 1 from provider_services s join providers p using (provider_id)"
     " join services v using (service_id) where s.is_active and p.is_active and v.is_active",
     "Say which services a provider gives."),
    ("hours", "select 1 from availability a join providers p using (provider_id) where p.is_active",
     "Set a provider's weekly hours, so that there is something to book."),
    ("staff", "select 1 from users where is_active having count(*) > 1", "Give the people you work with a sign-in."),
    ("client", "select 1 from clients limit 1", "Add or import the first client."),
)  # fmt: skip


def setup_progress(reader: Reader) -> list[Row]:
    """The steps of the first set-up in order: `step`, `is_done`, `is_needed` (without it nothing can be booked),
    `sentence` (what is missing; empty once done).

    The step `room` is there only if an active service needs a room.
    """
    needs_room = reader.value("select 1 from services where needs_room and is_active limit 1")
    done = {step: bool(reader.value(sql)) for step, sql, _ in _STEPS}
    return [
        {
            "step": step,
            "is_done": done[step],
            "is_needed": step not in ("staff", "client"),
            "sentence": "" if done[step] else sentence,
        }
        for step, _, sentence in _STEPS
        if step != "room" or needs_room
    ]


@dataclass(frozen=True)
class NextStep:
    """`step` is one of `setup_progress`, or `visit` or `outcome`; `sentence` says what to do."""

    step: str
    sentence: str


def next_step(reader: Reader) -> NextStep | None:
    """What is missing on the way to the first money; None once a visit was completed or something is in the books."""
    if reader.value(_HAS_BEGUN):
        return None
    for row in setup_progress(reader):
        if not row["is_done"] and row["step"] != "staff":
            return NextStep(row["step"], row["sentence"])
    if not reader.value("select 1 from appointments limit 1"):
        return NextStep("visit", "Book the first visit.")
    return NextStep("outcome", "Mark the first visit as completed once it took place.")


_HAS_BEGUN = (
    "select exists(select 1 from ledger_transactions) or exists(select 1 from attendees where status = 'completed')"
)
