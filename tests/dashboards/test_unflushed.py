"""What a run had to tell the browser when the next run begins: a fragment's end, a message to the person."""

from __future__ import annotations

from contextlib import suppress
from functools import partialmethod
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.scriptrunner import RerunData, RerunException

from dashboards import session, unflushed
from dashboards.components import forms

STATUS = ForwardMsg.ScriptFinishedStatus
DRAWER, BEAT = "drawer", "beat"


def heard(running):
    """What is left of the end of the drawer's run when a run of these fragments begins; None = the whole page."""
    queue, ended = ForwardMsgQueue(), ForwardMsg()
    ended.script_finished = STATUS.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
    ended.metadata.run.script_run_id = "run"
    ended.metadata.run.fragment_ids.append(DRAWER)
    queue.enqueue(ended)
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=running)
    [left] = queue.flush()
    return left.script_finished


@pytest.fixture
def mended(monkeypatch):
    monkeypatch.setattr(ForwardMsgQueue, "clear", unflushed._clear)
    unflushed.keep_what_has_ended()


def test_another_fragment_does_not_take_it_back(mended):
    assert heard([BEAT]) == STATUS.FINISHED_FRAGMENT_RUN_SUCCESSFULLY


@pytest.mark.parametrize("running", [[DRAWER], [BEAT, DRAWER], None])
def test_what_draws_the_drawer_anew_does(mended, running):
    assert heard(running) == STATUS.FINISHED_EARLY_FOR_RERUN


def test_without_us_streamlit_takes_it_back(monkeypatch):
    """Once this fails, Streamlit does it by itself and our part can go."""
    monkeypatch.setattr(ForwardMsgQueue, "clear", unflushed._clear)
    assert heard([BEAT]) == STATUS.FINISHED_EARLY_FOR_RERUN


def test_a_message_that_was_not_drawn_is_said_by_the_next_run(monkeypatch):
    """A press interrupts the run at the first thing that it draws; `st.toast` then draws nothing."""
    state, drawn = {}, []
    monkeypatch.setattr(st, "session_state", state)
    monkeypatch.setattr(st, "toast", interrupted)
    session.say("$20.00 taken.")
    with pytest.raises(RerunException):
        session.show_messages()
    monkeypatch.setattr(st, "toast", lambda sentence, icon: drawn.append(sentence))
    session.show_messages()
    session.show_messages()
    assert drawn == ["$20.00 taken."]


class Interrupting(dict):
    """A session's state that ends the run for a newer press wherever it is asked for, from `is_pressed` on."""

    is_pressed = False

    def _ask(self, name, *args):
        if self.is_pressed:
            interrupted()
        return getattr(dict, name)(self, *args)

    __getitem__ = partialmethod(_ask, "__getitem__")
    __setitem__ = partialmethod(_ask, "__setitem__")
    get = partialmethod(_ask, "get")
    setdefault = partialmethod(_ask, "setdefault")
    pop = partialmethod(_ask, "pop")


def test_what_a_command_did_is_noted_even_if_a_newer_press_ends_the_run(monkeypatch):
    """Its message is said, its form begins anew, and the same press once more is its echo: nothing is done twice."""
    state, runs = Interrupting(), []

    def run(command, person, **given):
        runs.append(given["key"])
        state.is_pressed = True
        return {"payment_id": "p1"}

    monkeypatch.setattr(st, "session_state", state)
    monkeypatch.setattr(session, "actor", lambda: None)
    monkeypatch.setattr(session.runtime, "current", lambda: SimpleNamespace(record=SimpleNamespace(run=run)))
    take = SimpleNamespace(name="take_payment")
    with suppress(RerunException):
        forms.send(take, "pay", done="$20.00 taken.", amount_minor=20_00)
    state.is_pressed = False
    assert list(session.messages()) == [("success", "$20.00 taken.")]
    assert forms.turn("pay") == 1
    assert session.attempt(take, "pay", is_in_place=True, amount_minor=20_00) == {"payment_id": "p1"}
    assert len(runs) == 1


def interrupted(*_, **__):
    raise RerunException(RerunData())
