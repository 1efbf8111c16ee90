"""Book a series from the desk: the list of its dates and the one button that books them all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import holding
from dashboards.components.desk.acts import MADE
from dashboards.components.desk.memo import unchanged
from dashboards.components.desk.place import Desk
from dashboards.components.series.deciding import Terms, decide
from dashboards.components.series.repeats import Repeats
from dashboards.session import attempt, refused
from practice.access.permissions import Permission
from practice.errors import Refusal
from practice.people import queries as people
from practice.scheduling.series.booking import book_series, plan_series
from practice.scheduling.series.rules import written
from practice.store.work import Row


def series_panel(form: str, client_name: str, wish: dict[str, Any], repeats: Repeats, desk: Desk) -> None:
    """The dates of the series that `wish` (as for one visit) and `repeats` make, and Book. Nothing while the client or
    the first time is not known."""
    first = wish["wall_start"]
    asked: dict[str, Any] = {}
    if wish["client_id"] and first:
        try:
            rule = written(repeats.rule(datetime.fromisoformat(first)), desk.zone)
            asked = {name: value for name, value in wish.items() if value is not None} | {"rule": rule} | _held(form)
            _seen(asked, {}, desk)
        except Refusal as refusal:
            st.error(str(refusal), icon=":material/event_repeat:")
            asked = {}
    if not asked:
        st.button("Book", type="primary", key=f"{form}:book_series", disabled=True)
        return
    # Another question has other dates: what was decided belongs to these.
    question = f"{form}:{first}:{asked['rule']}:{asked.get('provider_id')}"
    button = st.container()
    decided = decide(question, lambda choices: _seen(asked, choices, desk), terms_of(desk))
    with button:
        st.caption(decided.plan["sentence"])
        st.button(
            f"Book {decided.plan['free']} visits" if decided.plan["free"] != 1 else "Book 1 visit",
            type="primary",
            key=f"{form}:book_series",
            shortcut="Ctrl+Enter",
            disabled=not decided.is_ready,
            on_click=book_all,
            args=(form, client_name, asked, decided.choices),
            width="stretch",
        )
        refusal = refused(f"series:{form}")
        if refusal:
            st.error(str(refusal), icon=":material/event_busy:")


def book_all(form: str, client_name: str, asked: dict[str, Any], choices: dict[str, Any]) -> None:
    """Send the series."""
    answer = attempt(
        book_series,
        f"series:{form}",
        is_in_place=True,
        done=f"Booked for {client_name}.",
        choices=choices,
        **asked,
    )
    if answer:
        holding.done(form)
        st.session_state[MADE] = answer["appointment_ids"][0]
        visits = len(answer["appointment_ids"])
        st.session_state[f"{form}:booked"] = {
            "appointment_id": answer["appointment_ids"][0],
            "wall_start": asked["wall_start"],
            "client_id": asked["client_id"],
            "client_name": client_name,
            "series": f"{answer['sentence']}: {visits} visits booked" + (
                f", {len(answer['skipped'])} left out." if answer["skipped"] else "."
            ),
        }  # fmt: skip


def _held(form: str) -> dict[str, str]:
    """The place of the first date that this form keeps while somebody types."""
    held = holding.of_form(form)
    return {"hold_id": held.hold_id, "held_by": held.holder} if held and held.hold_id else {}


def terms_of(desk: Desk, **more: Any) -> Terms:
    """The words of this desk."""

    def read() -> tuple[dict[str, str], dict[str, str]]:
        with runtime.current().record.read() as reader:
            rooms = people.rooms(reader, desk.person, desk.location["location_id"])
            providers = people.providers(reader, desk.person)
        return (
            {row["room_id"]: row["name"] for row in rooms},
            {row["provider_id"]: row["name"] for row in providers},
        )

    rooms, providers = unchanged("series:names", (desk.person, desk.location["location_id"]), read)
    may_override = desk.person.may(Permission.OVERRIDE_OVERLAP)
    return Terms(rooms, providers, desk.today, may_override=may_override, **more)


def _seen(asked: dict[str, Any], choices: Any, desk: Desk) -> Row:
    """The preview; kept while neither the record nor the minute nor the question changes."""
    minute = desk.now.replace(second=0, microsecond=0)

    def read() -> Row:
        with runtime.current().record.read() as reader:
            return plan_series(reader, desk.person, choices=choices, **asked)

    name = "series:chosen" if choices else "series:bare"
    return unchanged(name, (minute, desk.person, repr(sorted(asked.items())), repr(choices)), read)
