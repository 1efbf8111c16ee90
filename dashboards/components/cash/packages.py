"""Packages: sell one, see what is left of each, give sessions back, and let go what has expired."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from dashboards.components.billing.common import Rows, choose, count, read, total
from dashboards.components.billing.payment_form import CLIENT_METHODS
from dashboards.components.cash.deposits import CREDIT, return_ways
from dashboards.components.desk import words
from dashboards.components.desk.client_picker import pick_client
from dashboards.components.forms import entry, practice_currency, send, show_refusal, start_anew, turn
from dashboards.session import attempt, say
from practice.access.permissions import Actor, Permission
from practice.billing.packages import expire_package, extend_package, restore_session, return_package, sell_package
from practice.billing.queries.packages import package_offers, packages, sessions_of
from practice.people.queries import locations
from practice.people.setup import practice_today

WORDS = {"redeemed": "used", "returned": "returned", "expired": "expired"}


def packages_part(person: Actor, client_id: str | None) -> None:
    """What was sold and is not used up, the first to expire first; and the form that sells one."""
    rows = read(packages, person, client_id=client_id)
    over = [row for row in rows if row["state"] == "over"]
    if rows:
        st.caption(f"{count(len(rows), 'package')} with {total(rows, 'left_minor')} still to be earned.")
    if over and person.may(Permission.ADJUST):
        _expire(over)
    columns = {
        "client_name": "Client",
        "name": "Package",
        "sessions_left": "Left",
        "sessions": "Of",
        "left_minor": "To earn",
        "expires_date": "Good until",
        "state": "State",
    }
    shown = [row | {"state": "expired" if row["state"] == "over" else row["state"]} for row in rows]
    picked = choose(shown, columns, key="packages", empty="No package has sessions left.")
    if picked:
        _panel(person, picked[0])
    elif person.may(Permission.TAKE_PAYMENT):
        _sell(person, client_id)


def _sell(person: Actor, client_id: str | None) -> None:
    currency = practice_currency()
    offers = {row["package_offer_id"]: row for row in read(package_offers, person)}
    with st.container(border=True):
        st.markdown("**Sell a package**")
        if not offers:
            st.caption("No package is offered yet; say below what is.")
            return
        today = read(lambda reader, _: practice_today(reader), person)
        who = client_id or pick_client("sell_package", person, today, may_add=False)
        if not who:
            return
        name = f"sell_package:{who}"
        key = f"{name}:{turn(name)}"

        def label(offer_id: str) -> str:
            row = offers[offer_id]
            return f"{row['name']} · {currency.show(row['price_minor'])} · {row['valid_days']} days"

        with entry(name):
            a, b, c, d = st.columns([2, 1, 1, 1])
            offer_id = str(a.selectbox("Package", list(offers), format_func=label, key=f"{key}:offer"))
            method = b.selectbox("How", CLIENT_METHODS, format_func=str.capitalize, key=f"{key}:how")
            places = {row["location_id"]: row["name"] for row in read(locations, person)}
            place = c.selectbox("Where", list(places), format_func=places.get, key=f"{key}:place")
            reference = d.text_input("Reference", key=f"{key}:reference")
            if st.form_submit_button("Sell", type="primary", shortcut="Ctrl+Enter"):
                answer = attempt(
                    sell_package, name, is_in_place=True, client_id=who, package_offer_id=offer_id, location_id=place,
                    method=method, reference=reference or None,
                    done=f"{offers[offer_id]['name']} sold for {currency.show(offers[offer_id]['price_minor'])}.",
                )  # fmt: skip
                if answer is not None:
                    st.session_state.pop("sell_package:client", None)
                    start_anew(name)
                    st.rerun()


def _expire(over: Rows) -> None:
    what = f"{count(len(over), 'package')} expired with {total(over, 'left_minor')} unused"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/event_busy: {what}.", width="content")
        if st.button("Keep it as income", key="expire_packages", help="Debit packages, credit breakage (4030)."):
            done = [
                attempt(expire_package, f"expire:{row['package_id']}", package_id=row["package_id"]) for row in over
            ]
            if any(done):
                say(f"{count(sum(map(bool, done)), 'package')} closed.")
            st.rerun()


def _panel(person: Actor, package: dict[str, Any]) -> None:
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True):
        st.markdown(f"**{words.plain(package['name'])}** · {words.plain(package['client_name'])}")
        _sessions(person, package)
    with right:
        if person.may(Permission.TAKE_PAYMENT):
            _return(person, package)
        if person.may(Permission.ADJUST):
            _extend(package)


def _sessions(person: Actor, package: dict[str, Any]) -> None:
    moves = read(sessions_of, person, package_id=package["package_id"])
    rows = [
        row | {"what": WORDS[row["kind"]] if row["sessions"] > 0 else "given back", "day": row["service_date"]}
        for row in moves
    ]
    columns = {"post_date": "On", "what": "What", "sessions": "Sessions", "amount_minor": "Amount"}
    picked = choose(rows, columns, key=f"sessions:{package['package_id']}", height=220, empty="No session used yet.")
    if picked and picked[0]["is_live"] and person.may(Permission.ALLOCATE):
        name = f"restore:{picked[0]['held_move_id']}"
        why = st.text_input("Why give the session back", key=f"{name}:why:{turn(name)}")
        if st.button("Give the session back", key=f"{name}:do"):
            send(
                restore_session,
                name,
                reason=why or None,
                held_move_id=picked[0]["held_move_id"],
                done="The session can be used again.",
            )
        show_refusal(name)


def _return(person: Actor, package: dict[str, Any]) -> None:
    currency = practice_currency()
    name = f"return_package:{package['package_id']}"
    key = f"{name}:{turn(name)}"
    with entry(name, border=True):
        unused = count(package["sessions_left"], "unused session")
        st.markdown(f"**Take back** · {unused}, {currency.show(package['left_minor'])}")
        a, b = st.columns(2)
        way = str(a.selectbox("How", return_ways(person), key=f"{key}:how", format_func=str.capitalize))
        why = b.text_input("Why", key=f"{key}:why")
        if st.form_submit_button("Take back"):
            send(
                return_package,
                name,
                reason=why or None,
                package_id=package["package_id"],
                method=None if way == CREDIT else way,
                done=f"{currency.show(package['left_minor'])} returned.",
            )


def _extend(package: dict[str, Any]) -> None:
    name = f"extend_package:{package['package_id']}"
    key = f"{name}:{turn(name)}"
    with entry(name, border=True):
        st.markdown(f"**Good until {package['expires_date']:%-d %b %Y}**")
        a, b = st.columns(2)
        last = a.date_input("New last day", package["expires_date"], format="YYYY-MM-DD", key=f"{key}:last")
        why = b.text_input("Why", key=f"{key}:why")
        if st.form_submit_button("Move the last day") and isinstance(last, date):
            send(
                extend_package,
                name,
                reason=why or None,
                package_id=package["package_id"],
                expires_date=str(last),
                done=f"Good until {last:%-d %b %Y}.",
            )
