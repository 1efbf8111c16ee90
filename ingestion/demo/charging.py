"""What visits cost and what payers do: charges, copays, remittances, denials. All times are wall seconds.

A *paper* is a table of the generator with one row per document (charge, payment, allocation, adjustment, transfer,
refund); `at` is when it was posted. Rows refer to each other by position; the future is cut off later.
"""

from __future__ import annotations

import numpy as np

from ingestion.demo.columns import DAY, HOUR, MINUTE, NEVER, Array, Columns, stack, take
from ingestion.demo.fates import CLIENT, awake
from ingestion.demo.house import FEES, PAYER_DAYS, PAYERS, House
from ingestion.demo.leaks import TOO_MUCH_OFF, UNANSWERED, UNDERPAID
from ingestion.demo.record_of import IS_CANCELLED, IS_COMPLETED, IS_NO_SHOW, Story
from ingestion.demo.schedule_rows import judge_notice

MISSED_FEE = 60_00
SERVICE, MISSED_VISIT = 0, 1
CONTRACTUAL, COURTESY, SMALL_BALANCE, DENIAL, BAD_DEBT = range(5)
CLASSES = ("contractual", "courtesy", "small_balance", "denial", "bad_debt")
TO_CLIENT, TO_PAYER = 0, 1
PAID, PAID_AFTER_DENIAL, DENIED_FOR_GOOD, DENIED_TO_CLIENT, NO_ANSWER = range(5)
COINSURANCE, DEDUCTIBLE, NOT_COVERED = range(3)
"""Why a share is the client's."""
ANSWERS = (0.866, 0.062, 0.030, 0.012, 0.030)
"""The share of each."""
DENIED = (PAID_AFTER_DENIAL, DENIED_FOR_GOOD)
"""Answers that begin with a denial."""
_PUBLIC = next(i for i, payer in enumerate(PAYERS) if payer[1] == "public")


