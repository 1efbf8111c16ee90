"""The waiting room and video: tablets for check-in, from when a wait shows on the flow board, where links come from."""

from __future__ import annotations

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.forms import entry, send, show_refusal, start_anew, turn
from dashboards.components.set_up.common import choose, lists, names_by, read
from dashboards.components.set_up.online import base_address
from dashboards.session import attempt, forget_refusal, form_key, keep_refusal, renew_key, say
from practice.access.permissions import Actor
from practice.clock import to_wall
from practice.errors import Refusal
from practice.people import queries
from practice.scheduling import flow_queries
from practice.scheduling.flow import Thresholds
from practice.scheduling.hybrid import set_video_link_template
from practice.scheduling.kiosks import SEATING, create_kiosk, revoke_kiosk
from practice.scheduling.stations import set_flow_thresholds, thresholds

MADE = "set_up:kiosk_made"


def floor_part(person: Actor) -> None:
    """Kiosks on top, the two settings below."""
    _kiosks(person)
    left, right = st.columns(2, gap="medium")
    with left.container(border=True):
        _thresholds()
    with right.container(border=True):
        _video()


def _kiosks(person: Actor) -> None:
    places = names_by(read(queries.locations, person), "location_id")
    zones = {row["location_id"]: row["zone"] for row in read(queries.locations, person)}
    found = [
        row
        | {"is_active": row["revoked_at"] is None, "made": to_wall(row["created_at"], zones[row["location_id"]]).date()}
        for row in read(flow_queries.kiosks, list(places))
    ]  # fmt: skip
    _show_address()
    left, right = lists()
    with left:
        columns = {"name": "Kiosk", "location_name": "Location", "made": "From"}
        row = choose("kiosks", "Check-in tablets", found, columns, key="kiosk_id", empty="None yet.")
        if row and row["is_active"]:
            st.caption("Taken out of use, its page answers nobody from that moment on.")
            if st.button("Take out of use", key="kiosk:revoke"):
                answer = attempt(
                    revoke_kiosk, f"revoke_kiosk:{row['kiosk_id']}", is_in_place=True,
                    done=f"{words.plain(row['name'])} is out of use.", kiosk_id=row["kiosk_id"],
                )  # fmt: skip
                if answer is not None:
                    start_anew("kiosks")
                    st.rerun()
            show_refusal(f"revoke_kiosk:{row['kiosk_id']}")
    with right:
        _new_kiosk(person, places)


def _new_kiosk(person: Actor, places: dict[str, str]) -> None:
    form = "add_kiosk"
    if not places:
        st.info("Add a location first; then its tablet.")
        return
    with entry(form):
        st.markdown("**Add a tablet**")
        site = st.selectbox("Location", list(places), format_func=places.get)
        name = st.text_input("Name of the tablet", placeholder="Waiting room", required=True)
        seating = st.text_input("Where to sit", placeholder=SEATING, help="What people read once they are checked in.")
        is_sent = st.form_submit_button("Make its address", type="primary")
    if is_sent:
        fields = {"location_id": str(site), "name": name, "seating": seating or None}
        try:
            made = create_kiosk(runtime.current().record, person, key=form_key(form, fields), **fields)
        except Refusal as refusal:
            keep_refusal(form, refusal)
        else:
            st.session_state[MADE] = {"name": name, "path": f"/kiosk/{made['secret']}"}
            forget_refusal(form)
            renew_key(form)
            start_anew(form)
            say("The tablet's address was made.")
        st.rerun()


def _show_address() -> None:
    """The only time that the address can be seen: the record keeps its hash."""
    made = st.session_state.get(MADE)
    if not made:
        return
    with st.container(border=True):
        st.markdown(
            f":material/tablet: **{words.plain(made['name'])}**: open this address on the tablet, in full screen."
        )
        st.code(base_address() + made["path"], language=None)
        st.caption(
            "It is shown only now. Whoever has it can check people in, and see nothing; keep it on the tablet. "
            "If it is lost, take the tablet out of use and make another address."
        )
        if st.button("It is on the tablet", key="kiosk:seen", type="tertiary"):
            del st.session_state[MADE]
            st.rerun()


def _thresholds() -> None:
    form = "set_flow_thresholds"
    with runtime.current().record.read() as reader:
        now: Thresholds = thresholds(reader)
    with entry(form):
        st.markdown("**Waiting, on the flow board**")
        a, b = st.columns(2)
        amber = a.number_input("Amber from, minutes", 1, 240, now.amber_minutes)
        red = b.number_input("Red from, minutes", 1, 240, now.red_minutes)
        st.caption("Counted from the later of arrival and start; in session, from the visit's planned end.")
        if st.form_submit_button("Save"):
            send(
                set_flow_thresholds, form, amber_minutes=int(amber), red_minutes=int(red),
                done="Saved; the board shows it with its next beat.",
            )  # fmt: skip


def _video() -> None:
    form = "set_video_link_template"
    with runtime.current().record.read() as reader:
        template = str(reader.setting("video_link_template", "") or "")
    with entry(form):
        st.markdown("**Links of video visits**")
        text = st.text_input(
            "Address with {id}", template, placeholder="https://meet.example/{id}", key=f"{form}:{turn(form)}:text"
        )
        st.caption("Each video visit gets its own. A provider's own video room, if they have one, goes before.")
        if st.form_submit_button("Save"):
            send(set_video_link_template, form, template=text, done="Saved; it holds for visits booked from now on.")
