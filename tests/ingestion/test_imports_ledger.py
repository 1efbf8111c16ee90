"""A ledger of an earlier system: each row posts what the mapping says, on whoever owes, and every transaction balances."""

from collections import defaultdict
from datetime import date

import duckdb
import pytest

from ingestion.imports import import_file
from ingestion.imports.mapping import Money
from ingestion.imports.money import minor_units
from practice.errors import Refusal
from practice.home import Home
from tests.ingestion.exports import LEDGER, LEDGER_FILES, LEDGER_HEADER, LEDGER_LINES, landed, write_export


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home")
    made.create()
    return made


@pytest.fixture
def import_books(home, tmp_path):
    """Imports the ledger with these lines."""

    def run(*lines, mapping=LEDGER, **options):
        files = LEDGER_FILES | {"lines.csv": [LEDGER_HEADER, *(lines or LEDGER_LINES)]}
        return import_file(home, *write_export(tmp_path, mapping, files), **options)

    return run


def balances(home, *by):
    found = defaultdict(int)
    for row in landed(home, "postings"):
        found[tuple(row[name] for name in by)] += row["debit_minor"] - row["credit_minor"]
    return dict(found)


def test_each_type_of_row_posts_its_debits_and_credits(home, import_books):
    assert import_books().loaded == 6  # five lines and the payer's name
    assert balances(home, "account") == {("1000",): 5000, ("1010",): 2749, ("1100",): 0, ("1110",): 0, ("4000",): -7749}
    assert set(balances(home, "transaction_id").values()) == {0}


def test_an_item_is_the_claim_and_whoever_holds_it_when_the_row_comes(home, import_books):
    """The payment of line 2 is the insurer's item, that of line 10 the client's: 10 comes after 4, not after 1."""
    import_books()
    owed = [row for row in landed(home, "postings") if row["party"]]
    assert {(row["line_id"], row["party"]) for row in owed} == {
        ("1", "payer:i1"), ("2", "payer:i1"), ("3", "payer:i1"), ("4", "client:p1"), ("10", "client:p1"),
    }  # fmt: skip


def test_the_payer_of_a_posting_is_who_is_asked_owes_or_pays(home, import_books):
    import_books()
    assert {(row["line_id"], row["account"]): row["payer_id"] for row in landed(home, "postings")} == {
        ("1", "1100"): "i1", ("1", "4000"): "i1", ("2", "1000"): "i1", ("2", "1100"): "i1", ("3", "1100"): "i1",
        ("4", "1110"): None, ("10", "1010"): None, ("10", "1110"): None,
    }  # fmt: skip


def test_instants_in_utc_become_local_dates(home, import_books):
    """Half past three on the sixth in UTC is still the fifth in New York."""
    import_books()
    row = landed(home, "postings")[0]
    assert (row["service_date"], row["post_date"]) == (date(2026, 1, 5), date(2026, 1, 6))


def test_payers_are_named_and_nobody_else(home, import_books):
    import_books()
    assert [(row["kind"], row["id"], row["name"]) for row in landed(home, "names")] == [("payer", "i1", "Blue Plan")]
    assert "mother" not in str([landed(home, entity) for entity in ("postings", "rows", "quarantine")])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("12,,c1,p1,2026-01-06,charge,,ins,,", "missing_amount"),
        ("12,,c1,p1,2026-01-06,charge,,ins,1.29E+3,", "broken_amount"),
        ("12,,c1,p1,2026-01-06,charge,,ins,12.345,", "too_fine_amount"),
        ('12,,c1,p1,2026-01-06,charge,,ins,"1,200.00",', "broken_amount"),
        ("12,,c1,p1,06/01/2026,charge,,ins,5.00,", "broken_post_date"),
        ("12,,c1,p1,2026-01-06,gift,,ins,5.00,", "unknown_row_type"),
        ("12,,c1,p1,2026-01-06,charge,,aunt,5.00,", "unknown_party"),
        ("12,,c2,p1,2026-01-06,charge,,ins,5.00,", "missing_payer"),
        ("12,,c1,p1,2026-01-07,out,,ins,5.00,", "unbalanced_transaction"),
    ],
)
def test_a_row_that_can_not_be_posted_is_rejected_and_the_rest_balances(home, import_books, line, reason):
    report = import_books(*LEDGER_LINES, line)
    assert (report.rejected, report.reasons[reason]) == (1, 1)
    assert set(balances(home, "transaction_id").values()) == {0}
    assert balances(home, "account")[("4000",)] == -7749


