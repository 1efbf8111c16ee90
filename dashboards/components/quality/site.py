"""The Data Docs as one file to keep or to send: the last validation at each door."""

from __future__ import annotations

import io
import zipfile

import streamlit as st

from expectations.docs import docs_folder
from practice.home import Home


def docs_button(home: Home) -> None:
    """A download, if any check has run."""
    if (docs_folder(home) / "index.html").exists():
        st.download_button(
            "Data Docs",
            lambda: docs_archive(home),
            file_name="data-docs.zip",
            mime="application/zip",
            icon=":material/download:",
            type="tertiary",
            key="quality_docs",
            help="The last validation at each door, as pages that open without the app",
        )


def docs_archive(home: Home) -> bytes:
    """The pages as a ZIP archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for page in sorted(docs_folder(home).glob("*.html")):
            archive.write(page, f"data-docs/{page.name}")
    return packed.getvalue()
