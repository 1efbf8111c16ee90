"""Put the cursor where the person will type: a drawer that opens, a page whose first act is a search."""

from __future__ import annotations

import json
import re

import streamlit as st

# Streamlit has no autofocus. The field may be drawn a moment later than this runs, and the dialog takes the focus when
# it opens, so the field is asked until it has kept the focus for half a second, or somebody types elsewhere.
_SCRIPT = """<script>(() => {
  let left = 30, kept = 0;
  const timer = setInterval(() => {
    const input = document.getElementsByClassName(%s)[0]?.querySelector("input");
    const active = document.activeElement;
    const isBusy = active !== input && active?.matches("input, textarea");
    kept = input && active === input ? kept + 1 : 0;
    if (input && !kept && !isBusy) input.focus();
    if (isBusy || kept >= 5 || --left <= 0) clearInterval(timer);
  }, 100);
})()</script>"""


def focus_on(key: str) -> None:
    """Focus the input with this widget key, once, when it appears."""
    name = "st-key-" + re.sub(r"[^a-zA-Z0-9_-]", "-", key)
    st.html(_SCRIPT % json.dumps(name), unsafe_allow_javascript=True)
