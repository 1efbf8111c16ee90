"""What was agreed with payers beside claims: an authorisation, covers looked up, a fee, what was sent on paper."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.demo.books import Books
from ingestion.demo.columns import DAY, HOUR, Array, Columns, dates, instants, new_ids, pick, stack, take
from ingestion.demo.house import House
from ingestion.demo.leaks import FREE_PAYER, FREE_SERVICE
from ingestion.demo.record_of import IS_COMPLETED, Story

AUTHORISATION = "PA-204417"
LOOKED_UP = 0.85
PLANS = ("Open choice", "Network plus", "Basic")


def sent_on_paper(house: House, books: Books) -> pa.Table:
    """`claim_exclusions`: what payers were asked for before claims were sent from here."""
    charges = books.charges
    rows = np.flatnonzero((books.policy_of >= 0) & (charges["day"] < house.claims_since))
    charge, payer = pick(house.ids["charges"], rows), pick(house.ids["payers"], charges["payer"][rows])
    nobody = np.zeros(len(rows), dtype=int)
    return pa.table(
        {
            "claim_exclusion_id": pc.binary_join_element_wise(charge, payer, "|"),
            "charge_id": charge,
            "payer_id": payer,
            "reason": pick(("Sent on paper",), nobody),
            "excluded_by": pick(house.ids["users"], nobody + 4),
            "known_at": instants(charges["known"][rows]),
        }
    )


def authorisation(house: House, books: Books, dice: np.random.Generator) -> dict[str, pa.Table]:
    """`authorisations` and `charge_authorisations`: one client's, of which a single session is left."""
    rows = books.authorised
    if not len(rows):
        return {}
    first = books.charges["known"][rows].min()
    key = new_ids(np.array([first]), dice)
    nobody = np.zeros(len(rows), dtype=int)
    made = pa.table(
        {
            "authorisation_id": key,
            "client_id": pick(house.ids["clients"], books.charges["client"][rows[:1]]),
            "payer_id": pick(house.ids["payers"], books.charges["payer"][rows[:1]]),
            "service_id": pick(house.ids["services"], books.charges["service"][rows[:1]]),
            "number": [AUTHORISATION],
            "units": pa.array([len(rows) + 1], pa.int32()),
            "from_date": dates(books.charges["day"][rows].min(keepdims=True)),
            "until_date": dates(np.array([house.today + 45])),
            "recorded_by": pick(house.ids["users"], np.array([4])),
            "known_at": instants(np.array([first])),
            "is_withdrawn": [False],
        }
    )
    taken = pa.table(
        {
            "charge_id": pick(house.ids["charges"], rows),
            "authorisation_id": pick(key, nobody),
            "units": pa.array(nobody + 1, pa.int32()),
            "known_at": instants(books.charges["known"][rows]),
        }
    )
    return {"authorisations": made, "charge_authorisations": taken}


def covers(house: House, story: Story, dice: np.random.Generator) -> pa.Table:
    """`eligibility_checks`: of most who come soon the cover was looked up last week; one has ended. Before that, most
    covers were looked up once in each month in which their client came; who has no answer now never had one."""
    seats = story.attendees
    day = story.appointments["day"][seats["appointment"]]
    soon = np.unique(seats["client"][(seats["status"] == 0) & (day >= house.today) & (day <= house.today + 30)])
    policies = np.flatnonzero(np.isin(house.policies["client"], soon))
    client = house.policies["client"][policies]
    policies = policies[_payer_on(story, client, house.today) == house.policies["payer"][policies]]
    is_chosen = dice.random(len(policies)) < LOOKED_UP
    never, policies = policies[~is_chosen], policies[is_chosen]
    asked = house.today - dice.integers(1, 9, len(policies))
    now = {
        "policy": policies, "asked": asked, "answered": asked * DAY + 15 * HOUR,
        "ended": np.arange(len(policies)) == 5,
    }  # fmt: skip
    own = np.random.default_rng([len(story.owes), 97])  # what is drawn after these stays as it was without them
    before = _monthly(house, story, never, own)
    keys = pa.concat_arrays([new_ids(now["answered"], dice), new_ids(before["answered"], own)])
    return _check_table(house, story, stack(now, before), keys)


