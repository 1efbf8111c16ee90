"""What a mapping says: how the files that one system exports become canonical facts. It is a YAML file, either for one
file of appointments (`columns`, `statuses`) or for a folder (`files`). Every key is explained in docs/imports.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

# What the text of a column is read as.
ID, TIME, DATE, MINUTES, BOOLEAN, AMOUNT, WORD, NAME = (
    "id", "time", "date", "minutes", "boolean", "amount", "word", "name",
)  # fmt: skip

ENTITY_COLUMNS: dict[str, dict[str, str]] = {
    "appointments": {
        **dict.fromkeys(
            ("appointment_id", "attendee_id", "client_id", "provider_id", "location_id", "service_id", "payer_id"), ID
        ),
        **dict.fromkeys(
            ("booked_at", "starts_at", "ends_at", "cancelled_at", "arrived_at", "seated_at", "ended_at"), TIME
        ),
        **dict.fromkeys(("booked_date", "start_date"), DATE),
        "duration_minutes": MINUTES,
        "status": WORD,
    },
    "clients": {"client_id": ID},
    "slots": {
        **dict.fromkeys(("slot_id", "provider_id", "location_id"), ID),
        "starts_at": TIME,
        "duration_minutes": MINUTES,
        "is_taken": BOOLEAN,
    },
    "payers": {"payer_id": ID, "name": NAME},
    "locations": {"location_id": ID, "name": NAME},
    "services": {"service_id": ID, "name": NAME},
    "postings": {
        **dict.fromkeys(
            (
                "line_id", "transaction_id", "charge_id", "claim_id", "payment_id", "client_id", "payer_id",
                "provider_id", "location_id",
            ),
            ID,
        ),
        **dict.fromkeys(("service_date", "post_date"), DATE),
        **dict.fromkeys(("row_type", "party"), WORD),
    },
}  # fmt: skip
"""The canonical columns of each entity, and what each is read as."""

NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "appointments": (("appointment_id",), ("client_id",), ("starts_at", "start_date"), ("status",)),
    "clients": (("client_id",),),
    "slots": (("slot_id",), ("starts_at",), ("duration_minutes",), ("is_taken",)),
    "payers": (("payer_id",),),
    "locations": (("location_id",),),
    "services": (("service_id",),),
    "postings": (("line_id",), ("client_id",), ("post_date",), ("row_type",)),
}
"""Of each group at least one column must be mapped, and no row may lack all of it."""

NAMED = {"payers": "payer", "locations": "location", "services": "service"}
"""Entities that only give a name to an id; they land together as `names`."""

OUTCOMES = (
    "completed", "no_show", "cancelled", "late_cancelled", "rescheduled", "left_unseen", "unresolved", "scheduled",
    "entered_in_error",
)  # fmt: skip
UNIX_MILLISECONDS = "unix_milliseconds"


@dataclass(frozen=True)
class Carried:
    """An empty value is the last one that an earlier row of the same group gave."""

    within: str
    in_order_of: str | None = None


@dataclass(frozen=True)
class Column:
    """Where a canonical column comes from.

    `parts` are joined by a space; each part is the first of its file columns that isn't empty. A file column written
    `name.column` is looked up in another file.
    """

    parts: tuple[tuple[str, ...], ...] = ()
    formats: tuple[str, ...] = ()
    is_utc: bool = False
    constant: str | None = None
    empty_if: tuple[str, ...] = ()
    true_if: tuple[str, ...] = ()
    false_if: tuple[str, ...] = ()
    carried: Carried | None = None

    @property
    def file_columns(self) -> tuple[str, ...]:
        """Every file column that it reads."""
        order = (self.carried.within, self.carried.in_order_of) if self.carried else ()
        return tuple(name for part in (*self.parts, order) for name in part if name)

    @property
    def shown(self) -> str:
        """The file's columns, for people."""
        return " + ".join(" or ".join(part) for part in self.parts)


@dataclass(frozen=True)
class Status:
    """What one of the file's statuses means. basis 'default': the system sets it without anybody stating it."""

    outcome: str
    cancelled_by: str | None = None
    basis: str = "stated"


@dataclass(frozen=True)
class Leg:
    """One posting of a ledger row. account 'receivable' is 1100 or 1110, whichever fits who owes. `payer` says which
    payer the posting carries: the row's (who is asked first), the party's (who pays), or none."""

    account: str
    side: str
    amount: str
    payer: str = "row"


@dataclass(frozen=True)
class RowType:
    """What a ledger row of one type posts; without legs the type is left out."""

    kind: str = ""
    legs: tuple[Leg, ...] = ()

    @property
    def needs_party(self) -> bool:
        """Whether it matters who owes."""
        return any(leg.account == "receivable" or leg.payer == "party" for leg in self.legs)


@dataclass(frozen=True)
class Party:
    """Who owes: the payer in `payer`, or (None, or where that is empty and `or_client`) the row's client."""

    payer: Column | None = None
    or_client: bool = True


@dataclass(frozen=True)
class Money:
    """How amounts are written. `rounding` of what is finer than the minor unit: refuse, half_even or half_up."""

    currency: str
    rounding: str = "refuse"
    decimal_mark: str = "."
    thousands_mark: str = ""


@dataclass(frozen=True)
class Entity:
    """What the rows of a file give: one of the keys of `ENTITY_COLUMNS`."""

    name: str
    columns: dict[str, Column]
    statuses: dict[str, Status] = field(default_factory=dict)
    row_types: dict[str, RowType] = field(default_factory=dict)
    parties: dict[str, Party] = field(default_factory=dict)

    @property
    def landed_as(self) -> str:
        """The folder of landing that its facts go to."""
        return "names" if self.name in NAMED else self.name

    @property
    def amounts(self) -> tuple[str, ...]:
        """The file columns of its amounts."""
        return tuple(dict.fromkeys(leg.amount for row_type in self.row_types.values() for leg in row_type.legs))

    def sources(self) -> Iterator[tuple[str, str, Column | None]]:
        """(name, what it is read as, where it comes from) of each value that an import works with; None: not mapped."""
        yield from ((name, kind, self.columns.get(name)) for name, kind in ENTITY_COLUMNS[self.name].items())
        yield from ((f"amount_{n}", AMOUNT, Column(((name,),))) for n, name in enumerate(self.amounts))
        yield from ((f"payer_{n}", ID, party.payer) for n, party in enumerate(self.parties.values()) if party.payer)


@dataclass(frozen=True)
class Lookup:
    """Another file whose row is found by `key` = this file's column `by`."""

    file: str
    key: str
    by: str


@dataclass(frozen=True)
class Input:
    """A file. `name` is '' for the mapping of one file, which may be called anything."""

    name: str
    encoding: str = "utf-8"
    delimiter: str = ","
    lookups: dict[str, Lookup] = field(default_factory=dict)
    entities: tuple[Entity, ...] = ()
    file_columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mapping:
    """A validated mapping."""

    name: str
    zone: str
    inputs: tuple[Input, ...]
    title: str = ""
    as_known_at: datetime | None = None
    late_notice_hours: int | None = None
    money: Money | None = None
