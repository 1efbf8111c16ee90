"""Claims as rows: the files as the product's own writer makes them, what each said, and what happened to it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.demo.books import Books
from ingestion.demo.claim_texts import read_facts, written
from ingestion.demo.claiming import CORRECTED, RECEIVED_AFTER, STATUSES, control_numbers, payers_numbers
from ingestion.demo.claiming import REJECTED as IS_REJECTED
from ingestion.demo.claiming import REPLACED as IS_REPLACED
from ingestion.demo.coding import DIAGNOSES
from ingestion.demo.columns import NEVER, Array, Columns, dates, instants, new_ids, numbers, pick, stack, take
from ingestion.demo.house import House
from ingestion.demo.slices import runs

CHARGES_AT_ONCE = 200_000
FILES_AT_ONCE = 150
"""Files of one slice: a day's claims each."""
REJECTION = "Rejected: something is not valid: the member number."
ACCEPTANCE = "Accepted for a decision: accepted for processing."
RECEIPT = "The receiver took the file."
CORRECTION = "Denied; corrected what was missing"
EVENTS = ("submitted", "received", "accepted", "rejected", "replaced")
_BILLER = 4


def claim_out_tables(
    house: House, books: Books, tables: dict[str, pa.Table], dice: np.random.Generator
) -> Iterator[dict[str, pa.Table]]:
    """`claim_files`, `insurance_claims`, their lines and events, in slices of whole files.

    `tables` has what was loaded of claim facts, by table.
    """
    claims, files = books.insurance.claims, books.insurance.files
    house.ids["claim_files"] = new_ids(files["sent"], dice)
    house.ids["insurance_claims"] = new_ids(claims["sent"], dice)
    house.ids["insurance_claim_lines"] = new_ids(claims["sent"], dice)
    events = _events(books, house.now)
    keys = new_ids(events["known"], dice)
    facts = read_facts(house, tables)
    bounds = np.searchsorted(claims["file"], np.arange(len(files["sent"]) + 1))
    for first, last in runs(len(files["sent"]), FILES_AT_ONCE):
        rows = np.arange(bounds[first], bounds[last])
        mine = np.flatnonzero((events["claim"] >= bounds[first]) & (events["claim"] < bounds[last]))
        texts, said = written(house, books, facts, bounds[first : last + 1], first)
        yield {
            "claim_files": _files(house, books, first, last, texts, np.diff(bounds[first : last + 1])),
            "insurance_claims": _claims(house, books, rows, said),
            "insurance_claim_lines": _lines(house, books, rows),
            "claim_events": _event_table(house, books, take(events, mine), pick(keys, mine)),
        }


def _files(house: House, books: Books, first: int, last: int, texts: list[str], counts: Array) -> pa.Table:
    sent = books.insurance.files["sent"][first:last]
    count = last - first
    received = sent + RECEIVED_AFTER <= house.now
    return pa.table(
        {
            "claim_file_id": house.ids["claim_files"][first:last],
            "number": numbers(np.arange(first + 1, last + 1)),
            "file_name": [f"claims-{number:06d}.837" for number in range(first + 1, last + 1)],
            "content": pa.array(texts, pa.string()),
            "claim_count": numbers(counts.astype(np.int32)),
            "status": pick(("sent", "received"), received.astype(int)),
            "status_note": pick((RECEIPT,), received.astype(int) - 1),
            "sent_by": pick(house.ids["users"], np.full(count, _BILLER)),
            "dropped_at": instants(sent + 60),
            "known_at": instants(sent),
        }
    )


