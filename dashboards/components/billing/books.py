"""The books for the accountant: journals to import, and the trial balance they lead to."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from dashboards.components.beginning import nothing
from dashboards.components.billing.common import count, read
from dashboards.components.charts import table_height
from dashboards.components.forms import practice_currency
from practice.access.permissions import Actor
from practice.billing import books
from practice.errors import Refusal
from practice.people.setup import practice_today

PRODUCTS = {"quickbooks": "QuickBooks Online", "xero": "Xero"}
BASES = {"accrual": "Accrual: when it was earned", "cash": "Cash: when it was paid and applied"}
SAID = {
    "quickbooks": "Gear, Import data, Journal entries, with account numbers switched off meanwhile. The accounts must"
    " be there by these names; make the receivables *other current assets*, which need no client's name.",
    "xero": "Accounting, Manual journals, Import: they arrive as drafts. The account codes and the tracking category"
    " *Location* must be there; Xero's own bank and receivable accounts take no journals, so use others for these.",
}


def books_part(person: Actor) -> None:
    """Choose basis and days, look at the sums, take the file."""
    today = read(lambda reader, _: practice_today(reader), person)
    ended = today.replace(day=1) - timedelta(days=1)
    with st.container(border=True):
        a, b, c, d = st.columns([2, 1, 1, 2])
        basis = str(a.selectbox("Basis", list(BASES), format_func=BASES.get, key="books_basis"))
        first = b.date_input("From", ended.replace(day=1), format="YYYY-MM-DD", key="books_from")
        last = c.date_input("To", ended, max_value=today, format="YYYY-MM-DD", key="books_to")
        product = str(d.selectbox("For", list(PRODUCTS), format_func=PRODUCTS.get, key="books_product"))
        tax_rate = books.TAX_RATE
        if product == "xero":
            tax_rate = d.text_input("Xero's name for no tax", tax_rate, key="books_tax") or tax_rate
        if first is None or last is None:
            st.info("Choose the first and the last day.")
            return
        try:
            found = read(books.journals, person, basis=basis, first=first, last=last)
        except Refusal as refusal:
            st.error(str(refusal), icon=":material/error:")
            return
        _download(found, product, tax_rate, f"{basis}-{first}-{last}")
    _trial_balance(person, basis, last)


def _download(found: list[books.Journal], product: str, tax_rate: str, name: str) -> None:
    currency = practice_currency()
    if not found:
        nothing("Nothing was posted on these days.")
        return
    debit = sum(max(line.moved_minor, 0) for one in found for line in one.lines)
    lines = sum(len(one.lines) for one in found)
    st.markdown(
        f"**{count(len(found), 'journal')}**, one for each day and location · {count(lines, 'line')} · debit = credit ="
        f" {currency.show(debit)}"
    )
    texts = books.files(found, product, currency, tax_rate=tax_rate)
    label = "CSV" if len(texts) == 1 else f"{len(texts)} CSV files, as {PRODUCTS[product]} takes only so many lines"
    data, ending, kind = (texts[0].encode(), "csv", "text/csv") if len(texts) == 1 else (_zip(texts), "zip", None)
    st.download_button(
        f"Journals for {PRODUCTS[product]} ({label})", data, f"daybook-{product}-{name}.{ending}",
        kind or "application/zip", icon=":material/download:", type="primary",
    )  # fmt: skip
    st.caption(f"No client is named in it. {SAID[product]}")


def _zip(texts: list[str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, text in enumerate(texts, 1):
            archive.writestr(zipfile.ZipInfo(f"journals-{number}.csv"), text)
    return packed.getvalue()


def _trial_balance(person: Actor, basis: str, as_of: date) -> None:
    rows = read(books.balances, person, basis=basis, as_of=as_of)
    currency = practice_currency()
    if not rows:
        return
    total = sum(row["debit_minor"] for row in rows)
    st.markdown(f"**Trial balance, end of {as_of:%-d %b %Y}** · debit = credit = {currency.show(total)}")
    size = 10**currency.exponent
    frame = pd.DataFrame(
        [
            {
                "Account": row["account"],
                "Name": row["name"],
                "Debit": row["debit_minor"] / size if row["debit_minor"] else None,
                "Credit": row["credit_minor"] / size if row["credit_minor"] else None,
                "Kind": row["kind"].replace("_", " ").capitalize(),
            }
            for row in rows
        ]
    )
    money: Any = st.column_config.NumberColumn(format=f"%,.{currency.exponent}f")
    st.dataframe(
        frame, hide_index=True, placeholder="", height=table_height(len(frame), 700),
        column_config={"Debit": money, "Credit": money},
    )  # fmt: skip
