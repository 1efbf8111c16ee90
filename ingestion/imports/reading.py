"""A delimited file as a table of text, with the number of each row and what is wrong with the row as such."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa

from ingestion.imports.mapping import Input
from practice.errors import Refusal

CHUNK_ROWS = 50_000
REPLACED = "\N{REPLACEMENT CHARACTER}"
MAX_FIELD = 1_000_000


def read_rows(
    path: Path, form: Input, mapping_name: str, progress: Callable[[str], None] | None = None
) -> Iterator[pa.Table]:
    """Chunks of the file: `file_row` (the header is row 1), the mapped columns c0, c1, … as text, and `problem`.

    `problem` is null, `blank_row`, `wrong_number_of_columns` or `not_<encoding>`. Refuses a file without the columns.
    """
    csv.field_size_limit(MAX_FIELD)
    encoding = "utf-8-sig" if form.encoding == "utf-8" else form.encoding
    try:
        # Undecodable bytes become U+FFFD, so that only their rows are rejected and the count still adds up.
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            reader = csv.reader(file, delimiter=form.delimiter)
            header = [name.strip() for name in next(reader, [])]
            places = _places(header, form, mapping_name, path)
            chunk: list[tuple[int, list[str]]] = []
            for number, row in enumerate(reader, start=2):
                chunk.append((number, row))
                if len(chunk) == CHUNK_ROWS:
                    yield _table(chunk, places, len(header), form.encoding)
                    if progress:
                        progress(f"{path.name}: {number - 1:,} rows read")
                    chunk = []
            yield _table(chunk, places, len(header), form.encoding)
    except OSError as error:
        raise Refusal(f"{path} can't be read: {error.strerror or 'unknown trouble'}.", field="path") from None
    except csv.Error as error:
        raise Refusal(f"{path.name} is not a delimited text file: {error}. Export it as CSV.", field="path") from None


def _places(header: list[str], form: Input, mapping_name: str, path: Path) -> list[int]:
    if not header:
        raise Refusal(f"{path.name} is empty; the first row must name the columns.", field="path")
    missing = [name for name in form.file_columns if name not in header]
    if missing:
        # The header of a file in another format may be a data row, so it is not shown.
        raise Refusal(
            f"{path.name} has no column {missing[0]!r}, which the mapping {mapping_name} reads; choose the mapping that"
            " fits the file, or change the name in it.",
            field="path",
        )
    repeated = [name for name in form.file_columns if header.count(name) > 1]
    if repeated:
        raise Refusal(f"{path.name} has the column {repeated[0]!r} twice; keep one of them.", field="path")
    return [header.index(name) for name in form.file_columns]


def _table(chunk: list[tuple[int, list[str]]], places: list[int], width: int, encoding: str) -> pa.Table:
    problems = [_problem(row, width, encoding) for _, row in chunk]
    columns: dict[str, pa.Array] = {"file_row": pa.array([number for number, _ in chunk], pa.int64())}
    for index, place in enumerate(places):
        texts = [row[place] if problem is None else None for (_, row), problem in zip(chunk, problems, strict=True)]
        columns[f"c{index}"] = pa.array(texts, pa.string())
    return pa.table(columns | {"problem": pa.array(problems, pa.string())})


def _problem(row: list[str], width: int, encoding: str) -> str | None:
    if not any(text.strip() for text in row):
        return "blank_row"
    if len(row) != width:
        return "wrong_number_of_columns"
    if any(REPLACED in text for text in row):
        return f"not_{encoding.replace('-', '_')}"
    return None
