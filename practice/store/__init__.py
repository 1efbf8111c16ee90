"""The only code that opens the record's file: migrations, transactions, the change feed, backup."""
