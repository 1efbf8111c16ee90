"""Which command a payer's file is for: a remittance, or the acknowledgement of files that we sent."""

from __future__ import annotations

from practice.insurance.acknowledgements import read_acknowledgement
from practice.insurance.acknowledging import is_acknowledgement
from practice.insurance.envelopes import read
from practice.insurance.remits import post_remittance
from practice.store.record import Command


def command_for(text: str) -> Command:
    """The command that takes the file; one that is neither is refused, with its reason, as a remittance."""
    file = read(text)
    is_remittance = any(one.kind == "835" for one in file.sets)
    return read_acknowledgement if is_acknowledgement(file) and not is_remittance else post_remittance
