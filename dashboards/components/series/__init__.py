"""Series on the pages: how a visit repeats, dates to decide on, edits, renewals, and a caseload's handoff."""
