"""Which command a payer's file is for: a remittance, the acknowledgement of our claims, an answer about a cover."""

from __future__ import annotations

from practice.insurance.acknowledgements import read_acknowledgement
from practice.insurance.acknowledging import is_acknowledgement
from practice.insurance.eligibility_checks import read_eligibility
from practice.insurance.envelopes import read
from practice.insurance.remits import post_remittance
from practice.store.record import Command


def command_for(text: str) -> Command:
    """The command that takes the file; one that is none of these is refused, with its reason, as a remittance."""
    file = read(text)
    kinds = {one.kind for one in file.sets}
    if "835" in kinds:
        return post_remittance
    if "271" in kinds:
        return read_eligibility
    return read_acknowledgement if is_acknowledgement(file) else post_remittance
