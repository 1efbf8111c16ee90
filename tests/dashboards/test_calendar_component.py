"""The calendar's way to the browser and back, without a browser."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from dashboards import theme
from dashboards.components import calendar
from dashboards.components.calendar import (
    STATUS_LABELS,
    Appointment,
    Bar,
    Busy,
    Closed,
    Move,
    Opened,
    Pressed,
    Resource,
    Selection,
    View,
)
from dashboards.components.calendar.payload import MARKS, calendar_payload
from dashboards.components.calendar.triggers import (
    MalformedTriggerError,
    parse_move,
    parse_opened,
    parse_pressed,
    parse_selection,
    parse_view,
)

COMPONENT = Path(calendar.__file__).parent
STATIC = Path(theme.__file__).parent / "static"
FONTS_OF_DOCUMENTS = Path(theme.__file__).parents[1] / "practice" / "billing" / "papers" / "fonts"

MOVE = {
    "kind": "drop",
    "id": "17",
    "start": "2026-11-18T10:00:00",
    "end": "2026-11-18T10:45:00",
    "resource_id": "2",
    "old_start": "2026-11-18T09:00:00",
    "old_resource_id": "1",
    "sequence": 4,
}


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 18, hour, minute)


def appointment(**changes) -> Appointment:
    fields = {"id": "17", "resource_id": "1", "start": at(9), "end": at(9, 45), "client": "Ruth Smith"}
    return Appointment(**(fields | {"service": "Review", "status": "confirmed"} | changes))


def drawn(*events, **options) -> list[dict]:
    return calendar_payload([Resource("1", "Dr. Maya Chen")], events, options)["events"]


def test_a_move_is_read_as_wall_clock():
    assert parse_move(MOVE) == Move("drop", "17", at(10), at(10, 45), "2", at(9), "1")


def test_a_move_says_who_asked_for_it_and_why_where_that_was_asked():
    said = parse_move(MOVE | {"by": "client", "code": "illness"})
    assert (said.by, said.code) == ("client", "illness")


def test_a_click_selects_without_an_end_and_a_drawn_span_with_one():
    clicked = {"start": "2026-11-18T10:00:00", "end": None, "resource_id": "2"}
    assert parse_selection(clicked) == Selection(at(10), None, "2")
    assert parse_selection(clicked | {"end": "2026-11-18T11:30:00"}) == Selection(at(10), at(11, 30), "2")
    assert parse_selection(clicked | {"is_typed": True}).is_typed


def test_an_opened_appointment_is_its_id():
    assert parse_opened({"id": "17"}) == Opened("17")
    assert parse_opened({"id": "17", "action": "move"}) == Opened("17", "move")
    with pytest.raises(MalformedTriggerError):
        parse_opened({"id": "17", "action": "delete"})


def test_a_press_names_the_message_and_the_button():
    assert parse_pressed({"bar": "b1", "button": "undo"}) == Pressed("b1", "undo")


def test_a_view_is_a_half_open_range_of_days():
    shown = {"kind": "week", "start": "2026-11-16T00:00:00", "end": "2026-11-23T00:00:00"}
    assert parse_view(shown) == View("week", date(2026, 11, 16), date(2026, 11, 23))


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "delete"},
        {"id": 17},
        {"id": ""},
        {"id": "x" * 121},
        {"resource_id": None},
        {"start": "soon"},
        {"start": 1763460000},
        {"start": "2026-11-18T10:00:00Z"},
        {"start": "2026-11-18T10:00:00-05:00"},
        {"end": "2026-11-18T10:00:00"},
        {"old_start": None},
    ],
)
def test_what_the_calendar_never_sends_is_refused(change):
    with pytest.raises(MalformedTriggerError):
        parse_move(MOVE | change)


@pytest.mark.parametrize("parse", [parse_move, parse_selection, parse_opened, parse_pressed, parse_view])
@pytest.mark.parametrize("raw", [None, 3, "17", [], {}])
def test_a_trigger_without_its_fields_is_refused(parse, raw):
    with pytest.raises(MalformedTriggerError):
        parse(raw)


def test_times_leave_without_a_zone():
    event = drawn(appointment())[0]
    assert (event["start"], event["end"]) == ("2026-11-18T09:00:00", "2026-11-18T09:45:00")
    with pytest.raises(ValueError, match="without a zone"):
        drawn(appointment(start=at(9).replace(tzinfo=UTC)))


def test_an_unknown_status_is_a_mistake_of_the_page():
    with pytest.raises(ValueError, match="unknown status 'late'"):
        drawn(appointment(status="late"))


def test_buffers_and_closed_time_are_backgrounds():
    events = drawn(appointment(buffer_before_minutes=10, buffer_after_minutes=5), Closed("1", at(12), at(13), "Lunch"))
    spans = [(e["classNames"][0], e["start"][11:16], e["end"][11:16]) for e in events if e.get("display")]
    assert spans == [("buffer", "08:50", "09:00"), ("buffer", "09:45", "09:50"), ("closed", "12:00", "13:00")]


def test_holds_and_blocks_take_their_place_and_cannot_be_dragged():
    held, blocked = drawn(
        Busy("h1", "1", at(9), at(10), "hold", "Review", "Being booked · Dana"),
        Busy("b1", "1", at(12), at(12, 15), "block", "Meeting"),
    )
    assert (held["editable"], held["classNames"], held["extendedProps"]["kind"]) == (
        False,
        ["hold", "two-lines"],
        "hold",
    )
    assert (blocked["editable"], blocked["classNames"]) == (False, ["block", "one-line"])


def test_a_column_of_another_zone_has_its_own_now():
    columns = [Resource("1", "A"), Resource("2", "B", now=at(10, 20))]
    lines = calendar_payload(columns, [], {"now": at(11, 20)})["events"]
    assert [(line["resourceIds"], line["start"][11:16]) for line in lines] == [(["1"], "11:20"), (["2"], "10:20")]


def test_the_bar_travels_with_its_buttons():
    bar = Bar("b1", "done", "Moved.", 10, (("undo", "Undo"),))
    assert calendar_payload([], [], {}, bar)["bar"] == {
        "id": "b1", "kind": "done", "text": "Moved.", "seconds": 10, "buttons": [["undo", "Undo"]],
    }  # fmt: skip
    assert calendar_payload([], [], {})["bar"] is None


def test_now_is_the_practices_to_the_minute_and_gives_the_day():
    now = at(11, 20).replace(second=59)
    payload = calendar_payload([Resource("1", "A"), Resource("2", "B")], [], {"now": now})
    assert payload["options"]["date"] == "2026-11-18"
    assert [(e["resourceIds"], e["start"][11:]) for e in payload["events"]] == [
        (["1"], "11:20:00"),
        (["2"], "11:20:00"),
    ]
    assert drawn() == []


def test_the_whole_day_ends_at_midnight():
    payload = calendar_payload([], [], {"day_start": time(0), "day_end": time.max})
    assert (payload["options"]["day_start"], payload["options"]["day_end"]) == ("00:00", "24:00")


def test_the_legend_explains_only_what_occurs_in_the_usual_order():
    events = [appointment(status="no_show"), appointment(status="scheduled")]
    assert calendar_payload([], events, {})["legend"] == [
        ["scheduled", "Scheduled", False],
        ["no_show", "No-show", False],
    ]
    marked = calendar_payload([], [appointment(marks=("video",))], {})["legend"]
    assert marked == [["confirmed", "Confirmed", False], ["video", "By video", True]]
    assert calendar_payload([], events, {"legend": False})["legend"] == []


def test_hostile_text_travels_as_data_and_is_never_made_into_html():
    hostile = "</script><img src=x onerror=alert(1)>"
    payload = calendar_payload([Resource("1", hostile)], [appointment(client=hostile, service=hostile)], {})
    assert json.loads(json.dumps(payload))["events"][0]["title"] == hostile
    scripts = "".join(path.read_text(encoding="utf-8") for path in COMPONENT.glob("*.js"))
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\bhtml:", scripts)


@pytest.mark.parametrize("status", STATUS_LABELS)
def test_each_status_has_a_colour_a_sign_and_a_line(status):
    assert status in theme.LIGHT.status
    assert status in theme.DARK.status
    assert f'id="sign-{status}"' in (COMPONENT / "signs.svg").read_text(encoding="utf-8")
    assert re.search(rf"\.status-{status} {{ [^}}]*--line:", (COMPONENT / "calendar.css").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", [*MARKS, "hold", "block"])
def test_each_mark_has_its_sign(name):
    assert f'id="sign-{name}"' in (COMPONENT / "signs.svg").read_text(encoding="utf-8")


def test_nothing_is_fetched_from_elsewhere():
    for path in COMPONENT.glob("*.[jc]s*"):
        foreign = set(re.findall(r"https?://[^\s\"')]+", path.read_text(encoding="utf-8"))) - {
            "http://www.w3.org/2000/svg"
        }
        assert not foreign, path.name


@pytest.mark.parametrize(
    "folder", [STATIC / "event-calendar-5.10.1", STATIC / "fonts", FONTS_OF_DOCUMENTS], ids=lambda folder: folder.name
)
def test_vendored_files_are_the_ones_named_with_their_licence(folder):
    named = dict(
        re.findall(r"^\| `([^`]+)` \|.*`([0-9a-f]{64})` \|$", (folder / "VENDORED.md").read_text("utf-8"), re.M)
    )
    present = {path.name for path in folder.iterdir()} - {"VENDORED.md", "LICENSE.txt"}
    assert present == set(named)
    assert (folder / "LICENSE.txt").read_text("utf-8").strip()
    for name, digest in named.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
