"""The flow board: who is in the house, where, for how long, and the one next step of each."""
