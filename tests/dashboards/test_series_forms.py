"""Series on the pages: booked with a list of dates to decide on, changed from a visit's drawer, renewed in one step."""

from __future__ import annotations

from datetime import datetime, time

import pytest

from dashboards.components.series.deciding import Terms, label_of, options_of, settled_line
from practice.scheduling.series.booking import book_series
from practice.scheduling.series.renewing import KEPT_DAYS

from .conftest import labels, press, texts
from .test_page_book import times_of


@pytest.fixture
def series_of(record, house, desk):
    """`series_of(count)` books Ada's Tuesdays at ten with Dr. Moss; the ids of the visits."""

    def book_(count=4, first="2026-03-03T10:00", rule="FREQ=WEEKLY;BYDAY=TU"):
        return record.run(
            book_series, desk, client_id=house.ada, provider_id=house.moss, service_id=house.visit,
            location_id=house.location, wall_start=first, rule=f"{rule};COUNT={count}",
        )["appointment_ids"]  # fmt: skip

    return book_


def of_series(record):
    with record.read() as reader:
        return reader.rows(
            "select * from appointments where series_id is not null and status = 'scheduled' order by starts_at"
        )


def choice(app, start):
    return next(group for group in app.button_group if group.label.startswith(start))


def begin(open_page, house, rhythm="weekly"):
    """The Book page with Ada, a follow-up with Dr. Moss, on Tuesday at ten, which repeats."""
    app = open_page("new-visit", "front_desk", client=house.ada)
    app.selectbox(key=f"book0:service:{house.ada}").set_value(house.visit).run()
    app.selectbox(key="book0:repeats").set_value(rhythm).run()
    return times_of(app)["Tuesday 3 March"].set_value(datetime(2026, 3, 3, 10)).run()


def test_a_weekly_series_is_a_client_a_rhythm_a_time_and_a_press(open_page, record, house):
    app = begin(open_page, house)
    assert "Every week on Tuesday, 12 times" in texts(app)
    press(app, "Book 12 visits")
    assert not app.exception
    assert len(of_series(record)) == 12
    assert "12 visits booked" in texts(app)


def test_what_is_not_free_is_decided_on_and_a_clash_that_arose_meanwhile_loses_nothing(open_page, record, house, book):
    book("2026-03-10T10:00", client=house.ben)
    book("2026-03-24T10:30", client=house.ben)
    app = begin(open_page, house)
    assert "2 dates are not free" in texts(app)
    assert "Ben Alder" in texts(app)
    assert next(button for button in app.button if button.label == "Book 10 visits").disabled
    choice(app, "What becomes of Tuesday 10 March").set_value(("move", "2026-03-10T11:00")).run()
    choice(app, "What becomes of Tuesday 24 March").set_value(("skip",)).run()
    assert "Book 11 visits" in labels(app)
    book("2026-04-07T10:00", client=house.ben)  # another desk
    press(app, "Book 11 visits")
    assert of_series(record) == []
    assert "1 of 12 dates is not free" in app.error[0].value
    assert choice(app, "What becomes of Tuesday 10 March").value == ("move", "2026-03-10T11:00")
    choice(app, "What becomes of Tuesday 7 April").set_value(("skip",)).run()
    press(app, "Book 10 visits")
    made = of_series(record)
    assert [f"{row['wall_start']:%m-%d %H:%M}" for row in made][:3] == ["03-03 10:00", "03-10 11:00", "03-17 10:00"]
    assert len(made) == 10


def test_dates_that_are_free_may_be_left_out_too(open_page, record, house):
    app = begin(open_page, house, "fortnightly")
    choice(app, "Dates to leave out").set_value(["2026-03-17T10:00"]).run()
    press(app, "Book 11 visits")
    assert [f"{row['wall_start']:%m-%d}" for row in of_series(record)][:2] == ["03-03", "03-31"]


def test_a_rhythm_by_hand(open_page, record, house):
    app = begin(open_page, house, "custom")
    app.number_input(key="book0:repeats:count").set_value(5).run()
    choice(app, "On, besides").set_value([4]).run()
    assert "Every week on Tuesday and Thursday, 5 times" in texts(app)
    app.selectbox(key="book0:repeats:unit").set_value("month_weekday").run()
    assert "Every month on the first Tuesday, 5 times" in texts(app)
    app.selectbox(key="book0:repeats:unit").set_value("month_date").run()
    app.selectbox(key="book0:repeats:ends").set_value("On a date").run()
    app.date_input(key="book0:repeats:until").set_value(datetime(2029, 1, 1).date()).run()
    assert "at most 2 years" in app.error[0].value
    assert next(button for button in app.button if button.key == "book0:book_series").disabled


