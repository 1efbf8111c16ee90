"""Every money command by name, for whoever needs more than one of them."""

from practice.billing.adjustments import adjust_charge, reverse_adjustment, transfer_responsibility
from practice.billing.allocations import allocate_payment, deallocate
from practice.billing.authorisations import add_authorisation, change_authorisation, withdraw_authorisation
from practice.billing.charges import charge_visit, void_charge
from practice.billing.code_lists import load_codes
from practice.billing.coding import code_charge, diagnose_charges
from practice.billing.diagnoses import add_diagnosis, end_diagnosis, put_diagnosis_first, withdraw_diagnosis
from practice.billing.estimates import issue_estimate
from practice.billing.fees import set_charging, set_fee, set_time_codes
from practice.billing.invoices import issue_invoice, void_invoice
from practice.billing.payments import take_payment, void_payment
from practice.billing.products import add_product, change_product, sell, set_tax_rate
from practice.billing.recoding import recode_charge
from practice.billing.refunds import refund_payment
from practice.billing.statements import issue_receipt, issue_statement
from practice.billing.superbills import issue_superbill
from practice.billing.uncharged import charge_after_all, leave_uncharged

__all__ = [
    "add_authorisation",
    "add_diagnosis",
    "add_product",
    "adjust_charge",
    "allocate_payment",
    "change_authorisation",
    "change_product",
    "charge_after_all",
    "charge_visit",
    "code_charge",
    "deallocate",
    "diagnose_charges",
    "end_diagnosis",
    "issue_estimate",
    "issue_invoice",
    "issue_receipt",
    "issue_statement",
    "issue_superbill",
    "leave_uncharged",
    "load_codes",
    "put_diagnosis_first",
    "recode_charge",
    "refund_payment",
    "reverse_adjustment",
    "sell",
    "set_charging",
    "set_fee",
    "set_tax_rate",
    "set_time_codes",
    "take_payment",
    "transfer_responsibility",
    "void_charge",
    "void_invoice",
    "void_payment",
    "withdraw_authorisation",
    "withdraw_diagnosis",
]
