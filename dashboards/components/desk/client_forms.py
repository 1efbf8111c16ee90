"""Drawers that change a client: details, and coverage by a payer."""

from __future__ import annotations

from datetime import date

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.desk.acts import CLOSE, typed
from dashboards.components.desk.place import Desk, desk_of
from dashboards.session import actor, attempt, keep_refusal, refused
from practice.errors import Refusal
from practice.people import queries as people
from practice.people.commands import add_policy, change_client, end_policy, set_self_pay
from practice.store.work import Row

TEXTS = {"given_name": "Given name", "family_name": "Family name", "phone": "Phone", "email": "Email"}


@st.dialog("Edit details", position="right")
def details_drawer(client_id: str) -> None:
    """Every field of the client; a refused form keeps what was typed."""
    if st.session_state.pop(CLOSE, False):
        st.rerun()
    desk = desk_of(actor())
    if desk is None:
        return
    form = f"details:{client_id}"
    with runtime.current().record.read() as reader:
        client = people.client(reader, desk.person, client_id)
        providers = {row["provider_id"]: row["name"] for row in people.providers(reader, desk.person)}
        sources = {row["referral_source_id"]: row["name"] for row in people.referral_sources(reader, desk.person)}
    with st.form(form):
        for name, label in TEXTS.items():
            st.text_input(label, client[name] or "", key=f"{form}:{name}", autocomplete="off")
        st.date_input(
            "Date of birth",
            client["birth_date"],
            min_value=date(1900, 1, 1),
            max_value=desk.today,
            key=f"{form}:birth_date",
            format="YYYY-MM-DD",
        )
        _choice("Usual provider", providers, client["provider_id"], f"{form}:provider_id")
        _choice("Referred by", sources, client["referral_source_id"], f"{form}:referral_source_id")
        places = {row["location_id"]: row["name"] for row in desk.locations}
        _choice("Usual location", places, client["location_id"], f"{form}:location_id")
        st.checkbox("Active", client["is_active"], key=f"{form}:is_active", help="An archived client cannot be booked.")
        st.form_submit_button(
            "Save", type="primary", shortcut="Ctrl+Enter", on_click=save_details, args=(client_id, form)
        )
    _why_not(form)


def save_details(client_id: str, form: str) -> None:
    """Send the details as they stand in the form."""
    born = st.session_state.get(f"{form}:birth_date")
    fields = {name: typed(f"{form}:{name}") for name in TEXTS}
    fields |= {
        name: st.session_state.get(f"{form}:{name}") for name in ("provider_id", "referral_source_id", "location_id")
    }
    answer = attempt(
        change_client,
        form,
        is_in_place=True,
        done="The details have been saved.",
        client_id=client_id,
        birth_date=born.isoformat() if born else None,
        is_active=st.session_state.get(f"{form}:is_active", True),
        **fields,
    )
    if answer:
        st.session_state[CLOSE] = True


@st.dialog("Guarantor", position="right")
def guarantor_drawer(client_id: str) -> None:
    """Who owes for this client: found as one types."""
    from dashboards.components.desk.client_picker import pick_client

    if st.session_state.pop(CLOSE, False):
        st.rerun()
    desk = desk_of(actor())
    if desk is None:
        return
    form = f"guarantor:{client_id}"
    st.caption(
        "Without a guarantor clients owe for themselves. What was charged before keeps the guarantor it had then."
    )
    chosen = pick_client(form, desk.person, desk.today)
    with st.container(horizontal=True):
        st.button(
            "Save",
            key=f"{form}:save",
            type="primary",
            disabled=chosen is None,
            on_click=save_guarantor,
            args=(client_id, chosen, form),
        )
        st.button("Nobody else", key=f"{form}:none", on_click=save_guarantor, args=(client_id, None, form))
    _why_not(form)


def save_guarantor(client_id: str, guarantor_client_id: str | None, form: str) -> None:
    """Set or clear who owes for the client."""
    answer = attempt(
        change_client,
        form,
        is_in_place=True,
        done="The guarantor has been saved.",
        client_id=client_id,
        guarantor_client_id=guarantor_client_id,
    )
    if answer:
        st.session_state[CLOSE] = True


