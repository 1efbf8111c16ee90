"""The 835 files behind the demo's remittances, segment by segment, as they would have arrived."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from ingestion.demo.books import Books
from ingestion.demo.claim_facts import payer_identifier
from ingestion.demo.claiming import DENIAL_REASONS
from ingestion.demo.columns import Array, Columns, as_date, dates, pick, take
from ingestion.demo.house import PAYERS, SERVICES, House
from ingestion.demo.names import npi

SAID = ("CO-45", "PR-3", "PR-2", "PR-1", "PR-96", *(f"CO-{reason}" for reason in DENIAL_REASONS))
"""Group and reason of every adjustment: the contract, a copay; coinsurance, deductible, not covered; denials."""
COPAY_SAID, SHARE_SAID, DENIED_SAID = 1, 2, 5
_SEPARATORS = {"element": "*", "component": ":", "repetition": "^", "segment": "~"}


def contents(
    house: House, books: Books, said: Columns, rows: Array, own: list[str], theirs: list[str], chosen: Array
) -> list[str]:
    """Each set as `TransactionSet.dump` keeps it."""
    claims = _claim_segments(house, books, said, rows, own, theirs)
    remittance = books.insurance.answers["remittance"][rows]
    begins, ends = np.searchsorted(remittance, chosen), np.searchsorted(remittance, chosen, "right")
    made = take(books.insurance.remittances, chosen)
    texts = []
    for place, trace in enumerate(pick(books.traces, chosen).to_pylist()):
        day = as_date(int(made["post_day"][place])).strftime("%Y%m%d")
        payer = int(made["payer"][place])
        amount = money(int(made["amount"][place]))
        segments = [
            ("ST", "835", "0001"),
            ("BPR", "I" if made["amount"][place] else "H", amount, "C", "ACH" if made["amount"][place] else "NON",
             *[""] * 11, day),
            ("TRN", "1", trace, payer_identifier(payer)),
            ("DTM", "405", day),
            ("N1", "PR", PAYERS[payer][0].upper()),
            ("N1", "PE", "HARBORVIEW THERAPY", "XX", npi(1)),
            ("LX", "1"),
            *(segment for claim in claims[begins[place] : ends[place]] for segment in claim),
        ]  # fmt: skip
        segments.append(("SE", str(len(segments) + 1), "0001"))
        texts.append(dumped(segments, day))
    return texts


def dumped(segments: list[tuple[str, ...]], day: str) -> str:
    """A set in an interchange of its own, whose two envelope segments come before it."""
    plain = {"kind": "835", "control_number": "0001", "made_on": day, "separators": _SEPARATORS}
    listed = [{"number": n, "tag": one[0], "elements": one[1:]} for n, one in enumerate(segments, 3)]
    return json.dumps(plain | {"segments": listed, "defects": []}, ensure_ascii=False)


def _claim_segments(
    house: House, books: Books, said: Columns, rows: Array, own: list[str], theirs: list[str]
) -> list[list[tuple[str, ...]]]:
    answers = take(books.insurance.answers, rows)
    charge = answers["charge"]
    client = books.charges["client"][charge]
    columns: list[list[Any]] = [
        books.charges["amount"][charge].tolist(),
        answers["paid"].tolist(),
        (answers["copay"] + answers["share"]).tolist(),
        pick(house.names["family"], client).to_pylist(),
        pick(house.names["given"], client).to_pylist(),
        pick(house.names["members"], books.policy_of[charge]).to_pylist(),
        [f"HC:{SERVICES[service][1]}" for service in books.charges["service"][charge].tolist()],
        [day.strftime("%Y%m%d") for day in dates(books.charges["day"][charge]).to_pylist()],
        own,
        theirs,
    ]
    first = np.searchsorted(said["answer"], rows)
    last = np.searchsorted(said["answer"], rows, "right")
    reasons = [SAID[what].split("-") for what in said["what"].tolist()]
    amounts = said["amount"].tolist()
    made = []
    for place, (amount, paid, patient, family, given, member, code, day, ours, payers) in enumerate(
        zip(*columns, strict=True)
    ):
        claim: list[tuple[str, ...]] = [
            ("CLP", ours, "1", money(amount), money(paid), money(patient), "12", payers),
            ("NM1", "QC", "1", family.upper(), given.upper(), "", "", "", "MI", member),
            ("SVC", code, money(amount), money(paid), "", "1"),
            ("DTM", "472", day),
        ]
        claim += [("CAS", *reasons[one], money(amounts[one])) for one in range(first[place], last[place])]
        made.append([*claim, ("REF", "6R", f"{ours}-1")])
    return made


def money(minor: int) -> str:
    """As files have it: 120.5 is 12050."""
    text = f"{minor / 100:.2f}"
    return text.rstrip("0").rstrip(".")
