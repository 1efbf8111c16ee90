"""The practice's public pages: book a visit, one's own visit, one's own papers. Plain HTML; no script is needed."""

from dashboards.http.public import asked, booking, paper, visit

ROUTES = [*booking.ROUTES, *visit.ROUTES, *asked.ROUTES, *paper.ROUTES]
