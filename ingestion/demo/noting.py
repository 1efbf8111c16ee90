"""Notes of visits: mostly signed within three days, some still drafts, a few forgotten."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.demo.columns import DAY, HOUR, MINUTE, NEVER, Array, Columns, instants, new_ids, numbers, pick, take
from ingestion.demo.house import House
from ingestion.demo.record_of import IS_COMPLETED, Story
from ingestion.demo.sizes import DEMO_USERS
from ingestion.demo.slices import runs

NOTES_AT_ONCE = 200_000
SIGNED_WITHIN = 3
"""Days after which the practice calls an unsigned note late."""
FORGOTTEN, IS_DRAFTED = 0.006, 0.7
"""Shares: of notes that nobody signs; of unsigned ones that somebody began."""
_LAGS, _SHARES = (0, 1, 2, 3, 5, 8), (0.57, 0.24, 0.10, 0.06, 0.02, 0.01)

TEXTS = (
    "Spoke about the week and what was hard in it. Agreed on two small steps until next time.",
    "Slept better; the evening routine holds. Went on with the plan as it is.",
    "Practised the breathing exercise together. Will try it before the next talk at work.",
    "Talked through what happened on Tuesday. Less worried at the end than at the beginning.",
    "Looked back at the goals of the first visit: two of five are reached. New one added.",
    "Quiet session. Kept to listening; no change of the plan.",
)


def note_visits(house: House, story: Story, dice: np.random.Generator) -> Columns:
    """Of each attendee: written and signed (UTC seconds, NEVER = not yet), text."""
    seats, visits = story.attendees, story.appointments
    where = seats["appointment"]
    count = len(where)
    ends = np.maximum(visits["ends"][where], np.where(seats["ended"] < NEVER, seats["ended"], 0))
    asked = (seats["status"] == IS_COMPLETED) & (visits["day"][where] >= house.claims_since)
    lag = dice.choice(_LAGS, count, p=_SHARES) + np.where(dice.random(count) < 0.3, dice.integers(0, 2, count), 0)
    same_day = ends + dice.integers(4 * MINUTE, 150 * MINUTE, count)
    later = (ends // DAY + lag) * DAY + 14 * HOUR + dice.integers(0, 9 * HOUR, count)
    signed = np.where(lag == 0, same_day, np.maximum(later, same_day))
    signed = np.where(dice.random(count) < FORGOTTEN, NEVER, signed)
    signed = np.where(asked & (signed <= house.now), signed, NEVER)
    begun = ends + dice.integers(2 * MINUTE, 90 * MINUTE, count)
    is_drafted = asked & (dice.random(count) < IS_DRAFTED) & (begun <= house.now)
    written = np.where(signed < NEVER, signed, np.where(is_drafted, begun, NEVER))
    return {"written": written, "signed": signed, "ends": ends, "text": dice.integers(0, len(TEXTS), count)}


def sign(notes: Columns, seats: Array, now: int) -> None:
    """These are signed soon after the visit, if that is over."""
    soon = notes["ends"][seats] + HOUR
    notes["signed"][seats] = np.where(soon <= now, soon, notes["signed"][seats])
    notes["written"][seats] = np.where(soon <= now, soon, notes["written"][seats])


def unsign(notes: Columns, seats: Array) -> None:
    """These are drafts, and nobody signs them."""
    notes["signed"][seats] = NEVER
    notes["written"][seats] = notes["ends"][seats] + 20 * MINUTE


def note_tables(house: House, story: Story, notes: Columns) -> Iterator[dict[str, pa.Table]]:
    """`notes`, in slices of attendees."""
    every = np.flatnonzero(notes["written"] < NEVER)
    for first, last in runs(len(every), NOTES_AT_ONCE):
        yield {"notes": _notes(house, story, notes, every[first:last])}


def signers(house: House, users: pa.Table) -> dict[str, pa.Table]:
    """`users` for those who sign beside the demo's own sign-ins: one for each other provider, of the same password."""
    of_demo = next(place for place, user in enumerate(DEMO_USERS) if user.role == "provider")
    providers = house.ids["providers"].to_pylist()
    own = new_ids(np.full(len(providers), house.began), np.random.default_rng(len(providers)))
    house.ids["signers"] = pa.concat_arrays([house.ids["users"][of_demo : of_demo + 1], own[1:]])
    names = house.names["providers"].to_pylist()
    others = range(1, len(providers))
    return {
        "users": pa.table(
            {
                "user_id": own[1:],
                "email": [f"provider{place + 1}@demo.example" for place in others],
                "name": [names[place] for place in others],
                "role": ["provider"] * len(others),
                "provider_id": providers[1:],
                "location_ids": ["[]"] * len(others),
                "password_hash": [users.column("password_hash")[of_demo].as_py()] * len(others),
                "is_active": [house.leaves[place] >= house.today for place in others],
                "created_at": instants(np.full(len(others), house.began)),
                "failed_sign_ins": pa.array([0] * len(others), pa.int32()),
            }
        )
    }


def _notes(house: House, story: Story, notes: Columns, rows: Array) -> pa.Table:
    """`notes` of those attendees, by whoever saw the client."""
    said = take(notes, rows)
    provider = story.appointments["provider"][story.attendees["appointment"][rows]]
    seat = pick(house.ids["attendees"], rows)
    signed = said["signed"] < NEVER
    by = pick(house.ids["signers"], provider)
    return pa.table(
        {
            "note_id": pc.binary_join_element_wise(seat, "1", "|"),
            "attendee_id": seat,
            "position": numbers(np.ones(len(rows), dtype=np.int32)),
            "text": pick(TEXTS, said["text"]),
            "text_hash": pick([hashlib.sha256(text.encode()).hexdigest() for text in TEXTS], said["text"]),
            "status": pick(("draft", "signed"), signed.astype(int)),
            "written_by": by,
            "signed_by": pick(by, np.where(signed, np.arange(len(rows)), -1)),
            "signed_at": instants(said["signed"]),
            "known_at": instants(said["written"]),
        }
    )
