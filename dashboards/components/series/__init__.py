"""Series on the pages: how a visit repeats, the list of dates to decide on, edits, renewals, and a caseload's handoff."""
