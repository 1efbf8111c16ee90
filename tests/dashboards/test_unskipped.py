"""A press in a drawer that comes together with the beat of the calendar, from which the drawer was opened."""

from __future__ import annotations

import pytest
from streamlit.runtime.fragment import MemoryFragmentStorage, _FragmentLifetime

from dashboards import unskipped

DRAWER, BEAT = "drawer", "beat"


@pytest.fixture
def as_streamlit_does(monkeypatch):
    monkeypatch.setattr(MemoryFragmentStorage, "order_fragment_ids", unskipped._order)
    monkeypatch.setattr(MemoryFragmentStorage, "has_ancestor_in", unskipped._has_ancestor)


@pytest.fixture
def mended(as_streamlit_does):
    unskipped.run_what_is_not_drawn_anew()


def ran(*, opens_drawer):
    """What one run of both does, as Streamlit's `script_runner.py` goes about it; the beat may open the drawer anew."""
    storage, done = MemoryFragmentStorage(), set()

    def opened():
        storage.register(DRAWER, str, parent_fragment_id=BEAT, lifetime=_FragmentLifetime.FULL_APP_SCOPED)

    storage.register(BEAT, str)
    opened()
    for one in storage.order_fragment_ids([DRAWER, BEAT]):
        if storage.has_ancestor_in(one, done):
            continue
        before = storage.registration_sequence()
        done.add(one)
        if one == BEAT and opens_drawer:
            opened()
        storage.clear_stale_descendants(one, storage.ids_registered_after(before))
    return done


def test_both_are_run(mended):
    assert ran(opens_drawer=False) == {BEAT, DRAWER}


def test_what_the_beat_has_drawn_anew_is_not_run_twice(mended):
    assert ran(opens_drawer=True) == {BEAT}


def test_without_us_streamlit_leaves_the_press_out(as_streamlit_does):
    """Once this fails, Streamlit does it by itself and our part can go."""
    assert ran(opens_drawer=False) == {BEAT}
