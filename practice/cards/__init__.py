"""Cards: what a processor charges, gives back and pays out, and how each of it comes into the books exactly once."""
