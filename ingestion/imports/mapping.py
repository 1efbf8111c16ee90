"""A mapping says how one system's export becomes canonical appointments. It is a YAML file:

    name: noshow_brazil              # default name of the source; lower case, digits, underscores
    title: …                         # optional, for people
    file: {encoding: utf-8, delimiter: ","}      # optional; these are the defaults
    zone: America/Sao_Paulo          # IANA zone of the times in the file
    as_known_at: 2016-06-08          # optional: when the file was exported (a date, or a wall time in the zone)
    late_notice_hours: 24            # optional: a client's cancellation with less notice is late
    columns:                         # canonical column: the file's column, or {column: …, format: …}
      appointment_id: AppointmentID
      starts_at: {column: [Day, Time], format: ["%d/%m/%Y %H:%M"]}    # several columns are joined by a space
      created_at: …                  # see IDS, TIMES, DATES below; format is `unix_milliseconds` or strptime's codes
      status: Status
    statuses:                        # the file's status (any case): outcome, or {outcome, cancelled_by, basis}
      "No Show": no_show
      "Cancelled by clinic": {outcome: cancelled, cancelled_by: practice}
      "Show": {outcome: completed, basis: default}     # the system sets it by itself: no evidence, so unresolved

Ids are text: a trailing `.0` is dropped, scientific notation is refused, the rest is kept. A status that is not listed
makes the visit unresolved. `is_utc: true` beside a format means that the file gives UTC.
"""

from __future__ import annotations

import codecs
import importlib.resources
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import yaml

from practice.clock import zone_of
from practice.errors import Refusal

IDS = ("appointment_id", "attendee_id", "client_id", "provider_id", "location_id", "service_id", "payer_id")
TIMES = ("booked_at", "starts_at", "ends_at", "cancelled_at")
DATES = ("booked_date", "start_date")
CANONICAL = (*IDS, *TIMES, *DATES, "duration_minutes", "status")
OUTCOMES = (
    "completed", "no_show", "cancelled", "late_cancelled", "rescheduled", "left_unseen", "unresolved", "scheduled",
    "entered_in_error",
)  # fmt: skip
UNIX_MILLISECONDS = "unix_milliseconds"


@dataclass(frozen=True)
class Column:
    """Where a canonical column comes from: file columns (joined by a space) and the formats that its text may have."""

    columns: tuple[str, ...]
    formats: tuple[str, ...] = ()
    is_utc: bool = False


@dataclass(frozen=True)
class Status:
    """What one of the file's statuses means. basis 'default': the system sets it without anybody stating it."""

    outcome: str
    cancelled_by: str | None = None
    basis: str = "stated"


@dataclass(frozen=True)
class Mapping:
    """A validated mapping."""

    name: str
    zone: str
    columns: dict[str, Column]
    statuses: dict[str, Status]
    title: str = ""
    encoding: str = "utf-8"
    delimiter: str = ","
    as_known_at: datetime | None = None
    late_notice_hours: int | None = None
    file_columns: tuple[str, ...] = field(default=(), compare=False)


def shipped_mappings() -> list[str]:
    """Names of the mappings that come with Daybook."""
    folder = importlib.resources.files("ingestion").joinpath("mappings")
    return sorted(entry.name.removesuffix(".yml") for entry in folder.iterdir() if entry.name.endswith(".yml"))


def load_mapping(name_or_path: str | Path) -> Mapping:
    """A shipped mapping by its name, or one from a YAML file. Refuses with one sentence what is wrong in it."""
    given = Path(name_or_path)
    if given.suffix in (".yml", ".yaml"):
        if not given.is_file():
            raise Refusal(f"There is no mapping file {given}.", field="format")
        text, shown = given.read_text(encoding="utf-8"), given.name
    elif str(name_or_path) in shipped_mappings():
        shown = f"{name_or_path}.yml"
        text = importlib.resources.files("ingestion").joinpath("mappings", shown).read_text(encoding="utf-8")
    else:
        raise Refusal(
            f"{str(name_or_path)!r} is neither a shipped mapping ({', '.join(shipped_mappings())}) nor a .yml file.",
            field="format",
            alternatives=shipped_mappings(),
        )
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        raise Refusal(f"{shown} is not YAML near line {line}.", field="format") from None
    return parse_mapping(content, shown)


