"""What stands around every page: the demo's banner, the state of the numbers, the signed-in person."""

from __future__ import annotations

import html
from datetime import datetime
from pathlib import Path

import streamlit as st

from dashboards import runtime
from dashboards.pages import FIRST
from dashboards.session import actor
from practice.access.permissions import Actor, Permission
from practice.clock import to_wall
from practice.people.queries import setup_progress
from practice.store.feed import feed_head

STATIC = Path(__file__).with_name("static")
ICON = str(STATIC / "favicon.png")
WORDMARK = str(STATIC / "wordmark.svg")
_LOOK = """<style>
/* What is chosen has the text's colour on a tint: in the dark the theme's own teal is too near to the ground. */
button[data-variant][data-selected]{color:inherit!important}
/* A heading stands on one line with what is beside it. */
.stHorizontalBlock h2{padding:.5rem 0 1.5rem}
/* On a phone a row has no room to spread out. */
@media(max-width:640px){.stHorizontalBlock>.stElementContainer:has(>.stSpace){display:none}}
/* The name of a number is read whole, on two lines where one is too short. */
[data-testid="stMetricLabel"] p{white-space:normal;text-wrap:balance}
/* A day and an amount stay on one line, however narrow the table is. */
.st-key-story td:is(:first-child,:last-child){white-space:nowrap}
@media(max-width:640px){.st-key-story :is(td,th){padding-inline:.25rem}}
/* Code in small print is as legible as the print around it. */
[data-testid="stCaptionContainer"] code{font-size:.95em;color:inherit}
/* On a phone the tools of a table that is touched lie over what stands above it: small print makes room. */
@media(max-width:640px){.stElementContainer:has([data-testid="stCaptionContainer"])+.stElementContainer:has(.stDataFrame){
margin-top:1.5rem}}
/* Offers read as lines, not as captions. */
[class*="best_times"] button>div{inline-size:100%;justify-content:flex-start}
[class*="best_times"] button p{text-align:start}
</style>"""


def is_unfinished(person: Actor) -> bool:
    """Whether a practice of one's own still lacks what booking needs: then its owner lands on Set-up."""
    if not person.may(Permission.SET_UP):
        return False
    with runtime.current().record.read() as reader:
        return not all(step["is_done"] for step in setup_progress(reader) if step["is_needed"])


def first_page(person: Actor) -> str:
    """The address of the page that a person starts on."""
    return "set-up" if is_unfinished(person) else FIRST[person.role]


def practice_settings() -> dict[str, str]:
    """Name, zone, currency and the demo's day."""
    with runtime.current().record.read() as reader:
        names = ("practice_name", "zone", "currency", "demo_today")
        return {name: reader.setting(name, "") or "" for name in names}


def look() -> None:
    """The few touches that the theme has no option for."""
    st.html(_LOOK)


def signed_in_as(person: Actor) -> None:
    """Name, role and the way out."""
    role = person.role.replace("_", " ")
    # A markdown link would open a new tab; signing out belongs in this one.
    way_out = '<a href="/logout" target="_self" style="color:inherit">Sign out</a>'
    st.html(f'<div style="font-size:.85rem;opacity:.85">{html.escape(person.name)} · {role}<br>{way_out}</div>')


def notices() -> None:
    """The demo's day, and a refused build: on every page, for everybody."""
    settings = practice_settings()
    if settings["demo_today"]:
        day = datetime.fromisoformat(settings["demo_today"])
        st.caption(f":material/science: Demo practice with invented people. It is always {day:%A, %-d %B %Y} here.")
    attempt = runtime.current().warehouse.last_attempt()
    if attempt.get("status") == "refused":
        since = fresh_at(settings["zone"])
        kept = f"The numbers are those of {since}." if since else "There are no numbers yet."
        failed = " ".join(str(sentence) for sentence in attempt.get("failed", [])[:3])
        st.error(f"The last build failed its checks and was not published. {kept} {failed}", icon=":material/report:")


def fresh_at(zone: str) -> str:
    """Until when the published numbers know the record, in the practice's wall time; empty before the first build."""
    published = runtime.current().warehouse.published()
    return f"{to_wall(published.known_at, zone or 'UTC'):%-d %b, %H:%M}" if published else ""


def freshness() -> None:
    """A badge: how fresh the numbers are, and whether they passed their checks. Keeps itself up to date."""
    with st.container(width="content"):  # a fragment alone would take all the room there is
        _badge()


@st.fragment(run_every="30s")
def watch_session() -> None:
    """A page that nobody touches goes to sign-in by itself once its session has ended."""
    actor(is_present=False)


def on_their_way(changes: int) -> str:
    """How many changes of the record are not in the numbers yet."""
    return "1 change on its way" if changes == 1 else f"{changes:,} changes on their way"


@st.fragment(run_every="10s")
def _badge() -> None:
    zone = practice_settings()["zone"]
    at = fresh_at(zone)
    if not at:
        st.badge("No numbers yet", icon=":material/hourglass_top:", color="orange")
        return
    running = runtime.current()
    published = running.warehouse.published()
    behind = feed_head(running.record).seq - (published.feed_seq if published else 0)
    if running.warehouse.last_attempt().get("status") == "refused":
        st.badge(f"Data as of {at} · last build refused", icon=":material/report:", color="red")
    elif behind:
        st.badge(f"Data as of {at} · {on_their_way(behind)}", icon=":material/sync:", color="orange")
    else:
        st.badge(f"Data as of {at} · checks passed", icon=":material/check_circle:", color="green")


@st.fragment(run_every="3s")
def wait_for_first_build() -> None:
    """A page that has nothing to show yet shows itself once the first build is published."""
    if runtime.current().warehouse.published() is not None:
        st.rerun()
