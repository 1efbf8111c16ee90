"""What the Insurance page lists: remittances, one opened to its claims and lines, and who an unmatched claim may be."""

from __future__ import annotations

from datetime import date, timedelta

from practice.access.permissions import Actor, Permission, require
from practice.billing.queries.items import here
from practice.errors import NotFound
from practice.insurance.reading import read_remittance
from practice.insurance.reasons import named, words
from practice.insurance.remittance import Claim, Line
from practice.insurance.suggesting import Suggestion, suggest
from practice.insurance.x12 import TransactionSet
from practice.money import Currency
from practice.store.work import Reader, Row

NEAR_DAYS = 30


def remittances(reader: Reader, actor: Actor, *, limit: int = 500) -> list[Row]:
    """The newest first: {remittance_id, payer_name, trace_number, payment_date, amount_minor, interest_minor, state,
    held_reason, claims, unmatched, denied_minor, known_at}. `state` is held, to match or posted."""
    require(actor, Permission.ADJUST)
    where, values = here(actor, "r.location_id")
    rows = reader.rows(
        "select r.remittance_id, p.name as payer_name, r.trace_number, r.payment_date, r.amount_minor,"
        " r.interest_minor, r.status, r.held_reason, r.known_at, count(c.remittance_claim_id) as claims,"
        " count(c.remittance_claim_id) filter (c.status = 'unmatched') as unmatched,"
        " coalesce(sum(c.denied_minor) filter (c.status = 'posted'), 0)::bigint as denied_minor"
        " from remittances r join payers p using (payer_id) left join remittance_claims c using (remittance_id)"
        f" where true{where} group by all order by r.known_at desc, r.remittance_id desc limit {limit:d}",
        *values,
    )
    for row in rows:
        row["state"] = "held" if row["status"] == "held" else "to match" if row["unmatched"] else "posted"
    return rows


def claims(reader: Reader, actor: Actor, *, remittance_id: str, limit: int = 1_000) -> list[Row]:
    """The claims of a remittance in its order: control_number, client_name, service_date, charge_minor, paid_minor,
    contractual_minor (with sequestration), client_minor, denied_minor, other_minor, state, note."""
    require(actor, Permission.ADJUST)
    return reader.rows(
        "with mine as (select remittance_claim_id from remittance_claims where remittance_id = ?), said as ("
        " select remittance_claim_id,"
        " sum(amount_minor) filter (class in ('contractual', 'sequestration'))::bigint as contractual_minor,"
        " sum(amount_minor) filter (class = 'client_share')::bigint as client_minor,"
        " sum(amount_minor) filter (class in ('prior_payer', 'nothing'))::bigint as other_minor"
        " from remittance_adjustments join mine using (remittance_claim_id) group by 1), whose as ("
        " select l.remittance_claim_id, min(l.service_date) as service_date,"
        " string_agg(distinct k.given_name || ' ' || k.family_name, ', ') as client_name"
        " from remittance_lines l join mine using (remittance_claim_id)"
        " left join charges h on h.charge_id = l.charge_id left join clients k on k.client_id = h.client_id group by 1)"
        " select c.remittance_claim_id, c.number, c.control_number, w.client_name, w.service_date, c.charge_minor,"
        " c.paid_minor, coalesce(s.contractual_minor, 0) as contractual_minor,"
        " coalesce(s.client_minor, 0) as client_minor, c.denied_minor, coalesce(s.other_minor, 0) as other_minor,"
        " case when c.reverses_id is not null then 'takes back' when c.status = 'reversed' then 'taken back'"
        " when c.status = 'unmatched' then 'to match' when c.denied_minor > 0 then 'denied' else 'posted' end as state,"
        " c.note from remittance_claims c left join said s using (remittance_claim_id)"
        f" left join whose w using (remittance_claim_id) where c.remittance_id = ? order by c.number limit {limit:d}",
        remittance_id,
        remittance_id,
    )


def lines(reader: Reader, actor: Actor, *, remittance_claim_id: str) -> list[Row]:
    """What the payer said of each line (and of the claim as a whole, where `code` is null): code, service_date,
    charge_minor, paid_minor, `said` = the adjustments in words."""
    require(actor, Permission.ADJUST)
    currency = Currency.of(reader.setting("currency", "USD"))
    rows = reader.rows(
        "select * from remittance_lines where remittance_claim_id = ? order by number", remittance_claim_id
    )
    said: dict[str | None, list[str]] = {}
    for one in reader.rows(
        "select * from remittance_adjustments where remittance_claim_id = ? order by group_code, reason_code",
        remittance_claim_id,
    ):
        what = f"{currency.show(one['amount_minor'])} {named(one['group_code'], one['reason_code'])}"
        said.setdefault(one["remittance_line_id"], []).append(what)
    found = [row | {"said": "; ".join(said.get(row["remittance_line_id"], []))} for row in rows]
    if None in said:
        blank = dict.fromkeys(("code", "service_date", "charge_minor", "paid_minor"))
        found.append(blank | {"remittance_line_id": None, "said": "; ".join(said[None])})
    return found


