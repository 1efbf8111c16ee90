-- How many days after the visit a payer takes a claim; without one, a year.
alter table payers add column filing_days integer;
