"""Templates: plain text with placeholders such as {when}. No expressions, no attributes, no markup.

A line that holds a placeholder without a value is left out, so that one text serves visits with and without a link.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from practice.errors import Refusal
from practice.messages.kinds import KINDS, PLACEHOLDERS

LONGEST_SUBJECT, LONGEST_BODY = 150, 4000
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def check_template(kind: str, channel: str, subject: str | None, body: str) -> tuple[str | None, str]:
    """The subject and body as they are kept. Refuses what cannot be sent, and names a placeholder that is unknown."""
    tidy = "\n".join(line.rstrip() for line in (body or "").replace("\r\n", "\n").split("\n")).strip("\n")
    if not tidy.strip():
        raise Refusal("The text is missing; write what the client should read.", field="body")
    if len(tidy) > LONGEST_BODY:
        raise Refusal(f"The text is too long; at most {LONGEST_BODY} characters fit.", field="body")
    _check(tidy, KINDS[kind].placeholders, "body")
    if "stop_link" in KINDS[kind].placeholders and "{stop_link}" not in tidy:
        raise Refusal(
            "Whoever reads this must be able to stop such messages; write {stop_link} where the link belongs.",
            rule="stop_link",
            field="body",
        )
    if channel == "text":
        return None, tidy
    line = " ".join((subject or "").split())
    if not line:
        raise Refusal("The subject is missing; say in a few words what the mail is about.", field="subject")
    if len(line) > LONGEST_SUBJECT:
        raise Refusal(f"The subject is too long; at most {LONGEST_SUBJECT} characters fit.", field="subject")
    _check(line, KINDS[kind].placeholders, "subject")
    return line, tidy


def _check(text: str, allowed: Collection[str], field: str) -> None:
    if _UNPRINTABLE.search(text):
        raise Refusal("The text holds a sign that cannot be printed; type it again.", field=field)
    shown = ", ".join("{" + name + "}" for name in allowed)
    for name in _PLACEHOLDER.findall(text):
        if name not in allowed:
            known = "has nothing to say in this message" if name in PLACEHOLDERS else "is unknown"
            raise Refusal(
                f"The placeholder {{{name}}} {known}; this message may hold {shown}.",
                rule="placeholder",
                field=field,
                alternatives=allowed if isinstance(allowed, tuple) else tuple(allowed),
            )
    if "{" in (rest := _PLACEHOLDER.sub("", text)) or "}" in rest:
        raise Refusal(
            f"A brace stands alone; braces are for placeholders only, and this message may hold {shown}.",
            rule="placeholder",
            field=field,
        )


def render(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled in. What a value holds is never read as a placeholder again."""
    kept = []
    for line in text.split("\n"):
        names = _PLACEHOLDER.findall(line)
        if all(values.get(name) for name in names):
            kept.append(_PLACEHOLDER.sub(lambda match: values[match[1]], line))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip("\n")


def render_line(text: str, values: Mapping[str, str]) -> str:
    """One line, such as a subject: a placeholder without a value is empty in it."""
    return " ".join(_PLACEHOLDER.sub(lambda match: values.get(match[1], ""), text).split())
