"""The API's description for people: what there is, what each takes and answers, and how to begin."""

from __future__ import annotations

from functools import cache
from typing import Any

from dashboards.http.api.description import REFUSALS, description
from dashboards.http.public.frame import document, text
from practice.online.keys import SCOPES

_FIRST = """curl -H "Authorization: Bearer $KEY" "https://…/api/v1/locations"
curl -H "Authorization: Bearer $KEY" "https://…/api/v1/slots?location_id=…&service_id=…"
curl -H "Authorization: Bearer $KEY" -H "Idempotency-Key: order-17" -H "Content-Type: application/json" \\
     -d '{"location_id": "…", "service_id": "…", "start": "2026-03-03T10:00",
          "given_name": "Ada", "family_name": "Birch", "email": "ada@birch.example"}' "https://…/api/v1/bookings\""""


@cache
def page() -> str:
    """The whole page."""
    told = description()
    scopes = "".join(f"<li><code>{text(scope)}</code>: {text(words)}</li>" for scope, words in SCOPES.items())
    refusals = "".join(f"<li><code>{status}</code>: {_marked(words)}</li>" for status, words in REFUSALS.items())
    operations = "".join(
        _operation(method.upper(), path, operation, told)
        for path, methods in told["paths"].items()
        for method, operation in methods.items()
    )
    body = (
        f"<h1>{text(told['info']['title'])}</h1><p class='lead'>{text(told['info']['summary'])}</p>"
        "<p>Ask the practice for a key (Set-up, Online booking). Send it as a bearer token. Send an "
        "<code>Idempotency-Key</code> with everything that changes something: a call that is sent again is then done "
        'once. For programs: <a href="/api/openapi.json">openapi.json</a>.</p>'
        f'<pre tabindex="0" aria-label="Examples">{text(_FIRST)}</pre>'
        f"<h2>Scopes of a key</h2><ul>{scopes}</ul><h2>When the answer is no</h2>"
        "<p>Every refusal is <code>application/problem+json</code> with the rule's name, one sentence, and what would "
        f"pass.</p><ul>{refusals}</ul><h2>What there is</h2>{operations}"
    )
    return document("API", body, practice="Daybook")


def _operation(method: str, path: str, operation: dict[str, Any], told: dict[str, Any]) -> str:
    takes = [
        (one["name"], one["schema"], one["required"], one.get("description", ""))
        for one in operation.get("parameters", [])
    ]
    if "requestBody" in operation:
        takes = _fields(operation["requestBody"], told) + takes
    answer = next(value for status, value in operation["responses"].items() if status.startswith("2"))
    return (
        f"<details><summary><code>{method} {text(path)}</code> · {text(operation['summary'])}</summary>"
        f"<p>{_marked(operation['description'])}</p>{_table('Takes', takes)}{_table('Answers', _fields(answer, told))}"
        "</details>"
    )


def _fields(content: dict[str, Any], told: dict[str, Any]) -> list[tuple[str, dict[str, Any], bool, str]]:
    """The fields of a body: name, schema, whether it must be there, what it means."""
    reference = content["content"]["application/json"]["schema"]["$ref"]
    schema = told["components"]["schemas"][reference.rsplit("/", 1)[1]]
    needed = schema.get("required", [])
    return [
        (name, field, name in needed, field.get("description", ""))
        for name, field in schema.get("properties", {}).items()
    ]


def _table(title: str, rows: list[tuple[str, dict[str, Any], bool, str]]) -> str:
    if not rows:
        return ""
    cells = "".join(
        f"<tr><th scope=row><code>{text(name)}</code></th><td>{text(_kind(schema))}{'' if needed else ', optional'}"
        f"</td><td>{_marked(words)}</td></tr>"
        for name, schema, needed, words in rows
    )
    return f"<table><caption>{title}</caption>{cells}</table>"


def _kind(schema: dict[str, Any]) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[1])
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"] if one.get("type") != "null")
    if "enum" in schema:
        return " or ".join(schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    return str(schema.get("format") or schema.get("type", "any"))


def _marked(words: str) -> str:
    """Text whose backticks are code."""
    parts = words.split("`")
    return "".join(f"<code>{text(part)}</code>" if number % 2 else text(part) for number, part in enumerate(parts))
