"""Bank: load a file, match its lines to the books one by one or all that fit exactly, name every difference."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.billing.common import Rows, choose, count, read, total
from dashboards.components.cash.bank_file import load_box
from dashboards.components.forms import entry, practice_currency, send, show_refusal, start_anew, turn
from dashboards.session import attempt, say
from practice.access.permissions import Actor, Permission
from practice.billing.bank import ACCOUNT_OF, match_line, reconcile_from, unmatch_line
from practice.billing.bank_suggestions import suggest
from practice.billing.queries.bank import bank_lines, matched_with, reconciled_from, to_match

CLASSES = {
    "fee": "Fee of the bank or processor",
    "over_short": "Over or short",
    "unidentified": "Nobody knows whose it is",
    "interest": "Interest",
}


def bank_part(person: Actor) -> None:
    """Lines that wait, each with what it probably is; what is in the books and on no line; files."""
    lines = read(bank_lines, person)
    books = {kind: read(to_match, person, account=account) for kind, account in ACCOUNT_OF.items()}
    if lines or any(books.values()):
        st.caption(
            f"{count(len(lines), 'line')} to match. In the books and on no line: {total(books['bank'], 'amount_minor')}"
            f" of the bank account, {total(books['payout'], 'amount_minor')} of cards not paid out."
        )
    shown = _with_suggestions(lines, books)
    may_match = person.may(Permission.ADJUST)
    exact = [row for row in shown if row["ids"]]
    if (
        len(exact) > 1
        and may_match
        and st.button(
            f"Match the {len(exact)} that fit exactly", icon=":material/done_all:", type="primary", key="bank:all"
        )
    ):
        _match_all(exact)
    columns = {
        "line_date": "Day",
        "gross_minor": "Amount",
        "description": "Text",
        "probably": "Probably",
        "fee_minor": "Fee",
        "kind": "File",
        "reference": "Reference",
        "age_days": "Days",
    }
    picked = choose(shown, columns, key="bank_lines", empty="No line waits to be matched.")
    if picked and may_match:
        _match(picked[0], books[picked[0]["kind"]])
    if may_match:
        load_box(person, is_open=not lines)
    _matched(person, may_match)
    unseen = [row for rows in books.values() for row in rows]
    with st.expander("In the books and on no line" + (f" · {entries(len(unseen))}" if unseen else "")):
        _unseen(unseen)
        if may_match:
            _start(person)


def entries(number: int) -> str:
    """`1 entry`, `2 entries`."""
    return "1 entry" if number == 1 else f"{number:,} entries"


def _with_suggestions(lines: Rows, books: dict[str, Rows]) -> Rows:
    """Each line with the entries that it is, if they sum to it exactly; an entry is suggested once."""
    left = {kind: list(rows) for kind, rows in books.items()}
    shown = []
    for line in lines:
        ids = suggest(line, left[line["kind"]])
        left[line["kind"]] = [row for row in left[line["kind"]] if row["transaction_id"] not in ids]
        shown.append(line | {"ids": ids, "probably": entries(len(ids)) if ids else "?"})
    return shown


def _match_all(exact: Rows) -> None:
    done = [
        attempt(
            match_line, f"match:{row['bank_line_id']}", bank_line_id=row["bank_line_id"], transaction_ids=row["ids"]
        )
        for row in exact
    ]
    say(f"{count(sum(map(bool, done)), 'line')} matched.")
    st.rerun()


def _match(line: dict[str, Any], books: Rows) -> None:
    """The entries to choose from, the probable ones first and already counted; what differs is named."""
    currency = practice_currency()
    name = f"match:{line['bank_line_id']}"
    key = f"{name}:{turn(name)}"
    probable = [row for row in books if row["transaction_id"] in line["ids"]]
    with st.container(border=True):
        st.markdown(f"**{line['line_date']:%-d %b %Y} · {currency.show(line['gross_minor'])}**")
        if probable:
            st.caption("These sum to it exactly. Select others to match it differently.")
        else:
            st.caption("Select the entries that it is; none, if it is all a fee, interest, or nobody knows whose.")
        columns = {
            "post_date": "Day",
            "amount_minor": "Amount",
            "party_name": "Whose",
            "kind": "What",
            "method": "How",
            "reference": "Reference",
        }
        others = [row for row in books if row not in probable]
        ordered = probable + sorted(others, key=lambda row: abs((row["post_date"] - line["line_date"]).days))
        own = choose(
            [_in_words(row) for row in ordered],
            columns,
            key=f"moves:{name}",
            many=True,
            height=260,
            empty="Nothing waits in the books.",
        )
        chosen = own or probable
        said = total(chosen, "amount_minor") if chosen else currency.show(0)
        difference = line["gross_minor"] - sum(row["amount_minor"] for row in chosen)
        st.markdown(f"Entries {said} · difference **{currency.show(difference)}**")
        difference_class, why = None, None
        if difference:
            a, b = st.columns(2)
            difference_class = a.selectbox(
                "The difference is", list(CLASSES), index=None, format_func=CLASSES.get, key=f"{key}:class"
            )
            why = b.text_input("Why", key=f"{key}:why")
        if st.button("Match", type="primary", key=f"{key}:do"):
            send(
                match_line, name, reason=why or None, bank_line_id=line["bank_line_id"],
                transaction_ids=[row["transaction_id"] for row in chosen], difference_class=difference_class,
                done="Matched.",
            )  # fmt: skip
        show_refusal(name)


def _matched(person: Actor, may_match: bool) -> None:
    rows = read(bank_lines, person, status="matched", limit=200)
    if not rows:
        return
    with st.expander(f"Matched lines · {len(rows)}"):
        columns = {
            "line_date": "Day",
            "gross_minor": "Amount",
            "description": "Text",
            "kind": "File",
            "fee_minor": "Fee",
            "difference_minor": "Difference",
            "difference_reason": "Why",
        }
        picked = choose(rows, columns, key="bank_matched", height=260)
        if not picked:
            return
        line = picked[0]
        found = read(matched_with, person, bank_line_id=line["bank_line_id"])
        choose(
            [_in_words(row) for row in found],
            {"post_date": "Day", "kind": "What", "amount_minor": "Amount"},
            key="matched_with",
            height=180,
        )
        if may_match:
            name = f"unmatch:{line['bank_line_id']}"
            why = st.text_input("Why undo it", key=f"{name}:why:{turn(name)}")
            if st.button("Undo the match", key=f"{name}:do"):
                answer = attempt(
                    unmatch_line, name, is_in_place=True, reason=why or None, bank_line_id=line["bank_line_id"],
                    done="The line is open again.",
                )  # fmt: skip
                if answer is not None:
                    start_anew(name)
                    st.rerun()
            show_refusal(name)


def _unseen(rows: Rows) -> None:
    columns = {
        "post_date": "Day",
        "kind": "What",
        "party_name": "Whose",
        "method": "How",
        "amount_minor": "Amount",
        "age_days": "Days",
    }
    choose([_in_words(row) for row in rows], columns, key="bank_unseen", height=300, empty="All of it is in the bank.")


def _start(person: Actor) -> None:
    """What is older than the first reconciled day is not looked for."""
    first = read(lambda reader, _: reconciled_from(reader), person)
    name = "reconcile_from"
    with entry(name):
        a, b = st.columns([1, 2], vertical_alignment="bottom")
        day = a.date_input("Reconcile from", first, format="YYYY-MM-DD", key=f"{name}:{turn(name)}:day")
        if b.form_submit_button("Look for nothing older"):
            send(reconcile_from, name, first_date=str(day) if day else None, done="Saved.")


def _in_words(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"kind": row["kind"].replace("_", " ")}
