"""Refusals: expected "no"s, each one sentence that says what is wrong and what would be right."""

from __future__ import annotations

from collections.abc import Sequence


class Refusal(Exception):  # noqa: N818 - the domain's word; it is an answer, not a fault
    """A command that the rules do not allow. `str(refusal)` is the sentence a person reads.

    `rule` names the rule (snake case), `field` the input that should change, `alternatives` what would pass.
    """

    def __init__(
        self, sentence: str, *, rule: str = "invalid", field: str | None = None, alternatives: Sequence[str] = ()
    ) -> None:
        super().__init__(sentence)
        self.rule = rule
        self.field = field
        self.alternatives = tuple(alternatives)


class NotPermitted(Refusal):
    """The actor's role does not allow it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, rule="permission")


class NotFound(Refusal):
    """The thing named does not exist (or is none of the actor's business)."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, rule="not_found")


class Conflict(Refusal):
    """Another fact stands in the way: a taken slot, a duplicate, a changed state."""


class StorageTrouble(Refusal):
    """The disk refused. Nothing of the command was kept."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, rule="storage")
