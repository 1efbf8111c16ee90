"""What goes to payers and comes back from them: files of X12, and remittances posted to the ledger."""
