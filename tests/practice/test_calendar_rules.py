"""Recurrence rules: libical's printed instances are the referee, dateutil a second opinion, and nothing may hang."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from time import process_time

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from practice.calendars.recurrence import Budget, instances
from practice.calendars.rules import parse_rule
from practice.errors import Refusal

CASES = Path(__file__).parents[3] / "shared" / "data" / "recurrence_libical" / "cases.json"


def expand(rule, start, **window):
    return list(instances(parse_rule(rule), datetime.fromisoformat(start), **window))


@pytest.mark.skipif(not CASES.exists(), reason="the folder of real data is not on this machine")
def test_all_of_libicals_rules_expand_as_printed():
    cases = json.loads(CASES.read_text())
    assert len(cases) == 37
    for case in cases:
        start = datetime.fromisoformat(case["dtstart"]).replace(tzinfo=None)
        wanted = [datetime.fromisoformat(text).replace(tzinfo=None) for text in case["instances"]]
        found = list(islice(instances(parse_rule(case["rrule"]), start), len(wanted) + 1))
        assert found[: len(wanted)] == wanted, case
        if "COUNT" in case["rrule"] or "UNTIL" in case["rrule"]:
            assert len(found) == len(wanted), case


WEEKDAYS = st.lists(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1, max_size=3, unique=True)
NUMBERED = st.tuples(st.sampled_from([-2, -1, 1, 2, 3, 4, 5]), st.sampled_from(["MO", "WE", "SU"])).map(
    lambda one: f"{one[0]}{one[1]}"
)


def numbers(low, high):
    return st.lists(st.integers(low, high).filter(bool), min_size=1, max_size=3, unique=True)


@st.composite
def rules(draw):
    """A rule that both understand; `dateutil` reads BYDAY, BYSETPOS and the week's start as we do."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY", "HOURLY"]))
    parts = {"FREQ": frequency, "INTERVAL": draw(st.integers(1, 4)), "WKST": draw(st.sampled_from(["MO", "SU"]))}
    if draw(st.booleans()):
        parts["BYMONTH"] = draw(numbers(1, 12))
    if draw(st.booleans()):
        numbered = frequency in ("MONTHLY", "YEARLY") and draw(st.booleans())
        parts["BYDAY"] = draw(st.lists(NUMBERED, min_size=1, max_size=3, unique=True) if numbered else WEEKDAYS)
    if frequency != "WEEKLY" and draw(st.booleans()):
        parts["BYMONTHDAY"] = draw(numbers(-31, 31))
    if frequency in ("YEARLY", "HOURLY") and draw(st.integers(0, 3)) == 0:
        parts["BYYEARDAY"] = draw(numbers(-366, 366))
    if draw(st.integers(0, 3)) == 0:
        parts["BYHOUR"] = draw(st.lists(st.integers(0, 23), min_size=1, max_size=2, unique=True))
    if draw(st.integers(0, 3)) == 0:
        parts["BYMINUTE"] = draw(st.lists(st.integers(0, 59), min_size=1, max_size=2, unique=True))
    if (
        frequency != "HOURLY"
        and any(name in parts for name in ("BYDAY", "BYMONTHDAY", "BYHOUR"))
        and draw(st.booleans())
    ):
        parts["BYSETPOS"] = draw(numbers(-4, 4))
    if draw(st.booleans()):
        parts["COUNT"] = draw(st.integers(1, 12))
    return ";".join(
        f"{name}={','.join(map(str, value)) if isinstance(value, list) else value}" for name, value in parts.items()
    )


@settings(max_examples=100)
@given(rules(), st.datetimes(datetime(2019, 12, 1), datetime(2021, 3, 1)), st.integers(0, 500))
def test_dateutil_gives_the_same_instances(rule, start, days):
    """Where there are as many as asked for: after the last one `dateutil` would look on until the year 9999."""
    start = start.replace(microsecond=0)
    wanted = 12 if "COUNT" not in rule else int(rule.rsplit("=", 1)[1])
    after = start + timedelta(days=days)
    try:
        found = list(
            islice(instances(parse_rule(rule), start, before=datetime(2060, 1, 1), budget=Budget(20_000)), wanted)
        )
        late = list(islice(instances(parse_rule(rule), start, after=after, before=datetime(2024, 1, 1)), wanted))
    except Refusal:  # a rule with no instance within sight
        return
    if len(found) == wanted:
        assert found == list(islice(rrulestr(rule, dtstart=start), wanted))
        known = [at for at in found if at >= after]
        assert late[: len(known)] == [at for at in known if at < datetime(2024, 1, 1)]


