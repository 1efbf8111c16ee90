"""Remittances as commands: post a file, try a held one again, match a claim by hand, set what a reason code means."""

from __future__ import annotations

from practice.access.permissions import Permission, require_location
from practice.billing.queries.known import Known
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.insurance import matching
from practice.insurance import remittance_queries as queries
from practice.insurance.envelopes import read
from practice.insurance.planning import Plan, pays_less_than_nothing, plan
from practice.insurance.posting import (
    Book,
    apply_again,
    because,
    from_credit,
    open_book,
    post_share,
    take_back,
    to_credit,
)
from practice.insurance.reading import read_remittance
from practice.insurance.receiving import before, payer_of, receive, receive_anew
from practice.insurance.remittance import Claim, Remittance
from practice.insurance.rows import count_many, write_claims, write_provider_adjustments
from practice.insurance.shares import Rules, is_read_by_line, shares_of
from practice.insurance.x12 import TransactionSet
from practice.money import Currency
from practice.store.record import command
from practice.store.work import Row, Work

CLASSES = ("contractual", "sequestration", "denial", "client_share", "prior_payer", "nothing")


@command(Permission.ADJUST)
def post_remittance(work: Work, *, text: str, payer_id: str | None = None, location_id: str | None = None) -> Row:
    """Post the 835 sets of a file: the deposit to the bank, each claim to its charges, what is left to the queue.

    A set that does not add up is held: its cash waits in clearing, with the sentence that says where it breaks. A trace
    number that the payer used before is passed over ('known'). `payer_id` says whose a file is that nobody has signed
    so before, and is remembered. Answers {remittances: [{remittance_id, trace_number, status, why, claims, posted,
    unmatched}], defects: [sentence]}.
    """
    file = read(text)
    sets = [one for one in file.sets if one.kind == "835"]
    defects = [defect.sentence for defect in file.defects]
    if not sets:
        what = ", ".join(sorted({one.kind or "nothing" for one in file.sets})) or "nothing that can be read"
        first = f" {defects[0]}" if defects else ""
        raise Refusal(f"A remittance is an X12 835; this file holds {what}.{first}", rule="no_remittance", field="text")
    currency = Currency.of(work.setting("currency", "USD"))
    answers = []
    for one in sets:
        remittance = read_remittance(one, currency)
        defects += [defect.sentence for defect in remittance.defects]
        answers.append(_post(work, one, remittance, payer_id, location_id))
    return {"remittances": answers, "defects": defects}


@command(Permission.ADJUST)
def retry_remittance(work: Work, *, remittance_id: str) -> Row:
    """Post a held remittance, now that what held it is put right. Refuses with the reason if it is not."""
    row = work.get("remittances", remittance_id, "remittance")
    require_location(work.actor, row["location_id"])
    if row["status"] != "held":
        raise Conflict("This remittance is posted already; there is nothing to try again.", rule="posted")
    remittance = _read_again(work, row)
    work.known_money = Known()
    found = plan(work, row["payer_id"], remittance)
    if found.hold:
        raise Conflict(found.hold, rule="still_held")
    return _post_held(work, row, remittance, found)


@command(Permission.ADJUST)
def match_claim(work: Work, *, remittance_claim_id: str, charge_ids: list[str]) -> Row:
    """Post an unmatched claim to these charges: one for each line, in order, or any number if it has no lines.

    Answers {posted, note}.
    """
    claim_row = work.get("remittance_claims", remittance_claim_id, "claim")
    if claim_row["status"] != "unmatched":
        raise Conflict("This claim is not waiting for a charge.", rule="not_unmatched")
    row = work.get("remittances", claim_row["remittance_id"], "remittance")
    claim = _read_again(work, row).claims[claim_row["number"]]
    charges = matching.chosen(work, row["payer_id"], claim, charge_ids)
    for charge in charges:
        require_location(work.actor, charge["location_id"])
    if pays_less_than_nothing(claim, charges):
        raise Refusal("One of these charges would be paid less than nothing; choose others.", field="charge_ids")
    book = open_book(work, row, queries.pool_of(work, row["remittance_id"]), charges)
    note = _post_claim(work, book, remittance_claim_id, claim, charges, queries.rules_for(work, row["payer_id"]))
    apply_again(work, book)
    work.insert_all("remittance_entries", book.entries)
    work.update("remittance_claims", remittance_claim_id, status="posted", note=note)
    if is_read_by_line(claim):
        for line, charge in zip(queries.lines_of(work, remittance_claim_id), charges, strict=True):
            work.update("remittance_lines", line["remittance_line_id"], charge_id=charge["charge_id"])
    return {"posted": len(charges), "note": note}


@command(Permission.SET_UP)
def set_remittance_rule(
    work: Work, *, group_code: str, rule_class: str, reason_code: str | None = None, payer_id: str | None = None
) -> Row:
    """What a payer's (or every payer's) adjustments of a group, or of one reason, mean from now on."""
    if rule_class not in CLASSES:
        raise Refusal(
            f"{rule_class!r} is no class; use one of {', '.join(CLASSES)}.", field="rule_class", alternatives=CLASSES
        )
    group, reason = group_code.strip().upper(), (reason_code or "").strip().upper() or None
    if group not in ("CO", "PR", "OA", "PI", "CR"):
        raise Refusal("A group is CO, PR, OA, PI or CR.", field="group_code")
    if payer_id:
        work.get("payers", payer_id, "payer")
    rule_id = queries.rule_of(work, payer_id, group, reason)
    if rule_id:
        work.update("remittance_rules", rule_id, **{"class": rule_class})
        return {"remittance_rule_id": rule_id}
    row = {"remittance_rule_id": work.new_id(), "payer_id": payer_id, "group_code": group, "reason_code": reason}
    work.insert("remittance_rules", row | {"class": rule_class})
    return {"remittance_rule_id": row["remittance_rule_id"]}


