"""What pages ask about money. `facts` and `paper` are for commands; everything here asks for permission and scope."""

from practice.billing.queries.money_in import allocations, client_account, payments, refunds
from practice.billing.queries.papers import document, documents, logos
from practice.billing.queries.receivables import receivables, trial_balance
from practice.billing.queries.worklists import (
    invoice_document,
    invoices,
    missed_to_charge,
    open_items,
    to_charge,
    to_invoice,
)

__all__ = [
    "allocations",
    "client_account",
    "document",
    "documents",
    "invoice_document",
    "invoices",
    "logos",
    "missed_to_charge",
    "open_items",
    "payments",
    "receivables",
    "refunds",
    "to_charge",
    "to_invoice",
    "trial_balance",
]
