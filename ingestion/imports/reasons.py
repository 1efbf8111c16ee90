"""Why a row wasn't simply loaded: what each reason makes of the row, and how it reads."""

from __future__ import annotations

MERGED = ("later_row_of_same_id", "changed_since_earlier_import")
IGNORED = (
    "blank_row", "repeated_row", "already_loaded", "newer_export_loaded", "zero_amount", "row_type_left_out",
    "looked_up",
)  # fmt: skip
"""Every other reason rejects the row."""

REASONS = {
    "blank_row": "the row is empty",
    "wrong_number_of_columns": "the row has more or fewer columns than the header",
    "missing_start": "the start has no date or no time",
    "missing_key": "other rows look this one up, and it has no id",
    "broken_duration_minutes": "the duration is not a whole number of minutes (of a slot: from 1 to 1440)",
    "broken_is_taken": "whether the slot is taken is none of the mapping's texts",
    "broken_amount": "the amount is not a plain decimal number",
    "too_fine_amount": "the amount is finer than the currency's smallest unit, and the mapping names no rounding",
    "missing_amount": "the amount is missing",
    "unknown_row_type": "the mapping does not say what a row of this type posts",
    "unknown_party": "the mapping does not say who owes here",
    "missing_payer": "a payer owes here, and the file does not say which",
    "unbalanced_transaction": "the debits and credits of its transaction differ",
    "repeated_row": "the same row stands further down",
    "later_row_of_same_id": "a later row has the same id and replaced it",
    "already_loaded": "an earlier import brought the same row",
    "newer_export_loaded": "a newer export of this source is loaded",
    "changed_since_earlier_import": "it replaced what an earlier import said",
    "zero_amount": "the amount is zero, so nothing moves",
    "row_type_left_out": "the mapping leaves rows of this type out",
    "looked_up": "other rows look it up, nothing else is taken from it",
}


def reason_in_words(reason: str) -> str:
    """A sentence's half for people, for each reason that an import gives."""
    if reason in REASONS:
        return REASONS[reason]
    if reason.startswith("scientific_notation_"):
        column = reason.removeprefix("scientific_notation_")
        return f"the {column} is in scientific notation, so digits are lost; export it as text"
    if reason.startswith("missing_"):
        thing = reason.removeprefix("missing_")
        return f"the {thing.removesuffix('_id')} has no id" if thing.endswith("_id") else f"the {thing} is missing"
    if reason.startswith("broken_"):
        return f"the {reason.removeprefix('broken_')} is not written in the mapping's format"
    if reason.startswith("not_"):
        encoding = reason.removeprefix("not_").replace("_", "-")
        return f"the row is not {encoding} text; name the file's encoding in the mapping"
    return reason.replace("_", " ")


def disposition_of(reason: str) -> str:
    """SQL: what a row with the reason in the column `reason` ends as."""
    merged, ignored = (", ".join(f"'{name}'" for name in names) for names in (MERGED, IGNORED))
    return (
        f"case when {reason} is null then 'loaded' when {reason} in ({merged}) then 'merged'"
        f" when {reason} in ({ignored}) then 'ignored' else 'rejected' end"
    )
