-- What is sold beside visits, and the tax on it. A product's charge is its price without the tax; the tax is owed with it
-- (one open item) and stands on 2200 until it is paid over.
create table tax_rates (
    tax_rate_id text primary key,
    name text not null,                     -- 'State sales tax'; its versions share it
    rate_ppm integer not null check (rate_ppm between 0 and 1000000),   -- parts per million: 88750 = 8.875 %
    effective_from date not null,
    set_by text not null,
    known_at timestamp not null,
    unique (name, effective_from)
);
create table products (
    product_id text primary key,
    name text not null,
    code text,
    price_minor bigint not null check (price_minor > 0),        -- of one, without tax
    tax_name text,                          -- a name of tax_rates; null = untaxed
    is_active boolean not null
);
create table product_charges (
    charge_id text primary key,
    product_id text not null,
    tax_name text,
    rate_ppm integer not null,
    tax_minor bigint not null check (tax_minor >= 0),
    known_at timestamp not null
);
