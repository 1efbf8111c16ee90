"""What claims say beside charges: who bills, payers' codes, where people live, who holds a policy. All of it invented.

ZIP codes begin with 003, which no place has.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.demo.agreements import authorisation, covers, sent_on_paper, zero_fee
from ingestion.demo.books import Books
from ingestion.demo.claiming import NO_ADDRESS
from ingestion.demo.coding import diagnosis_table, list_tables
from ingestion.demo.columns import Array, instants, pick
from ingestion.demo.house import PAYERS, House
from ingestion.demo.house_rows import PRACTICE_NAME
from ingestion.demo.names import DISCIPLINES, npi
from ingestion.demo.record_of import Story
from ingestion.demo.sizes import DEMO_USERS, PLACES

SENDER_TAXONOMY = "261QM0801X"
TAXONOMIES = dict(zip(DISCIPLINES, ("103TC0700X", "101YM0800X", "106H00000X", "225X00000X"), strict=True))
CREDENTIALS = ("PhD", "LMHC", "LMFT", "OTR/L")
"""Of the disciplines, in their order."""
RECEIVER = ("Tideline Exchange", "TIDELINE")
FILING_CODES = {"commercial": "CI", "public": "MC", "employer": "CI"}
APPEAL_DAYS = (90, 60, 120, 180)
"""Of each payer."""
SUPERVISED_EVERY = 4
"""Every so many providers, one works under the first one's supervision."""

_STREETS = (
    "Alder Row", "Beacon Lane", "Cooper Street", "Dock Road", "Elm Rise", "Ferry Street", "Glebe Lane", "Hill Walk",
    "Ivy Court", "Juniper Way", "Kiln Street", "Lantern Road", "Mill Lane", "North Quay", "Orchard Close", "Pond Row",
)  # fmt: skip
_STATES = {"America/New_York": "NY", "America/Chicago": "IL", "America/Denver": "CO"}
_TOWNS = ("Harborview", "Millwater", "Eastlake", "Fairhaven Falls")


def fact_tables(house: House, story: Story, books: Books, dice: np.random.Generator) -> dict[str, pa.Table]:
    """All of it, with the lists of codes and what clients are diagnosed with."""
    missing = books.insurance.unready["charge"][books.insurance.unready["why"] == NO_ADDRESS]
    return {
        **practice_tables(house),
        **people_tables(house, story, books.charges["client"][missing], dice),
        **list_tables(house, dice),
        "client_diagnoses": diagnosis_table(house, story, books.client_diagnoses, dice),
        "fees": zero_fee(house, dice),
        **authorisation(house, books, dice),
        "eligibility_checks": covers(house, story, dice),
        "claim_exclusions": sent_on_paper(house, books),
    }


def practice_tables(house: House) -> dict[str, pa.Table]:
    """Who bills, payers' codes, what stands behind providers' names: known before the first visit."""
    began = instants(np.array([house.began]))[0].as_py()
    payers, providers = house.ids["payers"].to_pylist(), house.ids["providers"].to_pylist()
    biller = next(user.name for user in DEMO_USERS if user.role == "biller")
    sender = {
        "claim_sender_id": "practice", "name": PRACTICE_NAME, "npi": npi(1), "tax_id": "990000017",
        "taxonomy": SENDER_TAXONOMY, "contact_name": biller, "phone": "5550100000", "submitter_code": "HARBORVIEW",
        "receiver_name": RECEIVER[0], "receiver_code": RECEIVER[1], "is_test": False, "known_at": began,
    }  # fmt: skip
    named = [name.split(" ", 1) for name in house.names["providers"].to_pylist()]
    return {
        "claim_senders": pa.Table.from_pylist([sender]),
        "payer_insurance": pa.table(
            {
                "payer_id": payers,
                "payer_code": [payer_code(place) for place in range(len(PAYERS))],
                "filing_code": [FILING_CODES[payer[1]] for payer in PAYERS],
                "appeal_days": pa.array(APPEAL_DAYS, pa.int32()),
                "known_at": [began] * len(payers),
            }
        ),
        "payer_identifiers": pa.table(
            {"identifier": [payer_identifier(place) for place in range(len(PAYERS))], "payer_id": payers}
        ),
        "paper_identities": pa.table(
            {
                "subject": [f"provider:{key}" for key in providers],
                "credentials": [CREDENTIALS[place % len(CREDENTIALS)] for place in range(len(providers))],
                "license_number": [f"{place + 31:06d}-7" for place in range(len(providers))],
                "license_state": [_STATES[PLACES[0][1]]] * len(providers),
                "known_at": [began] * len(providers),
            }
        ),
        "provider_claims": pa.table(
            {
                "provider_id": providers,
                "given_name": [given for given, _ in named],
                "family_name": [family for _, family in named],
                "taxonomy": [TAXONOMIES[DISCIPLINES[place % len(DISCIPLINES)]] for place in range(len(providers))],
                "supervising_provider_id": [
                    providers[0] if place % SUPERVISED_EVERY == SUPERVISED_EVERY - 1 else None
                    for place in range(len(providers))
                ],
                "known_at": [began] * len(providers),
            }
        ),
    }


