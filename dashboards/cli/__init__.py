"""`daybook`: the command line. Exit codes: 0 done, 1 refused or failed with one line on stderr, 2 wrong usage."""
