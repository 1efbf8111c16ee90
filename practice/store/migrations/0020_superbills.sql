-- Who stands behind a superbill or an estimate, beside what the record says of them already.
create table paper_identities (
    subject text primary key,               -- 'practice', or 'provider:<provider_id>'
    tax_id text,                            -- the practice's EIN: nine digits
    npi text,                               -- the practice's own (group) NPI; a provider's stands on the provider
    credentials text,                       -- behind a provider's name: PhD, LCSW
    license_number text,
    license_state text,                     -- two letters
    known_at timestamp not null
);
