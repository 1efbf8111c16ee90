"""Papers for many: invoice everybody, what is not invoiced and why, runs to print, and what is made by itself."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import runtime
from dashboards.components.beginning import nothing
from dashboards.components.billing.common import count, go_to, read, total
from dashboards.components.charts import table_height
from dashboards.components.desk import words
from dashboards.components.forms import practice_currency
from dashboards.components.paper.automatic import automatic
from dashboards.components.paper.estimates import estimates_part
from dashboards.components.paper.sending_runs import send_all_button, sent_words
from dashboards.session import attempt, say
from practice.access.permissions import Actor, Permission
from practice.billing.documents import pdf
from practice.billing.exceptions import SAID, not_invoiced
from practice.billing.queries import logos
from practice.billing.queries.run_papers import left_out, moved_or_owing, papers_of, runs, to_ask
from practice.billing.runs import begin_run, go, month_before
from practice.people.setup import practice_today

DUE_DAYS = 30
TABS = ("Invoice everybody", "Not invoiced", "Statements", "Estimates", "Automatic")


def documents_part(person: Actor) -> None:
    """One step of the day's paper at a time."""
    today = read(lambda reader, _: practice_today(reader), person)
    # The law that asks for good-faith estimates is one of the United States.
    tabs = [tab for tab in TABS if tab != "Estimates" or practice_currency().code == "USD"]
    part = st.pills("Documents", tabs, default=TABS[0], required=True, label_visibility="collapsed", key="papers_part")
    if part == "Not invoiced":
        _not_invoiced(person, today)
    elif part == "Statements":
        _statements(person, today)
    elif part == "Estimates":
        estimates_part(person, today)
    elif part == "Automatic":
        automatic(person)
    else:
        _everybody(person, today)
    if part in ("Invoice everybody", "Statements"):
        _runs(person, "invoices" if part == "Invoice everybody" else "statements")


def _everybody(person: Actor, today: date) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        until = st.date_input("Visits up to", today, max_value=today, format="YYYY-MM-DD", key="run_until", width=180)
        due = st.number_input("Due in days", 0, 365, DUE_DAYS, key="run_due", width=150)
        if until is None:
            return
        rows = read(to_ask, person, until=until)
        if rows and person.may(Permission.INVOICE):
            label = f"Issue {count(len(rows), 'invoice')}"
            if st.button(label, type="primary", icon=":material/send:", key="run_go", shortcut="Ctrl+Enter"):
                _run(person, kind="invoices", until_date=str(until), due_days=int(due))
    if not rows:
        nothing("Everything that clients owe is on an invoice.")
        return
    lines = sum(row["lines"] for row in rows)
    what = f"{count(len(rows), 'client')}, {count(lines, 'line')}, {total(rows, 'open_minor')}"
    st.caption(f"{what}. Nothing is issued yet.")
    _table(rows, {"party_name": "Client", "lines": "Lines", "open_minor": "Open", "oldest_date": "Oldest visit"})


def _not_invoiced(person: Actor, today: date) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        only = st.toggle("Only of today", key="exceptions_today")
        rows = read(not_invoiced, person, until=today)
        rows = [row for row in rows if row["age_days"] == 0 or not only]
        st.space("stretch")
        for why, part in (("not_charged", "To charge"), ("not_asked", "To invoice")):
            number = sum(row["why"] == why for row in rows)
            if number and st.button(f"{part}: {number}", icon=":material/arrow_forward:", key=f"exceptions:{why}"):
                go_to(part)
                st.rerun()
    if not rows:
        nothing("Every visit that took place is on an invoice.")
        return
    st.caption(f"{count(len(rows), 'visit')} that should be on an invoice and {'is' if len(rows) == 1 else 'are'} not.")
    columns = {
        "service_date": "Visit", "client_name": "Client", "service_name": "What", "why": "Why",
        "owner": "Who sees to it", "age_days": "Days", "amount_minor": "Amount",
    }  # fmt: skip
    _table([row | {"why": SAID[row["why"]]} for row in rows], columns)


