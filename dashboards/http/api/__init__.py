"""The JSON API of online booking: /api/v1, its description at /api/openapi.json, and the same for people at /api."""

from dashboards.http.api import serving

ROUTES = serving.ROUTES
