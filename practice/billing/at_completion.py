"""By the practice's wish a visit is charged when it is completed; what cannot be charged then waits on the list."""

from __future__ import annotations

from practice.billing.charges import post_charge
from practice.billing.fees import AT_COMPLETION
from practice.errors import Refusal
from practice.store.work import Row, Work


def charge_if_wished(work: Work, attendee_id: str) -> Row:
    """{} unless the practice charges at completion; then {charge_id, …}, or {not_charged: why}.

    Whoever completes the visit need not be allowed to charge: the setting says it for them. A refusal comes before the
    first write of a charge, so that completing stands whatever becomes of it.
    """
    if not work.setting(AT_COMPLETION, False):
        return {}
    try:
        return post_charge(work, attendee_id)
    except Refusal as refusal:
        return {"not_charged": str(refusal)}
