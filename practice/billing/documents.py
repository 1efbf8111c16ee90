"""Documents: frozen JSON when issued, and that JSON as a tagged PDF. `papers` has how each kind looks."""

from __future__ import annotations

from collections.abc import Mapping

from practice.billing.papers.invoice import build_invoice
from practice.billing.papers.press import pdf
from practice.store.work import Row

__all__ = ["build_invoice", "invoice_pdf", "pdf"]


def invoice_pdf(document: Row, logos: Mapping[str, str] | None = None) -> bytes:
    """One document of any kind as PDF. `logos` is needed where it names a logo."""
    return pdf([document], logos)
