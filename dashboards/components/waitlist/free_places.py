"""Places that came free: whom each fits and why, in which order to ask, and the one click that begins."""

from __future__ import annotations

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.desk.place import Desk
from dashboards.components.waitlist import by_hand, wording
from dashboards.session import attempt, refused, say
from practice.clock import stored
from practice.store.work import Row
from practice.waitlist.model import Ranked
from practice.waitlist.rounds import open_round
from practice.waitlist.rules import Rules, rules_of

FIRST = "waitlist:first_place"
"""The place that the desk came for."""

SHOWN = 8
ANSWER = (10, 15, 30, 60, 120, 240, 1440)


def free_places(desk: Desk, places: list[Row], entries: list[Row]) -> None:
    """A card for each place of the coming days that a visit has left and somebody waits for; the others in a line."""
    with runtime.current().record.read() as reader:
        rules = rules_of(reader)
    if rules.mode == "automatic":
        st.caption(":material/bolt: Places are offered of themselves three minutes after they come free.")
    if not places:
        st.info(
            "Nothing has come free in the coming two weeks. When a visit is cancelled or moved, its place stands here."
        )
    names = {row["waitlist_entry_id"]: row for row in entries}
    first = st.session_state.get(FIRST)
    places = sorted(places, key=lambda place: place["appointment_id"] != first)
    wanted = [(place, [one for one in place["fitting"] if one.entry.entry_id in names]) for place in places]
    for place, fitting in wanted:
        if fitting:
            with st.container(border=True, key=f"place:{place['appointment_id']}"):
                _place(desk, place, fitting, names, rules)
    unwanted = [place for place, fitting in wanted if not fitting]
    if unwanted:
        lines = [f"- {wording.when(place, desk.today)} · {wording.facts(place)}" for place in unwanted]
        st.markdown("\n".join(["**Free, and nobody waits for it**", "", *lines]))
    by_hand.by_hand(desk)


def _place(desk: Desk, place: Row, fitting: list[Ranked], names: dict[str, Row], rules: Rules) -> None:
    """One click offers it to everybody who fits, best first; the box beneath is for those who want another order."""
    key = f"place:{place['appointment_id']}"
    now = stored(runtime.current().record.clock())
    order = ordered(key, fitting)
    first = names[order[0].entry.entry_id]["client_name"] if order else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        said = f"{wording.FREED_BY[place['freed_by']]} {wording.ago(place['freed_at'], now)}"
        said += " · was offered before" if place["is_offered"] else ""
        st.markdown(f"**{wording.when(place, desk.today)}**  \n{wording.facts(place)}  \n:small[:gray[{said}]]")
        st.space("stretch")
        if len(fitting) > 1:
            st.badge(f"{len(fitting)} people wait for it", icon=":material/group:", color="green")
        st.button(
            "Offer it" if len(order) != 1 else f"Offer it to {first}", key=f"{key}:offer", type="primary",
            icon=":material/outgoing_mail:", disabled=not order,
            on_click=offer, args=(place, key, [one.entry.entry_id for one in order]),
        )  # fmt: skip
    refusal = refused(f"offer:{key}")
    if refusal:
        st.error(str(refusal), icon=":material/error:")
    box = st.expander("Who fits, and why", key=f"{key}:who", on_change="rerun")
    if box.open:
        with box:
            _who(order, len(fitting) - len(order), names, key)
            _numbers(key, rules, len(order))


def _who(order: list[Ranked], left_out: int, names: dict[str, Row], key: str) -> None:
    for number, one in enumerate(order[:SHOWN], 1):
        _candidate(one, names[one.entry.entry_id], number, key)
    if len(order) > SHOWN:
        st.caption(f"{len(order) - SHOWN} more follow.")
    if left_out:
        st.button(
            f"Take {words.count(left_out, 'person', 'people')} back in", key=f"{key}:all", type="tertiary",
            on_click=_forget, args=(key,),
        )  # fmt: skip


def _candidate(one: Ranked, entry: Row, number: int, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}:{one.entry.entry_id}"):
        st.markdown(
            f"{number}. **{words.plain(entry['client_name'])}**  \n:small[:gray[{words.plain(entry['service_name'])} · "
            f"{wording.reasons(one.reasons)}]]",
            help=f"{one.score} points: {wording.points(one.reasons)}",
        )
        st.space("stretch")
        if number > 1:
            st.button(
                "First", key=f"{key}:first:{one.entry.entry_id}", type="tertiary", on_click=_ask_first,
                args=(key, one.entry.entry_id), help="Ask this client first",
            )  # fmt: skip
        st.button(
            "Leave out", key=f"{key}:out:{one.entry.entry_id}", type="tertiary", on_click=_leave_out,
            args=(key, one.entry.entry_id),
        )  # fmt: skip


def _numbers(key: str, rules: Rules, people: int) -> None:
    left, right = st.columns(2)
    most = max(min(people, 50), 1)
    left.number_input(
        "Ask at once", 1, most, min(rules.batch_size, most), key=f"{key}:batch",
        help="One: each is asked when the one before said no or let the time pass. More: the first to accept gets it.",
    )  # fmt: skip
    choices = sorted({*ANSWER, rules.answer_minutes})
    right.selectbox(
        "Time to answer", choices, index=choices.index(rules.answer_minutes), key=f"{key}:answer",
        format_func=lambda value: words.count(value, "minute") if value < 60 else words.count(value // 60, "hour"),
    )  # fmt: skip


def ordered(key: str, fitting: list[Ranked]) -> list[Ranked]:
    """Those who fit, without whom the desk leaves out, and those whom it asks first before the others."""
    first: list[str] = st.session_state.get(f"{key}:firsts", [])
    out: set[str] = st.session_state.get(f"{key}:outs", set())
    kept = [one for one in fitting if one.entry.entry_id not in out]
    return sorted(kept, key=lambda one: first.index(one.entry.entry_id) if one.entry.entry_id in first else len(first))


def _ask_first(key: str, entry_id: str) -> None:
    first = [one for one in st.session_state.get(f"{key}:firsts", []) if one != entry_id]
    st.session_state[f"{key}:firsts"] = [entry_id, *first]


def _leave_out(key: str, entry_id: str) -> None:
    st.session_state[f"{key}:outs"] = {*st.session_state.get(f"{key}:outs", set()), entry_id}


def _forget(key: str) -> None:
    st.session_state.pop(f"{key}:outs", None)


def offer(place: Row, key: str, entry_ids: list[str]) -> None:
    """Open the round for this place, with the numbers of the box where it was opened, else the practice's."""
    answer = attempt(
        open_round,
        f"offer:{key}",
        is_in_place=True,
        freed_appointment_id=place["appointment_id"],
        entry_ids=entry_ids,
        batch_size=st.session_state.get(f"{key}:batch"),
        answer_minutes=st.session_state.get(f"{key}:answer"),
    )
    if answer:
        say_begun(answer)


def say_begun(answer: Row) -> None:
    """What the new round has done so far; the page shows it."""
    st.session_state["waitlist:part"] = "offers"
    asked = words.count(answer["asked"], "person has been asked", "people have been asked")
    if not answer["asked"]:
        say("No message could be sent to anybody who fits; call them and note their answers.", "refusal")
    else:
        say(f"{asked}; the place is held meanwhile.")
