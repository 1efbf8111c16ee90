"""Whether messages leave, from whom, and where their links lead."""

from __future__ import annotations

import os

import streamlit as st

from dashboards import runtime
from dashboards.components.forms import entry, send
from practice.access.permissions import Actor
from practice.messages.kinds import ALLOWED_UNASKED, PURPOSES
from practice.messages.settings import message_settings, set_messages

FORM = "messages:settings"


def settings_part(person: Actor, zone: str) -> None:
    """The switch, what it depends on, and the rules of consent in words."""
    del person, zone
    with runtime.current().record.read() as reader:
        now = message_settings(reader)
    left, right = st.columns([3, 2], gap="medium")
    with left.container(border=True), entry(FORM):
        is_on = st.toggle("Send messages to clients", now.is_on)
        st.caption(
            "Visits that are booked, moved or cancelled are told three minutes later: what is undone until then is "
            "never said. What happens while this is off is not made up for."
        )
        is_text_on = st.toggle("Send texts, too", now.is_text_on)
        st.caption("Without texts, clients who gave a telephone number alone are on the list To do.")
        sender = st.text_input(
            "Sender's name", "" if now.sender == now.practice else now.sender, placeholder=now.practice
        )
        url = st.text_input(
            "Public address",
            now.public_url or "",
            placeholder="https://visits.elm.example",
            help="Where clients reach this Daybook from outside. Links to move a visit, accept an offer, or stop "
            "messages begin with it.",
        )
        if not now.public_url:
            st.caption("Without a public address, messages hold no links.")
        if st.form_submit_button("Save", type="primary"):
            send(
                set_messages, FORM, is_on=is_on, is_text_on=is_text_on, sender=sender or None, public_url=url or None,
                done="Messages are switched on." if is_on else "Messages are switched off.",
            )  # fmt: skip
    with right.container(border=True):
        _ways()
    with right.container(border=True):
        st.markdown("**Consent**")
        for purpose, words in PURPOSES.items():
            rule = "sent unless the client stops them" if purpose in ALLOWED_UNASKED else "sent only with consent"
            st.markdown(f"{words}  \n:small[:gray[{rule}]]")
        st.caption("Consent is recorded on the client's page; a link in offers, reminders and news stops them.")


def _ways() -> None:
    folder = runtime.current().home.outbox
    st.markdown("**How they leave**")
    host = os.environ.get("DAYBOOK_SMTP_HOST", "").strip()
    if host:
        st.markdown(f":material/mail: E-mail by the server `{host}`")
    else:
        st.markdown(":material/draft: E-mail is written to files: no mail server is set up")
        st.caption("Set DAYBOOK_SMTP_HOST and DAYBOOK_SMTP_FROM, then start Daybook again.")
    st.markdown(":material/draft: Texts are written to files: no provider of texts is set up")
    st.caption(
        f"Files go to `{folder}`, which only the owner of this machine's account can read. Nobody receives them."
    )