def _claims(house: House, books: Books, rows: Array, said: list[str]) -> pa.Table:
    claims = take(books.insurance.claims, rows)
    charge, status = claims["charge"], claims["status"]
    charges, keys = take(books.charges, charge), house.ids
    has_number = (claims["accepted"] < NEVER) & (status != IS_REJECTED)
    local = claims["sent"] + house.zones.offsets_on(claims["sent"] // 86_400, charges["location"])
    given = pa.array(payers_numbers(charges["payer"], claims["number"]))
    return pa.table(
        {
            "insurance_claim_id": pick(keys["insurance_claims"], rows),
            "number": numbers(claims["number"]),
            "control_number": control_numbers(claims["number"]),
            "claim_file_id": pick(keys["claim_files"], claims["file"]),
            "payer_id": pick(keys["payers"], charges["payer"]),
            "policy_id": pick(keys["policies"], books.policy_of[charge]),
            "rank": numbers(np.ones(len(rows), dtype=np.int32)),
            "client_id": pick(keys["clients"], charges["client"]),
            "provider_id": pick(keys["providers"], charges["provider"]),
            "location_id": pick(keys["locations"], charges["location"]),
            "service_date": dates(charges["day"]),
            "sent_date": dates(local // 86_400),
            "frequency": pick(("1", "7"), (claims["kind"] == CORRECTED).astype(int)),
            "original_id": pick(keys["insurance_claims"], claims["of"]),
            "total_minor": numbers(charges["amount"]),
            "document": pa.array(said, pa.string()),
            "status": pick(STATUSES, status),
            "status_note": pick((REJECTION,), (status == IS_REJECTED).astype(int) - 1),
            "payer_control_number": pick(given, np.where(has_number, np.arange(len(rows)), -1)),
            "known_at": instants(claims["sent"]),
        }
    )


def _lines(house: House, books: Books, rows: Array) -> pa.Table:
    claims = take(books.insurance.claims, rows)
    charge = claims["charge"]
    live = ~np.isin(claims["status"], (IS_REJECTED, IS_REPLACED))
    key = pc.binary_join_element_wise(
        pick(house.ids["charges"], charge), pick(house.ids["payers"], books.charges["payer"][charge]), "|"
    )
    return pa.table(
        {
            "insurance_claim_line_id": pick(house.ids["insurance_claim_lines"], rows),
            "insurance_claim_id": pick(house.ids["insurance_claims"], rows),
            "number": numbers(np.ones(len(rows), dtype=np.int32)),
            "charge_id": pick(house.ids["charges"], charge),
            "control_number": [f"{number}-1" for number in control_numbers(claims["number"])],
            "amount_minor": numbers(books.charges["amount"][charge]),
            "live_key": pick(key, np.where(live, np.arange(len(rows)), -1)),
        }
    )


def _events(books: Books, now: int) -> Columns:
    """claim, kind (of EVENTS), known of everything that happened to claims until now."""
    claims = books.insurance.claims
    every = np.arange(len(claims["charge"]))
    rejected = claims["status"] == IS_REJECTED
    followed = np.flatnonzero(claims["kind"] == CORRECTED)
    parts = [
        (every, 0, claims["sent"]),
        (every, 1, claims["sent"] + RECEIVED_AFTER),
        (every[~rejected], 2, claims["accepted"][~rejected]),
        (every[rejected], 3, claims["accepted"][rejected]),
        (claims["of"][followed], 4, claims["sent"][followed]),
    ]
    events = stack(
        *({"claim": claim, "kind": np.full(len(claim), kind), "known": known} for claim, kind, known in parts)
    )
    events = take(events, events["known"] <= now)
    return take(events, np.lexsort((events["kind"], events["known"])))


def _event_table(house: House, books: Books, events: Columns, keys: pa.Array) -> pa.Table:
    names = pa.array([f"claims-{number + 1:06d}.837" for number in range(len(books.insurance.files["sent"]))])
    file = pick(names, books.insurance.claims["file"][events["claim"]])
    said = pick((None, RECEIPT, ACCEPTANCE, REJECTION, CORRECTION), events["kind"])
    return pa.table(
        {
            "claim_event_id": keys,
            "insurance_claim_id": pick(house.ids["insurance_claims"], events["claim"]),
            "kind": pick(EVENTS, events["kind"]),
            "note": pc.if_else(pa.array(events["kind"] == 0), file, said),
            "known_at": instants(events["known"]),
        }
    )


def coded_tables(house: House, books: Books) -> Iterator[dict[str, pa.Table]]:
    """`charge_diagnoses`, in slices of charges."""
    for first, last in runs(len(books.charges["known"]), CHARGES_AT_ONCE):
        yield {"charge_diagnoses": _diagnoses(house, books, np.arange(first, last))}


def _diagnoses(house: House, books: Books, rows: Array) -> pa.Table:
    """`charge_diagnoses` of those charges."""
    parts = []
    for position, codes in enumerate(books.diagnoses, 1):
        chosen = rows[codes[rows] >= 0]
        parts.append({"charge": chosen, "code": codes[chosen], "position": np.full(len(chosen), position)})
    made = stack(*parts)
    made = take(made, np.lexsort((made["position"], made["charge"])))
    charge = pick(house.ids["charges"], made["charge"])
    position = pa.array(made["position"].astype(np.int32))
    return pa.table(
        {
            "charge_diagnosis_id": pc.binary_join_element_wise(charge, position.cast(pa.string()), "|"),
            "charge_id": charge,
            "position": position,
            "code": pick([one[0] for one in DIAGNOSES], made["code"]),
            "description": pick([one[1] for one in DIAGNOSES], made["code"]),
            "pointer": position,
            "known_at": instants(books.charges["known"][made["charge"]]),
        }
    )
