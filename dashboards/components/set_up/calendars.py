"""Calendars in and out: links that other calendars subscribe to, and files of other calendars as busy time.

Who sets the practice up does it for everybody; a provider does it for themself, on a page of their own.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.forms import entry, show_refusal
from dashboards.components.set_up.calendar_imports import imports
from dashboards.components.set_up.common import begin_anew, choose, lists, names_by, read
from dashboards.session import attempt
from practice.access.permissions import Actor, Permission
from practice.calendars.feeds import feeds_of, hash_of, make_calendar_feed, new_secret, revoke_calendar_feed
from practice.clock import to_wall
from practice.people import queries

TELLS = {
    "busy": "“Busy” only",
    "initials": "the client’s initials",
}
FRESH = "calendar_link"
SECRET = "calendar_link:secret"  # noqa: S105 - the name of a place, not a secret


def calendars_part(person: Actor) -> None:
    """The links, then the calendars that are imported."""
    people = _providers(person)
    if not people:
        st.info("Add a provider first; then their calendar can be linked.")
        return
    left, right = lists()
    with left:
        _links(person)
        _fresh_link()
    with right:
        _new_link(person, people)
    imports(person, people)


def _providers(person: Actor) -> dict[str, str]:
    """Whose calendars the person connects: everybody's, or their own."""
    found = names_by(read(queries.providers, person), "provider_id")
    return found if person.may(Permission.SET_UP) else {key: found[key] for key in found if key == person.provider_id}


def _links(person: Actor) -> None:
    with runtime.current().record.read() as reader:
        zone = reader.setting("zone", "UTC")
        rows = [
            row | {"tells": TELLS[row["detail"]], "since": f"{to_wall(row['created_at'], zone):%-d %b %Y}"}
            for row in feeds_of(reader, person)
        ]
    row = choose(
        "calendar_links",
        "Calendar links",
        rows,
        {"name": "Calendar of", "tells": "Tells", "since": "Made"},
        key="calendar_feed_id",
        empty="No link yet. With one, a phone or another calendar shows this one and stays up to date.",
    )
    if row is None:
        return
    form = f"revoke_calendar_feed:{row['calendar_feed_id']}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{words.plain(row['name'])}, made {row['since']}", width="content")
        if st.button("Revoke this link", key=form) and attempt(
            revoke_calendar_feed,
            form,
            is_in_place=True,
            done="Revoked: the link opens nothing any more.",
            calendar_feed_id=row["calendar_feed_id"],
        ):
            st.session_state.pop(FRESH, None)
            begin_anew("calendar_links")
    show_refusal(form)


def _new_link(person: Actor, people: dict[str, str]) -> None:
    scopes = {("provider", key): name for key, name in people.items()}
    if person.may(Permission.SET_UP):
        sites = names_by(read(queries.locations, person), "location_id")
        scopes |= {("location", key): f"Everybody at {name}" for key, name in sites.items()}
    with entry("make_calendar_feed"):
        st.markdown("**Make a link**")
        scope = st.selectbox("Calendar of", list(scopes), format_func=scopes.get, key="calendar_link:scope")
        detail = st.selectbox("A visit is shown as", list(TELLS), format_func=TELLS.get, key="calendar_link:detail")
        st.caption("Never names, services or reasons. Each time is told with its time zone.")
        if st.form_submit_button("Make link", type="primary"):
            _make(*scope, detail)


def _make(scope: str, scope_id: str, detail: str) -> None:
    """A double click makes one link: the secret is kept until it is shown."""
    typed = (scope, scope_id, detail)
    kept = st.session_state.get(SECRET)
    secret = kept[1] if kept and kept[0] == typed else new_secret()
    st.session_state[SECRET] = (typed, secret)
    made = attempt(
        make_calendar_feed,
        "make_calendar_feed",
        is_in_place=True,
        done="The link was made; copy it now.",
        typed=typed,
        scope=scope,
        scope_id=scope_id,
        detail=detail,
        token_hash=hash_of(secret),
    )
    if made is None:
        return
    st.session_state.pop(SECRET, None)
    st.session_state[FRESH] = f"{_our_address()}/calendar/{secret}.ics"
    begin_anew("calendar_links")


def _fresh_link() -> None:
    """The link that was just made: shown until the person has taken it, and never again."""
    link = st.session_state.get(FRESH)
    if not link:
        return
    with st.container(border=True):
        st.markdown("**Your new link.** Copy it now: it is not shown again.")
        st.code(link, language=None, wrap_lines=True)
        st.caption(
            "In Google Calendar: *Other calendars › From URL*. In Outlook: *Add calendar › Subscribe from web*. On an "
            "iPhone: *Calendars › Add Subscription Calendar*. Whoever has the link sees the calendar; revoke it if it "
            "goes astray."
        )
        if st.button("I have copied it", key="calendar_link:taken"):
            del st.session_state[FRESH]
            st.rerun()


def _our_address() -> str:
    """Where other calendars reach us: the practice's public address, else the one in this browser."""
    with runtime.current().record.read() as reader:
        public: Any = reader.setting("public_url")
    if public:
        return str(public).rstrip("/")
    here = urlsplit(st.context.url or "")
    return f"{here.scheme}://{here.netloc}" if here.netloc else ""
