"""Passwords: what may be one, and how it is kept (argon2id). Pure but for the hash's own salt."""

from __future__ import annotations

import hashlib
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from practice.errors import Refusal

FEWEST_SIGNS = 12
MOST_SIGNS = 256
"""A longer one costs the server time and nobody types it."""

# The longest of what people choose most; the others are too short anyway. Compared without case, spaces and signs.
_COMMON = {
    "123456789012", "1234567890123", "password1234", "password12345", "passwordpassword", "qwertyuiopasdf",
    "qwertyuiop123", "qwerty123456", "letmeinletmein", "iloveyou1234", "iloveyouforever", "administrator",
    "administrator1", "welcome12345", "welcomewelcome", "changemechangeme", "correcthorsebatterystaple",
    "footballfootball", "sunshine1234", "princess1234", "monkeymonkey", "trustno1trustno1", "1q2w3e4r5t6y",
    "1qaz2wsx3edc", "zaq12wsxcde3", "abcdefghijkl", "abc123abc123", "daybookdaybook", "practicepractice",
}  # fmt: skip

_hasher = PasswordHasher()  # argon2id, RFC 9106's low-memory profile: 64 MiB, 3 passes


def check_password(password: str, *, email: str, name: str) -> None:
    """Refuse a password that is short, common, or made of the person's own name or e-mail address."""
    if not isinstance(password, str) or len(password.strip()) < FEWEST_SIGNS:
        raise Refusal(
            f"The password is too short; use at least {FEWEST_SIGNS} characters, such as four words in a row.",
            rule="password",
            field="password",
        )
    if len(password) > MOST_SIGNS:
        raise Refusal(
            f"The password is too long; use at most {MOST_SIGNS} characters.", rule="password", field="password"
        )
    plain = _plain(password)
    if len(set(plain)) < 5 or plain in _COMMON:
        raise Refusal(
            "That password is among the first that anybody would try; choose another, such as four words in a row.",
            rule="password",
            field="password",
        )
    if plain in {_plain(email), _plain(email.split("@")[0]) * 2, _plain(name), _plain(name) * 2}:
        raise Refusal(
            "The password is your own name or e-mail address; choose something that nobody can look up.",
            rule="password",
            field="password",
        )


def hash_password(password: str, *, key: str | None = None) -> str:
    """The form in which it is kept: argon2id with its parameters and salt.

    With `key` (the idempotency key of a form, used once) the salt is made from it, so that the same form sent twice is
    the same command; otherwise the salt is random.
    """
    salt = hashlib.sha256(b"daybook password " + key.encode()).digest()[:16] if key else None
    return _hasher.hash(password, salt=salt)


def is_hash(text: str) -> bool:
    """Whether this is what `hash_password` makes, so that a bare password is never stored by mistake."""
    return isinstance(text, str) and text.startswith("$argon2id$v=")


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether the password belongs to the hash. Without a hash it costs the same time and is always False."""
    try:
        is_right = _hasher.verify(password_hash or _dummy(), password[: MOST_SIGNS + 1])
    except (VerificationError, InvalidHashError):
        return False
    return is_right and password_hash is not None


@cache
def _dummy() -> str:
    return _hasher.hash("nobody signs in with this")


def _plain(text: str) -> str:
    return "".join(sign for sign in text.lower() if sign.isalnum())
