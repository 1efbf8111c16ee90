"""Signing in and out: sessions, lock-outs, time-outs, and what of it is audited."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from practice.access.permissions import SYSTEM
from practice.access.sign_in import open_session, session_actor, sign_in, sign_out
from practice.access.users import create_user
from practice.errors import Refusal, StorageTrouble
from practice.store.record import Record

EMAIL, PASSWORD = "olga@example.org", "four words in a row"


@pytest.fixture
def real():
    """A real clock that a test moves; the practice's own clock stands on another day, as a demo's does."""

    class Clock:
        instant = datetime(2026, 11, 20, 9, tzinfo=UTC)

        def __call__(self):
            return self.instant

        def forward(self, **amount):
            self.instant += timedelta(**amount)

    return Clock()


@pytest.fixture
def olga(record):
    return create_user(record, SYSTEM, email=EMAIL, name="Olga Stern", role="owner", password=PASSWORD)["user_id"]


@pytest.fixture
def enter(record, olga, real):
    """`enter()` signs Olga in and gives the token; `enter("…")` tries another password."""
    return lambda password=PASSWORD, email=EMAIL: sign_in(record, email, password, real_clock=real)


@pytest.fixture
def who(record, real):
    """The session behind a token, or None."""
    return lambda token: session_actor(record, token, real_clock=real)


def commands(record):
    with record.read() as reader:
        return [row["command"] for row in reader.rows("select command from audit_entries order by seq")]


def test_a_session_survives_a_restart(record, enter, real, clock):
    token = enter()
    record.close()
    reopened = Record(record.path, clock=clock)
    assert session_actor(reopened, token, real_clock=real).email == EMAIL
    reopened.close()


def test_the_record_holds_no_token(record, enter):
    token = enter()
    with record.read() as reader:
        assert token not in str(reader.rows("select * from sessions"))


@pytest.mark.parametrize("token", [None, "", "made-up", "x" * 10_000])
def test_a_token_that_we_did_not_give_is_nobody(record, olga, who, token):
    assert who(token) is None


def test_a_wrong_password_and_an_unknown_account_are_refused_alike(enter):
    sentences = set()
    for email, password in ((EMAIL, "wrong"), ("nobody@example.org", "wrong"), ("", ""), (EMAIL, "")):
        with pytest.raises(Refusal) as refused:
            enter(password, email)
        sentences.add((str(refused.value), refused.value.rule, refused.value.field))
    assert len(sentences) == 1


def test_five_failures_lock_the_account_for_a_quarter_of_an_hour(enter, real, record):
    sentences = set()
    for _ in range(5):
        with pytest.raises(Refusal) as refused:
            enter("wrong")
        sentences.add(str(refused.value))
    real.forward(minutes=14, seconds=59)
    with pytest.raises(Refusal) as refused:
        enter()
    assert {str(refused.value)} == sentences
    real.forward(seconds=1)
    assert enter()
    with record.read() as reader:
        assert reader.one("select failed_sign_ins, locked_until from users") == {
            "failed_sign_ins": 0,
            "locked_until": None,
        }


def test_signing_in_forgets_the_failures_before_it(enter):
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(Refusal):
                enter("wrong")
        enter()


def test_trying_while_locked_does_not_prolong_the_lock(enter, real):
    for _ in range(10):
        with pytest.raises(Refusal):
            enter("wrong")
    real.forward(minutes=15)
    assert enter()


def test_wrong_tries_at_the_same_time_all_count(enter, record):
    def attempt(_):
        with pytest.raises(Refusal):
            enter("wrong")

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(attempt, range(5)))
    with record.read() as reader:
        assert reader.value("select locked_until from users") is not None


def test_a_lock_or_another_password_between_the_check_and_the_session_wins(record, olga, real):
    with pytest.raises(Refusal) as refused:
        record.run(
            open_session, SYSTEM, user_id=olga, session_hash="h", verified="of another hash", at=real().isoformat()
        )
    assert refused.value.rule == "sign_in"


def test_an_idle_session_ends_after_an_hour_and_a_used_one_goes_on(enter, who, real):
    idle, used = enter(), enter()
    for _ in range(4):
        real.forward(minutes=30)
        assert who(used)
    assert who(idle) is None


def test_a_page_that_asks_by_itself_keeps_no_session_alive(record, enter, real):
    token = enter()
    for _ in range(59):
        real.forward(minutes=1)
        assert session_actor(record, token, real_clock=real, is_present=False)
    real.forward(minutes=1)
    assert session_actor(record, token, real_clock=real, is_present=False) is None


def test_no_session_outlives_twelve_hours(enter, who, real):
    token = enter()
    for _ in range(23):
        real.forward(minutes=30)
        assert who(token)
    assert who(token).expires_at == real() + timedelta(minutes=30)
    real.forward(minutes=30)
    assert who(token) is None


def test_being_seen_is_written_once_a_minute_and_never_audited(enter, who, real, record, monkeypatch):
    token = enter()
    before, writes = commands(record), []
    keep = Record.housekeeping
    monkeypatch.setattr(Record, "housekeeping", lambda *arguments: writes.append(1) or keep(*arguments))
    for _ in range(12):
        real.forward(seconds=10)
        who(token)
    assert len(writes) == 2
    assert commands(record) == before


def test_a_full_disk_ends_nobodys_reading(enter, who, real, record, monkeypatch):
    token = enter()
    real.forward(minutes=5)

    def full(*_):
        raise StorageTrouble("The disk is full.")

    monkeypatch.setattr(Record, "housekeeping", full)
    assert who(token)


def test_signing_out_ends_this_session_alone(enter, who, record):
    one, other = enter(), enter()
    sign_out(record, one)
    assert who(one) is None
    assert who(other)
    before = commands(record)
    sign_out(record, one)
    sign_out(record, None)
    sign_out(record, "made-up")
    assert commands(record) == before


def test_sign_ins_failures_and_sign_outs_are_audited_without_unknown_addresses(enter, record):
    with pytest.raises(Refusal):
        enter("wrong")
    with pytest.raises(Refusal):
        enter("wrong", "stranger@example.org")
    sign_out(record, enter())
    assert commands(record)[1:] == ["note_failed_sign_in", "note_failed_sign_in", "open_session", "close_session"]
    with record.read() as reader:
        trail = reader.rows("select * from audit_entries order by seq")
    assert "stranger" not in str(trail)
    assert json.loads(trail[1]["changes"])[0]["after"] == {"failed_sign_ins": 1}
    assert json.loads(trail[2]["changes"]) == []


def test_asking_who_it_is_costs_a_moment(enter, who):
    import time

    token, took = enter(), []
    for _ in range(20):
        started = time.perf_counter()
        who(token)
        took.append(time.perf_counter() - started)
    assert min(took) < 0.020
