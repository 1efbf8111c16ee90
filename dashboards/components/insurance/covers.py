"""Whose cover is in force: who comes soon and was not asked about, what payers answered, what was heard by phone."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.billing.common import choose, count, read
from dashboards.components.desk import words
from dashboards.components.forms import amount, entry, practice_currency, send, show_refusal, turn
from dashboards.components.insurance.dropping import send_file
from practice.access.permissions import Actor
from practice.insurance import eligibility_queries as queries
from practice.insurance.eligibility_checks import ask_eligibility, note_eligibility

COLUMNS = {
    "client_name": "Client",
    "state_name": "Cover",
    "visit_date": "Comes on",
    "payer_name": "Payer",
    "rank": "Rank",
    "plan_name": "Plan",
    "payer_copay_minor": "Copay",
    "deductible_left_minor": "Deductible left",
    "answered_date": "Answered",
    "note": "Note",
}


def covers_part(person: Actor) -> None:
    """Who comes within some days; one click asks about all that nobody has asked about."""
    days = st.segmented_control(
        "Who comes within",
        [3, 7, 14, 30],
        default=7,
        required=True,
        format_func=lambda n: f"{n} days",
        key="cover_days",
    )
    rows = read(queries.covers_to_check, person, days=days or 7)
    due = [row for row in rows if row["is_due"]]
    if rows:
        bad = sum(row["state"] == "inactive" for row in rows)
        more = f"; {count(bad, 'cover')} not in force" if bad else ""
        st.caption(f"{count(len(rows), 'cover')} of clients who come; {len(due)} to ask about{more}.")
    shown = [_shown(row) for row in rows]
    picked = choose(
        shown, _columns(rows), key="covers", many=True, height=320, empty="Nobody with a cover comes in these days."
    )
    asked = picked or due
    label = f"Ask about {count(len(asked), 'cover')}" if asked else "Ask"
    if rows and st.button(label, type="primary", disabled=not asked, key="ask_covers"):
        send_file(ask_eligibility, "ask_covers", policy_ids=[row["policy_id"] for row in asked])
    show_refusal("ask_covers")
    if len(picked) == 1:
        _by_phone(picked[0])


def _columns(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Without what nobody has said of any of them, and the rank where everybody has one cover."""
    said = {name for name in COLUMNS for row in rows if name not in row or row[name] is not None}
    if all(row["rank"] == 1 for row in rows):
        said.discard("rank")
    return {name: title for name, title in COLUMNS.items() if name in said}


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """Amounts that nobody has said stay empty."""
    names = ("payer_copay_minor", "deductible_left_minor")
    return row | {name: float("nan") if row[name] is None else row[name] for name in names}


def _by_phone(row: dict[str, Any]) -> None:
    name, currency = f"cover:{row['policy_id']}", practice_currency()
    with entry(name, border=True):
        st.markdown(
            f"**{words.plain(row['client_name'])}** · heard from {words.plain(row['payer_name'])} by phone or page"
        )
        a, b, c = st.columns(3)
        state = a.segmented_control(
            "Cover",
            [True, False],
            format_func=lambda one: "Active" if one else "Not in force",
            key=f"{name}:is:{turn(name)}",
        )
        copay = b.text_input(f"Copay, {currency.code}", key=f"{name}:copay:{turn(name)}")
        left = c.text_input(f"Deductible left, {currency.code}", key=f"{name}:left:{turn(name)}")
        note = st.text_input("Note", key=f"{name}:note:{turn(name)}")
        if st.form_submit_button("Write it down"):
            typed = [amount(name, text, is_zero_fine=True) if text.strip() else None for text in (copay, left)]
            if all(minor is not None or not text.strip() for minor, text in zip(typed, (copay, left), strict=True)):
                send(
                    note_eligibility,
                    name,
                    policy_id=row["policy_id"],
                    is_active=state,
                    copay_minor=typed[0],
                    deductible_left_minor=typed[1],
                    note=note or None,
                    done="Written down.",
                )
