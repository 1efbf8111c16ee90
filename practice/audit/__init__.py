"""The audit chain: one entry for each command, each holding the hash of the one before."""
