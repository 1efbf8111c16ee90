"""The page Handoff: who gives, who takes in which order, and the plan to look at before anything moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.desk.memo import unchanged
from dashboards.components.desk.place import Desk, desk_of, nothing_yet
from dashboards.session import actor, attempt, refused, show_messages
from practice.errors import Refusal
from practice.people import queries as people
from practice.scheduling.handoff import as_moves, hand_over, plan_handover
from practice.store.work import Row

GOES = {"same_time": "Same time", "other_time": "Another time", "stays": "Stays"}


@st.fragment
def handoff() -> None:
    """Three answers on the left, the plan they make on the right."""
    st.markdown("## Handoff")
    st.caption("Move a provider's coming visits to others. Nothing moves before you have seen the plan and pressed.")
    desk = desk_of(actor())
    if desk is None:
        nothing_yet()
        return
    show_messages()
    done = st.session_state.get("handoff:done")
    if done:
        _done(done)
        return
    with runtime.current().record.read() as reader:
        providers = {row["provider_id"]: row["name"] for row in people.providers(reader, desk.person)}
    if len(providers) < 2:
        st.info("There is nobody to hand visits over to yet: providers are added on the Set-up page.")
        return
    left, right = st.columns([2, 3], gap="large")
    with left:
        asked = _asked(providers, desk)
    with right:
        if asked is None:
            st.info("Choose who gives and who takes; the plan appears here.")
        else:
            _plan(asked, providers, desk)


def _asked(providers: dict[str, str], desk: Desk) -> dict[str, Any] | None:
    giver = st.selectbox(
        "From", list(providers), index=None, format_func=providers.__getitem__, key="handoff:from",
        placeholder="Whose visits",
    )  # fmt: skip
    others = [key for key in providers if key != giver]
    takers = st.multiselect(
        "To, in order of preference", others, format_func=providers.__getitem__, key="handoff:to",
        placeholder="Who takes them",
    )  # fmt: skip
    first = st.date_input("Visits from", desk.today, min_value=desk.today, key="handoff:first", format="YYYY-MM-DD")
    if giver is None or not takers:
        return None
    asked = {"provider_id": giver, "to_provider_ids": takers, "first": (first or desk.today).isoformat()}
    return asked | _narrowed(asked, desk)


def _narrowed(asked: dict[str, Any], desk: Desk) -> dict[str, Any]:
    """Only some clients or services; what there is to choose from is what the provider has."""
    every = _seen(asked, desk, "handoff:every")["lines"]
    clients = {row["client_ids"][0]: row["client_name"] or "A client" for row in every}
    services = sorted({row["service_name"] for row in every})
    with st.expander("Only some of them", key="handoff:only"):
        chosen = st.multiselect(
            "Clients", sorted(clients, key=lambda key: clients[key]), format_func=clients.__getitem__,
            key="handoff:clients", placeholder="Every client",
        )  # fmt: skip
        named = st.multiselect("Services", services, key="handoff:services", placeholder="Every service")
    with runtime.current().record.read() as reader:
        ids = [row["service_id"] for row in people.services(reader, desk.person) if row["name"] in named]
    return {"client_ids": chosen or None, "service_ids": ids or None}


def _plan(asked: dict[str, Any], providers: dict[str, str], desk: Desk) -> None:
    bare = _seen(asked, desk, "handoff:bare")
    if not bare["lines"]:
        st.info(f"{words.plain(providers[asked['provider_id']])} has no coming visits like that.")
        return
    summary, button = st.container(), st.container()
    going = {row["appointment_id"]: row for row in bare["lines"] if row["status"] != "stays"}
    staying = st.multiselect(
        "Leave where they are",
        list(going),
        format_func=lambda key: _named(going[key], desk),
        key=f"handoff:staying:{sorted(asked.items())}",
        placeholder="None",
    )
    plan = _seen(asked | {"staying": staying}, desk, "handoff:plan") if staying else bare
    moving = plan["same_time"] + plan["other_time"]
    with summary:
        parts = [f"**{plan['same_time']}** at the same time"]
        if plan["other_time"]:
            parts.append(f":orange[**{plan['other_time']}** at another time]")
        if plan["stay"]:
            parts.append(f":gray[**{plan['stay']}** stay]")
        st.markdown(" · ".join(parts))
    _table(plan["lines"], providers, desk)
    with button:
        usual = st.checkbox("They become the clients' usual provider", value=True, key="handoff:usual")
        st.button(
            f"Hand over {words.count(moving, 'visit')}",
            type="primary",
            key="handoff:do",
            disabled=moving == 0,
            on_click=_send,
            args=(asked["provider_id"], as_moves(plan["lines"]), usual, plan["lines"]),
        )
        refusal = refused("handoff")
        if refusal:
            st.error(str(refusal), icon=":material/error:")


def _table(lines: Sequence[Row], providers: dict[str, str], desk: Desk) -> None:
    has_reasons = any(row["sentence"] for row in lines)
    st.dataframe(
        [
            {
                "When": words.when(row["wall_start"], desk.today),
                "Client": row["client_name"] or "A client",
                "Goes to": providers.get(row["to_provider_id"] or "", "Stays"),
                "At": _goes_at(row, desk),
                **({"Why": row["sentence"] or ""} if has_reasons else {}),
                "Service": row["service_name"],
            }
            for row in lines
        ],
        hide_index=True,
        key="handoff:lines",
        height=min(560, 38 + 35 * len(lines)),
    )


def _goes_at(row: Row, desk: Desk) -> str:
    """The new time where it is another one; else that it is the same, or nothing. Pure."""
    if row["status"] == "other_time":
        return words.when(row["to_wall_start"], desk.today)
    return GOES[row["status"]] if row["status"] == "same_time" else ""


def _named(row: Row, desk: Desk) -> str:
    return f"{words.when(row['wall_start'], desk.today)} {row['client_name'] or 'a client'}"


def _send(provider_id: str, moves: list[dict[str, str]], usual: bool, lines: Sequence[Row]) -> None:
    answer = attempt(
        hand_over, "handoff", is_in_place=True, provider_id=provider_id, moves=moves, is_usual_changed=usual
    )
    if answer:
        left = [row for row in lines if row["status"] == "stays"]
        st.session_state["handoff:done"] = answer | {"left": left}


def _done(done: dict[str, Any]) -> None:
    facts = [f"{words.count(done['moved'], 'visit')} moved"]
    if done["series"]:
        facts.append(f"{done['series']} series went with them")
    if done["clients"]:
        facts.append(f"{words.count(done['clients'], 'client has', 'clients have')} another usual provider")
    st.success(", ".join(facts) + ".", icon=":material/check:")
    if done["left"]:
        st.markdown(f"**{words.count(len(done['left']), 'visit stays', 'visits stay')} where it was:**")
        st.markdown(
            "\n".join(
                f"- {row['wall_start']:%a %-d %b %H:%M} {words.plain(row['client_name'] or 'A client')}:"
                f" {words.plain(row['sentence'])}"
                for row in done["left"]
            )
        )
    st.button("Hand over more", key="handoff:more", on_click=lambda: st.session_state.pop("handoff:done"))


def _seen(asked: dict[str, Any], desk: Desk, name: str) -> Row:
    minute = desk.now.replace(second=0, microsecond=0)

    def read() -> Row:
        with runtime.current().record.read() as reader:
            try:
                return plan_handover(reader, desk.person, **asked)
            except Refusal as refusal:
                st.error(str(refusal), icon=":material/error:")
                return {"lines": [], "same_time": 0, "other_time": 0, "stay": 0}

    return unchanged(name, (minute, desk.person, repr(sorted(asked.items()))), read)
