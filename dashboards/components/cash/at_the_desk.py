"""What the desk sees of held money at a visit: its deposit, and the package that pays for it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.billing.common import count, read, total
from dashboards.components.desk.acts import CLOSE
from dashboards.components.forms import practice_currency, show_refusal
from dashboards.session import attempt
from practice.access.permissions import Actor, Permission
from practice.billing.packages import redeem_session
from practice.billing.queries.held import COMING, deposit_asked, deposits
from practice.billing.queries.packages import packages_for


def deposit_link(person: Actor, row: dict[str, Any], *, is_asked_only: bool = False) -> None:
    """One line about the visit's deposit, leading to where it is taken, applied or returned; none without money.

    `is_asked_only`: nothing where neither a rule asks for one nor one is held.
    """
    if not person.may(Permission.SEE_MONEY):
        return
    held = read(deposits, person, attendee_id=row["attendee_id"])
    is_coming = row["status"] in COMING and not row.get("is_charged") and person.may(Permission.TAKE_PAYMENT)
    if held:
        label = f"Deposit held: {total(held, 'left_minor')}"
    elif is_coming:
        asked = read(lambda reader, _: deposit_asked(reader, row["attendee_id"]), person)
        if is_asked_only and not asked:
            return
        label = f"Take the deposit of {practice_currency().show(asked)}" if asked else "Take a deposit"
    else:
        return
    st.page_link(
        "app_pages/cash.py", label=label, icon=":material/savings:", width="content",
        query_params={"cash_part": "Deposits", "visit": row["attendee_id"]},
    )  # fmt: skip


def redeem_button(person: Actor, row: dict[str, Any], name: str) -> bool:
    """Beside the charge: a session of the package that pays for this visit. Answers whether there is one."""
    found = read(packages_for, person, attendee_ids=[row["attendee_id"]]).get(row["attendee_id"])
    if not found:
        return False
    st.button(
        f"Use a session of the package ({found['sessions_left']} left)",
        key=f"{name}:redeem",
        type="primary",
        width="stretch",
        on_click=_redeem,
        args=(row, found, f"{name}:redeem"),
    )
    show_refusal(f"{name}:redeem")
    return True


def _redeem(row: dict[str, Any], package: dict[str, Any], name: str) -> None:
    left = count(package["sessions_left"] - 1, "session")
    answer = attempt(
        redeem_session, name, is_in_place=True, package_id=package["package_id"], attendee_id=row["attendee_id"],
        done=f"Paid by the package; {left} left.",
    )  # fmt: skip
    if answer:
        st.session_state[CLOSE] = True