@st.dialog("Coverage", position="right")
def coverage_drawer(client_id: str) -> None:
    """Policies that stand, each with a way to end it; that nobody insures the client; the form for a new one."""
    if st.session_state.pop(CLOSE, False):
        st.rerun()
    desk = desk_of(actor())
    if desk is None:
        return
    form = f"coverage:{client_id}"
    with runtime.current().record.read() as reader:
        client = people.client(reader, desk.person, client_id)
        payers = {row["payer_id"]: row["name"] for row in people.payers(reader, desk.person)}
    for policy in client["policies"]:
        _policy(policy, desk)
    _without_insurance(client, desk)
    if not payers:
        st.info("No payer is known yet; payers are added on the Set-up page.")
        return
    with st.form(form):
        st.markdown("**New policy**")
        _choice("Payer", payers, None, f"{form}:payer_id")
        st.text_input("Member number", key=f"{form}:member_number", autocomplete="off")
        left, right = st.columns(2)
        left.text_input("Copay", "0", key=f"{form}:copay")
        right.selectbox("Rank", [1, 2, 3], key=f"{form}:rank", help="Rank 1 pays first.")
        left.date_input("Covers from", desk.today, key=f"{form}:from", format="YYYY-MM-DD", min_value=date(1990, 1, 1))
        right.date_input("Until", None, key=f"{form}:to", format="YYYY-MM-DD", min_value=date(1990, 1, 1))
        st.form_submit_button(
            "Add coverage", type="primary", shortcut="Ctrl+Enter", on_click=add_coverage, args=(client_id, form, desk)
        )
    _why_not(form)


def add_coverage(client_id: str, form: str, desk: Desk) -> None:
    """Send the new policy."""
    state = st.session_state
    last: date | None = state.get(f"{form}:to")
    try:
        copay_minor = desk.currency.parse(typed(f"{form}:copay") or "0", field="copay_minor")
    except Refusal as refusal:
        keep_refusal(form, refusal)
        return
    answer = attempt(
        add_policy,
        form,
        is_in_place=True,
        done="The coverage has been added.",
        client_id=client_id,
        payer_id=state.get(f"{form}:payer_id") or "",
        member_number=typed(f"{form}:member_number") or "",
        rank=state.get(f"{form}:rank", 1),
        copay_minor=copay_minor,
        effective_from=(state.get(f"{form}:from") or desk.today).isoformat(),
        effective_to=last.isoformat() if last else None,
    )
    if answer:
        state[CLOSE] = True


def end_coverage(policy_id: str, last_day: date) -> None:
    """The policy covers up to and with that day."""
    answer = attempt(
        end_policy,
        f"end:{policy_id}",
        is_in_place=True,
        done="The coverage ends.",
        policy_id=policy_id,
        effective_to=last_day.isoformat(),
    )
    if answer:
        st.session_state[CLOSE] = True


def _policy(policy: Row, desk: Desk) -> None:
    until = f"until {words.date_of(policy['effective_to'])}" if policy["effective_to"] else "in force"
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(
            f"**{words.plain(policy['payer_name'])}** · {words.plain(policy['member_number'])}  \n"
            f":small[:gray[Rank {policy['rank']} · from {words.date_of(policy['effective_from'])} · {until}]]"
        )
        if policy["effective_to"] is None:
            st.button(
                "End today",
                key=f"end:{policy['policy_id']}",
                on_click=end_coverage,
                args=(policy["policy_id"], desk.today),
            )
    _why_not(f"end:{policy['policy_id']}")


def _without_insurance(client: Row, desk: Desk) -> None:
    """Who has no cover pays alone only once somebody has said so."""
    if any(row["effective_to"] is None or row["effective_to"] >= desk.today for row in client["policies"]):
        return
    form, is_said = f"self_pay:{client['client_id']}", client["is_self_pay"]
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown("**Pays without insurance**" if is_said else "No cover is on file.")
        st.button(
            "Take back" if is_said else "Pays without insurance",
            key=form,
            on_click=say_self_pay,
            args=(client["client_id"], not is_said),
        )
    _why_not(form)


def say_self_pay(client_id: str, is_self_pay: bool) -> None:
    """No insurance pays for the client; or that is taken back."""
    answer = attempt(
        set_self_pay,
        f"self_pay:{client_id}",
        is_in_place=True,
        done="The client pays without insurance." if is_self_pay else "Who pays is open again.",
        client_id=client_id,
        is_self_pay=is_self_pay,
    )
    if answer:
        st.session_state[CLOSE] = True


def _choice(label: str, options: dict[str, str], present: str | None, key: str) -> None:
    keys = list(options)
    index = keys.index(present) if present in keys else None
    st.selectbox(label, keys, index=index, format_func=options.__getitem__, key=key, placeholder="Choose")


def _why_not(form: str) -> None:
    refusal = refused(form)
    if refusal:
        st.error(str(refusal), icon=":material/error:")
