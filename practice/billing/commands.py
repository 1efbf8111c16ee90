"""Every money command by name, for whoever needs more than one of them."""

from practice.billing.adjustments import adjust_charge, reverse_adjustment, transfer_responsibility
from practice.billing.allocations import allocate_payment, deallocate
from practice.billing.charges import charge_visit, void_charge
from practice.billing.invoices import issue_invoice, void_invoice
from practice.billing.payments import take_payment, void_payment
from practice.billing.refunds import refund_payment

__all__ = [
    "adjust_charge",
    "allocate_payment",
    "charge_visit",
    "deallocate",
    "issue_invoice",
    "refund_payment",
    "reverse_adjustment",
    "take_payment",
    "transfer_responsibility",
    "void_charge",
    "void_invoice",
    "void_payment",
]
