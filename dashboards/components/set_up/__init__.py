"""The parts of the Set-up page: what is there, and one short form to add to it."""
