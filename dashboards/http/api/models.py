"""What goes in and comes out of the API. These definitions validate what is sent and are what the description shows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from practice.online.changing import CLIENT_CODES

Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Mode = Literal["in_person", "video"]
WallTime = Annotated[
    str,
    StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d$"),
    Field(description="What the clock on the location's wall shows.", examples=["2026-03-03T10:00"]),
]


class Sent(BaseModel):
    """What a caller sends: nothing but what is described."""

    model_config = ConfigDict(extra="forbid")


class Answered(BaseModel):
    """What a caller gets."""


# --- asked ----------------------------------------------------------------------------------------------------------


class AtLocation(Sent):
    location_id: Id


class ForService(Sent):
    location_id: Id
    service_id: Id


class SlotSearch(Sent):
    location_id: Id
    service_id: Id
    provider_id: Id | None = Field(None, description="Left out: anyone.")
    first: date | None = Field(None, description="The first day, of the location; left out: today.")
    days: int = Field(14, ge=1, le=31, description="How many days to look at.")
    mode: Mode = "in_person"


class Nothing(Sent):
    pass


class NewBooking(Sent):
    location_id: Id
    service_id: Id
    provider_id: Id | None = Field(None, description="Left out: whoever is free then.")
    start: WallTime
    mode: Mode = "in_person"
    given_name: Line
    family_name: Line
    birth_date: date | None = None
    email: Line | None = Field(None, description="E-mail or phone is needed.")
    phone: Line | None = None


class Move(Sent):
    start: WallTime


class Cancel(Sent):
    code: Literal[tuple(CLIENT_CODES)] = Field(description="Why, as a code that can be counted.")  # type: ignore[valid-type]
    words: Annotated[str, StringConstraints(max_length=500)] | None = Field(None, description="Why, in words.")


# --- answered -------------------------------------------------------------------------------------------------------


class Location(Answered):
    location_id: str
    name: str
    zone: str = Field(description="The IANA zone of every wall time there.")
    address: str | None
    phone: str | None


class Service(Answered):
    service_id: str
    name: str
    minutes: int
    modes: list[Mode]
    online: Literal["bookable", "contact"] = Field(description="`contact`: arranged by phone, not booked here.")
    is_for_new_clients: bool
    seats: int = Field(description="How many clients a visit takes; more than one is a group.")
    description: str | None
    preparation: str | None
    provider_ids: list[str]


class Provider(Answered):
    provider_id: str
    name: str
    discipline: str | None
    about: str | None


class Slot(Answered):
    start: WallTime
    end: WallTime
    starts_at: datetime = Field(description="The same instant in UTC.")
    zone: str
    provider_id: str
    provider_name: str
    seats_left: int | None


class Booking(Answered):
    booking_id: str = Field(description="Stays the same when the visit is moved.")
    status: Literal[
        "scheduled", "arrived", "in_session", "completed", "no_show", "left_unseen", "cancelled", "rescheduled"
    ]
    location_id: str
    service_id: str
    provider_id: str
    mode: Mode
    start: WallTime
    end: WallTime
    starts_at: datetime
    zone: str
    can_be_changed: bool = Field(description="Whether it may still be moved or cancelled here.")
    change_until: datetime = Field(description="Until when, in UTC.")
    manage_url: str | None = Field(None, description="The client's page of the visit; told once, when it is booked.")


class Locations(Answered):
    locations: list[Location]


class Services(Answered):
    services: list[Service]


class Providers(Answered):
    providers: list[Provider]


class Slots(Answered):
    slots: list[Slot]


class Problem(Answered):
    """RFC 9457. `rule` names what refused it; `alternatives` is what would pass in its place."""

    type: str
    title: str
    status: int
    detail: str = Field(description="One sentence: what is wrong, and what would be right.")
    rule: str
    field: str | None = None
    alternatives: list[str] = []
