"""The numbers kit: one filter bar, tiles, trends, breakdowns and the rows drawer. Every number page is made of it."""
