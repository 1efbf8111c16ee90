"""Cards: on a client's page, where a payment is taken, and in the lists of what needs somebody."""
