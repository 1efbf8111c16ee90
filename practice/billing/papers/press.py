"""Papers as tagged PDF. The same papers give the same bytes; what a person typed is data, never markup."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import typst

from practice.billing.papers import estimate, invoice, receipt, statement, superbill
from practice.store.work import Row

_HERE = Path(__file__).parent
_kept = threading.local()
_PAPER = {"USD": "us-letter"}  # A4 for every other currency
_KINDS: dict[str, tuple[str, Callable[[Row], dict[str, Any]]]] = {
    "invoice": ("Invoice", invoice.shown),
    "statement": ("Statement", statement.shown),
    "receipt": ("Receipt", receipt.shown),
    "superbill": ("Superbill", superbill.shown),
    "estimate": ("Good-faith estimate", estimate.shown),
}


def pdf(documents: Sequence[Row], logos: Mapping[str, str] | None = None) -> bytes:
    """Frozen documents as one PDF, each beginning on a page of its own. US letter for dollars, else A4.

    `logos` has the SVG of each logo that the documents name. It is PDF/UA-1, unless a name has a character that the
    font lacks: that prints as a box, which the standard forbids.
    """
    sheets = [_sheet(document) for document in documents]
    titles = [f"{sheet['title']} {sheet['number']}" for sheet in sheets]
    title = titles[0] if len(titles) == 1 else f"{titles[0]} to {titles[-1]}"
    data = json.dumps(
        {"title": title, "author": sheets[0]["practice"], "sheets": sheets}, ensure_ascii=False, sort_keys=True
    )
    wanted = {sheet["logo"] for sheet in sheets if sheet["logo"]}
    pictures = json.dumps({logo_id: (logos or {})[logo_id] for logo_id in sorted(wanted)}, ensure_ascii=False)
    try:
        return _compile(data, pictures, is_accessible=True)
    except typst.TypstError:
        return _compile(data, pictures, is_accessible=False)


def _compile(data: str, pictures: str, *, is_accessible: bool) -> bytes:
    compiled: bytes = _compiler().compile(
        sys_inputs={"data": data, "logos": pictures},
        format="pdf",
        pdf_standards=["ua-1"] if is_accessible else [],
    )
    return compiled


def _compiler() -> Any:
    """This thread's compiler: it keeps the fonts and what it has read, which takes a third of a page's time."""
    if not hasattr(_kept, "compiler"):
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_HERE / "fonts")])
        _kept.compiler = typst.Compiler(
            str(_HERE / "press.typ"), root=str(_HERE), font_paths=fonts, ignore_system_fonts=True
        )
    return _kept.compiler


def _sheet(document: Row) -> dict[str, Any]:
    """What every kind of paper shows, and what this kind does."""
    title, shown = _KINDS[document["kind"]]
    own = shown(document)
    facts = own.pop("facts")
    replaced = document.get("replaces")
    if replaced:
        facts = [*facts, ["In place of No.", f"{replaced['number']} of {replaced['issued_date']}"]]
    return {
        "kind": document["kind"],
        "title": title,
        "paper": _PAPER.get(document["currency"], "a4"),
        "number": str(document["number"]),
        "practice": document["practice"]["name"],
        "logo": document["practice"].get("logo") or "",
        "location": [text for text in document["location"].values() if text],
        "bill_to": document["bill_to"]["name"],
        "currency": document["currency"],
        "facts": [["Issued", document["issued_date"]], *facts],
        **own,
    }