def charge_visits(house: House, story: Story, dice: np.random.Generator) -> Columns:
    """Every charge that is ever posted for what was stated until now, the wrongly keyed ones (`voided`) included.

    Columns: attendee, client, guarantor, payer, provider, location, service, kind, amount, allowed, estimate, day, at,
    voided (NEVER = stands), came (when the client stood at the desk).
    """
    seats, visits = story.attendees, story.appointments
    where = seats["appointment"]
    location = visits["location"][where]
    stated = seats["outcome"] + house.zones.offsets_on(np.minimum(seats["outcome"], house.now) // DAY, location)
    client = seats["client"]
    day = visits["day"][where]
    switched = day >= story.clients["switch_day"][client]
    payer = np.where(switched, story.clients["payer_2"][client], story.clients["payer"][client])
    _, is_late = judge_notice(house, story)
    missed = (seats["status"] == IS_NO_SHOW) | (
        (seats["status"] == IS_CANCELLED) & (seats["gone_by"] == CLIENT) & is_late
    )
    missed &= (payer != _PUBLIC) & (dice.random(len(client)) < 0.36)
    done = seats["status"] == IS_COMPLETED
    rows = np.flatnonzero((done | missed) & (dice.random(len(client)) > 0.004))
    kind = np.where(done[rows], SERVICE, MISSED_VISIT)
    payer = np.where(kind == SERVICE, payer[rows], -1)
    service = visits["service"][where[rows]]
    amount = np.where(kind == SERVICE, FEES[service], MISSED_FEE)
    year = house.year_index(day[rows])
    allowed = np.where(payer >= 0, house.allowed[year, payer, service], amount)
    # A visit given up before its day is charged once the day has come.
    ended = np.maximum(stated[rows], visits["wall_end"][where[rows]])
    arrived = visits["wall_start"][where[rows]] - dice.integers(2, 9, len(rows)) * MINUTE
    charges = {
        "attendee": rows, "client": client[rows], "guarantor": story.owes[client[rows]], "payer": payer,
        "provider": visits["provider"][where[rows]], "location": location[rows], "service": service, "kind": kind,
        "amount": amount, "allowed": allowed, "estimate": amount - allowed, "day": day[rows],
        "at": _posted(ended, dice), "voided": np.full(len(rows), NEVER), "came": arrived,
    }  # fmt: skip
    return _with_mistakes(charges, dice)


def _posted(stated: Array, dice: np.random.Generator) -> Array:
    """When the charge is posted: mostly the same day or the next morning, some days or weeks late."""
    count = len(stated)
    pace = dice.choice(4, count, p=[0.66, 0.265, 0.06, 0.015])
    lags = [
        dice.integers(3 * MINUTE, 100 * MINUTE, count),
        DAY - stated % DAY + 9 * HOUR + dice.integers(0, 2 * HOUR, count),
        dice.integers(30 * HOUR, 6 * DAY, count),
        dice.integers(7 * DAY, 26 * DAY, count),
    ]
    return awake(stated + np.stack(lags)[pace, np.arange(count)], dice)


def _with_mistakes(charges: Columns, dice: np.random.Generator) -> Columns:
    """Some charges are keyed at the wrong amount first, voided, and posted again. The right ones keep their rows."""
    wrong = dice.random(len(charges["at"])) < 0.004
    first = take(charges, wrong)
    first["amount"] = first["amount"] + 20_00
    first["estimate"] = first["amount"] - np.where(first["payer"] >= 0, first["allowed"], first["amount"])
    first["voided"] = awake(first["at"] + dice.integers(HOUR, 26 * HOUR, len(first["at"])), dice)
    # A void at night would come before its charge on the next page of the clock.
    first["voided"] = np.maximum(first["voided"], first["at"] + MINUTE)
    charges["at"][wrong] = first["voided"] + 5 * MINUTE
    return stack(charges, first)


def payer_side(story: Story, charges: Columns, dice: np.random.Generator) -> dict[str, Columns]:
    """transfers, adjustments, payments and allocations of the charges that a payer is asked for first.

    Also sets charges["copay"], ["copay_paid"], ["share"] (what remittances make the client owe), and of the payer's
    answer what it is ("answer"), what it pays and takes off ("pays", "off"), when it comes first ("answered_at") and
    when it settles ("share_at"). A visit has either a copay or a share: a payer that expects both would take the copay
    back first.
    """
    count = len(charges["at"])
    insured = (charges["payer"] >= 0) & (charges["voided"] >= NEVER)
    copay = np.where(insured, np.minimum(story.clients["copay"][charges["client"]], charges["allowed"]), 0)
    at_desk = story.clients["pays_at_desk"][charges["client"]] & (dice.random(count) < 0.93)
    answer = np.where(insured, dice.choice(5, count, p=ANSWERS), NO_ANSWER)
    answer = np.where((answer == DENIED_TO_CLIENT) & (~at_desk | (copay > 0)), DENIED_FOR_GOOD, answer)
    is_unanswered, is_underpaid = np.isin(charges["leak"], UNANSWERED), charges["leak"] == UNDERPAID
    answer = np.select([is_unanswered, is_underpaid], [NO_ANSWER, PAID], answer)
    due = charges["allowed"] - copay
    share = np.where(copay > 0, 0, due * story.clients["coinsurance"][charges["client"]] // 100)
    early = (charges["day"].astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12) < 3
    share = np.where(early & (copay == 0) & (dice.random(count) < 0.3), due, share)
    share = np.where(at_desk & np.isin(answer, (PAID, PAID_AFTER_DENIAL)), share, 0)
    share = np.where(answer == DENIED_TO_CLIENT, due, share)
    share = np.where(is_underpaid, 0, share)
    off = charges["estimate"] + np.where(is_underpaid, TOO_MUCH_OFF, 0)
    answered, settled = _answered(charges, answer, dice)
    pays = np.where(np.isin(answer, (PAID, PAID_AFTER_DENIAL)), due - share - (off - charges["estimate"]), 0)
    is_contractual = insured & np.isin(answer, (PAID, PAID_AFTER_DENIAL, DENIED_TO_CLIENT)) & (off > 0)
    forgotten = ((answer == NO_ANSWER) & (dice.random(count) >= 0.7)) | is_unanswered
    gone = insured & np.isin(answer, (DENIED_FOR_GOOD, NO_ANSWER)) & (charges["amount"] > copay)
    # What nobody follows up stands for years before somebody clears it out.
    given_up = settled + forgotten * (1000 + np.arange(count) % 180) * DAY
    charges |= {
        "copay": copay, "copay_paid": at_desk & (copay > 0), "share": share, "answer": answer, "pays": pays,
        "share_kind": np.select([answer == DENIED_TO_CLIENT, share == due], [NOT_COVERED, DEDUCTIBLE], COINSURANCE),
        "off": np.where(is_contractual, off, 0), "answered_at": answered, "share_at": settled,
    }  # fmt: skip
    payments, allocations = _remittances(charges, np.flatnonzero(pays > 0), pays, settled)
    return {
        "transfers": stack(
            _papers(np.flatnonzero(copay > 0), copay, charges["at"], reason=0),
            _papers(np.flatnonzero(share > 0), share, settled, reason=1),
        ),
        "adjustments": stack(
            adjust(np.flatnonzero(is_contractual), off, settled, TO_PAYER, CONTRACTUAL, charges["estimate"]),
            adjust(np.flatnonzero(gone), charges["amount"] - copay, given_up, TO_PAYER, DENIAL, charges["estimate"]),
        ),
        "payments": payments,
        "allocations": allocations,
    }


def _answered(charges: Columns, answer: Array, dice: np.random.Generator) -> tuple[Array, Array]:
    """(when the payer answers first, when its part of a charge is settled). It answers on its day of the week.

    Between a denial and what settles it lie the correction or appeal, or the decision to give it up.
    """
    count = len(answer)
    payer = np.maximum(charges["payer"], 0)
    days = np.clip(dice.lognormal(np.log(PAYER_DAYS[payer]), 0.33, count), 8, 80)
    more = np.where(answer == PAID_AFTER_DENIAL, dice.integers(25, 60, count), 0)
    more = more + np.where(np.isin(answer, (DENIED_FOR_GOOD, DENIED_TO_CLIENT)), dice.integers(8, 45, count), 0)
    more = more + np.where(answer == NO_ANSWER, dice.integers(230, 320, count), 0)
    first = charges["at"] // DAY + days.astype(np.int64)
    return _on_their_day(first, payer), _on_their_day(first + more, payer)


def _on_their_day(day: Array, payer: Array) -> Array:
    """The next day on which that payer answers, in the morning."""
    posting_weekday = payer % 4 + 1
    day = day + (posting_weekday - (day + 3) % 7 - 1) % 7
    return day * DAY + 10 * HOUR + payer * 10 * MINUTE


def _remittances(charges: Columns, lines: Array, pays: Array, at: Array) -> tuple[Columns, Columns]:
    """One payment per payer, location and day; each of its lines is allocated at once."""
    key = np.stack([at[lines], charges["payer"][lines], charges["location"][lines]])
    unique, batch = np.unique(key, axis=1, return_inverse=True)
    total = np.bincount(batch.ravel(), pays[lines], unique.shape[1]).astype(np.int64)
    payments = {
        "by_payer": np.ones(len(total), dtype=bool), "party": unique[1], "location": unique[2], "amount": total,
        "method": np.full(len(total), 4), "at": unique[0],
    }  # fmt: skip
    return payments, allocate(batch.ravel(), lines, pays[lines], at[lines])


def _papers(rows: Array, amount: Array, at: Array, reason: int) -> Columns:
    return {"charge": rows, "amount": amount[rows], "at": at[rows], "reason": np.full(len(rows), reason)}


def allocate(payment: Array, charge: Array, amount: Array, at: Array) -> Columns:
    """Allocations; `reverses` is the row that is undone, −1 for none."""
    return {"payment": payment, "charge": charge, "amount": amount, "at": at, "reverses": np.full(len(at), -1)}


def adjust(rows: Array, amount: Array, at: Array, party: int, klass: int, estimate: Array | None = None) -> Columns:
    """Adjustments of those charges; `estimate` is what of the expected contractual they undo."""
    undone = estimate[rows] if estimate is not None else np.zeros(len(rows), dtype=np.int64)
    return {
        "charge": rows, "amount": amount[rows], "at": at[rows], "party": np.full(len(rows), party),
        "class": np.full(len(rows), klass), "estimate": undone,
    }  # fmt: skip
