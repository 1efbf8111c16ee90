-- What a charge brought in and what became of it are its amount and its tax, to the cent. Returns the charges that are not.
select charge_id, amount_minor, charged_minor
from {{ ref('int_billing__charge_places') }}
where amount_minor <> charged_minor
    or charged_minor + tax_minor <> collected_minor + contractual_minor + written_off_minor + open_client_minor + open_payer_minor
