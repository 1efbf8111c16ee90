"""`python -m dashboards.bench FUNCTION ARGUMENT…`: a part of a benchmark in a process of its own; answers JSON."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict

from dashboards.bench import ground
from practice.errors import Refusal


def main(function: str, *arguments: str) -> int:
    """Do it. The answer alone goes to standard output: what libraries print there joins the progress."""
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    try:
        found = getattr(ground, function)(*arguments)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    with answer:
        json.dump([asdict(one) for one in found or ()], answer)
    return 0


if __name__ == "__main__":
    code = main(*sys.argv[1:])
    if not code:  # DuckDB's binding prints a page of leaks at its farewell
        sys.stderr.flush()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sys.exit(code)
