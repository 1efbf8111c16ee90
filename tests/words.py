"""Looking for a word in a page that also carries secrets."""

from __future__ import annotations

import re

SECRET = re.compile(r"[\w-]{24,}")
"""What links, cookies and tokens consist of: random letters, in which any short name turns up once in some hundred runs."""


def names_in(text: str, *names: str) -> list[str]:
    """Those of `names` that stand in `text`, in capitals or not, outside of its secrets."""
    said = SECRET.sub(" ", text).lower()
    return [name for name in names if name.lower() in said]
