"""A mapping that doesn't hold is refused in one sentence that names its place and what would be right."""

import pytest
import yaml

from ingestion.imports import load_mapping, shipped_mappings
from ingestion.imports.mapping import ENTITY_COLUMNS, NEEDED
from practice.errors import Refusal
from tests.ingestion.exports import CLINIC, LEDGER


def refusal(tmp_path, mapping, *change):
    """The sentence with which the changed mapping is refused."""
    assert change[0] in mapping
    path = tmp_path / "changed.yml"
    path.write_text(mapping.replace(*change))
    with pytest.raises(Refusal) as refused:
        load_mapping(path)
    sentence = str(refused.value)
    assert sentence.startswith("changed.yml")
    assert "\n" not in sentence
    return sentence


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("zone: Europe/London", "zone: Europe/London\nstatuses: {}"), "'statuses' is for a mapping of one file"),
        (("gives: {clients", "gives: {customers"), "gives: unknown key 'customers'; the keys are appointments, clients"),
        (("slot_id: slot", "slot_ID: slot"), "slots: columns: unknown key 'slot_ID'"),
        (("is_taken: {column: free,", "location_id: {column: free,"), "has the key 'location_id' twice near line"),
        (('true_if: ["False"], ', ""), "is_taken: say which texts mean yes and no"),
        (("{constant: 15}\n          is_taken", "{constant: long}\n          is_taken"), "constant must be a whole number"),
        (("{constant: main}", "{constant: main, column: day}"), "location_id: say either column or constant"),
        (("{column: [day, time], format:", "{column: [day, time], pattern:"), "starts_at: unknown key 'pattern'"),
        ((', time], format: "%Y-%m-%d %H:%M"}\n          dur', ", time]}\n          dur"),
         "starts_at: a time or date needs its format"),
        (("{file: slots.csv, key: slot, by: slot}", "{file: slotz.csv, key: slot, by: slot}"), "'slotz.csv' is none of files"),
        (("{file: slots.csv, key: slot, by: slot}", "{file: slots.csv, by: slot}"), "lookups: slot: the key 'key' is missing"),
        (("client_id: person", "payer_id: person"), "appointments: columns needs client_id"),
        (("appointment_id: visit", "appointment_id: 7"), "column and format are texts"),
        (('statuses: {"seen": completed,', 'states: {"seen": completed,'), "appointments: unknown key 'states'"),
        (('"missed": no_show', '"missed": absent'), "outcome 'absent' is none of completed"),
    ],
)  # fmt: skip
def test_a_folders_mapping_names_what_is_wrong_in_it(tmp_path, change, sentence):
    assert sentence in refusal(tmp_path, CLINIC, *change)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("money: {currency: USD}\n", ""), "the key 'money' is missing; postings need at least its currency"),
        (("currency: USD", "currency: XXX"), "money: 'XXX' is not a currency Daybook knows"),
        (("currency: USD", "currency: USD, rounding: down"), "rounding 'down' is none of refuse, half_even, half_up"),
        (
            ("currency: USD", "currency: USD, thousands_mark: ."),
            'decimal_mark is "." or ",", and thousands_mark another',
        ),
        (("kind: charge", "kind: bill"), "row_types: charge: kind 'bill' is none of charge"),
        (('account: "4000"', 'account: "4999"'), "account '4999' is none of receivable, 1000"),
        (("side: debit", "side: left"), "side 'left' is none of debit, credit"),
        (("payer: party", "payer: boss"), "payer 'boss' is none of row, party, none"),
        (('"self": client', '"self": customer'), "parties: self: who owes is `client`"),
        (("{payer: claim.payer,", "{payers: claim.payer,"), "parties: ins: unknown key 'payers'"),
        (("carried: {within: claim,", "carried: {inside: claim,"), "party: carried: unknown key 'inside'"),
        (("          party: {", "          charge_id: claim\n          row_typ: {"), "unknown key 'row_typ'"),
        (("post_date: {column: posted, format", "service_day: {column: posted, format"), "unknown key 'service_day'"),
        (('"memo": ignored', '"memo": forgotten'), "row_types: memo must be a list of `key: value` pairs"),
    ],
)
def test_a_ledgers_mapping_names_what_is_wrong_in_it(tmp_path, change, sentence):
    assert sentence in refusal(tmp_path, LEDGER, *change)


def test_a_receivable_needs_to_know_who_owes(tmp_path):
    content = yaml.safe_load(LEDGER)
    del content["files"]["lines.csv"]["gives"]["postings"]["parties"]
    assert "a receivable needs to know who owes" in refusal(tmp_path, yaml.safe_dump(content), "name", "name")


def test_the_shipped_mappings_hold_and_are_named_like_their_files():
    assert shipped_mappings() == ["medsched", "noshow_brazil", "synthea"]
    for name in shipped_mappings():
        mapping = load_mapping(name)
        assert mapping.name == name
        assert mapping.title


def test_no_mapping_can_take_in_a_persons_name():
    """Only payers, locations and services have names; clients and providers are ids."""
    assert {entity for entity, columns in ENTITY_COLUMNS.items() if "name" in columns} == {
        "payers",
        "locations",
        "services",
    }
    assert set(NEEDED) == set(ENTITY_COLUMNS)
