"""Where what a claim lacks is put right: a small form for each thing that is missing, on the spot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboards.components.billing.common import read
from dashboards.components.desk import words
from dashboards.components.forms import entry, send, turn
from dashboards.components.insurance.diagnosing import diagnosis_form
from practice.access.permissions import Actor, Permission
from practice.insurance import claim_facts
from practice.insurance.claim_queries import kept
from practice.insurance.scrubbing import NO_DIAGNOSIS

Row = dict[str, Any]


def fix_forms(person: Actor, row: Row) -> None:
    """The forms for this claim's problems, each once."""
    wanted = list(dict.fromkeys(problem.where for problem in row["problems"]))
    known = read(kept, person, row=row)
    for where in wanted:
        form = _FORMS.get(where)
        if form:
            form(person, row, known)


def _practice(person: Actor, _: Row, known: Row) -> None:
    if not person.may(Permission.SET_UP):
        st.info("Who bills is said by a manager or the owner, here or under Set-up above.", icon=":material/info:")
        return
    sender_form(known)


def sender_form(known: Row) -> None:
    """Who bills, and who takes the files."""
    name, now = "claim_sender", known["sender"] or {}
    with entry(name, border=True):
        st.markdown("**Who bills**")
        a, b, c = st.columns(3)
        given = {
            "name": _text(a, name, "Practice, as payers know it", now.get("name")),
            "npi": _text(b, name, "NPI of the practice", now.get("npi")),
            "tax_id": _text(c, name, "Tax id (EIN)", now.get("tax_id")),
            "taxonomy": _text(a, name, "Taxonomy of the practice", now.get("taxonomy")),
            "contact_name": _text(b, name, "Who answers questions", now.get("contact_name")),
            "phone": _text(c, name, "Phone", now.get("phone")),
            "submitter_code": _text(a, name, "Our code at the receiver", now.get("submitter_code")),
            "receiver_name": _text(b, name, "Receiver of the files", now.get("receiver_name")),
            "receiver_code": _text(c, name, "Code of the receiver", now.get("receiver_code")),
        }
        is_test = st.checkbox("Files are tests", now.get("is_test", False), key=f"{name}:test:{turn(name)}")
        if st.form_submit_button("Save who bills", type="primary"):
            send(claim_facts.set_claim_sender, name, **given, is_test=is_test, done="Saved.")
    _address_form("practice", "Address of the practice", known["addresses"].get("practice"))


def _payer(_: Actor, row: Row, known: Row) -> None:
    payer_form(known["payer"] | {"payer_id": row["payer_id"]})


def payer_form(payer: Row) -> None:
    """How files name a payer, and what kind of cover it gives."""
    name = f"payer_codes:{payer['payer_id']}"
    with entry(name, border=True):
        st.markdown(f"**{words.plain(payer['name'])} in files**")
        a, b = st.columns(2)
        code = _text(a, name, "Payer code", payer["code"])
        codes = list(claim_facts.FILING_CODES)
        kind = b.selectbox(
            "Kind of cover",
            codes,
            index=codes.index(payer["filing_code"]) if payer["filing_code"] in codes else None,
            format_func=lambda one: f"{claim_facts.FILING_CODES[one].capitalize()} ({one})",
            key=f"{name}:kind:{turn(name)}",
        )
        if st.form_submit_button("Save the payer", type="primary"):
            given = {"payer_id": payer["payer_id"], "payer_code": code, "filing_code": kind or ""}
            send(claim_facts.set_payer_codes, name, **given, done="Saved.")


def _client(_: Actor, row: Row, known: Row) -> None:
    client_id = row["client_id"]
    name = f"client_claims:{client_id}"
    with entry(name, border=True):
        st.markdown("**The client, as the payer has them**")
        sex = st.segmented_control(
            "Sex",
            list(claim_facts.SEXES),
            default=known["sex"],
            format_func=lambda one: claim_facts.SEXES[one].capitalize(),
            key=f"{name}:sex:{turn(name)}",
        )
        given = _address(name, known["addresses"].get(f"client:{client_id}"))
        if st.form_submit_button("Save the client", type="primary"):
            send(claim_facts.set_client_claims, name, client_id=client_id, sex=sex or "", **given, done="Saved.")


