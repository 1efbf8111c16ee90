"""The practice's logo on its papers: a PNG or SVG, checked and kept. Older papers keep the logo of their time."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any
from xml.etree import ElementTree

from practice.access.permissions import Permission
from practice.clock import stored
from practice.errors import Refusal
from practice.store.record import command
from practice.store.work import Work

LARGEST_BYTES = 300_000
SMALLEST_PIXELS, LARGEST_PIXELS = 100, 4_000
_PNG = b"\x89PNG\r\n\x1a\n"
_SVG = "{http://www.w3.org/2000/svg}"
_NEVER = {"script", "foreignObject", "iframe", "animate", "set"}


@command(Permission.SET_UP)
def set_logo(work: Work, *, content: str) -> dict[str, Any]:
    """Show a picture on every paper from now on. `content` is the PNG or SVG file in base64. Answers {logo_id}."""
    svg = as_svg(_bytes(content))
    logo_id = work.new_id()
    work.insert("logos", {"logo_id": logo_id, "content": svg, "known_at": stored(work.now)})
    _use(work, logo_id)
    return {"logo_id": logo_id}


@command(Permission.SET_UP)
def remove_logo(work: Work) -> dict[str, Any]:
    """Show the practice's name alone from now on."""
    _use(work, None)
    return {"logo_id": None}


def as_svg(content: bytes) -> str:
    """The picture as an SVG that draws nothing from elsewhere. Refuses what is no PNG or SVG, or of no use on paper."""
    if len(content) > LARGEST_BYTES:
        raise _refusal(f"The file has {len(content) // 1000:,} kB; a logo has at most {LARGEST_BYTES // 1000}.")
    if content.startswith(_PNG):
        return _of_png(content)
    if b"<svg" in content[:4_000]:
        return _of_svg(content)
    raise _refusal("That is neither a PNG nor an SVG picture; save the logo as one of them.")


def _of_png(content: bytes) -> str:
    if content[12:16] != b"IHDR" or not content.rstrip(b"\0").endswith(b"IEND\xaeB`\x82"):
        raise _refusal("That PNG is cut off or damaged; save it again.")
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    if max(width, height) < SMALLEST_PIXELS:
        raise _refusal(f"The picture is {width} × {height} pixels, too coarse for paper; use 400 or more.")
    if max(width, height) > LARGEST_PIXELS or not min(width, height):
        raise _refusal(f"The picture is {width} × {height} pixels; at most {LARGEST_PIXELS:,} are needed.")
    data = base64.b64encode(content).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{data}"/></svg>'
    )


def _of_svg(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
        # Entities are how a small file becomes a huge one; without a document type there are none.
        if re.search(r"<!(DOCTYPE\s[^>]*\[|ENTITY)", text, re.IGNORECASE):
            raise _refusal("That SVG defines entities, which a logo has no use for; save it as a plain SVG.")
        root = ElementTree.fromstring(text)  # noqa: S314 - no entities, see above
    except (UnicodeDecodeError, ElementTree.ParseError):
        raise _refusal("That SVG cannot be read; save it again as a plain SVG.") from None
    if root.tag != f"{_SVG}svg":
        raise _refusal("That is no SVG picture; save the logo as PNG or SVG.")
    for element in root.iter():
        tag = str(element.tag).rsplit("}", 1)[-1]
        links = [value for name, value in element.attrib.items() if name.rsplit("}", 1)[-1] == "href"]
        if tag in _NEVER or any(not link.startswith(("#", "data:image/")) for link in links):
            raise _refusal("That SVG runs or loads something from elsewhere; save it as a plain SVG.")
    return text


def _bytes(content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise _refusal("The file did not arrive whole; choose it again.") from None


def _use(work: Work, logo_id: str | None) -> None:
    work.keep_setting("logo_id", logo_id)


def _refusal(sentence: str) -> Refusal:
    return Refusal(sentence, rule="logo", field="content")
