"""The assets, and when they are made."""
