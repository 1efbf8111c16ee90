"""Reconciliation: each line of the bank or the card processor is matched to entries; every difference has a reason."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from practice.access.permissions import Permission, require_location
from practice.billing import accounts, ledger
from practice.billing.bank_files import lines_of, read_sheet
from practice.billing.locked import lock_date
from practice.billing.posting import day, heading, post_mirror, show, today_at, why
from practice.billing.queries import bank as queries
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.money import Currency
from practice.people import checks
from practice.store.record import command
from practice.store.work import Row, Work

ACCOUNT_OF = {"bank": accounts.BANK, "payout": accounts.CARD_CLEARING}
"""What the lines of a file are compared with: the bank account, or the card payments that were not paid out yet."""

DIFFERENCES = {
    "fee": accounts.PROCESSOR_FEES,
    "over_short": accounts.OVER_SHORT,
    "unidentified": accounts.UNIDENTIFIED,
    "interest": accounts.INTEREST,
}
"""Class of a difference → the account that it goes to."""


@command(Permission.ADJUST)
def load_bank_file(work: Work, *, kind: str, name: str, text: str, columns: dict[str, str], date_order: str) -> Row:
    """Load the lines of a bank's or processor's CSV; its columns are remembered by its header.

    A line that was loaded before is the same line. Answers {loaded, known, refused: [{row, why}]}: all rows.
    """
    sheet = read_sheet(text.encode())
    lines, refused = lines_of(sheet, kind, columns, date_order, Currency.of(work.setting("currency", "USD")))
    known = queries.known_fingerprints(work, [line["fingerprint"] for line in lines])
    fresh = [line for line in lines if line["fingerprint"] not in known]
    title = checks.text(name, "The file's name", "name")
    blank = dict.fromkeys(("difference_class", "difference_reason", "transaction_id", "matched_by", "matched_at"))
    work.insert_all(
        "bank_lines",
        [
            {"bank_line_id": work.new_id(), "kind": kind, "file_name": title}
            | line
            | {"status": "open", "difference_minor": 0, "known_at": stored(work.now)}
            | blank
            for line in fresh
        ],
    )
    key = sheet.key(kind)
    said = {"columns": json.dumps(columns), "date_order": date_order, "known_at": stored(work.now)}
    if work.find("bank_mappings", key):
        work.update("bank_mappings", key, **said)
    else:
        work.insert("bank_mappings", {"bank_mapping_id": key} | said)
    return {"loaded": len(fresh), "known": len(lines) - len(fresh), "refused": refused}


@command(Permission.ADJUST)
def match_line(
    work: Work,
    *,
    bank_line_id: str,
    transaction_ids: Sequence[str] = (),
    difference_class: str | None = None,
    location_id: str | None = None,
) -> Row:
    """Say which entries a line is. A payout is posted: 1000 and 5200 / 1020; a difference goes to its class's account.

    The difference is what the line says less what the entries say; it needs a class (fee, over_short, unidentified,
    interest) and a reason. `location_id` is where it is posted if no entry says it. Answers {difference_minor,
    transaction_id or None}.
    """
    line = work.get("bank_lines", bank_line_id, "line")
    if line["status"] == "matched":
        raise Conflict("This line is matched already; undo that first.", rule="matched_already")
    account = ACCOUNT_OF[line["kind"]]
    moves = queries.movements_of(work, account, list(dict.fromkeys(transaction_ids)))
    if len(moves) != len(set(transaction_ids)):
        raise Conflict("One of these entries is in the bank already, or is not there; reload.", rule="matched_already")
    for move in moves:
        require_location(work.actor, move["location_id"])
    difference = line["gross_minor"] - sum(move["amount_minor"] for move in moves)
    reason = _reason(work, line, difference, difference_class)
    place = moves[0]["location_id"] if moves else location_id or queries.first_location(work)
    require_location(work.actor, place)
    transaction_id = _post(work, line, account, place, difference, difference_class)
    own = [] if transaction_id is None else [
        {"transaction_id": transaction_id, "amount_minor": line["gross_minor"] - sum(m["amount_minor"] for m in moves)}
    ]  # fmt: skip
    if line["kind"] == "payout":  # the payout takes everything out of clearing, so there it is matched with itself
        own[0]["amount_minor"] -= line["gross_minor"]
    work.insert(
        "bank_matches",
        *(
            {
                "bank_match_id": work.new_id(),
                "bank_line_id": bank_line_id,
                "transaction_id": move["transaction_id"],
                "account": account,
                "amount_minor": move["amount_minor"],
                "live_key": f"{move['transaction_id']}|{account}",
                "known_at": stored(work.now),
            }
            for move in [*moves, *own]
        ),
    )
    work.update(
        "bank_lines",
        bank_line_id,
        status="matched",
        difference_minor=difference,
        difference_class=difference_class if difference else None,
        difference_reason=reason,
        transaction_id=transaction_id,
        matched_by=work.actor.user_id,
        matched_at=stored(work.now),
    )
    return {"difference_minor": difference, "transaction_id": transaction_id}


@command(Permission.ADJUST)
def unmatch_line(work: Work, *, bank_line_id: str) -> Row:
    """Undo a match: what it posted is mirrored, the line and its entries are open again. Needs a reason."""
    why(work, "undo the match")
    line = work.get("bank_lines", bank_line_id, "line")
    if line["status"] == "open":
        raise Conflict("This line is not matched, so there is nothing to undo.", rule="not_matched")
    posted = line["transaction_id"]
    if posted and line["kind"] == "payout" and queries.is_matched(work, posted, accounts.BANK):
        raise Conflict("The bank's line of this payout is matched to it; undo that one first.", rule="in_the_bank")
    for match in queries.matches_of(work, bank_line_id):
        work.update("bank_matches", match["bank_match_id"], live_key=None)
    if posted:
        place = queries.location_of(work, posted)
        post_mirror(work, posted, "payout", bank_line_id, _day(work, line, place))
    cleared: dict[str, Any] = dict.fromkeys(
        ("difference_class", "difference_reason", "transaction_id", "matched_by", "matched_at")
    )
    work.update("bank_lines", bank_line_id, status="open", difference_minor=0, **cleared)
    return {"bank_line_id": bank_line_id}


@command(Permission.ADJUST)
def reconcile_from(work: Work, *, first_date: str | None) -> Row:
    """Look for nothing in the books before a day: where reconciling begins. None looks for everything."""
    first = str(day(first_date, "first_date")) if first_date else None
    work.keep_setting(queries.FIRST, first)
    return {"first_date": first}


def _reason(work: Work, line: Row, difference: int, difference_class: str | None) -> str | None:
    if not difference:
        return None
    if difference_class not in DIFFERENCES:
        raise Refusal(
            f"The line says {show(work, line['gross_minor'])} and the entries"
            f" {show(work, line['gross_minor'] - difference)}; choose other entries, or say what the difference of"
            f" {show(work, difference)} is.",
            rule="difference",
            field="difference_class",
            alternatives=tuple(DIFFERENCES),
        )
    return why(work, "match it with a difference")


def _post(work: Work, line: Row, account: str, place: str, difference: int, difference_class: str | None) -> str | None:
    """The payout and the difference, in one entry; None where nothing is to be posted."""
    legs = []
    if line["kind"] == "payout":
        legs += [
            ledger.leg(accounts.BANK, line["net_minor"], location_id=place),
            ledger.leg(accounts.PROCESSOR_FEES, line["fee_minor"], location_id=place),
            ledger.leg(account, -line["gross_minor"], location_id=place),
        ]
    if difference:
        legs += [
            ledger.leg(account, difference, location_id=place),
            ledger.leg(DIFFERENCES[str(difference_class)], -difference, location_id=place),
        ]
    if not legs:
        return None
    head = heading(work, "payout", line["bank_line_id"], _day(work, line, place))
    return ledger.post(work, ledger.numbered(head, *legs))


def _day(work: Work, line: Row, place: str) -> Any:
    """The bank's day, or today where that is to come or its period is closed."""
    locked, today = lock_date(work), today_at(work, place)
    is_open = line["line_date"] <= today and not (locked and line["line_date"] <= locked)
    return line["line_date"] if is_open else today