def test_a_visit_of_a_series_says_which_one_and_is_changed_with_those_that_follow(open_page, record, series_of):
    ids = series_of(4)
    app = kept_open(open_page("today", "front_desk"), ids[1])
    assert "**2 of 4** · Every week on Tuesday" in texts(app.run())
    kept_open(app, ids[1]).time_input(key=f"series:{ids[1]}:time").set_value(time(14)).run()
    assert "Every week on Tuesday, 3 times" in texts(app)
    press(kept_open(app, ids[1]), "Change 3 visits")
    assert [f"{row['wall_start']:%m-%d %H:%M}" for row in of_series(record)] == [
        "03-03 10:00", "03-10 14:00", "03-17 14:00", "03-24 14:00",
    ]  # fmt: skip


def test_a_clash_of_an_edit_can_be_left_as_it_is(open_page, record, house, series_of, book):
    ids = series_of(4)
    book("2026-03-17T14:00", client=house.ben)
    app = kept_open(open_page("today", "front_desk"), ids[1]).run()
    kept_open(app, ids[1]).time_input(key=f"series:{ids[1]}:time").set_value(time(14)).run()
    choice(kept_open(app, ids[1]), "What becomes of Tuesday 17 March").set_value(("leave",)).run()
    press(kept_open(app, ids[1]), "Change 3 visits")
    assert [f"{row['wall_start']:%m-%d %H:%M}" for row in of_series(record)][1:] == [
        "03-10 14:00", "03-17 10:00", "03-24 14:00",
    ]  # fmt: skip


def test_the_rest_of_a_series_is_cancelled_with_a_reason(open_page, record, series_of):
    ids = series_of(4)
    app = kept_open(open_page("today", "front_desk"), ids[2]).run()
    app.session_state[f"series:{ids[2]}:what"] = "cancel"
    kept_open(app, ids[2]).run()
    press(kept_open(app, ids[2]), "Cancel 2 visits")
    assert len(of_series(record)) == 4
    assert any(error.value.startswith("Say why") for error in app.error)
    app.session_state[f"series:{ids[2]}:cancelling:code:client"] = "other"
    press(kept_open(app, ids[2]), "Cancel 2 visits")
    assert [row["appointment_id"] for row in of_series(record)] == ids[:2]


def kept_open(app, appointment_id):
    """The visit's drawer with its series' form open: in a browser it stays so, here each run is told."""
    app.session_state["desk:drawer"] = ("visit", appointment_id)
    app.session_state[f"visit:series:{appointment_id}"] = True
    return app


def test_the_words_of_a_date():
    line = {
        "wall_start": datetime(2026, 3, 10, 10), "original_start": datetime(2026, 3, 10, 10), "status": "clash",
        "rooms": ["room-2"], "alternatives": ["2026-03-10T11:00", "2026-03-11T09:00"], "rule": "room_taken",
        "room_id": None, "note": None,
    }  # fmt: skip
    terms = Terms({"room-2": "Room 2"}, {}, datetime(2026, 3, 2).date(), may_override=True)
    assert [label_of(option, line, terms) for option in options_of(line, terms)] == [
        "Room 2", "11:00", "Wed 11 Mar 09:00", "Another time", "Leave out", "Book all the same",
    ]  # fmt: skip
    assert "left out" in settled_line(line | {"status": "skipped"}, terms)


def test_a_series_that_ends_is_renewed_from_the_calendars_header(open_page, record, house, desk, series_of, book):
    series_of(2)
    book("2026-03-24T10:00", client=house.ben)
    app = open_page("today", "front_desk")
    button = next(button for button in app.button if button.key == "desk:ending")
    assert button.label == "1 series ends soon"
    app = button.click().run()
    assert "**Ada Birch** · 2 visits left, the last Tue 10 Mar" in texts(app)
    series_id = of_series(record)[0]["series_id"]
    press(ending(app), f"Keep the places for {KEPT_DAYS} days")
    with record.read() as reader:
        assert reader.value("select count(*) from holds where purpose = 'renewal'") == 1
    press(ending(app), "Renew")
    ending(app).run()
    choice(ending(app), "What becomes of Tuesday 24 March").set_value(("move", "2026-03-24T11:00")).run()
    press(ending(app), "Renew with 2 visits")
    assert len(of_series(record)) == 4
    with record.read() as reader:
        assert reader.get("series", series_id, "series")["status"] == "renewed"


def ending(app):
    """The list of ending series, kept open."""
    app.session_state["desk:drawer"] = ("ending",)
    return app
