"""What was agreed with payers beside claims: an authorisation, covers looked up, a fee, what was sent on paper."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.demo.books import Books
from ingestion.demo.columns import DAY, HOUR, dates, instants, new_ids, pick
from ingestion.demo.house import House
from ingestion.demo.leaks import FREE_PAYER, FREE_SERVICE
from ingestion.demo.record_of import Story

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
    """`eligibility_checks`: of most who come soon the cover was looked up last week; one has ended."""
    seats = story.attendees
    day = story.appointments["day"][seats["appointment"]]
    soon = np.unique(seats["client"][(seats["status"] == 0) & (day >= house.today) & (day <= house.today + 30)])
    policies = np.flatnonzero(np.isin(house.policies["client"], soon))
    client = house.policies["client"][policies]
    policies = policies[np.where(story.clients["switch_day"][client] <= house.today, story.clients["payer_2"][client],
                                 story.clients["payer"][client]) == house.policies["payer"][policies]]  # fmt: skip
    policies = policies[dice.random(len(policies)) < LOOKED_UP]
    count, client = len(policies), house.policies["client"][policies]
    asked = house.today - dice.integers(1, 9, count)
    answered = asked * DAY + 15 * HOUR
    ended = np.arange(count) == 5
    return pa.table(
        {
            "eligibility_check_id": new_ids(answered, dice),
            "trace_number": [f"P{number:07d}" for number in range(1, count + 1)],
            "policy_id": pick(house.ids["policies"], policies),
            "client_id": pick(house.ids["clients"], client),
            "payer_id": pick(house.ids["payers"], house.policies["payer"][policies]),
            "asked_date": dates(asked),
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
