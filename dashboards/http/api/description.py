"""The API's description (OpenAPI 3.1), made of the endpoints and the models that check what is sent."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from pydantic.json_schema import models_json_schema

from dashboards.http.api.endpoints import ENDPOINTS, Endpoint
from dashboards.http.api.models import Problem
from practice.online.keys import SCOPES

_REF = "#/components/schemas/{model}"
REFUSALS = {
    "401": "No key that is in force",
    "403": "The key may not do this, or not there",
    "404": "Nothing of that id, or none of the key's business",
    "409": "Another fact stands in the way, such as a time that was taken; `alternatives` has the nearest free ones",
    "422": "What was sent does not fit",
    "429": "Too many calls; wait a minute",
}


@cache
def description() -> dict[str, Any]:
    """The whole description."""
    sent = [(one.takes, "validation") for one in ENDPOINTS if one.is_writing]
    answered = [(one.answers, "serialization") for one in ENDPOINTS]
    _, schemas = models_json_schema(
        list(dict.fromkeys([*sent, *answered, (Problem, "serialization")])), ref_template=_REF
    )
    paths: dict[str, dict[str, Any]] = {}
    for one in ENDPOINTS:
        paths.setdefault(f"/api/v1{one.path}", {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Daybook: online booking",
            "version": "1",
            "summary": "What a client can book at this practice, and the bookings of the key that asks.",
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A key from Set-up → Online booking. Scopes: "
                    + "; ".join(f"`{scope}`: {words}" for scope, words in SCOPES.items()),
                }
            },
            "responses": {
                status: {
                    "description": words,
                    "content": {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}}},
                }
                for status, words in REFUSALS.items()
            },
        },
    }


def _operation(one: Endpoint) -> dict[str, Any]:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", one.path)
    ]
    operation: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "description": f"Needs the scope `{one.scope}`.",
        "responses": {
            str(one.status): {
                "description": "Done",
                "content": {"application/json": {"schema": {"$ref": _REF.format(model=one.answers.__name__)}}},
            }
        }
        | {status: {"$ref": f"#/components/responses/{status}"} for status in REFUSALS},
    }
    if one.is_writing:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": _REF.format(model=one.takes.__name__)}}},
        }
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "The same call sent again with the same key is done once and answered the same.",
                "schema": {"type": "string", "maxLength": 255},
            }
        )
    else:
        parameters += _query(one)
    if parameters:
        operation["parameters"] = parameters
    return operation


def _query(one: Endpoint) -> list[dict[str, Any]]:
    """The parameters of a search, from its model."""
    schema = one.takes.model_json_schema()
    needed = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in needed,
            **({"description": field["description"]} if "description" in field else {}),
            "schema": {key: value for key, value in field.items() if key not in ("title", "description")},
        }
        for name, field in schema.get("properties", {}).items()
    ]
