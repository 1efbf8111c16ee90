def test_a_furnished_practice_is_in_the_feed(record, house):
    from practice.store.feed import changes_after

    tables = {change["table"] for change in changes_after(record, 0).to_pylist()}
    assert {"clients", "providers", "services", "availability"} <= tables
