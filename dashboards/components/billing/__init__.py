"""What the Billing page is made of: a worklist per step, and a panel for what can be done with a chosen row."""
