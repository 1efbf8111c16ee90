"""Where the money of the period's visits is: to the cent, and every leak by name with whose work it is."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards.components.charts import card
from dashboards.components.numbers.drawer import open_rows
from dashboards.components.numbers.picking import forget, picked_cell
from dashboards.components.numbers.view import View
from dashboards.metrics.leakage import places

PLACES = {"collected": "collected", "open_payer": "open at payers", "open_client": "open at clients",
          "contractual": "contractual", "written_off": "written off", "waived": "waived"}  # fmt: skip
LEAKS = {
    "no_charge": "Attended, not charged",
    "no_fee": "The service has no fee",
    "unsigned_note": "Note not signed, so not charged",
    "undercharged": "Charged below the fee",
    "void_not_recharged": "Charge voided, none instead",
    "wrong_payer": "Asked of a payer without coverage",
    "payer_not_asked": "Coverage was not asked",
    "not_invoiced": "Client’s share not invoiced",
    "payer_silent": "Payer silent for 90 days",
    "past_filing_limit": "Past the payer's time to file",
    "underpaid": "Paid below the contract",
    "fee_not_taken": "Missed-visit fee not taken",
}
ROLES = {"biller": "Billing", "provider": "The provider"}


def leakage(view: View) -> None:
    """A sentence that adds up, and the leaks, the largest first; a click on one opens its visits."""
    with card("Where the money of visits is", "Visits of the period, at the fee in force. Click a leak for its visits"):
        if "revenue_leaked" not in view.known:
            st.caption("This build does not have the leakage ledger yet; the next one will.")
            return
        if view.filters.source != "record":
            st.caption("Visits of an import have no charges, so nothing is said of their money.")
            return
        frame = view.read(places, view.asked)
        if frame.empty:
            st.caption("No visit of the period should bring money.")
            return
        st.caption(sums(view, frame))
        leaks = frame[frame.place == "leak"].reset_index(drop=True)
        if leaks.empty:
            st.success("Nothing leaks.", icon=":material/task_alt:")
            return
        picked = picked_cell(_table(view, leaks), name="leaks", column_config={
            "Amount": st.column_config.NumberColumn(format=f"%,.{view.currency.exponent}f"),
            "First due": st.column_config.DateColumn(format="D MMM YYYY"),
        })  # fmt: skip
        if picked:
            leak = str(leaks.leak[picked[0]])
            open_rows(
                view,
                "revenue_leaked",
                view.asked.narrow(leak=leak),
                about=LEAKS.get(leak, leak),
                on_close=forget("leaks"),
            )


def sums(view: View, frame: pd.DataFrame) -> str:
    """`$900.00 expected = $500.00 collected + … + $40.00 leaking`."""
    by_place = frame.groupby("place").amount_minor.sum()
    parts = [
        f"{view.currency.show(int(by_place[place]))} {word}" for place, word in PLACES.items() if by_place.get(place)
    ]
    if by_place.get("leak"):
        parts.append(f"**{view.currency.show(int(by_place['leak']))} leaking**")
    return f"{view.currency.show(int(by_place.sum()))} expected = {' + '.join(parts) or 'nothing yet'}"


def _table(view: View, leaks: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Leak": leaks.leak.map(LEAKS).fillna(leaks.leak),
            "Visits": leaks.visits,
            "Amount": leaks.amount_minor / 10**view.currency.exponent,
            "Whose": leaks.owner_role.map(ROLES).fillna(leaks.owner_role),
            "First due": leaks.first_due_date,
        }
    )
