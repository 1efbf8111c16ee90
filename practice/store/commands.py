"""What a command is: a named intention, the permission it needs, and the function that does it in a transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from practice.access.permissions import Permission, require
from practice.store.work import Work


@dataclass(frozen=True)
class Command:
    """A named intention with the permission it needs. `function(work, **parameters)` does it."""

    name: str
    needs: Permission
    function: Callable[..., Any]

    def __call__(self, work: Work, **parameters: Any) -> Any:
        """Do it inside a transaction that is already open (a command made of commands)."""
        require(work.actor, self.needs)
        return self.function(work, **parameters)


COMMANDS: dict[str, Command] = {}
"""Every command by name, so that another process can ask for it over the socket."""


def command(needs: Permission) -> Callable[[Callable[..., Any]], Command]:
    """Decorate a function `(work, *, …) -> JSON-able answer` as a command."""

    def decorate(function: Callable[..., Any]) -> Command:
        made = Command(function.__name__, needs, function)
        COMMANDS[made.name] = made
        return made

    return decorate
