"""Small differences: what is left of a charge after matching is written off in the same step, up to a limit."""

from __future__ import annotations

from collections.abc import Sequence

from practice.access.permissions import Permission
from practice.billing.adjustments import adjust_charge
from practice.billing.posting import LARGEST_MINOR, show
from practice.billing.queries import facts
from practice.errors import Refusal
from practice.store.record import command
from practice.store.work import Reader, Row, Work

SETTING = "small_balance_minor"
USUAL = 5_00
"""What counts as small until the practice says otherwise, in minor units."""


@command(Permission.CONTROL)
def set_small_balance(work: Work, *, most_minor: int) -> Row:
    """Say which rest of a charge matching may write off, in minor units; 0 for none. Answers {most_minor}."""
    if type(most_minor) is not int or not 0 <= most_minor <= LARGEST_MINOR:
        raise Refusal("The limit is an amount of zero or more, such as 5.00.", rule="bad_amount", field="most_minor")
    work.keep_setting(SETTING, most_minor)
    return {"most_minor": most_minor}


def most_small(reader: Reader) -> int:
    """The largest rest that counts as small, in minor units."""
    return int(reader.setting(SETTING, USUAL))


def write_off_rests(work: Work, party: str, charge_ids: Sequence[str]) -> list[Row]:
    """Write off what the party still owes for each charge, as small_balance, inside the command that matched money.

    Refuses a rest that is not small. What is above the role's limit becomes a request. Answers what `adjust_charge`
    answers for each charge that had a rest.
    """
    most, answers = most_small(work), []
    for charge_id in dict.fromkeys(charge_ids):
        rest = facts.item_balances(work, charge_id).get(party, 0)
        if rest <= 0:
            continue
        if rest > most:
            raise Refusal(
                f"{show(work, rest)} would stay open, and only a rest of up to {show(work, most)} is small; leave it"
                " open, or adjust the charge by its class.",
                rule="not_small",
                field="write_off",
                alternatives=(str(most),),
            )
        answers.append(
            adjust_charge(work, charge_id=charge_id, party=party, adjustment_class="small_balance", amount_minor=rest)
        )
    return answers
