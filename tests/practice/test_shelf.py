"""Small tables kept in memory say what the record says: to old views, inside commands, after refusals and under threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practice.access.permissions import SYSTEM, Permission
from practice.errors import Refusal
from practice.ids import seeded_ids
from practice.people.commands import add_location, add_room, change_location
from practice.store.record import Command, Record
from practice.store.shelf import SHELVED


def said(reader, table):
    """What the shelf says and what the record says of a table."""
    ours, record = reader.all(table), reader.rows(f"select * from {table}")
    return sorted(map(str, ours)), sorted(map(str, record))


def test_every_shelved_table_is_told_as_it_stands(record, house):
    for _ in range(2):
        with record.read() as reader:
            for table in SHELVED:
                ours, theirs = said(reader, table)
                assert ours == theirs, table


def test_an_old_view_keeps_seeing_what_it_saw(record, house, owner):
    with record.read() as old:
        old.value("select 1 from locations")
        record.run(change_location, owner, location_id=house.location, name="Oak Street")
        assert old.find("locations", house.location)["name"] == "Elm Street"
        with record.read() as new:
            assert new.find("locations", house.location)["name"] == "Oak Street"
        assert old.all("locations")[0]["name"] == "Elm Street"


def test_a_command_sees_what_it_has_changed_itself_and_a_refused_one_leaves_nothing(record, house, owner):
    seen = []

    def rename(work):
        work.all("locations")
        change_location(work, location_id=house.location, name="Ash Street")
        seen.append(work.find("locations", house.location)["name"])
        seen.append([row["name"] for row in work.those("locations", "location_id", house.location, "none")])
        raise Refusal("No.")

    with pytest.raises(Refusal):
        record.run(Command("rename", Permission.SET_UP, rename), owner)
    assert seen == ["Ash Street", ["Ash Street"]]
    with record.read() as reader:
        assert reader.find("locations", house.location)["name"] == "Elm Street"


def test_what_is_handed_out_is_the_asker_s_own(record, house):
    with record.read() as reader:
        reader.find("services", house.visit)["name"] = "spoilt"
        assert reader.find("services", house.visit)["name"] != "spoilt"


def test_a_value_that_is_missing_is_a_value(record, house):
    with record.read() as reader:
        assert reader.those("availability_exceptions", "provider_id", None, "nobody") == []
        assert len(reader.those("rooms", "location_id", None, house.location)) == 2


@settings(max_examples=20)
@given(st.lists(st.tuples(st.sampled_from(["add", "rename", "room", "trip"]), st.integers(0, 3)), max_size=12))
def test_after_any_commands_the_shelf_is_the_record(tmp_path_factory, steps):
    record = Record(tmp_path_factory.mktemp("shelf") / "r.duckdb", ids=seeded_ids(3))
    try:
        for kind, number in steps:
            with record.read() as reader:
                places = [row["location_id"] for row in reader.all("locations")]
            place = places[number % len(places)] if places else "nowhere"
            wanted = {
                "add": (add_location, {"name": f"Place {number}", "zone": "Europe/Berlin"}),
                "rename": (change_location, {"location_id": place, "name": f"Named {number}"}),
                "room": (add_room, {"location_id": place, "name": f"Room {number}"}),
                "trip": (add_room, {"location_id": place, "name": ""}),
            }
            command, parameters = wanted[kind]
            with suppress(Refusal):
                record.run(command, SYSTEM, **parameters)
            with record.read() as reader:
                for table in ("locations", "rooms", "settings"):
                    ours, theirs = said(reader, table)
                    assert ours == theirs
    finally:
        record.close()


def test_readers_beside_a_writer_never_hear_of_what_is_no_more(record, house, owner):
    """Once a command has answered, whoever begins to read hears its word."""

    def write(number):
        record.run(change_location, owner, location_id=house.location, name=f"Street {number:03}")
        with record.read() as reader:
            return reader.find("locations", house.location)["name"] >= f"Street {number:03}"

    def look(_):
        with record.read() as reader:
            ours, theirs = said(reader, "rooms")
            return ours == theirs

    with ThreadPoolExecutor(4) as pool:
        beside = [pool.submit(look, number) for number in range(60)]
        told = [write(number) for number in range(20)]
        assert all(told)
        assert all(one.result() for one in beside)
