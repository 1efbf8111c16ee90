"""Connections to payers' servers: who they are, how we sign in, whether their key is theirs, and whether it works."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.forms import entry, send, show_refusal, start_anew, turn
from dashboards.components.messages.words import at
from dashboards.components.set_up.common import choose, lists, read
from dashboards.session import actor, attempt, forget_refusal, keep_refusal, refused, say
from practice.access.permissions import Actor
from practice.errors import Conflict, Refusal
from practice.insurance import connection_queries as queries
from practice.insurance import connection_secrets as secrets
from practice.insurance.connections import SIGN_INS, confirm_host_key, save_connection, switch_connection
from practice.insurance.drop_trouble import WORDS, DropTrouble
from practice.insurance.exchanging import try_out
from practice.insurance.sftp import fingerprint, shown_host_key
from practice.people.setup import practice_today

FORM = "connection"
LABELS = {"key": "A key of ours", "password": "A password of theirs"}


def connections_part(person: Actor) -> None:
    """The list with what is left to do of the selected one; beside it the form."""
    rows = [row | {"state": _state(row)} for row in read(queries.connections, person)]
    left, right = lists()
    with left:
        columns = {"name": "Name", "host": "Server", "state": "State"}
        row = choose(FORM, "Payers' servers", [one | {"is_active": True} for one in rows], columns,
                     key="connection_id", empty="None yet: files are carried by hand, over the folders.")  # fmt: skip
        shown = next((one for one in rows if row and one["connection_id"] == row["connection_id"]), None)
        if shown is None and len(rows) == 1:
            shown = rows[0]
        if shown:
            _steps(person, shown)
    with right:
        _form(row)


def _state(row: dict[str, Any]) -> str:
    if row["trouble"]:
        return "does not work"
    if not row["host_key"] or not secrets.is_kept(runtime.current().home, row):
        return "not finished"
    return "on" if row["is_active"] else "off"


def _form(row: dict[str, Any] | None) -> None:
    one: dict[str, Any] = row or {"port": 22, "sign_in": "key", "out_names": "{name}", "in_names": "*"}
    with entry(f"{FORM}:{row['connection_id'] if row else 'new'}"):
        st.markdown(f"**Change {words.plain(row['name'])}**" if row else "**Connect a payer or clearinghouse (SFTP)**")
        name = st.text_input("Name", one.get("name", ""), required=True)
        a, b = st.columns([3, 1])
        host = a.text_input("Host", one.get("host", ""), placeholder="sftp.payer.example", required=True)
        port = b.number_input("Port", 1, 65535, one["port"])
        a, b = st.columns(2)
        user = a.text_input("User name", one.get("user_name", ""), required=True)
        way = b.selectbox("We sign in with", SIGN_INS, SIGN_INS.index(one["sign_in"]), format_func=LABELS.get)
        a, b = st.columns(2)
        out_folder = a.text_input("Folder for our files", one.get("out_folder") or "", placeholder="/inbound")
        in_folder = b.text_input("Folder of their answers", one.get("in_folder") or "", placeholder="/outbound")
        out_names = a.text_input(
            "Our files' names there", one["out_names"], help="{name} is ours, {number} counts, {date} is 20260302."
        )
        in_names = b.text_input("Which of them", one["in_names"], help="Such as *.835, *.277; * is every file.")
        done = b.text_input(
            "Fetched ones move to", one.get("done_folder") or "", placeholder="they stay", help="A folder there."
        )
        if st.form_submit_button("Save", type="primary"):
            send(save_connection, f"{FORM}:{row['connection_id'] if row else 'new'}", name=name, host=host,
                 port=int(port), user_name=user, sign_in=way, out_folder=out_folder, out_names=out_names,
                 in_folder=in_folder, in_names=in_names, done_folder=done,
                 is_active=bool(row and row["is_active"]),
                 connection_id=row["connection_id"] if row else None, done="Saved.")  # fmt: skip


def _steps(person: Actor, row: dict[str, Any]) -> None:
    """What has to be so before files go, in its order; each with its button."""
    st.markdown(f"**{words.plain(row['name'])}**")
    _sign_in(row)
    _host_key(row)
    name = f"{FORM}:on:{row['connection_id']}"
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Test the connection", icon=":material/network_check:", key=f"{name}:test"):
            _test(row, name)
        wanted = st.toggle("Files go by themselves", row["is_active"], key=f"{name}:{row['is_active']}:{turn(name)}")
    if wanted != row["is_active"]:
        done = "Files go by themselves." if wanted else "It is off; our files lie in the folder again."
        if attempt(switch_connection, name, is_in_place=True, connection_id=row["connection_id"], is_active=wanted,
                   done=done) is None:  # fmt: skip
            start_anew(name)
        st.rerun()
    show_refusal(name)
    if row["trouble"] and not refused(name):
        st.error(f"It does not work: {WORDS[row['trouble']]}.", icon=":material/error:")
    _lately(person, row)


def _sign_in(row: dict[str, Any]) -> None:
    home, name = runtime.current().home, f"{FORM}:sign_in:{row['connection_id']}"
    is_kept = secrets.is_kept(home, row)
    if row["sign_in"] == "key":
        if is_kept and row["public_key"]:
            st.caption("1. The payer needs our public key:")
            st.code(row["public_key"], language=None, wrap_lines=True)
            with st.popover("Make another key", type="tertiary"):
                st.caption("The payer has to get it before files go again: the one it has is forgotten here.")
                _make_buttons(name, row)
        else:
            st.caption("1. A key of ours: its secret half stays on this machine.")
            _make_buttons(name, row)
    else:
        st.caption("1. The password is kept." if is_kept else "1. The password that the payer gave you:")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            typed = st.text_input(
                "Password", type="password", key=f"{name}:typed:{turn(name)}", label_visibility="collapsed",
                placeholder="another one" if is_kept else "",
            )  # fmt: skip
            if st.button("Keep it", key=f"{name}:keep"):
                _keep(name, lambda run: secrets.keep_password(run.record, run.home, actor(), row["connection_id"],
                                                              typed))  # fmt: skip
    show_refusal(name)


def _make_buttons(name: str, row: dict[str, Any]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, kind, look in (
            ("Make a key", "ssh-ed25519", "primary"),
            ("RSA, for old servers", "ssh-rsa", "tertiary"),
        ):
            if st.button(label, type=look, key=f"{name}:{kind}"):
                _keep(name, lambda run, kind=kind: secrets.make_key(
                    run.record, run.home, actor(), row["connection_id"], kind))  # fmt: skip


def _keep(name: str, do: Any) -> None:
    try:
        do(runtime.current())
    except Refusal as refusal:
        keep_refusal(name, refusal)
    except OSError:
        keep_refusal(name, Conflict("It could not be written down on this machine; free some space.", rule="storage"))
    else:
        forget_refusal(name)
        start_anew(name)
        say("Kept on this machine, where only Daybook's owner can read it.")
    st.rerun()


def _host_key(row: dict[str, Any]) -> None:
    """Who says that it is the payer's server: a person who has compared its key with the payer's paper."""
    name = f"{FORM}:host_key:{row['connection_id']}"
    if row["host_key"]:
        st.caption(f"2. Their server's key is confirmed: `{fingerprint(row['host_key'])}`")
    if row["host_key"] and row["trouble"] != "host_key_changed":
        return
    shown = st.session_state.get(name)
    if not shown:
        with st.container(horizontal=True, vertical_alignment="center"):
            once = (
                "2. Their server shows another key now."
                if row["host_key"]
                else "2. Their server's key, to confirm once:"
            )
            st.caption(once, width="content")
            if st.button("Look at the server's key", key=f"{name}:look"):
                try:
                    st.session_state[name] = shown_host_key(row["host"], row["port"])
                    forget_refusal(name)
                except DropTrouble as trouble:
                    keep_refusal(name, Conflict(f"It does not work: {WORDS[trouble.code]}.", rule=trouble.code))
                st.rerun()
        show_refusal(name)
        return
    st.warning(f"The server shows `{fingerprint(shown)}`. Compare it with what the payer wrote, or ask by phone.")
    with st.container(horizontal=True):
        if st.button("It is theirs", type="primary", key=f"{name}:confirm"):
            st.session_state.pop(name)
            send(confirm_host_key, name, connection_id=row["connection_id"], host_key=shown, done="Confirmed.")
        if st.button("It is not", key=f"{name}:no"):
            st.session_state.pop(name)
            st.rerun()


def _test(row: dict[str, Any], name: str) -> None:
    running = runtime.current()
    try:
        with st.spinner("The server is asked…"):
            found = try_out(running.record, running.home, row["connection_id"])
    except DropTrouble as trouble:
        keep_refusal(name, Conflict(f"It does not work: {WORDS[trouble.code]}.", rule=trouble.code))
    else:
        forget_refusal(name)
        say(found)
    st.rerun()


def _lately(person: Actor, row: dict[str, Any]) -> None:
    rows = read(queries.lately, person, row["connection_id"])
    if not rows:
        return
    with runtime.current().record.read() as reader:
        zone, today = str(reader.setting("zone", "UTC")), practice_today(reader)
    with st.expander("What went over it lately", icon=":material/history:"):
        for one in rows:
            state = "" if one["state"] in ("sent", "fetched") else ", not finished"
            sign = ":material/upload:" if one["way"] == "out" else ":material/download:"
            size = f"{one['size_bytes']:,} bytes"
            st.markdown(
                f":small[{sign} {words.plain(one['remote_name'])} · {at(one['seen_at'], zone, today)} · {size}{state} ·"
                f" `{one['digest'][:12]}`]"
            )
