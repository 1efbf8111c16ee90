"""The report of write-offs: a period, the sum of each class, and every one of them with who, with whom and why."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from dashboards.components.beginning import nothing
from dashboards.components.billing.common import choose, count, read, total
from dashboards.components.desk.words import plain
from practice.access.permissions import Actor
from practice.billing.queries.written_off import CLASSES, by_class, written_off
from practice.people.setup import practice_today
from practice.store.work import Row


def written_off_part(person: Actor) -> None:
    """This month, until other days are chosen."""
    today = read(lambda reader, _: practice_today(reader), person)
    a, b, _ = st.columns([1, 1, 3])
    first = a.date_input("From", today.replace(day=1), max_value=today, format="YYYY-MM-DD", key="written_off:from")
    last = b.date_input("To", today, max_value=today + timedelta(days=1), format="YYYY-MM-DD", key="written_off:to")
    if first > last:
        st.error(f"The period ends before it begins; choose a last day from {first} on.", icon=":material/error:")
        return
    rows = read(written_off, person, first=first, last=last)
    if not rows:
        nothing("Nothing was written off on these days.")
        return
    parts = [f"{one['what']} {total([one], 'amount_minor')} ({one['number']})" for one in by_class(rows)]
    st.markdown(
        f"**{total(rows, 'amount_minor')} written off** · {count(len(rows), 'entry').replace('entrys', 'entries')}"
    )
    st.caption(" · ".join(parts))
    shown = [
        row
        | {
            "what": CLASSES[row["class"]] + _state(row),
            "by": f"{row['by_name']}, asked by {row['asked_by_name']}" if row["asked_by_name"] else row["by_name"],
        }
        for row in rows
    ]
    columns = {
        "post_date": "Posted", "what": "Class", "amount_minor": "Amount", "client_name": "Client",
        "reason": "Why", "by": "By", "description": "For", "service_date": "Visit", "party_name": "Owed by",
    }  # fmt: skip
    picked = choose(shown, columns, key="written_off")
    if picked:
        row = picked[0]
        st.page_link(
            "app_pages/billing.py", label=f"Open items of {plain(row['client_name'])}", icon=":material/receipt_long:",
            query_params={"billing_part": "Open items", "client": row["client_id"]},
        )  # fmt: skip


def _state(row: Row) -> str:
    return ", undoing" if row["is_reversal"] else ", undone" if row["is_undone"] else ""
