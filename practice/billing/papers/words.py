"""How money is called on paper: methods of payment, classes of adjustment, and what moved an account."""

from __future__ import annotations

from practice.store.work import Row

_METHODS = {"bank": "bank transfer"}
_ADJUSTMENTS = {
    "contractual": "Contractual adjustment",
    "courtesy": "Courtesy adjustment",
    "small_balance": "Small-balance adjustment",
    "charity": "Charity adjustment",
    "denial": "Denial write-off",
    "bad_debt": "Written off",
}


def method(name: str) -> str:
    """`bank` is a bank transfer."""
    return _METHODS.get(name, name)


def adjustment(name: str) -> str:
    """A class of adjustment as a client reads it."""
    return _ADJUSTMENTS.get(name, name.replace("_", " ").capitalize())


def settled_by(kind: str, description: str) -> str:
    """A payment by its method, or an adjustment by its class."""
    return adjustment(description) if kind == "adjustment" else f"Payment by {method(description)}"


def moved_by(line: Row) -> str:
    """What an entry on a client's account was, as the client reads it. `line` is of `queries.statement.lines`."""
    kind = line["kind"]
    if kind == "charge":
        return str(line["description"])
    if kind == "void_charge":
        return f"Taken back: {line['description']}"
    if kind in ("allocation", "deallocation") and line["method"]:
        paid = f"ayment by {method(line['method'])}, received {line['received_date']}"
        return f"P{paid}" if kind == "allocation" else f"Taken back: p{paid}"
    if kind == "adjustment" and line["class"]:
        return adjustment(line["class"])
    if kind == "adjustment_reversal" and line["class"]:
        return f"Taken back: {adjustment(line['class']).lower()}"
    if kind == "transfer" and line["other_name"]:
        is_theirs = line["amount_minor"] > 0
        return f"{line['description']}: {'your part, after' if is_theirs else 'now to be paid by'} {line['other_name']}"
    return str(kind).replace("_", " ").capitalize()
