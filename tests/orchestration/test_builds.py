"""Publishing is one swap: before it the old build is served, after it the new one, and never half of one."""

import json
from datetime import datetime

import duckdb
import pytest

from orchestration.builds import BUILDS_KEPT, Published, publish, published, status
from practice.home import Home

WHEN = datetime(2026, 3, 2, 14)


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home")
    made.create()
    return made


def build(home, build_id):
    """A candidate that says who it is, ready to be published."""
    with duckdb.connect(str(home.candidate)) as connection:
        connection.execute(f"create table who as select '{build_id}' as build_id")
    path = home.builds / build_id / "warehouse.duckdb"
    return Published(build_id, path, WHEN, 7, WHEN, "2026-03-02", "project", frozenset({"batch"}))


def test_before_the_first_build_nothing_is_published(home):
    assert published(home) is None
    assert status(home) == {}


def test_the_pointer_names_the_build_relative_to_the_data_directory(home):
    made = build(home, "b1")
    publish(home, made)
    assert json.loads(home.pointer.read_text())["path"] == "builds/b1/warehouse.duckdb"
    assert published(home) == made
    assert not home.candidate.exists()


def test_the_last_builds_are_kept_and_the_published_one_always(home):
    for n in range(1, BUILDS_KEPT + 3):
        publish(home, build(home, f"b{n}"))
    kept = sorted(folder.name for folder in home.builds.iterdir())
    assert kept == ["b3", "b4", "b5"]
    assert published(home).path.exists()


def test_a_reader_keeps_the_build_that_it_has_open(home):
    publish(home, build(home, "b1"))
    with duckdb.connect(str(published(home).path), read_only=True) as reader:
        for n in range(2, 7):
            publish(home, build(home, f"b{n}"))
        assert not (home.builds / "b1").exists()
        assert reader.execute("select build_id from who").fetchone() == ("b1",)


def test_a_crash_before_the_swap_leaves_the_old_build_published(home, monkeypatch):
    publish(home, build(home, "b1"))
    made = build(home, "b2")

    def dies(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("orchestration.builds.write_json", dies)
        with pytest.raises(KeyboardInterrupt):
            publish(home, made)
    assert published(home).build_id == "b1"
    assert published(home).path.exists()


@pytest.mark.parametrize("content", ["", '{"build', "\x00"])
def test_a_pointer_that_cannot_be_read_is_none(home, content):
    publish(home, build(home, "b1"))
    home.pointer.write_text(content)
    home.build_status.write_text(content)
    assert published(home) is None
    assert status(home) == {}


def test_a_build_whose_file_is_gone_is_not_published(home):
    publish(home, build(home, "b1"))
    published(home).path.unlink()
    assert published(home) is None
