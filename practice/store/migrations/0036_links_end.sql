-- A link is over with the charge that pays all that it asked for.
alter table pay_links add column closed_by text;    -- card_charge_id that was asked for all of it; over once it succeeds
