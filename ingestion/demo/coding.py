"""What clients come for: a short list of ICD-10-CM codes in our own words, and which of them each client has.

The codes exist; the words are ours. What visits are billed as has the practice's own codes, so that no licensed list is
needed.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ingestion.demo.columns import DAY, NEVER, Array, Columns, dates, instants, new_ids, numbers, pick, stack
from ingestion.demo.house import SERVICES, House
from ingestion.demo.record_of import IS_COMPLETED, Story

DIAGNOSES = (
    # code, words, share among grown-ups, share among children
    ("F41.1", "Generalised anxiety", 0.17, 0.12),
    ("F41.9", "Anxiety, not specified", 0.08, 0.08),
    ("F32.1", "Depressive episode, moderate", 0.14, 0.06),
    ("F33.1", "Recurrent depression, now moderate", 0.11, 0.02),
    ("F34.1", "Lasting low mood", 0.05, 0.00),
    ("F43.23", "Adjustment to a change, anxious and low", 0.14, 0.12),
    ("F43.22", "Adjustment to a change, anxious", 0.09, 0.10),
    ("F43.21", "Adjustment to a change, low", 0.05, 0.04),
    ("F43.10", "After a trauma", 0.07, 0.05),
    ("F40.10", "Fear of being among people", 0.04, 0.08),
    ("F42.2", "Obsessive thoughts and acts", 0.03, 0.03),
    ("F51.01", "Sleeplessness", 0.03, 0.00),
    ("F90.0", "Attention deficit, mostly inattentive", 0.00, 0.12),
    ("F90.2", "Attention deficit, combined", 0.00, 0.10),
    ("F93.0", "Fear of being apart from the parents", 0.00, 0.05),
    ("F91.3", "Oppositional behaviour", 0.00, 0.03),
)
_SECOND, _UNDIAGNOSED = 0.3, 0.05
"""Shares: of clients with a second diagnosis, of self-payers with none."""


def diagnose(story: Story, dice: np.random.Generator) -> Columns:
    """Of each client: code_1 and code_2 (positions in DIAGNOSES, −1 = none), and from which day on each stands.

    The first is made at the first visit that took place, or before the history began; the second some weeks later.
    """
    clients, seats = story.clients, story.attendees
    count = len(clients["age"])
    is_child = clients["age"] < 18
    grown, young = (np.array([one[place] for one in DIAGNOSES]) for place in (2, 3))
    first = np.where(
        is_child, dice.choice(len(grown), count, p=young / young.sum()), dice.choice(len(grown), count, p=grown)
    )
    other = np.where(
        is_child, dice.choice(len(grown), count, p=young / young.sum()), dice.choice(len(grown), count, p=grown)
    )
    seen = np.full(count, NEVER)
    done = seats["status"] == IS_COMPLETED
    np.minimum.at(seen, seats["client"][done], story.appointments["day"][seats["appointment"]][done])
    seen = np.where(
        clients["is_new"], seen, np.minimum(seen, clients["created"] // DAY - dice.integers(20, 300, count))
    )
    later = seen + dice.integers(14, 70, count)
    alone = (clients["payer"] < 0) & (dice.random(count) < _UNDIAGNOSED)
    has_first = (seen < NEVER) & ~alone
    has_second = has_first & (dice.random(count) < _SECOND) & (other != first)
    return {
        "code_1": np.where(has_first, first, -1), "from_1": seen,
        "code_2": np.where(has_second, other, -1), "from_2": np.where(has_second, later, NEVER),
    }  # fmt: skip


def of_charges(made: Columns, client: Array, day: Array) -> tuple[Array, Array]:
    """The first and the second diagnosis of those clients on those days; −1 = none."""
    first = np.where(made["from_1"][client] <= day, made["code_1"][client], -1)
    second = np.where(made["from_2"][client] <= day, made["code_2"][client], -1)
    return first, second


def list_tables(house: House, dice: np.random.Generator) -> dict[str, pa.Table]:
    """`code_lists` and `listed_codes`: a loading of each list on the practice's first day."""
    lists = (
        ("icd10", "diagnoses-in-use.txt", [(code.replace(".", ""), words) for code, words, *_ in DIAGNOSES]),
        ("cpt", "our-services.csv", [(service[1], service[0]) for service in SERVICES]),
    )
    keys = new_ids(np.full(len(lists), house.began), dice).to_pylist()
    owner = house.ids["users"][0].as_py()
    first = house.first_day - 400
    made = pa.table(
        {
            "code_list_id": keys,
            "kind": [kind for kind, _, _ in lists],
            "from_date": dates(np.full(len(lists), first)),
            "file_name": [name for _, name, _ in lists],
            "content_hash": [f"{key.replace('-', '')}{'0' * 32}" for key in keys],
            "code_count": pa.array([len(codes) for _, _, codes in lists], pa.int32()),
            "loaded_by": [owner] * len(lists),
            "known_at": instants(np.full(len(lists), house.began)),
        }
    )
    listed = [(key, *one) for key, (_, _, codes) in zip(keys, lists, strict=True) for one in codes]
    codes = pa.table(
        {
            "listed_code_id": [f"{key}|{code}" for key, code, _ in listed],
            "code_list_id": [key for key, _, _ in listed],
            "code": [code for _, code, _ in listed],
            "description": [words for _, _, words in listed],
            "is_billable": [True] * len(listed),
        }
    )
    return {"code_lists": made, "listed_codes": codes}


def diagnosis_table(house: House, story: Story, made: Columns, dice: np.random.Generator) -> pa.Table:
    """`client_diagnoses`, as the provider recorded them in the evening of the day."""
    parts = []
    for rank in (1, 2):
        who = np.flatnonzero((made[f"code_{rank}"] >= 0) & (made[f"from_{rank}"] <= house.today))
        code, since = made[f"code_{rank}"][who], made[f"from_{rank}"][who]
        parts.append({"client": who, "code": code, "since": since, "rank": np.full(len(who), rank)})
    rows = stack(*parts)
    known = np.clip(rows["since"] * DAY + 23 * 3600, house.began, house.now)
    provider = story.clients["provider"][rows["client"]]
    biller = house.ids["users"][4].as_py()
    return pa.table(
        {
            "diagnosis_id": new_ids(known, dice),
            "client_id": pick(house.ids["clients"], rows["client"]),
            "code": pick([one[0] for one in DIAGNOSES], rows["code"]),
            "description": pick([one[1] for one in DIAGNOSES], rows["code"]),
            "rank": numbers(rows["rank"].astype(np.int32)),
            "from_date": dates(rows["since"]),
            "diagnosed_by": pick(house.ids["providers"], provider),
            "recorded_by": pa.array([biller] * len(provider), pa.string()),
            "known_at": instants(known),
            "is_withdrawn": numbers(np.zeros(len(provider), dtype=bool)),
        }
    )
