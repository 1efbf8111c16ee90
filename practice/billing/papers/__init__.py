"""What the practice hands out on paper: how each kind looks, and how it is printed. The commands stand beside."""