def payer_code(place: int) -> str:
    """How files name the payer of that place."""
    return f"{PAYERS[place][0].split()[0][:5].upper()}{place + 1:02d}"


def payer_identifier(place: int) -> str:
    """How the payer of that place signs its remittances."""
    return f"199000{place + 1:04d}"


def people_tables(house: House, story: Story, without_address: Array, dice: np.random.Generator) -> dict[str, pa.Table]:
    """`postal_addresses`, `client_sexes` and `policy_holders`; `without_address` are the clients who gave none yet.

    A child's policy is held by the parent who pays for it.
    """
    clients, keys = story.clients, house.ids["clients"]
    count = len(keys)
    sex = dice.integers(0, 2, count)
    has_address = np.ones(count, dtype=bool)
    has_address[without_address] = False
    rows = np.flatnonzero(has_address)
    known = clients["created"]
    # Who lives together lives in one place: the guarantor's.
    home = story.owes
    number, street = dice.integers(1, 180, count)[home], dice.integers(0, len(_STREETS), count)[home]
    place = clients["location"][home]
    street_text = pc.binary_join_element_wise(pa.array(number).cast(pa.string()), pick(_STREETS, street), " ")
    house.names["sexes"] = pick(("F", "M"), sex)
    addresses = pa.concat_tables(
        [
            _own_addresses(house),
            pa.table(
                {
                    "subject": pc.binary_join_element_wise(pa.scalar("client:"), pick(keys, rows), ""),
                    "street": pick(street_text, rows),
                    **{name: column.take(pa.array(place[rows])) for name, column in _towns(house).items()},
                    "known_at": instants(known[rows]),
                }
            ),
        ]
    )
    return {
        "postal_addresses": addresses,
        "client_sexes": pa.table({"client_id": keys, "sex": house.names["sexes"], "known_at": instants(known)}),
        "policy_holders": _holders(house, story, known),
    }


def _towns(house: House) -> dict[str, pa.Array]:
    """City, state and ZIP code of each location."""
    places = range(house.size.locations)
    return {
        "city": pa.array([_TOWNS[place % len(_TOWNS)] for place in places]),
        "state": pa.array([_STATES[PLACES[place][1]] for place in places]),
        "postal_code": pa.array([f"003{10 + place:02d}" for place in places]),
    }


def _own_addresses(house: House) -> pa.Table:
    """The practice's own, which is that of its first location, and those of all locations."""
    keys = house.ids["locations"].to_pylist()
    places = np.array([0, *range(len(keys))])
    return pa.table(
        {
            "subject": ["practice", *(f"location:{key}" for key in keys)],
            "street": [f"{12 + 7 * place} {PLACES[place][0]}" for place in places],
            **{name: column.take(pa.array(places)) for name, column in _towns(house).items()},
            "known_at": instants(np.full(len(places), house.began)),
        }
    )


def _holders(house: House, story: Story, known: Array) -> pa.Table:
    client = house.policies["client"]
    rows = np.flatnonzero(story.owes[client] != client)
    parent = story.owes[client[rows]]
    count = len(rows)
    return pa.table(
        {
            "policy_id": pick(house.ids["policies"], rows),
            "relationship": pick(("child",), np.zeros(count, dtype=int)),
            "given_name": pick(house.names["given"], parent),
            "family_name": pick(house.names["family"], parent),
            "birth_date": pick(house.names["births"], parent),
            "sex": pick(house.names["sexes"], parent),
            "group_number": pick(("G1001", "G2040", "G3310"), np.where(rows % 2 == 0, rows % 3, -1)),
            "known_at": instants(known[client[rows]]),
        }
    )