def _statements(person: Actor, today: date) -> None:
    first, last = month_before(today)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        days = st.date_input("From, to", (first, last), max_value=today, format="YYYY-MM-DD", key="run_days", width=260)
        if not isinstance(days, tuple) or len(days) != 2:
            st.caption("Choose the last day too.")
            return
        first, last = days
        who = read(moved_or_owing, person, first=first, last=last)
        if who and person.may(Permission.INVOICE):
            label = f"Issue {count(len(who), 'statement')}"
            if st.button(label, type="primary", icon=":material/send:", key="run_go", shortcut="Ctrl+Enter"):
                _run(person, kind="statements", from_date=str(first), until_date=str(last))
    if who:
        st.caption("For everybody whose account moved in that time, or who owed something at its end.")
    else:
        nothing("No account moved in that time, and none is open.")


def _run(person: Actor, **about: Any) -> None:
    """Begin a run and make its papers, one after the other. Leaving the page meanwhile interrupts it."""
    begun = attempt(begin_run, f"run:{about}", **about)
    if begun is not None:
        _go(person, begun["document_run_id"], about["kind"])


def _go(person: Actor, run_id: str, kind: str) -> None:
    bar = st.progress(0.0, "Beginning")

    def tell(done: int, of: int) -> None:
        bar.progress(done / of, f"{done:,} of {of:,}")

    ended = go(runtime.current().record, person, run_id, tell=tell)
    left = f"; {count(ended['refused'], 'account')} left out, see below" if ended["refused"] else ""
    say(f"{count(ended['issued'], kind.removesuffix('s'))} issued{left}.")
    st.rerun()


def _runs(person: Actor, kind: str) -> None:
    found = [row for row in read(runs, person) if row["kind"] == kind]
    found = [row for row in found if row["issued"] or row["refused"] or row["finished_at"] is None]
    if not found:
        return
    st.markdown("#### Runs")
    for row in found[:6]:
        _run_line(person, row)


def _run_line(person: Actor, row: dict[str, Any]) -> None:
    run_id = row["document_run_id"]
    name = f"{row['kind']}-{row['until_date']}"

    def printed() -> bytes:
        return _print(person, run_id, is_zip=False)

    def zipped() -> bytes:
        return _print(person, run_id, is_zip=True)

    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        until = words.date_of(row["until_date"])
        noun = row["kind"].removesuffix("s")
        by = "by itself" if row["document_schedule_id"] else "by hand"
        sent = sent_words(person, run_id)
        st.markdown(f"**{count(row['issued'], noun)}** :small[:gray[up to {until}, {by}{sent}]]", width="content")
        st.space("stretch")
        is_open = row["finished_at"] is None
        if is_open and st.button("Interrupted: go on", icon=":material/resume:", key=f"run:{run_id}:on"):
            _go(person, run_id, row["kind"])
        left = send_all_button(person, row)
        if row["issued"]:
            looks = {"icon": ":material/print:", "key": f"run:{run_id}:print"}
            st.download_button("One PDF to print", printed, f"{name}.pdf", "application/pdf", **looks)
            looks = {"icon": ":material/folder_zip:", "key": f"run:{run_id}:zip"}
            st.download_button("ZIP", zipped, f"{name}.zip", "application/zip", **looks)
    for sentence in left:
        st.caption(f":material/unsubscribe: {sentence}")
    if row["refused"]:
        for one in read(left_out, person, document_run_id=run_id)[:20]:
            st.caption(f":material/error: {words.plain(one['party_name'])}: {words.plain(one['why'])}")


def _print(person: Actor, run_id: str, *, is_zip: bool) -> bytes:
    """A run's papers as one PDF, or each as the PDF that it is by itself."""
    with runtime.current().record.read() as reader:
        papers = papers_of(reader, person, run_id)
        pictures = logos(reader, papers)
    if not is_zip:
        return pdf(papers, pictures)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for paper in papers:
            archive.writestr(zipfile.ZipInfo(f"{paper['kind']}-{paper['number']}.pdf"), pdf([paper], pictures))
    return packed.getvalue()


def _table(rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    frame = pd.DataFrame(rows)[list(columns)]
    currency = practice_currency()
    config: dict[str, Any] = {}
    for name, title in columns.items():
        if name.endswith("_minor"):
            frame[name] = frame[name].astype("Float64") / 10**currency.exponent
            config[name] = st.column_config.NumberColumn(title, format=f"%,.{currency.exponent}f")
        elif name.endswith("_date"):
            config[name] = st.column_config.DateColumn(title, format="D MMM YYYY")
        else:
            config[name] = st.column_config.Column(title)
    st.dataframe(
        frame, hide_index=True, height=table_height(len(frame), 420), column_config=config, placeholder=""
    )  # fmt: skip
