"""The texts: edit one beside its preview; saving makes another version, and earlier ones stay."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words as desk_words
from dashboards.components.messages import words
from dashboards.session import attempt, refused
from practice.access.permissions import Actor
from practice.clock import local_date
from practice.errors import Refusal
from practice.messages import queries
from practice.messages.defaults import default_of
from practice.messages.kinds import CHANNELS, KINDS, PLACEHOLDERS
from practice.messages.samples import sample_values
from practice.messages.templates import current, save_template
from practice.messages.text import check_template, render, render_line

FORM = "messages:template"


def templates_part(person: Actor, zone: str) -> None:
    """One text at a time."""
    del person
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox(
            "Message", list(KINDS), format_func=lambda key: KINDS[key].words, key="messages:kind", width=320
        )
        channel = st.segmented_control(
            "Channel", CHANNELS, default="email", required=True, format_func=words.by, key="messages:channel"
        )
    with runtime.current().record.read() as reader:
        now = current(reader, kind, channel)
        versions = queries.templates(reader, kind, channel)
        values = sample_values(reader, kind)
        today = local_date(reader.now, zone)
    keys = _fields(kind, channel, now)
    left, right = st.columns(2, gap="medium")
    with left.container(border=True):
        which = f"version {now['version']}" if now["version"] else "the text that Daybook comes with"
        st.markdown(f"**Text** :gray[{which}]")
        subject = st.text_input("Subject", key=keys["subject"]) if channel == "email" else None
        body = st.text_area("Text", key=keys["body"], height=340)
        shown = " ".join(f"`{{{name}}}`" for name in KINDS[kind].placeholders)
        st.caption(f"It may hold {shown}. A line whose placeholder has nothing to say is left out.")
        with st.expander("What the placeholders say"):
            st.markdown("  \n".join(f"`{{{name}}}` {PLACEHOLDERS[name]}" for name in KINDS[kind].placeholders))
        with st.container(horizontal=True):
            st.button(
                "Save as a new version", type="primary", key=f"{FORM}:save", on_click=_save, args=(kind, channel, keys)
            )
            st.button("Shipped text", key=f"{FORM}:shipped", on_click=_fill, args=(keys, *default_of(kind, channel)))
        refusal = refused(FORM)
        if refusal:
            st.error(str(refusal), icon=":material/error:")
    with right.container(border=True):
        st.markdown("**Preview** :gray[with an invented client]")
        _preview(kind, channel, subject, body, values)
    if versions:
        with st.expander(f"Versions ({len(versions)})"):
            for row in versions:
                with st.container(horizontal=True, vertical_alignment="center"):
                    st.markdown(
                        f"**{row['version']}** :gray[{words.at(row['created_at'], zone, today)}]", width="content"
                    )
                    st.button(
                        "Take this text", key=f"{FORM}:take:{row['message_template_id']}", type="tertiary",
                        on_click=_fill, args=(keys, row["subject"], row["body"]),
                    )  # fmt: skip
                st.code(
                    (f"{row['subject']}\n\n" if row["subject"] else "") + row["body"], language=None, wrap_lines=True
                )


def _fields(kind: str, channel: str, now: dict[str, Any]) -> dict[str, str]:
    """The inputs' keys; a new version, or another text, begins with what is in use."""
    base = f"{FORM}:{kind}:{channel}:{now['version']}"
    keys = {"subject": f"{base}:subject", "body": f"{base}:body"}
    for name, key in keys.items():
        st.session_state.setdefault(key, now[name] or "")
    return keys


def _fill(keys: dict[str, str], subject: str | None, body: str) -> None:
    st.session_state[keys["subject"]], st.session_state[keys["body"]] = subject or "", body


def _save(kind: str, channel: str, keys: dict[str, str]) -> None:
    attempt(
        save_template, FORM, is_in_place=True, kind=kind, channel=channel, body=st.session_state[keys["body"]],
        subject=st.session_state.get(keys["subject"]) if channel == "email" else None,
        done="Saved; from now on messages use this text.",
    )  # fmt: skip


def _preview(kind: str, channel: str, subject: str | None, body: str, values: dict[str, str]) -> None:
    try:
        subject, body = check_template(kind, channel, subject, body)
    except Refusal as refusal:
        st.warning(str(refusal), icon=":material/edit_off:")
        return
    if subject:
        st.markdown(f"**{desk_words.plain(render_line(subject, values))}**")
    text = render(body, values)
    st.code(text, language=None, wrap_lines=True)
    if channel == "text":
        st.caption(f"{len(text)} characters")
