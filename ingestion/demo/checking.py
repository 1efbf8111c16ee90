"""What the scrubber first said of each claim: most were clean, some lacked something until their file left."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.demo.books import Books
from ingestion.demo.claiming import FIRST
from ingestion.demo.columns import HOUR, MINUTE, Array, dates, instants, numbers, pick
from ingestion.demo.house import House
from ingestion.demo.slices import runs

LOOKED_AFTER, TIME_TO_MEND = 20 * MINUTE, 3 * HOUR
"""After its charge is posted a claim is looked through; nothing is mended and sent in less time than the second."""
FAILED_SHARE = 0.09
"""Of claims that there was time to mend."""
FAILED = ("no_diagnosis", "authorisation", "client_address", "member_number", "no_diagnosis no_pointer", "sex")
FAILED_ODDS = (0.46, 0.14, 0.16, 0.12, 0.04, 0.08)
CHECKS_AT_ONCE = 200_000


def check_tables(house: House, books: Books, dice: np.random.Generator) -> Iterator[dict[str, pa.Table]]:
    """`claim_checks`: one for each visit's claim to its payer, in slices."""
    claims, charges = books.insurance.claims, books.charges
    first = claims["kind"] == FIRST
    charge, sent = claims["charge"][first], claims["sent"][first]
    names = ("client", "provider", "location", "payer", "day")
    # Two charges of one day, to one payer, are one claim to look through.
    _, place, group = np.unique(
        np.stack([charges[name][charge] for name in names]), axis=1, return_index=True, return_inverse=True
    )
    total = np.bincount(group.ravel(), charges["amount"][charge]).astype(np.int64)
    looked = charges["known"][charge[place]] + LOOKED_AFTER
    fails = (dice.random(len(place)) < FAILED_SHARE) & (sent[place] - looked >= TIME_TO_MEND)
    failed = np.where(fails, dice.choice(len(FAILED), len(place), p=FAILED_ODDS), -1)
    order = np.lexsort((place, looked))
    for begins, ends in runs(len(order), CHECKS_AT_ONCE):
        rows = order[begins:ends]
        yield {"claim_checks": _table(house, books, charge[place[rows]], looked[rows], total[rows], failed[rows])}


def _table(house: House, books: Books, charge: Array, looked: Array, total: Array, failed: Array) -> pa.Table:
    charges, keys = books.charges, house.ids
    ids = {
        "client_id": pick(keys["clients"], charges["client"][charge]),
        "provider_id": pick(keys["providers"], charges["provider"][charge]),
        "location_id": pick(keys["locations"], charges["location"][charge]),
        "payer_id": pick(keys["payers"], charges["payer"][charge]),
    }
    day = dates(charges["day"][charge])
    local = looked + house.zones.offsets_on(looked // 86_400, charges["location"][charge])
    return pa.table(
        {
            "claim_check_id": pc.binary_join_element_wise(*ids.values(), day.cast(pa.string()), "|"),
            **ids,
            "rank": numbers(np.ones(len(charge), dtype=np.int32)),
            "service_date": day,
            "entered_date": dates(local // 86_400),
            "total_minor": numbers(total),
            "is_clean": pa.array(failed < 0),
            "failed": pick(FAILED, failed),
            "known_at": instants(looked),
        }
    )
