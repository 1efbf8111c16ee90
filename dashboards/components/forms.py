"""Forms that keep what was typed when they are refused, say why beneath their button, and are empty after a success."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.session import attempt, keep_refusal, refused
from practice.errors import Refusal
from practice.money import Currency
from practice.store.record import Command


@contextmanager
def entry(name: str, *, border: bool = False) -> Iterator[None]:
    """A form. Send it inside the block with `send`; its refusal stands beneath the button until it succeeds."""
    with st.form(f"{name}:{turn(name)}", border=border):
        yield
        show_refusal(name)


def send(command: Command, form: str, /, **parameters: Any) -> Any:
    """`attempt` for a form of ours. After a success the page starts anew with this form empty; else answers None."""
    turns = _turns()  # before: afterwards a newer press may end this run, and the form would keep what was sent
    answer = attempt(command, form, is_in_place=True, **parameters)
    if answer is not None:
        turns[form] += 1
        st.rerun()


def turn(name: str) -> int:
    """Part of the keys of a form's inputs: counts its successes, so that each begins with empty ones."""
    return _turns()[name]


def start_anew(name: str) -> None:
    """The form has done its work: its next inputs are new ones."""
    _turns()[name] += 1


def _turns() -> Counter[str]:
    turns: Counter[str] = st.session_state.setdefault("turns", Counter())
    return turns


def show_refusal(name: str) -> None:
    """Why the form's last attempt was refused, where the person looks."""
    refusal = refused(name)
    if refusal:
        st.error(str(refusal), icon=":material/error:")


def practice_currency() -> Currency:
    """The practice's one currency."""
    with runtime.current().record.read() as reader:
        return Currency.of(reader.setting("currency", "USD"))


def amount(name: str, text: str, *, is_zero_fine: bool = False) -> int | None:
    """Minor units of what was typed into form `name`; None, and the form's refusal, if it is no amount."""
    try:
        minor = practice_currency().parse(text, field="amount")
        if minor < 0 or (minor == 0 and not is_zero_fine):
            raise Refusal("Write an amount above zero, such as 120.50.", field="amount")
    except Refusal as refusal:
        keep_refusal(name, refusal)
        return None
    return minor
