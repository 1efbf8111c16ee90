"""The claim files behind the demo's claims, made by the product's own writer from what was known of each charge."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from ingestion.demo.agreements import AUTHORISATION
from ingestion.demo.books import Books
from ingestion.demo.claiming import CORRECTED, control_numbers, payers_numbers
from ingestion.demo.coding import DIAGNOSES
from ingestion.demo.columns import Array, Columns, dates, pick, take
from ingestion.demo.house import SERVICES, House
from practice.clock import to_wall
from practice.insurance.claim_documents import Facts, documents
from practice.insurance.claim_writing import write_claims
from practice.money import Currency

PLACES = ("11", "10")
"""Of service: the office, the client's home by video."""


def read_facts(house: House, tables: dict[str, pa.Table]) -> Facts:
    """As `claim_queries.facts` reads them; diagnoses are put in claim by claim."""
    insured = {row["payer_id"]: row for row in tables["payer_insurance"].to_pylist()}
    named = {row["provider_id"]: row for row in tables["provider_claims"].to_pylist()}
    sender = tables["claim_senders"].to_pylist()[0]
    return Facts(
        sender=sender,
        addresses={row["subject"]: row for row in tables["postal_addresses"].to_pylist()},
        payers={
            row["payer_id"]: {
                "payer_id": row["payer_id"], "name": row["name"], "code": insured[row["payer_id"]]["payer_code"],
                "filing_code": insured[row["payer_id"]]["filing_code"],
            }
            for row in tables["payers"].to_pylist()
        },
        providers={
            row["provider_id"]: {
                name: {**row, **named[row["provider_id"]]}[name]
                for name in ("provider_id", "npi", "given_name", "family_name", "taxonomy", "supervising_provider_id")
            }
            for row in tables["providers"].to_pylist()
        },
        locations={row["location_id"]: {"name": row["name"]} for row in tables["locations"].to_pylist()},
        sexes=dict(zip(house.ids["clients"].to_pylist(), house.names["sexes"].to_pylist(), strict=True)),
        holders={row["policy_id"]: row for row in tables["policy_holders"].to_pylist()},
        policies=[],
        diagnoses={},
        priors={},
    )  # fmt: skip


def written(house: House, books: Books, facts: Facts, bounds: Array, first: int) -> tuple[list[str], list[str]]:
    """(the text of each file, the document of each claim): made by what sends claims."""
    claims = take(books.insurance.claims, np.arange(bounds[0], bounds[-1]))
    rows, currency = _asked(house, books, claims), Currency.of("USD")
    own = control_numbers(claims["number"])
    corrected = np.flatnonzero(claims["kind"] == CORRECTED)
    of = books.insurance.claims["number"][claims["of"][corrected]]
    numbers_of = dict(
        zip(
            corrected.tolist(), payers_numbers(books.charges["payer"][claims["charge"][corrected]], of), strict=True
        )
    )  # fmt: skip
    texts, said = [], []
    for file, (begins, ends) in enumerate(zip(bounds[:-1] - bounds[0], bounds[1:] - bounds[0], strict=True), first):
        made = []
        for place in range(begins, ends):
            row, diagnoses = rows[place]
            document = documents([row], replace(facts, diagnoses={row["charge_id"]: diagnoses}))[0]
            if place in numbers_of:
                document |= {"frequency": "7", "payer_control_number": numbers_of[place]}
            document["control_number"] = own[place]
            document["lines"][0]["control_number"] = f"{own[place]}-1"
            document["lines"][0].pop("day")
            made.append(document)
            said.append(json.dumps(document, ensure_ascii=False))
        sent = datetime.fromtimestamp(int(books.insurance.files["sent"][file]), UTC)
        texts.append(write_claims(made, file + 1, to_wall(sent, house.zones.names[0]), currency))
    return texts, said


def _asked(house: House, books: Books, claims: Columns) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Of each claim: its charge as `claim_queries` asks for it, and the charge's diagnoses."""
    charge = claims["charge"]
    charges, keys = take(books.charges, charge), house.ids
    client, policy = charges["client"], books.policy_of[charge]
    names = house.names
    columns = {
        "charge_id": pick(keys["charges"], charge),
        "client_id": pick(keys["clients"], client),
        "asked_payer_id": pick(keys["payers"], charges["payer"]),
        "provider_id": pick(keys["providers"], charges["provider"]),
        "location_id": pick(keys["locations"], charges["location"]),
        "place_of_service": pick(PLACES, books.is_video[charge].astype(int)),
        "service_date": dates(charges["day"]),
        "amount_minor": pa.array(charges["amount"]),
        "code": pick([service[1] for service in SERVICES], charges["service"]),
        "policy_id": pick(keys["policies"], policy),
        "member_number": pick(names["members"], policy),
        "given_name": pick(names["given"], client),
        "family_name": pick(names["family"], client),
        "birth_date": pick(names["births"], client),
    }
    authorised = np.isin(charge, books.authorised)
    columns |= {
        "authorisation": pick((AUTHORISATION,), authorised.astype(int) - 1),
        "needs_authorisation": pa.array(authorised),
    }
    same = {"rank": 1, "units": 1, "modifiers": None, "is_crossed_over": False}
    listed = {name: column.to_pylist() for name, column in columns.items()}
    first, second = books.diagnoses[0][charge].tolist(), books.diagnoses[1][charge].tolist()
    return [
        (
            same | dict(zip(listed, row, strict=True)),
            [{"code": DIAGNOSES[one][0], "pointer": place} for place, one in enumerate(said, 1) if one >= 0],
        )
        for row, said in zip(zip(*listed.values(), strict=True), zip(first, second, strict=True), strict=True)
    ]
