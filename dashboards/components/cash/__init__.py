"""What the Cash page is made of: money that is held, promised, counted, and found in the bank."""