def test_half_a_transfer_is_no_transfer(home, import_books):
    """The other half is broken, so neither is posted."""
    report = import_books(*LEDGER_LINES[:3], LEDGER_LINES[3].replace("27.49", "soon"))
    assert report.reasons == {"looked_up": 2, "broken_amount": 1, "unbalanced_transaction": 1}
    assert balances(home, "party")[("payer:i1",)] == 2749


def test_rows_without_money_are_ignored_by_name(import_books):
    report = import_books(*LEDGER_LINES, "8,,c1,p1,2026-01-06,charge,,ins,0.00,", "9,,c1,p1,2026-01-06,memo,,ins,7.00,")
    assert report.reasons == {"looked_up": 2, "row_type_left_out": 1, "zero_amount": 1}


def test_a_negative_amount_posts_the_other_way_and_is_flagged(home, import_books):
    report = import_books(*LEDGER_LINES, "9,,c2,p1,2026-01-06,charge,,self,-5.00,")
    assert report.flags == {"negative_amount": 1}
    found = {row["account"]: row for row in landed(home, "postings") if row["line_id"] == "9"}
    assert (found["1110"]["credit_minor"], found["4000"]["debit_minor"]) == (500, 500)


def test_a_row_that_changed_replaces_its_postings_and_twice_is_once(home, import_books):
    import_books(as_known_at="2026-02-01")
    changed = [LEDGER_LINES[0].replace("77.49", "80.00"), *LEDGER_LINES[1:]]
    assert import_books(*changed, as_known_at="2026-03-01").reasons["changed_since_earlier_import"] == 1
    assert import_books(*changed, as_known_at="2026-03-01").batch_id is None
    newest = landed(home, "postings")
    assert sorted(row["debit_minor"] for row in newest if row["posting_id"] == "1-1") == [7749, 8000]


@pytest.mark.parametrize(
    ("text", "rounding", "minor"),
    [
        ("77.49", "refuse", 7749),
        ("0.1", "refuse", 10),
        ("-3", "refuse", -300),
        ("77.490000", "refuse", 7749),
        ("1.005", "half_up", 101),
        ("1.005", "half_even", 100),
        ("1.015", "half_even", 102),
        ("-1.005", "half_up", -101),
        ("2.675", "half_up", 268),
        ("90071992547409.93", "refuse", 9007199254740993),
        ("1e3", "half_up", None),
        ("", "half_up", None),
    ],
)
def test_amounts_are_exact_and_rounded_only_as_stated(text, rounding, minor):
    """1.005 and 2.675 lie below their half as binary floats, and 2**53 + 1 is none at all."""
    sql = minor_units("amount", Money("USD", rounding))
    assert duckdb.execute(f"select {sql} from (select ? as amount)", [text]).fetchone() == (minor,)


def test_marks_of_other_countries_are_read_as_stated():
    sql = minor_units("amount", Money("EUR", "refuse", ",", "."))
    texts = ["1.234,50", "1234,5", "12.50", "1,5", "1.23,45"]
    query = f"select list({sql} order by place) from (select unnest(?) as amount, generate_subscripts(?, 1) as place)"
    assert duckdb.execute(query, [texts, texts]).fetchone() == ([123450, 123450, None, 150, None],)


def test_money_in_another_currency_is_refused(home, import_books):
    folder = home.landing / "record" / "settings"
    folder.mkdir(parents=True)
    settings = "select 'currency' as name, '\"EUR\"' as value, 1 as _seq, 'upsert' as _op"
    duckdb.execute(f"copy ({settings}) to '{folder / '1.parquet'}' (format parquet)")
    with pytest.raises(Refusal, match="money in USD and the practice keeps EUR"):
        import_books()
