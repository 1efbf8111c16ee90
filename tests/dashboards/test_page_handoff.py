"""The page Handoff: a plan that is looked at, then one press."""

from __future__ import annotations

import pytest

from .conftest import labels, press, texts


def chosen(app, house):
    app.selectbox(key="handoff:from").set_value(house.moss).run()
    return app.multiselect(key="handoff:to").set_value([house.reed]).run()


@pytest.mark.parametrize("role", ["manager", "owner"])
def test_the_page_asks_who_gives_and_who_takes(open_page, role):
    app = open_page("handoff", role)
    assert not app.exception
    assert "Choose who gives and who takes" in app.info[0].value


def test_a_provider_without_visits_is_told(open_page, house):
    app = chosen(open_page("handoff", "manager"), house)
    assert "has no coming visits" in app.info[0].value


def test_the_plan_is_seen_then_the_visits_move(open_page, record, house, book):
    book("2026-03-03T10:00")
    book("2026-03-04T10:00", client=house.ben)
    book("2026-03-04T10:00", client=house.dan, provider=house.reed)
    app = chosen(open_page("handoff", "manager"), house)
    assert "**1** at the same time" in texts(app)
    assert "**1** at another time" in texts(app)
    press(app, "Hand over 2 visits")
    assert not app.exception
    assert "2 visits moved" in app.success[0].value
    with record.read() as reader:
        found = reader.rows("select distinct provider_id from appointments where status = 'scheduled'")
    assert [row["provider_id"] for row in found] == [house.reed]


def test_a_place_that_was_taken_meanwhile_refuses_all_and_keeps_what_was_chosen(open_page, record, house, book):
    book("2026-03-03T10:00")
    app = chosen(open_page("handoff", "manager"), house)
    book("2026-03-03T10:00", client=house.dan, provider=house.reed)  # another desk
    press(app, "Hand over 1 visit")
    assert "1 of 1 visits cannot go there any more" in app.error[0].value
    assert app.selectbox(key="handoff:from").value == house.moss
    assert "**1** at another time" in texts(app)
    assert "Hand over 1 visit" in labels(app)
