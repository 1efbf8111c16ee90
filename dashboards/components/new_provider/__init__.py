"""A new provider in one guided page: each step is kept when it is done, and what is missing always stands on top."""
