"""Series: a rule and its occurrences, each of which is a visit of its own; and a caseload that changes hands."""
