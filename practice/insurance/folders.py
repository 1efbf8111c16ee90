"""Files in by folder: each is read, done with, and moved to where it can be seen what became of it.

Whoever fetches files from a payer or a clearinghouse (a connection of ours, a person) drops them into the folder. A
file goes to `done/` when all of it was posted, held or known before, else to `refused/` with the sentence beside it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from practice.errors import Refusal

STILL_SECONDS = 60
"""A file without its end that was written so recently may still be arriving."""


@dataclass(frozen=True)
class Taken:
    """A file and its answer, or why it was refused."""

    name: str
    answer: Any = None
    why: str | None = None


def waiting(folder: Path) -> list[Path]:
    """The files that wait, by name. Hidden ones, and those that may still be arriving, are left alone."""
    if not folder.is_dir():
        return []
    files = [file for file in folder.iterdir() if file.is_file() and not file.name.startswith(".")]
    return sorted(file for file in files if not _is_arriving(file))


def take(folder: Path, handle: Callable[[str], Any]) -> list[Taken]:
    """Give each waiting file's text to `handle`, and move it. One that somebody else took is passed over."""
    taken = []
    for file in waiting(folder):
        try:
            text = read(file)
        except FileNotFoundError:
            continue
        try:
            found = Taken(file.name, answer=handle(text))
        except Refusal as refusal:
            found = Taken(file.name, why=str(refusal))
        moved = _move(file, folder / ("refused" if found.why else "done"))
        if moved and found.why:
            moved.with_name(moved.name + ".txt").write_text(found.why + "\n")
        taken.append(found)
    return taken


def refused(folder: Path) -> list[Taken]:
    """The refused files that nobody has put aside yet, by name, with the reason."""
    if not (folder / "refused").is_dir():
        return []
    reasons = sorted((folder / "refused").glob("*.txt"))
    return [Taken(reason.stem, why=read(reason).strip()) for reason in reasons]


def put_aside(folder: Path) -> None:
    """Somebody has seen what was refused: the files stay in `refused/`, their reasons go to `seen/` in there."""
    for one in refused(folder):
        _move(folder / "refused" / f"{one.name}.txt", folder / "refused" / "seen")


def read(file: Path) -> str:
    """A file's text: UTF-8, else byte by byte (X12 allows no more than one byte a sign)."""
    return decode(file.read_bytes())


def decode(content: bytes) -> str:
    """The text of a file's bytes."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def put(folder: Path, name: str, text: str) -> Path:
    """Write a file that appears whole or not at all, readable by the owner alone. Answers where it stands."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / name
    part = folder / f".{name}.part"
    part.touch(mode=0o600)
    part.write_text(text)
    part.replace(target)
    return target


def bring(folder: Path, name: str, content: bytes) -> Path:
    """As `put`, byte by byte, for a name that somebody else gave; never over another file. Answers where it stands."""
    plain = re.sub(r"[^\w. -]", "_", name).lstrip(".")[-120:] or "file"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target, number = folder / plain, 1
    while target.exists() and target.read_bytes() != content:
        number += 1
        target = folder / f"{number}-{plain}"
    part = folder / f".{target.name}.part"
    part.touch(mode=0o600)
    part.write_bytes(content)
    return part.replace(target)


def _is_arriving(file: Path) -> bool:
    try:
        about = file.stat()
        if time.time() - about.st_mtime > STILL_SECONDS:
            return False
        with file.open("rb") as opened:
            opened.seek(max(about.st_size - 200, 0))
            return b"IEA" not in opened.read()
    except FileNotFoundError:
        return True


def _move(file: Path, folder: Path) -> Path | None:
    """Into the folder under its own name, or with a number if that name is taken."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target, number = folder / file.name, 1
    while target.exists():
        number += 1
        target = folder / f"{file.stem}-{number}{file.suffix}"
    try:
        return file.rename(target)
    except FileNotFoundError:
        return None
