"""Calendars in and out: feeds that other calendars subscribe to, files of other calendars, the rules they repeat by."""
