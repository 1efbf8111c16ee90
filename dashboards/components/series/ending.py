"""Series that end soon: who they are, keeping their places meanwhile, and renewing one with a look at its dates."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import acts, words
from dashboards.components.desk.memo import unchanged
from dashboards.components.desk.place import Desk, desk_of
from dashboards.components.series.booking import terms_of
from dashboards.components.series.deciding import decide
from dashboards.session import actor, attempt, refused, show_messages
from practice.access.permissions import Permission
from practice.errors import Refusal
from practice.scheduling.series.renewing import (
    KEPT_DAYS,
    ending_series,
    keep_for_renewal,
    plan_renewal,
    renew_series,
)
from practice.scheduling.series.rules import MOST_VISITS
from practice.store.work import Row

CHOSEN = "ending:chosen"


def ending_here(desk: Desk) -> list[Row]:
    """Series of the desk's location that end soon, in the person's scope; kept until the record or the day changes."""

    def read() -> list[Row]:
        with runtime.current().record.read() as reader:
            return ending_series(reader, desk.person, desk.location["location_id"])

    return unchanged("ending", (desk.today, desk.person, desk.location["location_id"]), read)


def ending_button(desk: Desk, drawer: str) -> None:
    """In the calendar's header, where there is something to renew."""
    number = len(ending_here(desk)) if desk.person.may(Permission.BOOK) else 0
    if number:
        st.button(
            f"{number:,} series {'ends' if number == 1 else 'end'} soon",
            icon=":material/event_repeat:",
            type="tertiary",
            key="desk:ending",
            on_click=_open,
            args=(drawer,),
        )


def _open(drawer: str) -> None:
    acts.begin_drawer()
    st.session_state.pop(CHOSEN, None)
    st.session_state[drawer] = ("ending",)


@st.dialog("Series that end soon", position="right", width="medium", on_dismiss="rerun")
def ending_drawer() -> None:
    """The list; or, of the one that was chosen, the dates of its renewal."""
    desk = desk_of(actor())
    if desk is None:
        return
    show_messages()
    rows = ending_here(desk)
    chosen = next((row for row in rows if row["series_id"] == st.session_state.get(CHOSEN)), None)
    if chosen:
        _renewal(chosen, desk)
    elif not rows:
        st.success("No series ends soon.", icon=":material/check:")
    else:
        for row in rows:
            _line(row, desk)


def _line(row: Row, desk: Desk) -> None:
    form = f"ending:{row['series_id']}"
    last = words.day(row["last_date"], desk.today)
    left = (
        f"{words.count(row['visits_left'], 'visit')} left, the last {last}" if row["visits_left"] else f"ended {last}"
    )
    kept = f" · places kept until {words.date_of(row['kept_until'])}" if row["kept_until"] else ""
    with st.container(border=True, key=form):
        st.markdown(
            f"**{words.plain(row['client_name'] or 'A client')}** · {left}  \n"
            f":small[:gray[{words.plain(row['rhythm'])} with {words.plain(row['provider_name'])}"
            f" · {words.plain(row['service_name'])}{kept}]]"
        )
        with st.container(horizontal=True):
            st.button("Renew", key=f"{form}:renew", type="primary", on_click=_choose, args=(row["series_id"],))
            st.button(
                f"Keep the places for {KEPT_DAYS} days",
                key=f"{form}:keep",
                on_click=_keep,
                args=(form, row["series_id"]),
                help="Nobody else can book them until then; renewing takes them.",
            )
        refusal = refused(form)
        if refusal:
            st.error(str(refusal), icon=":material/error:")


def _choose(series_id: str | None) -> None:
    st.session_state[CHOSEN] = series_id


def _keep(form: str, series_id: str) -> None:
    answer = attempt(keep_for_renewal, form, is_in_place=True, series_id=series_id)
    if answer:
        gone = f"; {answer['not_free']} are not free" if answer["not_free"] else ""
        st.toast(f"{answer['held']} places kept{gone}.", icon=":material/check:")


def _renewal(row: Row, desk: Desk) -> None:
    form = f"renewal:{row['series_id']}"
    st.button("All series that end", key=f"{form}:back", type="tertiary", icon=":material/arrow_back:",
              on_click=_choose, args=(None,))  # fmt: skip
    st.markdown(f"**{words.plain(row['client_name'] or 'A client')}** · {words.plain(row['rhythm'])}")
    count = st.number_input("Visits", 1, MOST_VISITS, max(row["occurrence_count"], 1), key=f"{form}:count")
    asked = {"series_id": row["series_id"], "count": int(count or 1)}

    def seen(choices: Any) -> Row:
        with runtime.current().record.read() as reader:
            return plan_renewal(reader, desk.person, choices=choices, **asked)

    try:
        seen({})
    except Refusal as refusal:
        st.error(str(refusal), icon=":material/error:")
        return
    button = st.container()
    decided = decide(f"{form}:{asked['count']}", seen, terms_of(desk))
    with button:
        st.button(
            f"Renew with {words.count(decided.plan['free'], 'visit')}",
            type="primary",
            key=f"{form}:do",
            shortcut="Ctrl+Enter",
            disabled=not decided.is_ready,
            on_click=_renew,
            args=(form, asked, decided.choices),
            width="stretch",
        )
        refusal_ = refused(form)
        if refusal_:
            st.error(str(refusal_), icon=":material/event_busy:")


def _renew(form: str, asked: dict[str, Any], choices: dict[str, Any]) -> None:
    answer = attempt(
        renew_series, form, is_in_place=True, done="The series has been renewed.", choices=choices, **asked
    )
    if answer:
        _choose(None)
