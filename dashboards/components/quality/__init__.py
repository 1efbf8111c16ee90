"""What the Data quality page is made of, and the warnings that stand beside the numbers they concern."""
