"""A press in a drawer that arrives together with the page's own beat: both are run.

Requests that come in while a run is under way are made into one, of several fragments. Of those Streamlit (1.67,
`runtime/fragment.py`) leaves out whatever was opened from one that runs in it already, since that draws it anew. A
drawer that the calendar opened is not drawn anew by the calendar's beat, so the press in it was lost. Here only what
was drawn anew is left out.
"""

from __future__ import annotations

from collections.abc import Container
from weakref import WeakKeyDictionary

from streamlit.runtime.fragment import MemoryFragmentStorage

_order = MemoryFragmentStorage.order_fragment_ids
_has_ancestor = MemoryFragmentStorage.has_ancestor_in
_began: WeakKeyDictionary[MemoryFragmentStorage, int] = WeakKeyDictionary()
"""By session: how much had been drawn when its last run of fragments began, which Streamlit begins by ordering them."""


def run_what_is_not_drawn_anew() -> None:
    """Mend it in this process. Twice changes nothing."""
    MemoryFragmentStorage.order_fragment_ids = _ordered  # type: ignore[method-assign]
    MemoryFragmentStorage.has_ancestor_in = _is_drawn_by_another  # type: ignore[method-assign]


def _ordered(self: MemoryFragmentStorage, fragment_ids: list[str]) -> list[str]:
    _began[self] = self.registration_sequence()
    return _order(self, fragment_ids)


def _is_drawn_by_another(self: MemoryFragmentStorage, fragment_id: str, candidate_ids: Container[str]) -> bool:
    drawn = self.ids_registered_after(_began.get(self, -1))
    return fragment_id in drawn and _has_ancestor(self, fragment_id, candidate_ids)
