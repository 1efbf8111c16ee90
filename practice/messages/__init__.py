"""What is said to clients: one outbox, templates with versions, consent, recalls."""
