"""How large a demo practice is, and the constants that README, sign-in page and command line show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from practice.errors import Refusal

DEMO_TODAY = date(2026, 11, 20)
"""The demo's stored day unless `--today` names another: a Friday before a holiday week."""

DEMO_SEED = 20260302
DEMO_PASSWORD = "daybook-demo-2026"  # noqa: S105 - documented sign-in of an invented practice


@dataclass(frozen=True)
class DemoUser:
    """One sign-in of the demo. `role` provider is linked to the first provider."""

    email: str
    name: str
    role: str


DEMO_USERS = (
    DemoUser("owner@demo.example", "Odile Marchetti", "owner"),
    DemoUser("manager@demo.example", "Marek Osei", "manager"),
    DemoUser("desk@demo.example", "Dana Whitlock", "front_desk"),
    DemoUser("provider@demo.example", "Priya Halvorsen", "provider"),
    DemoUser("biller@demo.example", "Bram Castellano", "biller"),
    DemoUser("analyst@demo.example", "Anneke Solis", "analyst"),
)
"""Every demo sign-in, one per role; all use DEMO_PASSWORD. For demo homes only."""


@dataclass(frozen=True)
class Size:
    """How many of what, and for how long. `founders` work from the first day; the others join later."""

    name: str
    locations: int
    providers: int
    founders: int
    months: int
    load: float
    """Booked share of the providers' time that the practice grows towards."""
    team: int | None = None
    """Providers of a location, so that each new team opens one; None = all locations are open from the first day."""
    leaves_each: int | None = None
    """One provider in so many leaves again; None = nobody does."""
    changes_at: tuple[int, ...] = (60,)
    """When some providers' weekly hours change, in percent of the history: each of them at one of these."""
    claims_months: int | None = None
    """For so many months claims are sent from here; None = from the first day on."""
    raise_percent: int = 3
    """What payers allow more each year. Fees stand still, so a long history bears less."""


SIZES = {
    "small": Size("small", locations=1, providers=4, founders=4, months=6, load=0.78),
    "medium": Size("medium", locations=3, providers=14, founders=11, months=30, load=1.45),
    "large": Size(
        "large", locations=20, providers=100, founders=40, months=96, load=1.0, team=5, leaves_each=9,
        changes_at=(22, 35, 48, 60, 72, 84), claims_months=18, raise_percent=1,
    ),
}  # fmt: skip

PLACES = (
    ("Harbor Street", "America/New_York"),
    ("Mill Pond", "America/New_York"),
    ("Lakeshore", "America/Chicago"),
    ("Chapel Hill Road", "America/New_York"),
    ("Cedar Court", "America/New_York"),
    ("River Bend", "America/Chicago"),
    ("Orchard Lane", "America/New_York"),
    ("Foundry Square", "America/Chicago"),
    ("Old Quarry", "America/New_York"),
    ("Prairie View", "America/Chicago"),
    ("Lighthouse Point", "America/New_York"),
    ("Maple Terrace", "America/Chicago"),
    ("Ridge Crest", "America/Denver"),
    ("Ferry Landing", "America/New_York"),
    ("Union Depot", "America/Chicago"),
    ("Juniper Flats", "America/Denver"),
    ("Weavers Yard", "America/New_York"),
    ("Stone Bridge", "America/Chicago"),
    ("Garden District", "America/Chicago"),
    ("Summit Park", "America/Denver"),
)
"""Name and zone of each location, in the order in which they open; a size takes the first ones."""


def size_of(name: str) -> Size:
    """The size by its name. Refuses an unknown one."""
    if name not in SIZES:
        *others, last = SIZES
        raise Refusal(f"{name!r} is not a size of the demo; use {', '.join(others)} or {last}.", field="demo")
    return SIZES[name]


def months_before(day: date, months: int) -> date:
    """The same day of the month so many months earlier (at most the 28th)."""
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, min(day.day, 28))
