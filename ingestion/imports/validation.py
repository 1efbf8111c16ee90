"""From parsed YAML to a mapping. Each fault is one sentence that names the file, the key and what would be right."""

from __future__ import annotations

import codecs
import importlib.resources
import re
from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import yaml

from ingestion.imports import ledger_rules
from ingestion.imports.mapping import ENTITY_COLUMNS, NEEDED, OUTCOMES, Entity, Input, Lookup, Mapping, Status
from ingestion.imports.sections import Loader, column, section, section_of_any
from practice.clock import zone_of
from practice.errors import Refusal

ONE_FILE = (
    "name", "title", "file", "files", "money", "zone", "as_known_at", "late_notice_hours", "columns", "statuses",
)  # fmt: skip


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
        content = Loader(text).get_single_data()
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        trouble = getattr(error, "problem", "") or ""
        trouble = trouble if trouble.startswith("has the key") else "is not YAML"
        raise Refusal(f"{shown} {trouble} near line {line}.", field="format") from None
    return parse_mapping(content, shown)


def parse_mapping(content: Any, shown: str) -> Mapping:
    """The mapping that parsed YAML describes; `shown` is what refusals call it."""
    is_folder = isinstance(content, dict) and "files" in content
    needed = ("name", "zone", "files") if is_folder else ("name", "zone", "columns", "statuses")
    content = section(content, ONE_FILE, needed, shown)
    if is_folder and (both := [key for key in ("file", "columns", "statuses") if key in content]):
        raise Refusal(f"{shown}: {both[0]!r} is for a mapping of one file; this one has 'files'.")
    name = content["name"]
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name == "record":
        raise Refusal(f"{shown}: name must be lower-case letters, digits and underscores, and not 'record'.")
    try:
        zone_of(str(content["zone"]))
    except ValueError as error:
        raise Refusal(f"{shown}: zone: {error}") from None
    hours = content.get("late_notice_hours")
    if hours is not None and (not isinstance(hours, int) or hours < 0):
        raise Refusal(f"{shown}: late_notice_hours must be a whole number of hours, such as 24.")
    inputs = _inputs(content["files"], shown) if is_folder else (_only_input(content, shown),)
    money = ledger_rules.money(content.get("money"), f"{shown}: money")
    if money is None and any(entity.name == "postings" for file in inputs for entity in file.entities):
        raise Refusal(f"{shown}: the key 'money' is missing; postings need at least its currency.")
    return Mapping(
        name=name,
        title=str(content.get("title", "")),
        zone=str(content["zone"]),
        as_known_at=moment(content.get("as_known_at"), f"{shown}: as_known_at"),
        late_notice_hours=hours,
        money=money,
        inputs=_with_columns(inputs),
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


def _only_input(content: dict[str, Any], shown: str) -> Input:
    file = section(content.get("file", {}), ("encoding", "delimiter"), (), f"{shown}: file")
    given = {"columns": content["columns"], "statuses": content["statuses"]}
    return Input("", *_text_form(file, f"{shown}: file"), entities=(_entity("appointments", given, shown),))


def _inputs(content: Any, shown: str) -> tuple[Input, ...]:
    if not isinstance(content, dict) or not content or not all(isinstance(name, str) for name in content):
        raise Refusal(f"{shown}: files must be a list of `file name: …` pairs.")
    return tuple(_input(name, given, f"{shown}: files: {name}", content) for name, given in content.items())


def _input(name: str, given: Any, shown: str, files: Collection[str]) -> Input:
    given = section(given or {}, ("encoding", "delimiter", "lookups", "gives"), (), shown)
    lookups = {}
    for found, about in section_of_any(given.get("lookups", {}), f"{shown}: lookups").items():
        about = section(about, ("file", "key", "by"), ("file", "key", "by"), f"{shown}: lookups: {found}")
        if about["file"] not in files:
            raise Refusal(f"{shown}: lookups: {found}: {about['file']!r} is none of files: {', '.join(files)}.")
        lookups[found] = Lookup(*(str(about[key]) for key in ("file", "key", "by")))
    gives = section(given.get("gives", {}), ENTITY_COLUMNS, (), f"{shown}: gives")
    entities = tuple(_entity(entity, about, f"{shown}: {entity}") for entity, about in gives.items())
    return Input(name, *_text_form(given, shown), lookups=lookups, entities=entities)


def _text_form(given: dict[str, Any], shown: str) -> tuple[str, str]:
    encoding, delimiter = str(given.get("encoding", "utf-8")), given.get("delimiter", ",")
    try:
        encoding = codecs.lookup(encoding).name
    except LookupError:
        raise Refusal(f"{shown}: {encoding!r} is not an encoding, such as utf-8 or cp1252.") from None
    if not isinstance(delimiter, str) or len(delimiter) != 1:
        raise Refusal(f'{shown}: delimiter must be one character, such as "," or ";".')
    return encoding, delimiter


def _entity(name: str, given: Any, shown: str) -> Entity:
    known = {"appointments": ("statuses",), "postings": ("row_types", "parties")}.get(name, ())
    given = section(given, ("columns", *known), ("columns", *known[:1]), shown)
    content = section(given["columns"], ENTITY_COLUMNS[name], (), f"{shown}: columns")
    for group in NEEDED[name]:
        if not set(group) & content.keys():
            raise Refusal(f"{shown}: columns needs {' or '.join(group)}.")
    columns = {
        canonical: column(about, ENTITY_COLUMNS[name][canonical], f"{shown}: columns: {canonical}")
        for canonical, about in content.items()
    }
    statuses = section_of_any(given.get("statuses", {}), f"{shown}: statuses")
    parties = ledger_rules.parties(given.get("parties", {}), f"{shown}: parties")
    row_types = ledger_rules.row_types(given.get("row_types", {}), f"{shown}: row_types")
    if any(row_type.needs_party for row_type in row_types.values()) and not (parties and "party" in columns):
        raise Refusal(f"{shown}: a receivable needs to know who owes: columns: party, and parties.")
    return Entity(
        name,
        columns,
        statuses={
            key.strip().casefold(): _status(about, f"{shown}: statuses: {key}") for key, about in statuses.items()
        },
        row_types=row_types,
        parties=parties,
    )


def _status(given: Any, shown: str) -> Status:
    if isinstance(given, str):
        given = {"outcome": given}
    given = section(given, ("outcome", "cancelled_by", "basis"), ("outcome",), shown)
    allowed = {"outcome": OUTCOMES, "cancelled_by": ("client", "provider", "practice"), "basis": ("stated", "default")}
    for key, value in given.items():
        if value not in allowed[key]:
            raise Refusal(f"{shown}: {key} {value!r} is none of {', '.join(allowed[key])}.")
    return Status(**given)


def _with_columns(inputs: tuple[Input, ...]) -> tuple[Input, ...]:
    """The inputs with every column that is read from each, by itself or through another file's lookup."""
    read: dict[str, dict[str, None]] = {file.name: {} for file in inputs}
    for file in inputs:
        for lookup in file.lookups.values():
            read[file.name][lookup.by] = None
            read[lookup.file][lookup.key] = None
        for entity in file.entities:
            for _, _, source in entity.sources():
                for name in source.file_columns if source else ():
                    prefix, dot, rest = name.partition(".")
                    if dot and prefix in file.lookups:
                        read[file.lookups[prefix].file][rest] = None
                    else:
                        read[file.name][name] = None
    return tuple(replace(file, file_columns=tuple(read[file.name])) for file in inputs)
