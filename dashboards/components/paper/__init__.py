"""Papers on pages: making one, and handing it out as PDF or as data."""
