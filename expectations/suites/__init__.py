"""Expectations in Python, by door."""
