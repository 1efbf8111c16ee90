"""Booking: what is known of a client's habits, the command, and what to offer when it is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import streamlit as st

from dashboards.components.desk import holding, words
from dashboards.components.desk.acts import MADE
from dashboards.components.desk.place import Desk
from dashboards.session import attempt, refused
from practice.access.permissions import Permission
from practice.scheduling.commands import book_appointment
from practice.scheduling.model import spelled
from practice.scheduling.overbooking import ask_to_overbook
from practice.scheduling.plans import BY_A_MANAGER
from practice.scheduling.ranking import Usual
from practice.scheduling.together import book_together
from practice.store.work import Row

OVERRIDABLE = ("provider_taken", "room_taken", "client_taken", "outside_hours")
"""Rules that a manager's or owner's reason may overrule, where the policy allows it."""


WAITS_FOR = "Asked. A manager decides in Billing, Approvals, until the visit begins; the time is not held meanwhile."

MODES = {"in_person": "In person", "video": "Video"}


@dataclass(frozen=True)
class Habit:
    """What the client usually does; None where nothing is known."""

    service_id: str | None = None
    usual: Usual = field(default_factory=Usual)

    @property
    def provider_id(self) -> str | None:
        """Whom they usually see."""
        return self.usual.provider_id


def habit(visits: Sequence[Row], client: Row) -> Habit:
    """The service of the client's last visit, their usual provider, day and time. `visits` newest first. Pure."""
    kept = [row for row in visits if not row["is_gone"]]
    if not kept:
        return Habit(usual=Usual(client["provider_id"]))
    times = Counter((row["wall_start"].isoweekday(), row["wall_start"].time()) for row in kept[:6])
    (weekday, at), often = times.most_common(1)[0]
    usual = Usual(client["provider_id"] or kept[0]["provider_id"], *((weekday, at) if often > 1 else ()))
    return Habit(kept[0]["service_id"], usual)


def usual_service(services: Sequence[Row], service_id: str | None) -> int:
    """Which of the services to begin with: the client's last, else one for new clients, else the first. Pure."""
    ids = [row["service_id"] for row in services]
    if service_id in ids:
        return ids.index(service_id)
    fresh = [number for number, row in enumerate(services) if row["is_for_new_clients"] and row["capacity"] == 1]
    return fresh[0] if fresh and service_id is None else 0


def choose_mode(form: str, service: Row, *, label_visibility: Literal["visible", "collapsed"] = "visible") -> str:
    """In person or by video, where the service leaves the choice."""
    if service["modes"] != "both":
        return str(service["modes"])
    chosen = st.segmented_control(
        "How",
        list(MODES),
        default="in_person",
        required=True,
        key=f"{form}:mode",
        format_func=MODES.__getitem__,
        label_visibility=label_visibility,
    )
    return str(chosen)


def book(form: str, client_name: str, wish: dict[str, Any], *, wall_start: str | None = None) -> None:
    """Send the booking; `wall_start` replaces the wish's. A reason is read from the form where it has asked for one."""
    asked = wish | ({"wall_start": wall_start} if wall_start else {})
    reason = (st.session_state.get(f"{form}:reason") or "").strip() or None
    last = refused(f"book:{form}")
    st.session_state[f"{form}:asked"] = asked
    at = datetime.fromisoformat(asked["wall_start"])
    answer = attempt(
        book_together if "client_ids" in asked else book_appointment,
        f"book:{form}",
        reason=reason,
        is_in_place=True,
        typed=(asked, reason),
        done=f"Booked: {client_name}, {at:%A %-d %B, %H:%M}.",
        override_reason=reason if last and last.rule in OVERRIDABLE else None,
        **asked,
        **_hold_of(form),
    )
    if answer:
        holding.done(form)
        st.session_state[MADE] = answer["appointment_id"]
        who = {"client_id": asked.get("client_id") or asked["client_ids"][0], "client_name": client_name}
        st.session_state[f"{form}:booked"] = answer | {"wall_start": asked["wall_start"], **who}


def _hold_of(form: str) -> dict[str, str]:
    """The place that this form keeps becomes the visit, if it is the place that is booked."""
    held = holding.of_form(form)
    if held is None or held.hold_id is None:
        return {}
    return {"hold_id": held.hold_id, "held_by": held.holder}


def ask_reason(form: str, start: datetime | None, desk: Desk) -> None:
    """A reason's field where the rules ask for one: a late entry, or booking over what stands."""
    refusal = refused(f"book:{form}")
    is_late = (start is not None and start < desk.now) or (refusal is not None and refusal.rule == "reason_required")
    may_override = refusal is not None and refusal.rule in OVERRIDABLE and desk.person.may(Permission.OVERRIDE_OVERLAP)
    if is_late or may_override:
        label = "Reason for the late entry" if is_late else "Reason to book it all the same"
        st.text_input(label, key=f"{form}:reason", help="It is kept with the visit.")


def _ask_a_manager(form: str) -> None:
    """What only a manager may book is asked for with one press; what stands in the form is what is asked."""
    wish = st.session_state.get(f"{form}:asked")
    if not wish or "client_ids" in wish:  # several clients at once: a manager books them
        return
    name = f"ask:{form}"
    if st.session_state.get(f"{name}:waits") == wish:
        st.info(WAITS_FOR, icon=":material/hourglass_top:")
        return
    place = st.empty()
    with place.container(border=True):
        why = st.text_input("Why it should be booked all the same", key=f"{form}:ask:why")
        if st.button("Ask a manager", icon=":material/approval_delegation:", key=f"{form}:ask"):
            asked = attempt(
                ask_to_overbook, name, reason=why.strip() or None, is_in_place=True, typed=(wish, why), **wish
            )
            if asked is not None:
                st.session_state[f"{name}:waits"] = wish
                place.info(WAITS_FOR, icon=":material/hourglass_top:")
                return
        asked_for = refused(name)
        if asked_for:
            st.error(str(asked_for), icon=":material/error:")


def show_refusal(form: str, client_name: str, desk: Desk) -> None:
    """The rule in a sentence, and the nearest times that pass as buttons: each books what was refused, at that time."""
    refusal = refused(f"book:{form}")
    if refusal is None:
        return
    wish = st.session_state[f"{form}:asked"]
    st.error(str(refusal), icon=":material/event_busy:")
    if BY_A_MANAGER in str(refusal):
        _ask_a_manager(form)
    times = [datetime.fromisoformat(text) for text in refusal.alternatives if "T" in text]
    if not times:
        return
    with st.container(horizontal=True):
        for at in times:
            st.button(
                f"Book {words.when(at, desk.today)}",
                key=f"{form}:at:{spelled(at)}",
                on_click=book,
                args=(form, client_name, wish),
                kwargs={"wall_start": spelled(at)},
            )
