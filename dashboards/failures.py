"""What happens when a page fails in a way nobody foresaw: people get a sentence and a number, the log gets the place.

Never the exception's text: it may hold what somebody typed.
"""

from __future__ import annotations

import logging
import traceback
import uuid

import streamlit as st

_log = logging.getLogger("daybook.pages")


def on_script_error(error: Exception) -> bool:
    """Streamlit's hook. Returning True keeps its own error box away."""
    number = uuid.uuid4().hex[:8]
    _log.error("failure %s: %s\n%s", number, type(error).__name__, where(error))
    st.error(
        f"This page failed, and what you last sent may not be saved. Reload it; if it repeats, tell support {number}.",
        icon=":material/error:",
    )
    return True


def where(error: BaseException) -> str:
    """File, line and function of each of our frames, without values."""
    frames = traceback.extract_tb(error.__traceback__)
    return "\n".join(f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)
