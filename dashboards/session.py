"""Who is looking at the page: asked anew on each rerun, so that a revoked session ends with the next click."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import streamlit as st

from dashboards import runtime
from practice.access.permissions import Actor
from practice.access.sign_in import session_actor
from practice.errors import Refusal
from practice.store.record import Command

COOKIE = "daybook_session"
DOUBLE_CLICK_SECONDS = 3.0
WAITS = "Not done yet: it waits for a second person (Billing, Approvals)."
"""What is said where a command above the role's limit became a request."""


def token_from_browser() -> str | None:
    """The session's token as the browser sent it at the handshake (HttpOnly, so no script can read it)."""
    return st.context.cookies.get(COOKIE)


def actor(*, is_present: bool = True) -> Actor:
    """The signed-in person. Without one the page goes to sign-in and stops.

    A page's own beat, which is no sign of anybody being there, asks with `is_present` false.
    """
    session = session_actor(runtime.current().record, token_from_browser(), is_present=is_present)
    if session is None:
        st.html("<script>location.assign('/login')</script>", unsafe_allow_javascript=True)
        st.info("Your session has ended. [Sign in again](/login)")
        st.stop()
    return session.actor


def form_key(form: str, content: object = None) -> str:
    """The idempotency key of an open form: a new one once it has succeeded and is sent again as a new intention."""
    state = st.session_state.get(f"key:{form}")
    if state is None or (state["done_at"] is not None and not _is_echo(state, content)):
        state = st.session_state[f"key:{form}"] = {"key": uuid.uuid4().hex, "done_at": None, "answer": None}
    state["content"] = repr(content)
    return str(state["key"])


def renew_key(form: str, answer: object = None) -> None:
    """After a success: what is sent next, but for the echo of a double click, is a new intention."""
    state = st.session_state.get(f"key:{form}")
    if state is not None:
        _note_done(state, answer)


def _note_done(state: dict[str, Any], answer: object) -> None:
    state |= {"done_at": time.monotonic(), "answer": answer}


def _is_echo(state: dict[str, Any], content: object) -> bool:
    """A double click runs a handler twice, the second time after the first has succeeded: the same content again."""
    return (
        state["done_at"] is not None
        and state["content"] == repr(content)
        and time.monotonic() - state["done_at"] < DOUBLE_CLICK_SECONDS
    )


def say(sentence: str, kind: str = "success") -> None:
    """Keep a message for the next rerun (nothing may be drawn inside a callback of a fragment)."""
    _waiting().append((kind, sentence))


def _waiting() -> list[tuple[str, str]]:
    waiting: list[tuple[str, str]] = st.session_state.setdefault("messages", [])
    return waiting


def messages() -> Iterator[tuple[str, str]]:
    """(kind, sentence) of what was kept, for somebody who draws each. What is not drawn is kept for the next run: a
    press may interrupt this one at whatever it draws."""
    waiting = _waiting()
    while waiting:
        yield waiting[0]
        waiting.pop(0)


def show_messages() -> None:
    """Draw what was kept: successes as toasts, refusals where they are read."""
    for kind, sentence in messages():
        if kind == "success":
            st.toast(sentence, icon=":material/check:")
        else:
            st.error(sentence, icon=":material/error:")


def refused(form: str) -> Refusal | None:
    """Why the form's last attempt was refused: its sentence, rule, field and alternatives; None after a success."""
    refusal: Refusal | None = st.session_state.get(f"refused:{form}")
    return refusal


def keep_refusal(form: str, refusal: Refusal) -> None:
    """The form shows it where the person looks, until it succeeds or asks for something else."""
    st.session_state[f"refused:{form}"] = refusal


def enter_page(url: str) -> None:
    """On another page than in the last run: what was refused there is no longer news."""
    if st.session_state.get("page") != url:
        st.session_state["page"] = url
        for name in [name for name in st.session_state if str(name).startswith("refused:")]:
            del st.session_state[name]


def forget_refusal(form: str) -> None:
    """The form asks for something else now: its last refusal is no longer news."""
    st.session_state.pop(f"refused:{form}", None)


def attempt(
    command: Command,
    form: str,
    *,
    reason: str | None = None,
    done: str | Callable[[dict[str, Any]], str] | None = None,
    is_in_place: bool = False,
    typed: object = None,
    **parameters: Any,
) -> Any:
    """Run a command for the signed-in person under the form's key. Returns its answer, or None if it was refused.

    `done` is said after a success; as a function of the answer it also says what of it waits for a second person. A
    refusal is kept as a message and the form keeps what was typed. A form that shows it itself, where the person
    looks (a dialog), says so with `is_in_place` and asks `refused`. `typed` is what the person gave, where the
    parameters are derived from it and from what the first click has changed already.
    """
    content = (command.name, typed if typed is not None else (reason, parameters))
    state = st.session_state.get(f"key:{form}")
    if state is not None and _is_echo(state, content):
        return state["answer"]
    key, person = form_key(form, content), actor()
    state, waiting = st.session_state[f"key:{form}"], _waiting()
    forget_refusal(form)
    try:
        answer = runtime.current().record.run(command, person, key=key, reason=reason, **parameters)
    except Refusal as refusal:
        keep_refusal(form, refusal)
        if not is_in_place:
            say(str(refusal), "refusal")
        return None
    answer = answer if answer is not None else {}
    # A newer press ends this run wherever that next asks for the session's state: what was done is noted before.
    _note_done(state, answer)
    if done:
        waiting.append(("success", _said(done, answer)))
    return answer


def _said(done: str | Callable[[dict[str, Any]], str], answer: Any) -> str:
    if callable(done):
        return done(answer)
    return WAITS if isinstance(answer, dict) and "waits" in answer else done
