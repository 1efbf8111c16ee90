-- Which rule of booking refused an acceptance that came in time: the offer is lost or withdrawn for it.
alter table offers add column refused_rule text;
