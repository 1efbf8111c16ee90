"""Who is looking at the page: asked anew on each rerun, so that a revoked session ends with the next click."""

from __future__ import annotations

import uuid
from typing import Any

import streamlit as st

from dashboards import runtime
from practice.access.permissions import Actor
from practice.access.sign_in import session_actor
from practice.errors import Refusal
from practice.store.record import Command

COOKIE = "daybook_session"


def token_from_browser() -> str | None:
    """The session's token as the browser sent it at the handshake (HttpOnly, so no script can read it)."""
    return st.context.cookies.get(COOKIE)


def actor() -> Actor:
    """The signed-in person. Without one the page goes to sign-in and stops."""
    session = session_actor(runtime.current().record, token_from_browser())
    if session is None:
        st.html("<script>location.assign('/login')</script>", unsafe_allow_javascript=True)
        st.info("Your session has ended. [Sign in again](/login)")
        st.stop()
    return session.actor


def form_key(name: str) -> str:
    """The idempotency key of an open form: the same for a double click, a new one after success."""
    return str(st.session_state.setdefault(f"key:{name}", uuid.uuid4().hex))


def renew_key(name: str) -> None:
    """After a success: the next submit of this form is a new intention."""
    st.session_state.pop(f"key:{name}", None)


def say(sentence: str, kind: str = "success") -> None:
    """Keep a message for the next rerun (nothing may be drawn inside a callback of a fragment)."""
    st.session_state.setdefault("messages", []).append((kind, sentence))


def show_messages() -> None:
    """Draw what was kept: successes as toasts, refusals where they are read."""
    for kind, sentence in st.session_state.pop("messages", []):
        if kind == "success":
            st.toast(sentence, icon=":material/check:")
        else:
            st.error(sentence, icon=":material/error:")


def refused(form: str) -> Refusal | None:
    """Why the form's last attempt was refused: its sentence, rule, field and alternatives; None after a success."""
    refusal: Refusal | None = st.session_state.get(f"refused:{form}")
    return refusal


def forget_refusal(form: str) -> None:
    """The form asks for something else now: its last refusal is no longer news."""
    st.session_state.pop(f"refused:{form}", None)


def attempt(
    command: Command,
    form: str,
    *,
    reason: str | None = None,
    done: str | None = None,
    is_in_place: bool = False,
    **parameters: Any,
) -> Any:
    """Run a command for the signed-in person under the form's key. Returns its answer, or None if it was refused.

    A refusal is kept as a message and the form keeps what was typed. A form that shows it itself, where the person looks
    (a dialog), says so with `is_in_place` and asks `refused`.
    """
    try:
        answer = runtime.current().record.run(command, actor(), key=form_key(form), reason=reason, **parameters)
    except Refusal as refusal:
        st.session_state[f"refused:{form}"] = refusal
        if not is_in_place:
            say(str(refusal), "refusal")
        return None
    forget_refusal(form)
    renew_key(form)
    if done:
        say(done)
    return answer if answer is not None else {}
