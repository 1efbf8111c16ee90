"""The warehouse's picture of the record is the record's own."""

from ingestion.contracts import CONTRACTS
from practice.store.tables import TABLES


def test_the_contracts_name_exactly_the_columns_that_leave_the_record():
    assert {table: tuple(columns) for table, columns in CONTRACTS.items()} == {
        name: table.fed for name, table in TABLES.items() if table.fed
    }


def test_every_landed_column_has_the_type_that_it_has_in_the_record(record):
    with record.read() as reader:
        own = {
            (row["table_name"], row["column_name"]): row["data_type"]
            for row in reader.rows("select table_name, column_name, data_type from information_schema.columns")
        }
    differing = {
        f"{table}.{column}": (kind, own[table, column])
        for table, columns in CONTRACTS.items()
        for column, kind in columns.items()
        if column not in TABLES[table].told and kind != own[table, column]
    }
    assert differing == {}


def test_what_is_told_of_columns_that_stay_is_yes_or_no_and_of_columns_that_there_are(record):
    with record.read() as reader:
        own = {
            (row["table_name"], row["column_name"])
            for row in reader.rows("select table_name, column_name from information_schema.columns")
        }
    told = {(name, flag): columns for name, table in TABLES.items() for flag, columns in table.told.items()}
    assert ("clients", "has_contact") in told
    assert {CONTRACTS[table][flag] for table, flag in told} == {"BOOLEAN"}
    assert [flag for (table, flag), columns in told.items() if not {(table, name) for name in columns} <= own] == []
