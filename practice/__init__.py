"""The business itself: rules, record, money.

What lives here: what a practice may do (commands), what it knows (queries), and the one file that keeps it.
What must not: any framework. Time, ids and the acting person always come in from outside.
"""
