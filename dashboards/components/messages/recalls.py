"""Who is due to come again: remind, call, book, or take a no for an answer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words as desk_words
from dashboards.session import attempt, refused, say
from practice.access.permissions import Actor, Permission
from practice.clock import local_date
from practice.errors import Refusal
from practice.messages import queries, recall_queries
from practice.messages.consent import way_to
from practice.messages.recalls import decline_recall, record_recall_contact, rests_until, send_recall
from practice.messages.settings import message_settings
from practice.people.setup import practice_today
from practice.store.record import Command
from practice.store.work import Reader, Row

HORIZONS = {"Due now": 0, "In 30 days": 30, "In 90 days": 90}
SHOWN = 20
NOTICE = {"no_address": "no address", "no_consent": "no consent to reminders", None: ""}


def due_now(reader: Reader, person: Actor) -> list[Row]:
    """What is due by today and whose client is not left alone."""
    today, zone = practice_today(reader), reader.setting("zone", "UTC")
    return [row for row in recall_queries.due_recalls(reader, person, today) if not _rests(row, zone, today)]


def _rests(row: Row, zone: str, today: date) -> bool:
    until = rests_until(row["last_contacted_at"], row["rest_days"], zone)
    return until is not None and today < until


def recalls_part(person: Actor, zone: str) -> None:
    """The list; who was asked a short while ago is out of it for the days of rest."""
    with runtime.current().record.read() as reader:
        types = recall_queries.types(reader)
        today = practice_today(reader)
    if not types:
        may = person.may(Permission.SET_UP)
        st.info("No recall is set up yet" + (": add one on the page Set-up, under Recalls." if may else "."))
        return
    names = {row["recall_type_id"]: row["name"] for row in types}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        horizon = st.segmented_control("Due", list(HORIZONS), default="Due now", required=True, key="recalls:horizon")
        kind = st.selectbox(
            "Recall", ["", *names], format_func=lambda key: names.get(key, "All"), key="recalls:type", width=240
        )
    until = today + timedelta(days=HORIZONS[horizon or "Due now"])
    with runtime.current().record.read() as reader:
        found = recall_queries.due_recalls(reader, person, until, recall_type_id=kind or None)
        settings = message_settings(reader)
        ids = sorted({row["client_id"] for row in found})
        contacts = queries.contacts(reader, ids, "recalls")
    for row in found:
        way = way_to(contacts[row["client_id"]], "recall", is_text_on=settings.is_text_on)
        row["trouble"] = NOTICE.get(way.reason, "") if settings.is_on else "messages are off"
        row["rests_until"] = rests_until(row["last_contacted_at"], row["rest_days"], zone)
    resting = [row for row in found if row["rests_until"] and today < row["rests_until"]]
    rows = [row for row in found if row not in resting]
    if resting and st.toggle(f"Show those who are left alone ({len(resting)})", key="recalls:resting"):
        rows = found
    if not rows:
        st.success("Nobody is due.")
        return
    _all_at_once([row for row in rows if not row["trouble"] and row not in resting])
    for row in rows[:SHOWN]:
        _line(row, zone, today, is_resting=row in resting)
    if len(rows) > SHOWN:
        st.caption(f"and {len(rows) - SHOWN} more; these {SHOWN} have been due the longest.")


def _all_at_once(rows: list[Row]) -> None:
    if len(rows) < 2:
        return
    label = f"Remind all {len(rows)} who can be reminded"
    with st.popover(label, icon=":material/send:"):
        st.markdown(f"Each of these {len(rows)} clients gets a message in three minutes.")
        st.button("Remind them", type="primary", key="recalls:all", on_click=_remind_all, args=(rows,))


def _remind_all(rows: list[Row]) -> None:
    done = 0
    for row in rows:
        form = f"recall:{row['recall_id']}:{row['contacts']}"
        if attempt(send_recall, form, is_in_place=True, recall_id=row["recall_id"]):
            done += 1
    say(f"{desk_words.count(done, 'reminder leaves', 'reminders leave')} in three minutes.")


def _line(row: dict[str, Any], zone: str, today: date, *, is_resting: bool) -> None:
    form = f"recall:{row['recall_id']}:{row['contacts']}"
    with st.container(border=True, gap="xxsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if st.button(row["name"], key=f"{form}:client", type="tertiary", icon=":material/person:"):
                st.switch_page("app_pages/client.py", query_params={"client": row["client_id"]})
            late = (today - row["due_date"]).days
            if late > 0:
                st.badge(f"{desk_words.count(late, 'day')} over", color="orange", icon=":material/schedule:")
            else:
                st.badge(f"due {desk_words.day(row['due_date'], today)}", color="gray", icon=":material/event:")
            if row["trouble"]:
                st.badge(row["trouble"], color="gray", icon=":material/notifications_off:")
            st.space("stretch")
            is_off = bool(row["trouble"]) or is_resting
            _act("Remind", ":material/send:", send_recall, row, form, "The reminder leaves in three minutes.", is_off)
            done = "Noted; left alone for now."
            _act("Called", ":material/call:", record_recall_contact, row, form, done, is_resting)
            if st.button("Book", key=f"{form}:book", icon=":material/add:"):
                asked = {"client": row["client_id"], "service": row["book_service_id"]}
                st.switch_page("app_pages/book.py", query_params=asked)
            _act("Declined", ":material/block:", decline_recall, row, form, "Noted; the next visit asks anew.", False)
        st.caption(_history(row, zone, is_resting=is_resting))
        refusal: Refusal | None = refused(form)
        if refusal:
            st.error(str(refusal), icon=":material/error:")


def _history(row: dict[str, Any], zone: str, *, is_resting: bool) -> str:
    parts = [row["type_name"], f"due {desk_words.date_of(row['due_date'])}"]
    parts.append(f"last visit {desk_words.date_of(row['last_visit_date'])}" if row["last_visit_date"] else "")
    if row["last_contacted_at"]:
        asked = desk_words.count(row["contacts"], "time")
        parts.append(f"asked {asked}, last on {desk_words.date_of(local_date(row['last_contacted_at'], zone))}")
    else:
        parts.append("not asked yet")
    parts.append(f"left alone until {desk_words.date_of(row['rests_until'])}" if is_resting else "")
    parts.append(row["phone"] or "")
    return desk_words.plain(" · ".join(part for part in parts if part))


def _act(label: str, icon: str, command: Command, row: dict[str, Any], form: str, done: str, is_off: bool) -> None:
    st.button(
        label, key=f"{form}:{label}", icon=icon, disabled=is_off, on_click=_run,
        args=(command, form, row["recall_id"], done),
    )  # fmt: skip


def _run(command: Command, form: str, recall_id: str, done: str) -> None:
    attempt(command, form, is_in_place=True, done=done, recall_id=recall_id)
