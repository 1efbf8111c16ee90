"""Put the cursor where the person will type: a drawer that opens, a page whose first act is a search."""

from __future__ import annotations

import json
import re

import streamlit as st

# Streamlit has no autofocus. The dialog takes the focus itself when it opens, so this comes a moment after it, and only
# if nobody has begun to type elsewhere.
_SCRIPT = """<script>setTimeout(() => {
  const busy = document.activeElement?.matches("input, textarea");
  if (!busy) document.getElementsByClassName(%s)[0]?.querySelector("input")?.focus();
}, 250)</script>"""


def focus_on(key: str) -> None:
    """Focus the input with this widget key, once, when it appears."""
    name = "st-key-" + re.sub(r"[^a-zA-Z0-9_-]", "-", key)
    st.html(_SCRIPT % json.dumps(name), unsafe_allow_javascript=True)