@pytest.mark.parametrize(
    ("rule", "zone", "count"),
    [
        (
            "FREQ=DAILY;UNTIL=20260331T140000Z",
            "America/New_York",
            31,
        ),  # ten in New York, from 8 March on in summer time
        ("FREQ=DAILY;UNTIL=20260331T135959Z", "America/New_York", 30),
        ("FREQ=DAILY;UNTIL=20260331T100000", "America/New_York", 31),
        ("FREQ=DAILY;UNTIL=20260331", "America/New_York", 31),
        ("FREQ=DAILY;UNTIL=20260331T000000Z", "Pacific/Auckland", 31),  # noon there
    ],
)
def test_an_end_is_read_in_the_events_zone(rule, zone, count):
    assert len(expand(rule, "2026-03-01T10:00", zone=zone)) == count


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY", "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31;COUNT=1", "FREQ=SECONDLY;INTERVAL=1000000;BYSECOND=1",
        "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7;BYMINUTE=" + ",".join(map(str, range(60))) + ";BYSECOND=" + ",".join(map(str, range(60))),
        "FREQ=WEEKLY;INTERVAL=1000000", "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1",
    ],
)  # fmt: skip
def test_no_rule_keeps_anybody_waiting(rule):
    began = process_time()  # of ours alone: a busy machine is nobody's fault
    with suppress(Refusal):
        assert len(expand(rule, "1970-01-01T00:00", after=datetime(2026, 3, 1), before=datetime(2027, 3, 1))) < 10
    assert process_time() - began < 3


def test_a_budget_is_shared_by_the_rules_of_a_file():
    purse = Budget(steps=500)
    assert len(list(instances(parse_rule("FREQ=DAILY;COUNT=100"), datetime(2026, 3, 1), budget=purse))) == 100
    with pytest.raises(Refusal, match="too often"):
        list(instances(parse_rule("FREQ=DAILY;COUNT=100"), datetime(2026, 3, 1), budget=purse))


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        ("BYDAY=MO", "FREQ"), ("FREQ=FORTNIGHTLY", "FREQ"), ("FREQ=DAILY;RSCALE=HEBREW", "RSCALE"),
        ("FREQ=DAILY;BYEASTER=1", "BYEASTER"), ("FREQ=DAILY;INTERVAL=0", "INTERVAL"), ("FREQ=DAILY;COUNT=-3", "COUNT"),
        ("FREQ=DAILY;UNTIL=soon", "UNTIL"), ("FREQ=DAILY;COUNT=3;UNTIL=20260401", "COUNT"), ("FREQ=WEEKLY;BYDAY=XX", "weekday"),
        ("FREQ=WEEKLY;BYDAY=1MO", "1FR"), ("FREQ=WEEKLY;BYMONTHDAY=3", "BYMONTHDAY"), ("FREQ=DAILY;BYYEARDAY=3", "BYYEARDAY"),
        ("FREQ=MONTHLY;BYWEEKNO=3", "BYWEEKNO"), ("FREQ=DAILY;BYSETPOS=1", "BYSETPOS"), ("FREQ=DAILY;FREQ=DAILY", "twice"),
        ("FREQ=DAILY;BYHOUR=24", "BYHOUR"), ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY"), ("FREQ=DAILY;BYHOUR=²", "BYHOUR"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_by_name(rule, named):
    with pytest.raises(Refusal, match=named) as refused:
        parse_rule(rule)
    assert refused.value.rule == "recurrence"


def test_weeks_of_the_year_begin_where_the_rule_says():
    assert expand("FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO,SU;COUNT=4", "2024-12-01T09:00") == [
        datetime(2024, 12, 30, 9), datetime(2025, 1, 5, 9), datetime(2025, 12, 29, 9), datetime(2026, 1, 4, 9)
    ]  # fmt: skip
    assert [at.date().isoformat() for at in expand("FREQ=YEARLY;BYWEEKNO=-1;COUNT=2", "2026-01-02T09:00")] == [
        "2027-01-01",
        "2027-12-31",
    ]


def test_the_end_in_utc_is_an_instant():
    assert parse_rule("FREQ=DAILY;UNTIL=20260331T140000Z").until == datetime(2026, 3, 31, 14, tzinfo=UTC)
