"""Rounds that are open, with a state for each offer, and what became of those that are over."""

from __future__ import annotations

from datetime import date

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.desk.place import Desk
from dashboards.components.waitlist import wording
from dashboards.session import attempt, refused
from practice.clock import to_wall
from practice.store.work import Row
from practice.waitlist.answers import record_offer_answer
from practice.waitlist.rounds import close_round

SHOWN = 25


def rounds(desk: Desk, rows: list[Row]) -> None:
    """The open ones as cards, then the outcomes as lines."""
    running = [row for row in rows if row["status"] == "open"]
    over = [row for row in rows if row["status"] != "open"]
    if not rows:
        st.info("Nothing has been offered yet. Offer a free place, and the answers show here.")
    for row in running:
        with st.container(border=True, key=f"round:{row['offer_round_id']}"):
            _round(desk, row)
    if over:
        st.markdown("#### What became of them")
    for row in over[:SHOWN]:
        _outcome(desk.today, row)


def _round(desk: Desk, row: Row) -> None:
    form = f"round:{row['offer_round_id']}"
    how = "one at a time" if row["batch_size"] == 1 else f"{row['batch_size']} at once"
    with st.container(horizontal=True, vertical_alignment="center"):
        held = f"held for them · {how}, {words.count(row['answer_minutes'], 'minute')} to answer"
        st.markdown(f"**{wording.when(row, desk.today)}**  \n{wording.facts(row)}  \n:small[:gray[{held}]]")
        st.space("stretch")
        st.button(
            "Stop offering", key=f"{form}:close", on_click=_close, args=(row["offer_round_id"],),
            help="The place is free for anybody again; whoever was asked is told.",
        )  # fmt: skip
    _why_not(form)
    for offer in row["offers"]:
        _offer(offer, row)


def _offer(offer: Row, round_: Row) -> None:
    form = f"offer:{offer['offer_id']}"
    state, today = offer["state"], to_wall(runtime.current().record.clock(), round_["zone"]).date()
    with st.container(horizontal=True, vertical_alignment="center", key=form):
        said = wording.state(offer)
        if state == "sent":
            said += f", may answer until {words.when(offer['expires'], today)}"
        st.markdown(
            f"{wording.STATE_ICON[state]} {offer['rank']}. **{words.plain(offer['client_name'])}** · {said}  \n"
            f":small[:gray[{wording.reasons(offer['reasons'])}]]",
            help=f"{offer['score']} points: {wording.points(offer['reasons'])}",
        )
        st.space("stretch")
        if state in ("sent", "planned", "unreachable"):
            st.button("Takes it", key=f"{form}:accept", on_click=_answered, args=(offer, "accept"))
            st.button("Says no", key=f"{form}:decline", type="tertiary", on_click=_answered, args=(offer, "decline"))
    _why_not(form)


def _outcome(today: date, row: Row) -> None:
    closed = to_wall(row["closed_at"], row["zone"])
    with st.expander(
        f"{wording.when(row, today)} · {wording.facts(row)}", key=f"round:{row['offer_round_id']}:over",
        icon=":material/check_circle:" if row["status"] == "filled" else ":material/cancel:",
    ):  # fmt: skip
        st.markdown(wording.outcome(row, today))
        asked = [offer for offer in row["offers"] if wording.was_asked(offer)]
        for offer in asked:
            st.markdown(
                f"{wording.STATE_ICON[offer['state']]} {offer['rank']}. {words.plain(offer['client_name'])} ·"
                f" {wording.state(offer)}  \n:small[:gray[{wording.reasons(offer['reasons'])}]]"
            )
        others = len(row["offers"]) - len(asked)
        if others:
            st.caption(f"{words.count(others, 'person', 'people')} more who fitted did not have to be asked.")
        st.caption(f"{wording.FREED_BY[row['freed_by']].capitalize()}; over since {words.when(closed, today)}.")


def _answered(offer: Row, answer: str) -> None:
    """What the client told the desk."""
    name = offer["client_name"]
    attempt(
        record_offer_answer,
        f"offer:{offer['offer_id']}",
        is_in_place=True,
        done=f"{name} takes it: the visit is booked." if answer == "accept" else f"{name} said no.",
        offer_id=offer["offer_id"],
        answer=answer,
    )


def _close(round_id: str) -> None:
    attempt(
        close_round, f"round:{round_id}", is_in_place=True, done="The place is free again.", offer_round_id=round_id
    )


def _why_not(form: str) -> None:
    refusal = refused(form)
    if refusal:
        st.error(str(refusal), icon=":material/error:")
