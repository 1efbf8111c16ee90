-- Why what is written off had been denied: asked too late, not authorised, no cover, papers missing, or another reason.
alter table adjustments add column denial_kind text;
