-- Whether a visit was meant to cost less than its fee: somebody typed the amount and said why (the entry has the reason).
alter table charges add column is_fee_agreed boolean;
