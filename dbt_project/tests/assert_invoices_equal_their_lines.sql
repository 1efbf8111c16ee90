-- An invoice asks for the sum of its lines. Returns the invoices that do not.
select lines.invoice_id, invoices.total_minor, sum(lines.amount_minor) as lines_minor
from {{ ref('fct_invoice_lines') }} as lines
inner join {{ ref('stg_practice__invoices') }} as invoices on lines.invoice_id = invoices.invoice_id
group by lines.invoice_id, invoices.total_minor
having sum(lines.amount_minor) <> invoices.total_minor
