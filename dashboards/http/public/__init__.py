"""The practice's public pages: book a visit, and the page of one's own visit. Plain HTML; no script is needed."""

from dashboards.http.public import asked, booking, visit

ROUTES = [*booking.ROUTES, *visit.ROUTES, *asked.ROUTES]
