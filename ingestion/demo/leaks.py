"""What this practice forgets: leaks that are planted among its visits, and the truth about all of them.

Besides the planted ones some come about by themselves: charges that are late, payers who never answer, fees of missed
visits that nobody takes.
"""

from __future__ import annotations

import numpy as np

from ingestion.demo.columns import DAY, HOUR, NEVER, Columns, take
from ingestion.demo.house import FOLLOW_UP, PAYERS, House
from ingestion.demo.noting import sign, unsign
from ingestion.demo.record_of import Story

(SOUND, NO_CHARGE, UNDERCHARGED, VOIDED, WRONG_PAYER, NOT_ASKED, NOT_INVOICED, SILENT, TOO_LATE, UNDERPAID, UNSIGNED,
 NO_FEE) = range(12)  # fmt: skip
NEVER_CHARGED = (NO_CHARGE, UNSIGNED, NO_FEE)
UNANSWERED = (WRONG_PAYER, SILENT, TOO_LATE)
"""No payer answers to these."""
UNASKED = (NOT_ASKED, NOT_INVOICED)
"""Nobody asks a client for these, and nobody pays them."""
TOO_LOW, TOO_MUCH_OFF = 20_00, 15_00
"""How much an undercharged visit is short of its fee, and an underpaid one of its contract, in minor units."""
_DAYS = {
    NO_CHARGE: (4, 90), UNDERCHARGED: (4, 90), VOIDED: (10, 90), WRONG_PAYER: (20, 90), NOT_ASKED: (4, 60),
    NOT_INVOICED: (30, 80), SILENT: (100, 170), TOO_LATE: (380, 700), UNDERPAID: (100, 170),
    UNSIGNED: (5, 80),
}  # fmt: skip
"""How many days ago the visit was: from, to."""
_FROM_CLIENTS = (UNDERCHARGED, NOT_INVOICED)


FREE_SERVICE, FREE_PAYER = FOLLOW_UP, 3
"""Whose fee somebody set to zero for some weeks, by mistake."""


def plant(
    house: House, story: Story, charges: Columns, kind: int, notes: Columns, dice: np.random.Generator
) -> Columns:
    """The charges with `leak` (one of the above; SOUND for nearly all) and what that changes of them and of `notes`.

    `kind` is the code of a charge for an attended visit. Few in a small practice, twenty of each kind in a larger one.
    """
    charges["leak"] = np.full(len(charges["at"]), SOUND)
    each = 3 if house.size.name == "small" else 20
    # A keying mistake has a twin for the same visit; those are left as they are.
    seats, times = np.unique(charges["attendee"], return_counts=True)
    single = np.isin(charges["attendee"], seats[times == 1])
    may_be = (charges["kind"] == kind) & single & (charges["voided"] >= NEVER)
    _set_no_fee(house, charges, kind, each)
    for leak, (from_days, to_days) in _DAYS.items():
        ago = house.today - charges["day"]
        insured = charges["payer"] >= 0
        fits = may_be & (charges["leak"] == SOUND) & (ago >= from_days) & (ago <= to_days)
        fits &= (charges["at"] // DAY - charges["day"]) <= 2
        if leak == UNDERPAID:
            fits &= insured & (charges["allowed"] > 2 * TOO_MUCH_OFF + story.clients["copay"][charges["client"]])
        elif leak in (NO_CHARGE, VOIDED, UNSIGNED):
            pass
        else:
            fits &= ~insured if leak in _FROM_CLIENTS else insured
        where = np.flatnonzero(fits)
        chosen = dice.choice(where, min(each, len(where)), replace=False)
        charges["leak"][chosen] = leak
    _change(charges, dice)
    # What is not charged for another reason has its note.
    uncharged = np.ones(len(notes["signed"]), dtype=bool)
    uncharged[charges["attendee"][charges["leak"] != NO_CHARGE]] = False
    sign(notes, np.flatnonzero(uncharged & (notes["written"] < NEVER)), house.now)
    unsign(notes, charges["attendee"][charges["leak"] == UNSIGNED])
    return take(charges, ~np.isin(charges["leak"], NEVER_CHARGED))


def _set_no_fee(house: House, charges: Columns, kind: int, each: int) -> None:
    """For some weeks until some days ago nothing could be charged for one service of one payer's clients."""
    hit = (charges["kind"] == kind) & (charges["service"] == FREE_SERVICE) & (charges["payer"] == FREE_PAYER)
    hit &= charges["day"] <= house.today - 4
    days = np.sort(charges["day"][hit])
    if not len(days):
        return
    house.no_fee = int(days[-min(each, len(days))]), house.today - 4
    charges["leak"][hit & (charges["day"] >= house.no_fee[0])] = NO_FEE


def _change(charges: Columns, dice: np.random.Generator) -> None:
    leak = charges["leak"]
    charges["amount"] = charges["amount"] - np.where(leak == UNDERCHARGED, TOO_LOW, 0)
    other = (charges["payer"] + 1 + dice.integers(0, len(PAYERS) - 1, len(leak))) % len(PAYERS)
    charges["payer"] = np.select([leak == WRONG_PAYER, leak == NOT_ASKED], [other, -1], charges["payer"])
    alone = charges["payer"] < 0
    charges["allowed"] = np.where(alone, charges["amount"], charges["allowed"])
    charges["estimate"] = np.where(alone, 0, charges["estimate"])
    charges["voided"] = np.where(leak == VOIDED, charges["at"] + 3 * HOUR, charges["voided"])
