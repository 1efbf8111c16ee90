"""Parts of a mapping's YAML, each checked: sections with known keys, and where a column comes from."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import yaml

from ingestion.imports.mapping import BOOLEAN, DATE, MINUTES, TIME, WORD, Carried, Column
from practice.errors import Refusal


class Loader(yaml.SafeLoader):
    """YAML in which a key that stands twice is an error, not the last one's."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A YAML mapping; raises MarkedYAMLError where a key repeats."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if repeated := [key for place, key in enumerate(keys) if key in keys[:place]]:
            raise yaml.MarkedYAMLError(problem=f"has the key {repeated[0]!r} twice", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)


def section(content: Any, known: Collection[str], needed: Collection[str], shown: str) -> dict[str, Any]:
    """A YAML mapping with known keys and all needed ones."""
    if not isinstance(content, dict):
        raise Refusal(f"{shown} must be a list of `key: value` pairs with the keys {', '.join(known)}.")
    if unknown := [str(key) for key in content if key not in known]:
        raise Refusal(f"{shown}: unknown key {unknown[0]!r}; the keys are {', '.join(known)}.")
    if missing := [key for key in needed if content.get(key) in (None, {}, "")]:
        raise Refusal(f"{shown}: the key {missing[0]!r} is missing.")
    return content


def section_of_any(content: Any, shown: str) -> dict[str, Any]:
    """A YAML mapping whose keys are texts of the file's own."""
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        word = shown.rsplit(": ", 1)[-1]
        raise Refusal(f'{shown}: each of {word} is a text in quotes ("No": completed); YAML reads a bare No as false.')
    return content


_FORMS = {
    TIME: ("format", "is_utc"), DATE: ("format", "is_utc"), BOOLEAN: ("true_if", "false_if"), WORD: ("carried",),
}  # fmt: skip


def column(given: Any, kind: str, shown: str) -> Column:
    """A column's source: the name of a file column, or what is said about it."""
    if not isinstance(given, dict):
        given = {"column": given}
    forms = _FORMS.get(kind, ())
    known = ("column", "constant", "empty_if", *forms)
    if "format" in given and "format" not in known:
        raise Refusal(f"{shown}: only times and dates have a format.")
    given = section(given, known, (), shown)
    if ("column" in given) == ("constant" in given):
        raise Refusal(f"{shown}: say either column or constant.")
    lists = {
        key: _texts(given.get(key, []), f"{shown}: {key}") for key in ("format", "empty_if", "true_if", "false_if")
    }
    if kind in (TIME, DATE) and not lists["format"]:
        raise Refusal(f'{shown}: a time or date needs its format, such as "%Y-%m-%d %H:%M:%S".')
    if kind == BOOLEAN and not (lists["true_if"] and lists["false_if"]):
        raise Refusal(f'{shown}: say which texts mean yes and no: true_if: ["…"], false_if: ["…"].')
    if kind == MINUTES and "constant" in given and not isinstance(given["constant"], int):
        raise Refusal(f"{shown}: constant must be a whole number of minutes.")
    parts = given.get("column", [])
    return Column(
        parts=tuple(_texts(part, shown) for part in (parts if isinstance(parts, list) else [parts])),
        formats=lists["format"],
        is_utc=bool(given.get("is_utc", False)),
        constant=str(given["constant"]) if "constant" in given else None,
        empty_if=lists["empty_if"],
        true_if=lists["true_if"],
        false_if=lists["false_if"],
        carried=_carried(given.get("carried"), f"{shown}: carried"),
    )


def _texts(given: Any, shown: str) -> tuple[str, ...]:
    texts = tuple(given) if isinstance(given, list) else (given,)
    if not all(isinstance(text, str) for text in texts):
        raise Refusal(f"{shown}: column and format are texts (put them in quotes) or lists of texts.")
    return texts


def _carried(given: Any, shown: str) -> Carried | None:
    if given is None:
        return None
    given = section(given, ("within", "in_order_of"), ("within",), shown)
    return Carried(str(given["within"]), given.get("in_order_of"))
