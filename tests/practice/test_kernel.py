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


def test_an_older_record_says_once_what_plans_it_has_and_on_which_day_one_was_ended(tmp_path, clock, monkeypatch):
    from practice.access.permissions import SYSTEM, Permission
    from practice.audit.verify import verify
    from practice.store import migrate
    from practice.store.feed import changes_after
    from practice.store.record import Command, Record

    plan = {
        "payment_plan_id": "plan", "party": "client:ada", "client_id": "ada", "total_minor": 50_00, "status": "live",
        "agreed_date": "2026-03-02", "agreed_by": "user", "ended_reason": None, "known_at": "2026-03-02",
    }  # fmt: skip

    def agree(work):
        work.insert("payment_plans", plan)
        instalment = {"number": 1, "due_date": "2026-05-01", "amount_minor": 50_00}
        work.insert("instalments", {"instalment_id": "part", "payment_plan_id": "plan"} | instalment)

    def end(work):
        work.update("payment_plans", "plan", status="ended", ended_reason="Moved away")

    shipped = migrate.migrations()
    monkeypatch.setattr(migrate, "migrations", lambda: [one for one in shipped if one[1] < "0041"])
    older = Record(tmp_path / "record.duckdb", clock=clock)
    older.run(Command("agree_plan", Permission.OPERATE, agree), SYSTEM)
    clock.forward(days=9)
    ended_date = str(clock.instant.date())
    older.run(Command("end_plan", Permission.OPERATE, end), SYSTEM)
    before = changes_after(older, 0).to_pylist()[-1]["seq"]
    older.close()
    monkeypatch.undo()
    clock.forward(days=3)
    record = Record(tmp_path / "record.duckdb", clock=clock)
    said = {change["table"]: json.loads(change["row"]) for change in changes_after(record, before).to_pylist()}
    assert (said["payment_plans"]["status"], said["payment_plans"]["ended_date"]) == ("ended", ended_date)
    assert "Moved away" not in str(said)
    assert said["instalments"]["due_date"] == "2026-05-01"
    assert verify(record) == []
    record.close()