def _payer_on(story: Story, client: Array, day: Array | int) -> Array:
    """Whom clients' policies name first on a day."""
    people = story.clients
    return np.where(people["switch_day"][client] <= day, people["payer_2"][client], people["payer"][client])


def _monthly(house: House, story: Story, never: Array, dice: np.random.Generator) -> Columns:
    """policy, asked, answered, ended of what was looked up some days before the first visit of a month."""
    seats, visits = story.attendees, story.appointments
    day = visits["day"][seats["appointment"]]
    payer = _payer_on(story, seats["client"], day)
    rows = np.flatnonzero((seats["status"] == IS_COMPLETED) & (payer >= 0) & (day < house.today))
    key = house.policies["client"] * 1_000 + house.policies["payer"]
    order = np.argsort(key, kind="stable")
    wanted = seats["client"][rows] * 1_000 + payer[rows]
    place = np.minimum(np.searchsorted(key[order], wanted), len(key) - 1)
    policy = order[place]
    is_his = (key[policy] == wanted) & ~np.isin(policy, never)
    rows, policy = rows[is_his], policy[is_his]
    month = _begin_of_month(day[rows])
    earliest = np.lexsort((day[rows], month, policy))
    rows, policy, month = rows[earliest], policy[earliest], month[earliest]
    begins = np.r_[True, (policy[1:] != policy[:-1]) | (month[1:] != month[:-1])]
    begins &= dice.random(len(rows)) < LOOKED_UP
    rows, policy = rows[begins], policy[begins]
    came, booked = day[rows], seats["booked"][rows]
    asked = np.maximum(_begin_of_month(came), came - dice.integers(1, 7, len(rows)))
    answered = np.maximum(asked * DAY + 15 * HOUR, booked + HOUR // 2)
    fits = (answered < visits["starts"][seats["appointment"][rows]]) & (answered // DAY <= came)
    fits &= answered >= house.policies["known"][policy]
    found = {"policy": policy, "asked": answered // DAY, "answered": answered, "ended": np.zeros(len(rows), dtype=bool)}
    return take(found, fits)


def _begin_of_month(day: Array) -> Array:
    month = (np.datetime64(0, "D") + day).astype("datetime64[M]")
    return month.astype("datetime64[D]").astype(np.int64)


def _check_table(house: House, story: Story, checks: Columns, keys: pa.Array) -> pa.Table:
    policies, ended, answered = checks["policy"], checks["ended"], checks["answered"]
    count, client = len(policies), house.policies["client"][policies]
    return pa.table(
        {
            "eligibility_check_id": keys,
            "trace_number": [f"P{number:07d}" for number in range(1, count + 1)],
            "policy_id": pick(house.ids["policies"], policies),
            "client_id": pick(house.ids["clients"], client),
            "payer_id": pick(house.ids["payers"], house.policies["payer"][policies]),
            "asked_date": dates(checks["asked"]),
            "status": pick(("active", "inactive"), ended.astype(int)),
            "plan_name": pick(PLANS, np.where(ended, -1, policies % len(PLANS))),
            "copay_minor": pa.array(story.clients["copay"][client], mask=ended),
            "note": pick(("Looked up on the payer's page", "Ended with last month"), ended.astype(int)),
            "answered_at": instants(answered),
            "known_at": instants(answered),
        }
    )


def zero_fee(house: House, dice: np.random.Generator) -> pa.Table:
    """`fees`: the one that was set to zero, and right again some days ago."""
    count = int(house.no_fee is not None)
    first, last = house.no_fee or (0, 0)
    known = np.full(count, first * DAY + 13 * HOUR)
    return pa.table(
        {
            "fee_id": new_ids(known, dice),
            "service_id": pick(house.ids["services"], np.full(count, FREE_SERVICE)),
            "payer_id": pick(house.ids["payers"], np.full(count, FREE_PAYER)),
            "fee_minor": pa.array([0] * count, pa.int64()),
            "effective_from": dates(np.full(count, first)),
            "effective_to": dates(np.full(count, last)),
            "set_by": pick(house.ids["users"], np.full(count, 1)),
            "known_at": instants(known),
        }
    )
