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
        if kind != own[table, column]
    }
    assert differing == {}
