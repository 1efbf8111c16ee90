"""The files of an import: those that the mapping reads, by its names, and those of the folder that it doesn't."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ingestion.imports.mapping import Mapping
from ingestion.landing import sha256_of
from practice.errors import Refusal

TABLES = (".csv", ".tsv", ".txt")


@dataclass(frozen=True)
class Files:
    """The file of each of the mapping's inputs, in their order; `left_out` are tables beside them."""

    paths: tuple[Path, ...]
    left_out: tuple[str, ...] = ()

    def names(self) -> list[str]:
        """What people call them."""
        return [path.name for path in self.paths]

    def digests(self) -> dict[str, str]:
        """The SHA-256 of each."""
        return {path.name: sha256_of(path) for path in self.paths}


def files_of(mapping: Mapping, path: Path) -> Files:
    """The files that the mapping reads at `path`. Refuses one that is missing."""
    if not path.exists():
        raise Refusal(f"There is no file {path}.", field="path")
    names = [file.name for file in mapping.inputs]
    if names == [""]:
        return Files((path,) if path.is_file() else (_only_table(path),))
    if path.is_file():
        if names != [path.name]:
            raise Refusal(
                f"The mapping {mapping.name} reads {' and '.join(names)}: name the folder that holds"
                f" {'it' if len(names) == 1 else 'them'}.",
                field="path",
            )
        path = path.parent
    found = [file.name for file in _tables(path)]
    if missing := [name for name in names if not (path / name).is_file()]:
        raise Refusal(
            f"The folder {path} has no {missing[0]}, which the mapping {mapping.name} reads; it holds:"
            f" {', '.join(found) or 'none'}.",
            field="path",
        )
    return Files(tuple(path / name for name in names), tuple(name for name in found if name not in names))


def _tables(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in TABLES)


def _only_table(folder: Path) -> Path:
    found = _tables(folder)
    if len(found) != 1:
        names = ", ".join(file.name for file in found) or "none"
        raise Refusal(
            f"The folder {folder} should hold one CSV file, or name the file; it holds: {names}.", field="path"
        )
    return found[0]
