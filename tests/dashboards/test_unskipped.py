"""A press in a drawer that comes together with the beat of the calendar, from which the drawer was opened."""

from __future__ import annotations

import pytest
from streamlit.runtime.fragment import MemoryFragmentStorage, _FragmentLifetime

from dashboards import unskipped

BEAT, DRAWER, WITHIN, ASIDE = "beat", "drawer", "within", "aside"
PARENTS = {BEAT: None, DRAWER: BEAT, WITHIN: DRAWER, ASIDE: BEAT}


@pytest.fixture
def as_streamlit_does(monkeypatch):
    monkeypatch.setattr(MemoryFragmentStorage, "order_fragment_ids", unskipped._order)


@pytest.fixture
def mended(as_streamlit_does):
    unskipped.run_drawers_first()


def ran(*asked):
    """What one run of these does, in order, as Streamlit's `script_runner.py` goes about it."""
    storage, done = MemoryFragmentStorage(), []
    for one, parent in PARENTS.items():
        lifetime = _FragmentLifetime.FULL_APP_SCOPED if one == DRAWER else _FragmentLifetime.PARENT_SCOPED
        storage.register(one, str, parent_fragment_id=parent, lifetime=lifetime)
    for one in storage.order_fragment_ids(list(asked)):
        if not storage.has_ancestor_in(one, done):
            done.append(one)
    return done


@pytest.mark.parametrize("asked", [(BEAT, DRAWER), (DRAWER, BEAT)])
def test_the_drawer_is_run_first_and_the_beat_too(mended, asked):
    assert ran(*asked) == [DRAWER, BEAT]


def test_so_is_what_stands_in_the_drawer(mended):
    assert ran(BEAT, WITHIN) == [WITHIN, BEAT]


def test_what_is_drawn_anew_with_another_is_not_run_twice(mended):
    assert ran(WITHIN, ASIDE, BEAT, DRAWER) == [DRAWER, BEAT]


def test_without_us_streamlit_leaves_the_press_out(as_streamlit_does):
    """Once this fails, Streamlit does it by itself and our part can go."""
    assert ran(BEAT, DRAWER) == [BEAT]
