"""Keyboard shortcuts that work wherever the focus is: Ctrl+Enter on a choice that has just been made, too."""

from __future__ import annotations

import streamlit as st

# A choice (pills, a segmented control) keeps the key presses that it hears to itself, so the button's shortcut never
# learns of them. What was pressed with Ctrl or Cmd is handed on beside it; everything else is the choice's own.
_SCRIPT = """<script>(() => {
  if (window.daybookHandsOn) return;
  window.daybookHandsOn = true;
  document.addEventListener("keydown", (event) => {
    const isShortcut = event.isTrusted && (event.ctrlKey || event.metaKey) && event.key === "Enter";
    const choice = '[role="radio"], [role="radiogroup"], [data-testid="stButtonGroup"]';
    if (!isShortcut || !event.target.closest?.(choice)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { key, code, keyCode, ctrlKey, metaKey, shiftKey } = event;
    const same = { key, code, keyCode, ctrlKey, metaKey, shiftKey, bubbles: true, cancelable: true };
    document.body.dispatchEvent(new KeyboardEvent("keydown", same));
  }, true);
})()</script>"""


def hand_on_shortcuts() -> None:
    """Listen once in this browser's page."""
    st.html(_SCRIPT, unsafe_allow_javascript=True)
