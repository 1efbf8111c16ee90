"""Tiny invented exports for the tests of imports, and how to look at what landed."""

import duckdb
import yaml

CLINIC = """
name: clinic
zone: Europe/London
files:
  slots.csv:
    gives:
      slots:
        columns:
          slot_id: slot
          provider_id: doctor
          location_id: {constant: main}
          starts_at: {column: [day, time], format: "%Y-%m-%d %H:%M"}
          duration_minutes: {constant: 15}
          is_taken: {column: free, true_if: ["False"], false_if: ["True"]}
  people.csv:
    gives: {clients: {columns: {client_id: id}}}
  visits.csv:
    lookups:
      slot: {file: slots.csv, key: slot, by: slot}
    gives:
      appointments:
        columns:
          appointment_id: visit
          client_id: person
          provider_id: slot.doctor
          starts_at: {column: [slot.day, slot.time], format: "%Y-%m-%d %H:%M"}
          duration_minutes: {constant: 15}
          arrived_at: {column: [slot.day, came], format: "%Y-%m-%d %H:%M"}
          status: status
        statuses: {"seen": completed, "missed": no_show, "planned": scheduled}
"""
CLINIC_FILES = {
    "slots.csv": ["slot,doctor,day,time,free", "007,D1,2026-06-01,09:00,False", "008,D1,2026-06-01,09:15,True"],
    "people.csv": ["id,name,phone", "0001,Ada Bright,555-0100", "0002,Bo Crane,555-0101"],
    "visits.csv": ["visit,person,slot,came,status", "v1,0001,007,08:52,seen", "v2,0002,007,,missed"],
}

LEDGER = """
name: books
zone: America/New_York
money: {currency: USD}
files:
  payers.csv:
    gives: {payers: {columns: {payer_id: id, name: name}}}
  claims.csv:
  lines.csv:
    lookups: {claim: {file: claims.csv, key: id, by: claim}}
    gives:
      postings:
        columns:
          line_id: line
          transaction_id: {column: [claim, [pair, line]]}
          claim_id: claim
          client_id: person
          payer_id: {column: claim.payer, empty_if: ["0"]}
          service_date: {column: claim.day, format: "%Y-%m-%dT%H:%M:%SZ", is_utc: true}
          post_date: {column: posted, format: "%Y-%m-%d"}
          row_type: [type, method]
          party: {column: owes, carried: {within: claim, in_order_of: line}}
        parties:
          "ins": {payer: claim.payer, empty_if: ["0"]}
          "self": client
        row_types:
          "charge":
            kind: charge
            postings:
              - {account: receivable, side: debit, amount: amount}
              - {account: "4000", side: credit, amount: amount}
          "pay eft":
            kind: payment
            postings:
              - {account: "1000", side: debit, amount: amount, payer: party}
              - {account: receivable, side: credit, amount: amount}
          "pay cash":
            kind: payment
            postings:
              - {account: "1010", side: debit, amount: amount, payer: none}
              - {account: receivable, side: credit, amount: amount}
          "out": {kind: transfer, postings: [{account: receivable, side: credit, amount: amount}]}
          "in": {kind: transfer, postings: [{account: receivable, side: debit, amount: amount}]}
          "memo": ignored
"""
LEDGER_HEADER = "line,pair,claim,person,posted,type,method,owes,amount,note"
LEDGER_LINES = [
    "1,,c1,p1,2026-01-06,charge,,ins,77.49,",
    "2,,c1,p1,2026-01-06,pay,eft,,50.00,",
    "3,,c1,p1,2026-01-07,out,,,27.49,",
    "4,3,c1,p1,2026-01-07,in,,self,27.49,",
    "10,,c1,p1,2026-01-08,pay,cash,,27.49,paid by her mother",
]
LEDGER_FILES = {
    "payers.csv": ["id,name,phone", "i1,Blue Plan,555-0102"],
    "claims.csv": ["id,payer,day", "c1,i1,2026-01-06T03:30:00Z", "c2,0,2026-01-06T15:00:00Z"],
    "lines.csv": [LEDGER_HEADER, *LEDGER_LINES],
}


def write_export(folder, mapping, files):
    """Write a mapping and its files; returns the mapping's path and the folder of the files."""
    export = folder / "export"
    export.mkdir(exist_ok=True)
    path = folder / f"{yaml.safe_load(mapping)['name']}.yml"
    path.write_text(mapping)
    for name, lines in files.items():
        (export / name).write_text("\n".join(lines) + "\n")
    return path, export


def landed(home, entity):
    """Everything that has landed of an entity, as dictionaries."""
    found = duckdb.sql(f"select * from read_parquet('{home.landing}/imports/*/{entity}/*.parquet') order by all")
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
