"""What readers see where the pointer, or the file that it names, was lost: no numbers, and no failing page."""

from __future__ import annotations

import shutil

import pytest

from dashboards.warehouse import Warehouse
from practice.home import Home
from tests.dashboards.conftest import texts
from tests.dashboards.published import publish


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home")
    made.create()
    publish(made)
    return made


@pytest.mark.parametrize("content", ["", '{"build_id": "b'])
def test_a_pointer_that_cannot_be_read_publishes_nothing(home, content):
    home.pointer.write_text(content)
    home.build_status.write_text(content)
    assert Warehouse(home).published() is None
    assert Warehouse(home).last_attempt() == {}
    with pytest.raises(LookupError):
        Warehouse(home).query("select 1")


def test_a_build_whose_file_is_gone_is_not_published(home):
    shutil.rmtree(home.builds)
    assert Warehouse(home).published() is None


def test_the_desk_works_on_without_a_readable_pointer(running, open_page):
    running.home.pointer.write_text("")
    app = open_page("today", "front_desk")
    assert not app.exception
    assert "Calendar" in texts(app)