def unmatched(reader: Reader, actor: Actor) -> list[Row]:
    """Claims whose money waits in clearing because nobody knows which charge they are for, the oldest first."""
    require(actor, Permission.ADJUST)
    where, values = here(actor, "r.location_id")
    return reader.rows(
        "select c.remittance_claim_id, c.remittance_id, p.name as payer_name, r.trace_number, r.payment_date,"
        " c.control_number, c.charge_minor, c.paid_minor, c.note, c.number,"
        " (select min(service_date) from remittance_lines l where l.remittance_claim_id = c.remittance_claim_id)"
        " as service_date from remittance_claims c join remittances r using (remittance_id)"
        f" join payers p using (payer_id) where c.status = 'unmatched'{where}"
        " order by c.known_at, c.remittance_claim_id",
        *values,
    )


def suggestions(reader: Reader, actor: Actor, *, remittance_claim_id: str) -> tuple[Claim, list[Suggestion]]:
    """An unmatched claim as it was read, and which charges it may be for, the likeliest first."""
    require(actor, Permission.ADJUST)
    row = reader.one(
        "select c.number, r.content, r.payer_id from remittance_claims c join remittances r using (remittance_id)"
        " where c.remittance_claim_id = ? and c.status = 'unmatched'",
        remittance_claim_id,
    )
    if row is None:
        raise NotFound("This claim is not waiting for a charge any more; reload to see what became of it.")
    currency = Currency.of(reader.setting("currency", "USD"))
    claim = read_remittance(TransactionSet.load(row["content"]), currency).claims[row["number"]]
    return claim, suggest(claim, _near(reader, actor, row["payer_id"], claim))


def owed(reader: Reader, actor: Actor, *, remittance_claim_id: str, text: str = "", limit: int = 200) -> list[Row]:
    """Charges that the unmatched claim's payer owes something of, of clients named so, the newest first."""
    require(actor, Permission.ADJUST)
    where, values = here(actor, "c.location_id")
    return reader.rows(
        "with owed as (select charge_id, sum(debit_minor - credit_minor)::bigint as open_minor from postings"
        " where account = '1100' and party = (select 'payer:' || r.payer_id from remittance_claims m"
        " join remittances r using (remittance_id) where m.remittance_claim_id = ?) group by 1 having open_minor > 0)"
        " select c.charge_id, c.service_date, k.given_name || ' ' || k.family_name as client_name, c.code,"
        " c.amount_minor, o.open_minor from owed o join charges c using (charge_id) join clients k using (client_id)"
        " where contains(lower(strip_accents(k.given_name || ' ' || k.family_name)), lower(strip_accents(?)))"
        f"{where} order by c.service_date desc, c.charge_id limit {limit:d}",
        remittance_claim_id,
        " ".join(text.split()),
        *values,
    )


def rules(reader: Reader, actor: Actor) -> list[Row]:
    """What adjustments mean: payer_name (None: every payer), group_code, reason_code (None: any other), said, class."""
    require(actor, Permission.ADJUST)
    rows = reader.rows(
        "select r.*, p.name as payer_name from remittance_rules r left join payers p using (payer_id)"
        " order by p.name nulls first, r.group_code, r.reason_code nulls first"
    )
    return [row | {"said": words(row["reason_code"]) if row["reason_code"] else "any other reason"} for row in rows]


def payers_in_files(reader: Reader, actor: Actor) -> list[Row]:
    """Payers with their code, kind of cover and days to file a claim and for an appeal, as far as they are said."""
    require(actor, Permission.ADJUST)
    return reader.rows(
        "select p.payer_id, p.name, i.payer_code as code, i.filing_code, p.filing_days, i.appeal_days from payers p"
        " left join payer_insurance i using (payer_id) where p.is_active order by p.name"
    )


def _near(reader: Reader, actor: Actor, payer_id: str, claim: Claim) -> list[Row]:
    """Charges that the payer owes something of and that lie near the claim's dates, or are of its member."""
    days = _days(claim)
    where, values = here(actor, "c.location_id")
    first = min(days) - timedelta(days=NEAR_DAYS) if days else date(1900, 1, 1)
    last = max(days) + timedelta(days=NEAR_DAYS) if days else date(9999, 1, 1)
    return reader.rows(
        "with owed as (select charge_id, sum(debit_minor - credit_minor)::bigint as open_minor from postings"
        " where account = '1100' and party = 'payer:' || ? group by 1 having open_minor > 0)"
        " select c.*, o.open_minor, k.given_name, k.family_name,"
        " (select list(distinct p.member_number) from policies p where p.client_id = c.client_id and p.payer_id = ?)"
        " as member_numbers from owed o join charges c using (charge_id) join clients k using (client_id)"
        f" where c.status = 'posted' and c.service_date between ? and ?{where} order by c.service_date, c.charge_id",
        payer_id,
        payer_id,
        first,
        last,
        *values,
    )


def _days(claim: Claim) -> list[date]:
    said: list[Line] = claim.lines
    return [day for day in [claim.service_date, *(line.service_date for line in said)] if day]
