"""At charging: the visits that a package pays for, offered in the same form."""

from __future__ import annotations

import streamlit as st

from dashboards.components.billing.common import Rows, count, read
from dashboards.components.desk import words
from practice.access.permissions import Actor
from practice.billing.queries.packages import packages_for


def offered_packages(person: Actor, picked: Rows) -> dict[str, str]:
    """A box, ticked, where packages would pay for some of these visits; answers {attendee_id: package_id}, or {}."""
    found = read(packages_for, person, attendee_ids=[row["attendee_id"] for row in picked])
    if not found:
        return {}
    first = next(iter(found.values()))
    if len(picked) == 1:
        left = count(first["sessions_left"], "session")
        label = f"Pay by package: {words.plain(first['name'])}, {left} left"
    else:
        label = f"Pay {count(len(found), 'visit')} by package"
    ids = ",".join(found)
    is_used = st.checkbox(label, value=True, key=f"redeem:{ids}", help="At the session's value; no payer is asked.")
    return {attendee: row["package_id"] for attendee, row in found.items()} if is_used else {}
