"""What a service says of its visits: in person or by video, with which link and place of service, shared or not."""

from __future__ import annotations

from practice.errors import Refusal
from practice.store.work import Row, Work

MODES = ("in_person", "video")
WORDS = {"in_person": "in person", "video": "by video"}
HOME = "Home"
"""The client's place that counts as their home; any other text is somewhere else."""


def is_joinable(service: Row) -> bool:
    """Whether strangers share its occurrences: a group. A couple or family is one booking that nobody else joins."""
    return bool(service["capacity"] > 1 and service["billing_unit"] == "attendee")


def require_mode(service: Row, mode: str) -> None:
    """Refuse a way of meeting that is none, or that the service is not given in."""
    if mode not in MODES:
        raise Refusal("A visit takes place in_person or by video; choose one of the two.", rule="mode", field="mode")
    only = service["modes"]
    if only not in ("both", mode):
        raise Refusal(
            f"{service['name']} is given {WORDS[only]} only; choose {WORDS[only]}, or another service.",
            rule="mode",
            field="mode",
            alternatives=[only],
        )


def video_link(work: Work, provider: Row) -> str | None:
    """Where a video visit takes place: the provider's own room, else a fresh one by the practice's template.

    The template is an address with {id}, such as https://meet.example/{id}; each visit gets an id that says nothing
    about it. None where neither is set: nobody outside is ever asked.
    """
    own: str | None = provider["video_link"]
    template = work.setting("video_link_template")
    if own or not template:
        return own
    return str(template).replace("{id}", work.new_id())


def is_home(client_place: str | None) -> bool:
    """Whether the client's place, as written down, is their home."""
    return (client_place or "").strip().casefold() == HOME.casefold()


def place_of_service(mode: str, client_place_is_home: bool) -> str:
    """The two-digit place-of-service code of a professional claim.

    '11' office; '02' telehealth other than in the client's home; '10' telehealth in the client's home. Source: CMS,
    Place of Service Code Set (02 and 10 as worded since 1 January 2022). A place that nobody asked for is not a home.
    """
    if mode != "video":
        return "11"
    return "10" if client_place_is_home else "02"
