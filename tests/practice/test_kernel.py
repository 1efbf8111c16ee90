import json


def test_a_furnished_practice_is_in_the_feed(record, house):
    from practice.store.feed import changes_after

    tables = {change["table"] for change in changes_after(record, 0).to_pylist()}
    assert {"clients", "providers", "services", "availability"} <= tables


def test_an_older_record_says_once_what_is_on_file_of_its_clients(tmp_path, clock, monkeypatch):
    """As known when its last command was done: the feed did not say so before."""
    from practice.access.permissions import SYSTEM
    from practice.audit.verify import verify
    from practice.people.clients import add_client
    from practice.people.setup import add_location
    from practice.store import migrate
    from practice.store.feed import changes_after
    from practice.store.record import Record

    shipped = migrate.migrations()
    monkeypatch.setattr(migrate, "migrations", lambda: [one for one in shipped if one[1] < "0039"])
    older = Record(tmp_path / "record.duckdb", clock=clock)
    place = older.run(add_location, SYSTEM, name="Elm", zone="UTC")["location_id"]
    older.run(add_client, SYSTEM, given_name="Ada", family_name="Birch", phone="+1 555 010 0001", location_id=place)
    known_at = changes_after(older, 0).to_pylist()[-1]["known_at"]
    older.close()
    monkeypatch.undo()
    clock.forward(days=3)
    record = Record(tmp_path / "record.duckdb", clock=clock)
    said = changes_after(record, 0).to_pylist()[-1]
    fed = json.loads(said["row"])
    assert (said["table"], said["known_at"]) == ("clients", known_at)
    assert (fed["has_birth_date"], fed["has_contact"]) == (False, True)
    assert verify(record) == []
    record.close()
