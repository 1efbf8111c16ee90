{#
    When each party was first asked for a charge: a client by an invoice, a payer by a claim. What is void by today's
    knowledge, or was rejected before it reached the payer, has asked for nothing.
#}
with lines as (select * from {{ ref('fct_invoice_lines') }} where not is_void),

claims as (
    select * from {{ ref('stg_practice__insurance_claims') }}
    where frequency <> '8' and status not in ('rejected', 'voided')
),

claim_lines as (select * from {{ ref('stg_practice__insurance_claim_lines') }}),

asked as (
    select source, charge_id, party, issued_date as billed_date, due_date from lines
    union all
    select claims.source, claim_lines.charge_id, 'payer:' || claims.payer_id, claims.sent_date, null
    from claims
    inner join claim_lines on claims.insurance_claim_id = claim_lines.insurance_claim_id
)

select
    source, charge_id, party,
    min(billed_date) as billed_date,
    arg_min(due_date, billed_date) as due_date
from asked
group by source, charge_id, party