def parse_mapping(content: Any, shown: str) -> Mapping:
    """The mapping that parsed YAML describes; `shown` is what refusals call it."""
    known = ("name", "title", "file", "zone", "as_known_at", "late_notice_hours", "columns", "statuses")
    content = _section(content, known, ("name", "zone", "columns", "statuses"), shown)
    name = content["name"]
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name == "record":
        raise Refusal(f"{shown}: name must be lower-case letters, digits and underscores, and not 'record'.")
    try:
        zone_of(str(content["zone"]))
    except ValueError as error:
        raise Refusal(f"{shown}: zone: {error}") from None
    file = _section(content.get("file", {}), ("encoding", "delimiter"), (), f"{shown}: file")
    hours = content.get("late_notice_hours")
    if hours is not None and (not isinstance(hours, int) or hours < 0):
        raise Refusal(f"{shown}: late_notice_hours must be a whole number of hours, such as 24.")
    columns = _columns(content["columns"], shown)
    return Mapping(
        name=name,
        title=str(content.get("title", "")),
        zone=str(content["zone"]),
        encoding=_encoding(str(file.get("encoding", "utf-8")), shown),
        delimiter=_delimiter(file.get("delimiter", ","), shown),
        as_known_at=moment(content.get("as_known_at"), f"{shown}: as_known_at"),
        late_notice_hours=hours,
        columns=columns,
        statuses=_statuses(content["statuses"], shown),
        file_columns=tuple(dict.fromkeys(name for column in columns.values() for name in column.columns)),
    )


def moment(given: object, shown: str) -> datetime | None:
    """A wall time, from YAML, from text or as such; a date, or exactly midnight, means that whole day."""
    if given is None:
        return None
    try:
        text = given.isoformat() if isinstance(given, date) else str(given)
        wall = datetime.fromisoformat(text).replace(tzinfo=None, microsecond=0)
        return wall.replace(hour=23, minute=59, second=59) if wall.time() == time() else wall
    except ValueError:
        raise Refusal(f"{shown} must be a date such as 2016-06-08 or a time such as 2016-06-08 17:30.") from None


def _section(content: Any, known: Collection[str], needed: Collection[str], shown: str) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise Refusal(f"{shown} must be a list of `key: value` pairs with the keys {', '.join(known)}.")
    if unknown := [str(key) for key in content if key not in known]:
        raise Refusal(f"{shown}: unknown key {unknown[0]!r}; the keys are {', '.join(known)}.")
    if missing := [key for key in needed if content.get(key) in (None, {}, "")]:
        raise Refusal(f"{shown}: the key {missing[0]!r} is missing.")
    return content


def _encoding(name: str, shown: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise Refusal(f"{shown}: {name!r} is not an encoding, such as utf-8 or cp1252.") from None


def _delimiter(given: object, shown: str) -> str:
    if not isinstance(given, str) or len(given) != 1:
        raise Refusal(f'{shown}: delimiter must be one character, such as "," or ";".')
    return given


def _columns(content: Any, shown: str) -> dict[str, Column]:
    content = _section(content, CANONICAL, ("appointment_id", "client_id", "status"), f"{shown}: columns")
    if not {"starts_at", "start_date"} & content.keys():
        raise Refusal(f"{shown}: columns needs starts_at, or start_date if the file has no times.")
    return {name: _column(name, given, f"{shown}: columns: {name}") for name, given in content.items()}


def _column(name: str, given: Any, shown: str) -> Column:
    if isinstance(given, str):
        given = {"column": given}
    given = _section(given, ("column", "format", "is_utc"), ("column",), shown)
    names, formats = (
        tuple(value) if isinstance(value, list) else (value,) for value in (given["column"], given.get("format", []))
    )
    formats = formats if given.get("format") else ()
    if not all(isinstance(part, str) for part in (*names, *formats)):
        raise Refusal(f"{shown}: column and format are texts (put them in quotes) or lists of texts.")
    if name in TIMES + DATES and not formats:
        raise Refusal(f'{shown}: a time or date needs its format, such as "%Y-%m-%d %H:%M:%S".')
    if name not in TIMES + DATES and (formats or "is_utc" in given):
        raise Refusal(f"{shown}: only times and dates have a format.")
    return Column(names, formats, bool(given.get("is_utc", False)))


def _statuses(content: Any, shown: str) -> dict[str, Status]:
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise Refusal(
            f'{shown}: each of statuses is a text in quotes ("No": completed); YAML reads a bare No as false.'
        )
    return {key.strip().casefold(): _status(given, f"{shown}: statuses: {key}") for key, given in content.items()}


def _status(given: Any, shown: str) -> Status:
    if isinstance(given, str):
        given = {"outcome": given}
    given = _section(given, ("outcome", "cancelled_by", "basis"), ("outcome",), shown)
    allowed = {"outcome": OUTCOMES, "cancelled_by": ("client", "provider", "practice"), "basis": ("stated", "default")}
    for key, value in given.items():
        if value not in allowed[key]:
            raise Refusal(f"{shown}: {key} {value!r} is none of {', '.join(allowed[key])}.")
    return Status(**given)
