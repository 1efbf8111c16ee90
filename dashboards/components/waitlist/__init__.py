"""The waitlist's page: who waits, what came free, what was offered and what became of it."""
