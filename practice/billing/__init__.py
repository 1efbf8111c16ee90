"""Money: what is charged, asked for, received and settled. Every movement is a balanced entry in `ledger`."""
