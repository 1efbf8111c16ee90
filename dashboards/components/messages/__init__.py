"""The parts of the page Messages."""