def _policy(_: Actor, row: Row, known: Row) -> None:
    name, now = f"policy_holder:{row['policy_id']}", known["holder"] or {}
    with entry(name, border=True):
        st.markdown("**Who holds the policy**")
        relationships = list(claim_facts.RELATIONSHIPS)
        relationship = st.selectbox(
            "The holder is",
            relationships,
            index=relationships.index(now.get("relationship", "self")),
            format_func=lambda one: claim_facts.RELATIONSHIPS[one].capitalize(),
            key=f"{name}:who:{turn(name)}",
        )
        a, b, c = st.columns(3)
        given = {
            "given_name": _text(a, name, "Given name of the holder", now.get("given_name")),
            "family_name": _text(b, name, "Family name of the holder", now.get("family_name")),
            "birth_date": _text(c, name, "Birth date, like 1980-03-31", str(now.get("birth_date") or "")),
            "sex": a.selectbox("Sex of the holder", list(claim_facts.SEXES), index=None, key=f"{name}:s:{turn(name)}"),
            "group_number": _text(b, name, "Group number", now.get("group_number")),
        }
        if st.form_submit_button("Save the holder", type="primary"):
            given = {key: value or None for key, value in given.items()}
            send(
                claim_facts.set_policy_holder,
                name,
                policy_id=row["policy_id"],
                relationship=relationship,
                **given,
                done="Saved.",
            )


def _provider(_: Actor, row: Row, known: Row) -> None:
    del row
    now = known["provider"]
    if now is None:
        return
    if not now["npi"]:
        st.caption("The NPI of a provider stands in Set-up, Providers.")
    name = f"provider_claims:{now['provider_id']}"
    with entry(name, border=True):
        st.markdown(f"**{words.plain(now['name'])} in claims**")
        a, b, c = st.columns(3)
        given, family = _parts(now["name"])
        others = {
            one["provider_id"]: one["name"] for one in known["providers"] if one["provider_id"] != now["provider_id"]
        }
        supervisors = [None, *others]
        parameters = {
            "given_name": _text(a, name, "Given name", now["given_name"] or given),
            "family_name": _text(b, name, "Family name", now["family_name"] or family),
            "taxonomy": _text(c, name, "Taxonomy code", now["taxonomy"]),
        }
        supervisor = st.selectbox(
            "Supervised by",
            supervisors,
            index=supervisors.index(now["supervising_provider_id"]) if now["supervising_provider_id"] in others else 0,
            format_func=lambda one: others[one] if one else "Nobody",
            key=f"{name}:by:{turn(name)}",
        )
        if st.form_submit_button("Save the provider", type="primary"):
            send(
                claim_facts.set_provider_claims,
                name,
                provider_id=now["provider_id"],
                **parameters,
                supervising_provider_id=supervisor,
                done="Saved.",
            )


def _charge(person: Actor, row: Row, _: Row) -> None:
    if any(problem.sentence == NO_DIAGNOSIS for problem in row["problems"]) and person.may(Permission.DIAGNOSE):
        diagnosis_form(row)
    else:
        st.caption(f"Diagnoses and codes stand on the [client's page](/client?client={row['client_id']}).")


def _address_form(subject: str, title: str, now: Row | None) -> None:
    name = f"address:{subject}"
    with entry(name, border=True):
        st.markdown(f"**{title}**")
        given = _address(name, now)
        if st.form_submit_button("Save the address", type="primary"):
            send(claim_facts.set_postal_address, name, subject=subject, **given, done="Saved.")


def _address(name: str, now: Row | None) -> dict[str, str]:
    """The inputs of an address."""
    known = now or {}
    a, b, c, d = st.columns([4, 3, 1, 2])
    return {
        "street": _text(a, name, "Street", known.get("street")),
        "city": _text(b, name, "City", known.get("city")),
        "state": _text(c, name, "State", known.get("state")),
        "postal_code": _text(d, name, "ZIP code", known.get("postal_code")),
    }


def _text(column: Any, name: str, label: str, now: str | None) -> str:
    return str(column.text_input(label, now or "", key=f"{name}:{label}:{turn(name)}"))


def _parts(name: str) -> tuple[str, str]:
    """Given and family name, as far as a display name tells them apart."""
    parts = [part for part in name.split() if not part.endswith(".")]
    return " ".join(parts[:-1]), parts[-1] if parts else ""


_FORMS: dict[str, Callable[[Actor, Row, Row], None]] = {
    "practice": _practice,
    "payer": _payer,
    "client": _client,
    "policy": _policy,
    "provider": _provider,
    "charge": _charge,
}
