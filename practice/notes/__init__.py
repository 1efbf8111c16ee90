"""Notes of visits: draft, signed, locked. Their texts stay in the record."""
