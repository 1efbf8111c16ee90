"""The processor's keys: from the environment, or from a file beside the record that only its owner can read.

They never enter the record, a log or an exception.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from practice.cards.processor import Processor

FILE = "stripe.keys"
_NAMES = ("KEY", "WEBHOOK_SECRET", "API_BASE")
_STARTS = ("sk_", "rk_")
_LOCAL = ("localhost", "127.0.0.1")


@dataclass(frozen=True, repr=False)
class Keys:
    """`base` is another address than Stripe's own: a trial's double on this machine."""

    secret: str
    signing_secret: str
    base: str | None = None

    def __repr__(self) -> str:
        return f"Keys(live={self.is_live})"

    @property
    def is_live(self) -> bool:
        """Whether real money moves."""
        return "_live_" in self.secret[:8]

    @property
    def is_local(self) -> bool:
        """Whether nothing leaves this machine."""
        return self.base is not None and urlsplit(self.base).hostname in _LOCAL


def keys_of(environment: Mapping[str, str], folder: Path) -> Keys | None:
    """From DAYBOOK_STRIPE_KEY, …_WEBHOOK_SECRET and …_API_BASE, else from the file `stripe.keys` in the data directory.

    None where neither names a key. Raises ValueError, without the key, for what can't be meant.
    """
    said = {name: environment.get(f"DAYBOOK_STRIPE_{name}", "").strip() for name in _NAMES}
    path = folder / FILE
    if not said["KEY"] and path.exists():
        said = _read(path)
    if not said["KEY"]:
        return None
    if not said["KEY"].startswith(_STARTS):
        raise ValueError("DAYBOOK_STRIPE_KEY is no secret key of Stripe's: it begins with sk_ or rk_")
    if said["WEBHOOK_SECRET"] and not said["WEBHOOK_SECRET"].startswith("whsec_"):
        raise ValueError("DAYBOOK_STRIPE_WEBHOOK_SECRET is no signing secret of Stripe's: it begins with whsec_")
    base = said["API_BASE"].rstrip("/") or None
    parts = urlsplit(base or "https://api.stripe.com")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL):
        raise ValueError("DAYBOOK_STRIPE_API_BASE has to begin with https://; http is for this machine alone")
    return Keys(said["KEY"], said["WEBHOOK_SECRET"], base)


def _read(path: Path) -> dict[str, str]:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ValueError(f"others can read {path.name}; run chmod 600 on it")
    said = dict.fromkeys(_NAMES, "")
    for line in path.read_text().splitlines():
        name, _, value = line.partition("=")
        name = name.strip().removeprefix("DAYBOOK_STRIPE_")
        if name in said:
            said[name] = value.strip().strip("\"'")
    return said


def processor_of(environment: Mapping[str, str], folder: Path, *, is_demo: bool) -> Processor | None:
    """The processor that is set up; None: cards are recorded by hand.

    A demo's invented people are charged by nobody but a double on this machine. Raises ValueError as `keys_of` does.
    """
    keys = keys_of(environment, folder)
    if keys is None or (is_demo and not keys.is_local):
        return None
    from practice.cards.stripe_processor import StripeProcessor  # its client takes a second to import

    return StripeProcessor(keys)
