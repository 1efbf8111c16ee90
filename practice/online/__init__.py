"""Booking by people who are not signed in: the public pages, the link to one's own visit, the JSON API.

Everybody here acts as `ONLINE` or as an API key, who may do nothing but `book online`. The commands authorise by
themselves (what is offered, whose visit it is) and then call the desk's own commands: one set of rules for all.
"""
