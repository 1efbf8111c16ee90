"""Answers kept for a session as long as they hold: most reruns ask again what nobody has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from dashboards import runtime
from practice.store.feed import feed_head

Answer = TypeVar("Answer")


def unchanged(name: str, key: object, make: Callable[[], Answer]) -> Answer:
    """What `make` answered last under this name, if neither the key nor anything in the record has changed since.

    Whatever else the answer depends on (the minute, the person) belongs into the key.
    """
    place = f"memo:{name}"
    now = (feed_head(runtime.current().record).seq, key)
    kept = st.session_state.get(place)
    if kept is None or kept[0] != now:
        kept = st.session_state[place] = (now, make())
    answer: Answer = kept[1]
    return answer
