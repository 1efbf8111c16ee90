"""What people see and touch: the app process (pages and HTTP routes) and the command line.

Pages hold no rules: they call commands and queries of `practice`, and read numbers through `warehouse`.
"""
