"""What the biller sends to payers and what comes back: claims, acknowledgements, remittances, denials. As columns.

Claims go out in the morning from Monday to Thursday. A receiver takes a file the same afternoon and accepts or rejects
each claim the day after; payers answer on their day of the week. Times are UTC seconds; rows refer to `books.charges`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingestion.demo.charging import DENIED, DENIED_TO_CLIENT, PAID, PAID_AFTER_DENIAL, SERVICE
from ingestion.demo.columns import DAY, HOUR, MINUTE, NEVER, Array, Columns, stack, take
from ingestion.demo.house import PAYERS, House
from ingestion.demo.leaks import TOO_LATE, WRONG_PAYER

FIRST, AGAIN, CORRECTED = range(3)
STATUSES = ("submitted", "accepted", "rejected", "replaced")
(SUBMITTED, ACCEPTED, REJECTED, REPLACED) = range(4)
SEND_HOUR, RECEIVED_AFTER, ANSWERED_AFTER = 11, 3 * HOUR, 26 * HOUR
REJECTED_SHARE, CORRECTED_SHARE = 0.022, 0.55
"""Of claims: rejected before the payer; of denials that are paid in the end: those by a corrected claim."""
NO_DIAGNOSIS, NO_ADDRESS = 1, 2
"""Why a visit cannot be asked for yet."""
DENIAL_REASONS = ("16", "11", "197", "22", "29", "50")
"""Under CO. The last two are final."""


@dataclass
class Insurance:
    """claims: charge, kind, sent, file, of (the claim that it is about, −1), number, status, accepted (NEVER = not
    yet).

    files: sent. answers: charge, claim, remittance, known, paid, off, copay, share, denied, reason, is_final.
    remittances: payer, location, known, post_day, amount, payment (−1 = nothing was paid). denials: answer, outcome (0
    corrected, 1 appealed, 2 written off, −1 not decided yet), decided, known. `unready` are charges that nobody can ask
    for yet, with why.
    """

    claims: Columns
    files: Columns
    answers: Columns
    remittances: Columns
    denials: Columns
    unready: Columns
    final_answer: Array
    """Of each charge, the answer that settled it; −1 = none yet."""


def sending_times(house: House) -> Array:
    """Every morning on which claims were sent."""
    days = np.arange(house.first_day, house.today + 1)
    days = days[((days + 3) % 7 < 4) & ~np.isin(days, list(house.holidays))]
    at = house.zones.to_utc(days * DAY + SEND_HOUR * HOUR, np.zeros(len(days), dtype=np.int64))
    return at[at <= house.now]


def insure(house: House, charges: Columns, payments: Columns, since: int, dice: np.random.Generator) -> Insurance:
    """Everything that was sent and answered until now, for visits from the day `since` on."""
    count = len(charges["known"])
    sends = sending_times(house)
    asked = (charges["payer"] >= 0) & (charges["kind"] == SERVICE) & (charges["voided"] >= NEVER)
    asked &= ~np.isin(charges["leak"], (WRONG_PAYER, TOO_LATE)) & (charges["day"] >= since)
    first = np.where(asked, np.searchsorted(sends, charges["known"] + 30 * MINUTE), len(sends))
    answered = house.zones.to_utc(charges["answered_at"], charges["location"])
    settled = house.zones.to_utc(charges["share_at"], charges["location"])
    at = np.r_[sends, NEVER]
    again = np.searchsorted(sends, at[first] + ANSWERED_AFTER)
    rejected = (dice.random(count) < REJECTED_SHARE) & (at[first] + ANSWERED_AFTER <= house.now)
    rejected &= (again == len(sends)) | (at[again] + 2 * DAY < answered)
    standing = np.where(rejected, again, first)
    denied = np.isin(charges["answer"], DENIED) & (answered <= house.now) & (standing < len(sends))
    thinking = dice.integers(2, 12, count) * DAY + 5 * HOUR
    by_claim = dice.random(count) < CORRECTED_SHARE
    later = denied & (charges["answer"] == PAID_AFTER_DENIAL)
    corrected = np.where(later & by_claim, np.searchsorted(sends, answered + thinking), len(sends))
    claims, files, place = _claims(house, sends, rejected, (first, np.where(rejected, again, len(sends)), corrected))
    answers = _answers(charges, answered, settled, denied, place, house.now, dice)
    remittances = _remittances(house, charges, payments, answers)
    final = np.full(count, -1)
    rows = np.flatnonzero(answers["is_final"])
    final[answers["charge"][rows]] = rows
    denials = _denials(house, charges, answers, settled, answered + thinking, by_claim, at[corrected])
    waiting = np.flatnonzero(asked & (first == len(sends)))
    return Insurance(claims, files, answers, remittances, denials, _unready(charges, waiting, dice), final)


def _claims(house: House, sends: Array, rejected: Array, places: tuple[Array, ...]) -> tuple[Columns, Columns, Array]:
    """(claims in their numbers' order, files, the position of each charge's claim of each kind or −1).

    `places` say for each kind when each charge's claim was sent, as a position in `sends`.
    """
    parts = []
    for kind, place in enumerate(places):
        charge = np.flatnonzero(place < len(sends))
        parts.append({"charge": charge, "kind": np.full(len(charge), kind), "send": place[charge]})
    claims = stack(*parts)
    claims = take(claims, np.lexsort((claims["charge"], claims["kind"], claims["send"])))
    count = len(claims["charge"])
    used, claims["file"] = np.unique(claims["send"], return_inverse=True)
    claims["sent"] = sends[claims["send"]]
    claims["number"] = np.arange(1, count + 1)
    position = np.full((3, len(places[0])), -1)
    position[claims["kind"], claims["charge"]] = np.arange(count)
    first, again, corrected = position
    original = np.where(again >= 0, again, first)[claims["charge"]]
    claims["of"] = np.select(
        [claims["kind"] == AGAIN, claims["kind"] == CORRECTED], [first[claims["charge"]], original], -1
    )
    claims["accepted"] = np.where(claims["sent"] + ANSWERED_AFTER <= house.now, claims["sent"] + ANSWERED_AFTER, NEVER)
    is_first = claims["kind"] == FIRST
    claims["status"] = np.select(
        [
            is_first & rejected[claims["charge"]],
            (claims["kind"] != CORRECTED) & (corrected[claims["charge"]] >= 0),
            claims["accepted"] < NEVER,
        ],
        [REJECTED, REPLACED, ACCEPTED],
        SUBMITTED,
    )
    return claims, {"sent": sends[used]}, position


def _answers(
    charges: Columns, answered: Array, settled: Array, denied: Array, place: Array, now: int, dice: np.random.Generator
) -> Columns:
    """What payers said of each claim, in the order of their remittances."""
    first, again, corrected = place
    standing = np.where(again >= 0, again, first)
    refused = np.flatnonzero(denied)
    zero = np.zeros(len(charges["known"]), dtype=np.int64)
    is_last = charges["answer"] != PAID_AFTER_DENIAL
    reason = np.where(is_last, dice.choice([2, 4, 5], len(zero)), dice.choice(4, len(zero)))
    said = np.isin(charges["answer"], (PAID, PAID_AFTER_DENIAL, DENIED_TO_CLIENT)) & (settled <= now) & (standing >= 0)
    rows = np.flatnonzero(said)
    of = {
        "refused": (refused, standing, answered, zero, zero, zero, charges["amount"] - charges["copay"], False),
        "settled": (
            rows, np.where(corrected >= 0, corrected, standing), settled, charges["pays"], charges["off"],
            charges["share"], zero, True,
        ),
    }  # fmt: skip
    parts = []
    for charge, claim, known, paid, off, share, no, is_final in of.values():
        parts.append(
            {
                "charge": charge, "claim": claim[charge], "known": known[charge], "paid": paid[charge],
                "off": off[charge], "copay": charges["copay"][charge], "share": share[charge], "denied": no[charge],
                "reason": reason[charge], "is_final": np.full(len(charge), is_final),
            }
        )  # fmt: skip
    answers = stack(*parts)
    payer, location = charges["payer"][answers["charge"]], charges["location"][answers["charge"]]
    return take(answers, np.lexsort((answers["charge"], location, payer, answers["known"])))


def denied_for(insurance: Insurance, charges: int) -> Array:
    """Of each charge, why its payer denied it (a position in DENIAL_REASONS); −1 = it did not."""
    answers, reason = insurance.answers, np.full(charges, -1)
    refused = np.flatnonzero(answers["denied"] > 0)
    reason[answers["charge"][refused]] = answers["reason"][refused]
    return reason


def _remittances(house: House, charges: Columns, payments: Columns, answers: Columns) -> Columns:
    """One per payer, location and day; sets the answers' `remittance`."""
    charge = answers["charge"]
    key = np.stack([answers["known"], charges["payer"][charge], charges["location"][charge]])
    unique, batch = np.unique(key, axis=1, return_inverse=True)
    answers["remittance"] = batch.ravel()
    count = unique.shape[1]
    known, payer, location = unique
    amount = np.bincount(answers["remittance"], answers["paid"], count).astype(np.int64)
    rows = np.flatnonzero(payments["by_payer"])
    paid = {
        (int(at), int(who), int(where)): int(row)
        for at, who, where, row in zip(
            payments["known"][rows], payments["party"][rows], payments["location"][rows], rows, strict=True
        )
    }
    found = [paid.get((int(at), int(who), int(where)), -1) for at, who, where in unique.T]
    local = known + house.zones.offsets_on(known // DAY, location)
    return {
        "known": known, "payer": payer, "location": location, "amount": amount, "post_day": local // DAY,
        "payment": np.array(found, dtype=np.int64),
    }  # fmt: skip


def _denials(
    house: House, charges: Columns, answers: Columns, settled: Array, thought: Array, by_claim: Array, sent: Array
) -> Columns:
    """What was decided about denials; the others are open."""
    rows = np.flatnonzero(answers["denied"] > 0)
    charge = answers["charge"][rows]
    is_later = charges["answer"][charge] == PAID_AFTER_DENIAL
    outcome = np.where(is_later, np.where(by_claim[charge], 0, 1), 2)
    decided = np.select([outcome == 0, outcome == 1], [sent[charge], thought[charge]], settled[charge])
    # Of what nobody has decided yet every other one is somebody's task already.
    is_open = decided > house.now
    taken = answers["known"][rows] + 6 * HOUR
    made = {
        "answer": rows, "outcome": np.where(is_open, -1, outcome), "decided": np.where(is_open, NEVER, decided),
        "known": np.where(is_open, taken, decided),
    }  # fmt: skip
    return take(made, (rows % 2 == 0) & is_open & (taken <= house.now) | ~is_open)


def _unready(charges: Columns, waiting: Array, dice: np.random.Generator) -> Columns:
    """Some of the newest visits cannot be asked for yet: no diagnosis is recorded, or a new client gave no address."""
    single = np.bincount(charges["client"])[charges["client"][waiting]] == 1
    new = waiting[single][:2]
    rest = np.setdiff1d(waiting, new)
    chosen = dice.choice(rest, min(len(rest), max(2, len(waiting) // 20)), replace=False)
    return {
        "charge": np.r_[new, chosen],
        "why": np.r_[np.full(len(new), NO_ADDRESS), np.full(len(chosen), NO_DIAGNOSIS)],
    }


def control_numbers(numbers: Array) -> list[str]:
    """What we call claims of those numbers."""
    return [f"D{number:08d}" for number in numbers.tolist()]


def payers_numbers(payer: Array, numbers: Array) -> list[str]:
    """What their payers call them."""
    names = [name[0][0] + name[0].split()[-1][0] for name in PAYERS]
    return [f"{names[who]}{number:08d}" for who, number in zip(payer.tolist(), numbers.tolist(), strict=True)]
