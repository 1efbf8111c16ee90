-- What comes back: a payout that the bank did not take, a dispute that was given back in part, an inquiry before one.

alter table bank_lines add column returned_at timestamp;                    -- of a payout that failed: it is part of a later one
alter table card_disputes add column is_inquiry boolean default false;      -- the bank only asks: no money has moved
alter table card_disputes add column reinstated_minor bigint default 0;     -- what came back of it, won or not
