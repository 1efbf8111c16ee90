"""A press in a drawer that arrives together with the page's own beat: the drawer is run, and first.

Requests that come in while a run is under way are made into one, of several fragments. Of those Streamlit (1.67,
`runtime/fragment.py`) runs what encloses another first, and leaves the other out, since it was drawn anew with it. But
a drawer that the calendar opened is not drawn anew by the calendar's beat: the press in it was lost. Nor may the beat
come first, since what it says (a toast) would take the drawer's place on the page, and the drawer would then be drawn
into a toast.
"""

from __future__ import annotations

from streamlit.runtime.fragment import MemoryFragmentStorage, _FragmentLifetime

_order = MemoryFragmentStorage.order_fragment_ids


def run_drawers_first() -> None:
    """Mend it in this process. Twice changes nothing."""
    MemoryFragmentStorage.order_fragment_ids = _ordered  # type: ignore[method-assign]


def _ordered(self: MemoryFragmentStorage, fragment_ids: list[str]) -> list[str]:
    return sorted(_order(self, fragment_ids), key=lambda fragment_id: not _is_in_drawer(self, fragment_id))


def _is_in_drawer(storage: MemoryFragmentStorage, fragment_id: str) -> bool:
    """Whether it is a dialog, or within one."""
    return any(
        storage._lifetime_by_id.get(one) is _FragmentLifetime.FULL_APP_SCOPED
        for one in (fragment_id, *storage._iter_ancestor_ids(fragment_id))
    )
