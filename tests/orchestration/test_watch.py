"""The sensor builds when something moved, waits while a build runs, and asks a silent app ever more rarely."""

import json
from datetime import datetime, timedelta

import pytest

from ingestion.feed_sources import AppIsDown
from orchestration.builds import note_attempt
from orchestration.watch import Memory, app_feed, decide, first_look
from practice.home import Home
from practice.store.feed import FeedHead

NOW = datetime(2026, 3, 2, 14)


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home")
    made.create()
    return made


def feed_at(seq):
    class Feed:
        def head(self):
            return FeedHead(seq, 1, "hash")

    return lambda _: Feed()


def down(_):
    raise AppIsDown("The app is not running.", rule="app_is_down")


def attempted(home, seq, outcome="published", at=NOW, batches=()):
    note_attempt(home, {"status": outcome, "feed_seq": seq, "at": at.isoformat(), "import_batches": list(batches)})


def imported(home, batch_id):
    folder = home.landing / "imports" / "old" / "_batches"
    folder.mkdir(parents=True)
    manifest = {"batch_id": batch_id, "source": "old", "status": "landed", "files": {}}
    (folder / f"{batch_id}.json").write_text(json.dumps(manifest))


def test_a_change_after_the_last_attempt_launches_a_build(home):
    attempted(home, 7)
    assert decide(home, Memory(), NOW, feed_at(8)).is_launch
    assert not decide(home, Memory(), NOW, feed_at(7)).is_launch


def test_a_refused_candidate_is_not_tried_again_until_something_changes(home):
    attempted(home, 7, "refused")
    assert not decide(home, Memory(), NOW, feed_at(7)).is_launch
    assert decide(home, Memory(), NOW, feed_at(8)).is_launch


def test_an_import_launches_a_build_once(home):
    attempted(home, 7)
    imported(home, "batch-1")
    assert decide(home, Memory(), NOW, feed_at(7)).reason == "An import arrived."
    attempted(home, 7, batches=["batch-1"])
    assert not decide(home, Memory(), NOW, feed_at(7)).is_launch


def test_a_launched_build_is_given_time_before_the_next_one(home):
    attempted(home, 7)
    first = decide(home, Memory(), NOW + timedelta(seconds=5), feed_at(8))
    again = decide(home, first.memory, NOW + timedelta(seconds=10), feed_at(9))
    assert (again.is_launch, again.reason) == (False, "A build is under way.")
    attempted(home, 8, at=NOW + timedelta(seconds=30))
    assert decide(home, again.memory, NOW + timedelta(seconds=31), feed_at(9)).is_launch


def test_a_build_that_never_reported_is_launched_again_after_a_while(home):
    first = decide(home, Memory(), NOW, feed_at(8))
    assert not decide(home, first.memory, NOW + timedelta(seconds=60), feed_at(8)).is_launch
    assert decide(home, first.memory, NOW + timedelta(seconds=121), feed_at(8)).is_launch


def test_an_app_that_is_down_is_asked_ever_more_rarely_and_it_says_so(home):
    memory, pauses, now = Memory(), [], NOW
    for _ in range(6):
        decision = decide(home, memory, now, down)
        assert not decision.is_launch
        assert decision.reason.startswith("The app is not running. Asking again in ")
        assert decide(home, decision.memory, now + timedelta(seconds=1), feed_at(8)).reason.startswith(
            "The app did not"
        )
        memory = decision.memory
        pauses.append((datetime.fromisoformat(memory.ask_after) - now).total_seconds())
        now = datetime.fromisoformat(memory.ask_after)
    assert pauses == [10, 20, 40, 80, 120, 120]
    assert decide(home, memory, now, feed_at(8)).memory.failures == 0


def test_without_an_address_the_app_is_down(home):
    with pytest.raises(AppIsDown, match="daybook serve"):
        app_feed(home)


def test_a_new_dagster_directory_begins_with_one_look_at_what_is_published(home):
    attempted(home, 7)
    first = first_look(decide(home, Memory(), NOW, feed_at(7)), NOW)
    assert (first.is_launch, first.reason) == (True, "A first look at what is published.")
    assert not first_look(decide(home, first.memory, NOW + timedelta(minutes=9), feed_at(7)), NOW).is_launch
    assert not first_look(decide(home, Memory(), NOW, down), NOW).is_launch
