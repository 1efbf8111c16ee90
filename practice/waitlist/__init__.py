"""Who waits for a place, what came free, to whom it was offered, and what became of each offer."""