def _post(
    work: Work, one: TransactionSet, remittance: Remittance, payer_id: str | None, location_id: str | None
) -> Row:
    payer_id = payer_of(work, remittance, payer_id)
    work.known_money = Known()
    earlier = before(work, payer_id, remittance)
    if earlier and earlier["status"] == "held" and earlier["content"] != one.dump():
        require_location(work.actor, earlier["location_id"])
        return _put_right(work, earlier, one, remittance)
    if earlier:
        return _answer(
            earlier | {"status": "known", "held_reason": "It was read before."}, len(remittance.claims), 0, 0
        )
    found = plan(work, payer_id, remittance)
    charges = [charge for each in found.charges.values() for charge in each]
    for charge in charges:
        require_location(work.actor, charge["location_id"])
    row = {
        "remittance_id": work.new_id(),
        "payer_id": payer_id,
        "trace_number": remittance.trace_number,
        "location_id": location_id or (charges[0]["location_id"] if charges else queries.first_location(work)),
        "amount_minor": max(remittance.amount_minor, 0),
        "interest_minor": 0 if found.hold else found.interest_minor,
        "payment_date": remittance.payment_date,
        "status": "held" if found.hold else "posted",
        "held_reason": found.hold,
        "content": one.dump(),
        "known_at": stored(work.now),
    }
    row["payment_id"] = receive(work, row) if remittance.is_credit else None
    work.insert("remittances", row)
    if found.hold:
        return _answer(row, len(remittance.claims), 0, 0)
    return _post_detail(work, row, remittance, found)


def _post_held(work: Work, row: Row, remittance: Remittance, found: Plan) -> Row:
    """Everything of a held one but the cash, which came when it was held."""
    payment_id = row["payment_id"]
    if found.interest_minor and payment_id:  # the deposit is parted anew, now that we know what is interest
        payment_id = receive_anew(work, row, found.interest_minor)
    row = work.update(
        "remittances",
        row["remittance_id"],
        status="posted",
        held_reason=None,
        payment_id=payment_id,
        interest_minor=found.interest_minor,
    )
    return _post_detail(work, row, remittance, found)


def _put_right(work: Work, row: Row, one: TransactionSet, remittance: Remittance) -> Row:
    """The payer sent a held remittance anew under its trace number: this is what it says from now on."""
    content = one.dump()
    found = plan(work, row["payer_id"], remittance)
    row = work.update(
        "remittances", row["remittance_id"], content=content, held_reason=found.hold or row["held_reason"]
    )
    if found.hold:
        return _answer(row, len(remittance.claims), 0, 0)
    return _post_held(work, row, remittance, found)


def _post_detail(work: Work, row: Row, remittance: Remittance, found: Plan) -> Row:
    """Everything but the cash: take-backs first, so that their money can pay for the rest."""
    charges = [charge for each in found.charges.values() for charge in each]
    book = open_book(work, row, [row["payment_id"]] if row["payment_id"] else [], charges)
    rules = queries.rules_for(work, row["payer_id"])
    claim_ids = [work.new_id() for _ in remittance.claims]
    for original in found.take_backs.values():
        take_back(work, book, queries.entries_of(work, original["remittance_claim_id"]))
        work.update("remittance_claims", original["remittance_claim_id"], status="reversed")
    left = found.from_credit_minor
    for held in queries.credits_of(work, row["payer_id"]) if left else ():
        part = min(left, held["credit_minor"])
        if part:
            with because(work, f"Kept back by the payer, remittance {book.trace_number}"):
                from_credit(work, book, held["payment_id"], part)
        left -= part
    book.pool[:] = list(dict.fromkeys(book.pool))
    notes = {
        number: _post_claim(work, book, claim_ids[number], remittance.claims[number], charges, rules)
        for number, charges in found.charges.items()
    }
    if found.to_credit_minor:
        with because(work, f"Carried forward by the payer, remittance {book.trace_number}"):
            to_credit(work, book, found.to_credit_minor)
    apply_again(work, book)
    write_claims(work, row, remittance, found, rules, claim_ids, notes)
    write_provider_adjustments(work, row, remittance)
    work.insert_all("remittance_entries", book.entries)
    count_many(work)
    return _answer(row, len(remittance.claims), len(found.charges) + len(found.take_backs), len(found.unmatched))


def _post_claim(work: Work, book: Book, claim_id: str, claim: Claim, charges: list[Row], rules: Rules) -> str | None:
    """Post one claim to its charges. Answers what could not be posted of it, in words."""
    weights = [charge["amount_minor"] for charge in charges]
    by_id = {charge["charge_id"]: charge for charge in charges}
    shares = shares_of(claim, [charge["charge_id"] for charge in charges], weights, rules)
    notes = [note for share in shares for note in post_share(work, book, claim_id, by_id[share.charge_id], share)]
    return " ".join(notes) or None


def _read_again(work: Work, row: Row) -> Remittance:
    return read_remittance(TransactionSet.load(row["content"]), Currency.of(work.setting("currency", "USD")))


def _answer(row: Row, claims: int, posted: int, unmatched: int) -> Row:
    answer = {"remittance_id": row["remittance_id"], "trace_number": row["trace_number"], "status": row["status"]}
    return answer | {"why": row["held_reason"], "claims": claims, "posted": posted, "unmatched": unmatched}
