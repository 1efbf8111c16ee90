"""Every line of the bank is an entry of the books, or the difference between them has a reason."""

from __future__ import annotations

from datetime import date

import pytest

from practice.billing import commands
from practice.billing.bank import load_bank_file, match_line, reconcile_from, unmatch_line
from practice.billing.bank_files import guess_columns, guess_date_order, read_sheet
from practice.billing.bank_suggestions import suggest
from practice.billing.queries.bank import bank_lines, to_match
from practice.errors import Refusal

PAYOUTS = "Arrival Date,Gross,Fees,Net,Payout ID\n2026-03-03,230.00,-6.97,223.03,po_1\n"
PAYOUT_COLUMNS = {"date": "Arrival Date", "gross": "Gross", "fee": "Fees", "net": "Net", "reference": "Payout ID"}
BANK_COLUMNS = {"date": "Date", "amount": "Amount", "description": "Description"}


def load(desk, text, kind="bank", columns=None, order="ymd"):
    columns = columns or (BANK_COLUMNS if kind == "bank" else PAYOUT_COLUMNS)
    return desk.run(load_bank_file, kind=kind, name="march.csv", text=text, columns=columns, date_order=order)


def lines(desk, **which):
    with desk.record.read() as reader:
        return bank_lines(reader, desk.who, **which)


def movements(desk, account):
    with desk.record.read() as reader:
        return to_match(reader, desk.who, account)


def match(desk, line, moves=(), **more):
    ids = [move["transaction_id"] for move in moves]
    return desk.run(match_line, bank_line_id=line["bank_line_id"], transaction_ids=ids, **more)


def test_a_payout_is_the_cards_of_a_day_less_the_fee_and_then_the_banks_line(desk, ada, clock):
    for amount in (150_00, 80_00):
        desk.receives(ada, amount, "card")
    clock.forward(days=1)
    load(desk, PAYOUTS, "payout")
    (payout,) = lines(desk)
    cards = movements(desk, "1020")
    assert suggest(payout, cards) == [move["transaction_id"] for move in cards]
    assert match(desk, payout, cards)["difference_minor"] == 0
    assert desk.balances() == {"1000": 223_03, "2100": -230_00, "5200": 6_97}
    assert movements(desk, "1020") == []

    load(desk, "Date,Description,Amount\n2026-03-03,CARD PAYOUT,223.03\n")
    (line,) = lines(desk)
    match(desk, line, movements(desk, "1000"))
    assert (lines(desk), movements(desk, "1000")) == ([], [])
    assert desk.balances()["1000"] == 223_03  # the bank's line posts nothing: it is what was posted


def test_a_difference_is_refused_without_a_class_and_a_reason(desk, ada):
    desk.receives(ada, 80_00, "check")
    load(desk, "Date,Description,Amount\n2026-03-02,DEPOSIT,78.50\n")
    (line,), moves = lines(desk), movements(desk, "1000")
    with pytest.raises(Refusal, match=r"The line says \$78.50 and the entries \$80.00"):
        match(desk, line, moves)
    with pytest.raises(Refusal, match="Say why"):
        match(desk, line, moves, difference_class="fee", reason=None)
    match(desk, line, moves, difference_class="fee", reason="Counter fee")
    assert desk.balances() == {"1000": 78_50, "2100": -80_00, "5200": 1_50}
    (matched,) = lines(desk, status="matched")
    assert (matched["difference_minor"], matched["difference_reason"]) == (-1_50, "Counter fee")


def test_money_that_nobody_knows_is_a_liability_until_somebody_does(desk):
    load(desk, "Date,Description,Amount\n2026-03-02,TRANSFER,40.00\n2026-03-02,MONTHLY FEE,-12.00\n")
    fee, unknown = sorted(lines(desk), key=lambda line: line["net_minor"])
    match(desk, unknown, difference_class="unidentified", reason="No name on it")
    match(desk, fee, difference_class="fee", reason="Account fee")
    assert desk.balances() == {"1000": 28_00, "2140": -40_00, "5200": 12_00}


def test_a_match_is_undone_in_order_and_leaves_nothing(desk, ada, clock):
    desk.receives(ada, 230_00, "card")
    clock.forward(days=1)
    load(desk, PAYOUTS, "payout")
    (payout,) = lines(desk)
    match(desk, payout, movements(desk, "1020"))
    load(desk, "Date,Description,Amount\n2026-03-03,CARD PAYOUT,223.03\n")
    (line,) = lines(desk)
    match(desk, line, movements(desk, "1000"))
    with pytest.raises(Refusal, match="undo that one first"):
        desk.run(unmatch_line, bank_line_id=payout["bank_line_id"])
    for one in (line, payout):
        desk.run(unmatch_line, bank_line_id=one["bank_line_id"])
    assert desk.balances() == {"1020": 230_00, "2100": -230_00}
    assert [move["amount_minor"] for move in movements(desk, "1020")] == [230_00]
    assert movements(desk, "1000") == []
    match(desk, payout, movements(desk, "1020"))
    assert desk.balances() == {"1000": 223_03, "2100": -230_00, "5200": 6_97}


