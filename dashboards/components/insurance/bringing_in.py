"""Files from payers: uploaded by hand, or taken out of the folder that they were dropped into."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.billing.common import count, read
from dashboards.components.desk import words
from dashboards.components.forms import show_refusal, start_anew, turn
from dashboards.session import actor, attempt, forget_refusal, refused
from practice.access.permissions import Actor
from practice.insurance.folders import Taken, decode, put_aside, take, waiting
from practice.insurance.folders import refused as refused_files
from practice.insurance.incoming import command_for
from practice.insurance.remits import post_remittance
from practice.people.queries import payers

FORM = "remittance_file"
SHOWN = 5


def bring_in_part(person: Actor) -> None:
    """An uploader, and a button for the folder where something waits in it."""
    with st.container(border=True):
        left, right = st.columns([3, 2], gap="medium", vertical_alignment="center")
        with left:
            _upload(person)
        with right:
            _folder()
    _report()
    _refused()


def _upload(person: Actor) -> None:
    files = st.file_uploader(
        "Remittances (835), acknowledgements (TA1, 999, 277CA), answers about covers (271)",
        accept_multiple_files=True,
        key=f"{FORM}:file:{turn(FORM)}",
        max_upload_size=50,
    )
    refusal = refused(FORM)
    payer_id = None
    if files and refusal is not None and refusal.rule == "unknown_payer":
        names = {row["payer_id"]: row["name"] for row in read(payers, person)}
        payer_id = st.selectbox("Whose is it?", list(names), format_func=names.get, index=None, key=f"{FORM}:payer")
    label = f"Post {count(len(files), 'file')}" if files else "Post"
    if st.button(label, type="primary", disabled=not files, key=f"{FORM}:post"):
        _post(files, payer_id)
    if files:
        show_refusal(FORM)
    else:
        forget_refusal(FORM)


def _post(files: list[Any], payer_id: str | None) -> None:
    """Each file by itself. One that is refused stays chosen, with its sentence; what was posted is 'known' then."""
    taken = []
    for file in files:
        text = decode(file.getvalue())
        command = command_for(text)
        options = {"payer_id": payer_id} if payer_id and command is post_remittance else {}
        answer = attempt(command, FORM, is_in_place=True, typed=(hash(text), payer_id), text=text, **options)
        if answer is None:
            break
        taken.append(Taken(file.name, answer=answer))
    st.session_state["remittances_taken"] = taken
    if len(taken) == len(files):
        start_anew(FORM)
    st.rerun()


def _folder() -> None:
    folder = runtime.current().home.remittances_in
    files = waiting(folder)
    if not files:
        st.caption(f"Files that are dropped into `{folder.parent.name}/{folder.name}` of the data directory show here.")
        return
    st.markdown(f"**{count(len(files), 'file')} in the folder**")
    st.caption(words.plain(", ".join(file.name for file in files[:5]) + ("…" if len(files) > 5 else "")))
    if st.button("Take them", icon=":material/move_to_inbox:", key="remittance_folder"):
        take_folder()
        st.rerun()


def take_folder() -> None:
    """Read what lies in the folder, as the person who asks for it; the report stands under Remittances."""
    person, running = actor(), runtime.current()
    st.session_state["remittances_taken"] = take(
        running.home.remittances_in,
        lambda text: running.record.run(command_for(text), person, reason="A payer's file", text=text),
    )


def _refused() -> None:
    """Files of the folder that could not be read, until somebody has seen it."""
    folder = runtime.current().home.remittances_in
    said = {one.name for one in st.session_state.get("remittances_taken", []) if one.why}
    found = [one for one in refused_files(folder) if one.name not in said]
    for one in found[:SHOWN]:
        st.error(f"{words.plain(one.name)}: {words.plain(one.why)}", icon=":material/error:")
    if found:
        more = f" {len(found) - SHOWN} more lie there." if len(found) > SHOWN else ""
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"Refused files lie in `{folder.name}/refused`.{more}", width="content")
            if st.button("Seen", key="refused_seen"):
                put_aside(folder)
                st.rerun()


def _report() -> None:
    """What became of the files that were read last, until the page is left."""
    for one in st.session_state.get("remittances_taken", []):
        if one.why:
            st.error(f"{words.plain(one.name)}: {one.why}", icon=":material/error:")
            continue
        if "active" in one.answer:
            _say_answered(one)
            continue
        if "remittances" not in one.answer:
            _say_acknowledged(one)
            continue
        for remittance in one.answer["remittances"]:
            _say(remittance)
        if one.answer["defects"]:
            with st.expander(f"{count(len(one.answer['defects']), 'remark')} on {words.plain(one.name)}"):
                for sentence in one.answer["defects"]:
                    st.markdown(f"- {words.plain(sentence)}")


def _say(remittance: dict[str, Any]) -> None:
    name = f"**{words.plain(remittance['trace_number'])}**"
    if remittance["status"] == "held":
        st.warning(f"{name} is held: {words.plain(remittance['why'])}", icon=":material/pause_circle:")
    elif remittance["status"] == "known":
        st.info(f"{name} was read before; nothing changed.", icon=":material/history:")
    else:
        left = f", {remittance['unmatched']} to match" if remittance["unmatched"] else ""
        said = f"{count(remittance['claims'], 'claim')}, {remittance['posted']} posted{left}"
        st.success(f"{name}: {said}.", icon=":material/task_alt:")


def _say_acknowledged(one: Taken) -> None:
    kinds = [kind for kind in ("received", "accepted", "rejected", "unknown") if one.answer[kind]]
    said = ", ".join(f"{count(one.answer[kind], 'claim')} {kind}" for kind in kinds)
    text = f"**{words.plain(one.name)}**: {said or 'nothing new'}."
    for sentence in one.answer["sentences"]:
        text += f"  \n{words.plain(sentence)}"
    if one.answer["rejected"]:
        st.warning(text + "  \nRejected claims stand under Claims again.", icon=":material/assignment_return:")
    else:
        st.success(text, icon=":material/task_alt:")


def _say_answered(one: Taken) -> None:
    kinds = {"active": "active", "inactive": "not in force", "refused": "without an answer", "unknown": "unknown"}
    said = ", ".join(f"{count(one.answer[kind], 'cover')} {word}" for kind, word in kinds.items() if one.answer[kind])
    st.success(f"**{words.plain(one.name)}**: {said or 'nothing new'}.", icon=":material/task_alt:")