def test_an_entry_is_in_the_bank_once(desk, ada):
    desk.receives(ada, 80_00, "check")
    load(desk, "Date,Description,Amount\n2026-03-02,A,80.00\n2026-03-02,B,80.00\n")
    first, second = lines(desk)
    moves = movements(desk, "1000")
    match(desk, first, moves)
    for line, rule in ((second, "matched_already"), (first, "matched_already")):
        with pytest.raises(Refusal) as refusal:
            match(desk, line, moves)
        assert refusal.value.rule == rule


def test_what_was_voided_before_it_reached_the_bank_is_not_looked_for(desk, ada):
    payment = desk.receives(ada, 80_00, "check")
    desk.run(commands.void_payment, payment_id=payment)
    assert movements(desk, "1000") == []


def test_nothing_is_looked_for_before_the_first_reconciled_day(desk, ada, clock):
    desk.receives(ada, 80_00, "check")
    clock.forward(days=1)
    desk.receives(ada, 45_00, "check")
    desk.run(reconcile_from, first_date="2026-03-03")
    assert [move["amount_minor"] for move in movements(desk, "1000")] == [45_00]
    desk.run(reconcile_from, first_date=None)
    assert len(movements(desk, "1000")) == 2


def test_loading_twice_changes_nothing_and_every_row_ends_somewhere(desk):
    text = "Date,Description,Amount\n2026-03-02,FEE,-5.00\n2026-03-02,FEE,-5.00\nyesterday,X,1.00\n2026-03-02,X,0\n"
    first, again = load(desk, text), load(desk, text)
    assert (first["loaded"], first["known"], [one["row"] for one in first["refused"]]) == (2, 0, [4, 5])
    assert (again["loaded"], again["known"], len(again["refused"])) == (0, 2, 2)
    assert len(lines(desk)) == 2
    assert "no date like 2026-03-31" in first["refused"][0]["why"]


@pytest.mark.parametrize(
    ("kind", "header", "row", "order", "found", "net"),
    [
        ("bank", "Posting Date;Details;Amount", "03/02/2026;SHOP;(12.50)", "mdy", {"date", "description", "amount"}, -12_50),
        ("bank", "Date,Narrative,Paid In,Paid Out", "31/03/2026,X,,1,", "dmy",
         {"date", "description", "money_in", "money_out"}, -1_00),
        ("payout", "Created,Amount,Fee,Net", "2026-03-03 08:00:00,230.00,6.97,223.03", "ymd",
         {"date", "gross", "fee", "net"}, 223_03),
    ],
)  # fmt: skip
def test_columns_and_dates_are_guessed_from_the_file(desk, kind, header, row, order, found, net):
    text = f"{header}\n{row}\n"
    sheet = read_sheet(text.encode())
    columns = guess_columns(kind, sheet.header)
    assert set(columns) == found
    assert guess_date_order(sheet, columns["date"]) == order
    load(desk, text, kind, columns, order)
    assert [line["net_minor"] for line in lines(desk)] == [net]


def test_a_payout_whose_numbers_disagree_is_refused_by_name(desk):
    text = PAYOUTS.replace("223.03", "223.00")
    assert [one["why"] for one in load(desk, text, "payout")["refused"]] == ["Gross less fee is not net in this row."]


def move(key, day, amount, reference=None):
    return {"transaction_id": key, "post_date": date(2026, 3, day), "amount_minor": amount, "reference": reference}


@pytest.mark.parametrize(
    ("said", "moves", "found"),
    [
        ("one alone", [move("a", 9, 80), move("b", 9, 70)], ["a"]),
        ("the nearest of equal ones", [move("a", 2, 80), move("b", 9, 80)], ["b"]),
        ("two as near on either side: a person decides", [move("a", 9, 80), move("b", 11, 80)], []),
        ("all of one day", [move("a", 8, 50), move("b", 9, 30), move("c", 9, 50)], ["b", "c"]),
        ("some days in a row", [move("a", 7, 10), move("b", 8, 30), move("c", 9, 50)], ["b", "c"]),
        ("by its reference", [move("a", 9, 80), move("b", 3, 80, "chk-7")], ["b"]),
        ("nothing that does not sum to the cent", [move("a", 9, 79)], []),
        ("nothing from long ago", [move("a", 9, 40), move("b", 31, 80)], []),
    ],
)
def test_only_what_sums_exactly_is_suggested(said, moves, found):
    line = {"line_date": date(2026, 3, 10), "gross_minor": 80, "reference": "chk-7", "description": None}
    assert suggest(line, moves) == found, said


def test_a_year_of_lines_is_loaded_at_once(desk):
    rows = "".join(f"2026-{number % 12 + 1:02}-05,,{number + 1}.00\n" for number in range(600))
    assert load(desk, "Date,Description,Amount\n" + rows)["loaded"] == 600
    assert sum(line["net_minor"] for line in lines(desk)) == 600 * 601 // 2 * 100
