"""Passwords: which are strong enough, and their slow hashes, a few at a time."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.domain.errors import Busy, Invalid
from app.domain.text import Text
from app.models.access import NO_PASSWORD

MIN_LENGTH = 8
MAX_LENGTH = 1000
MIN_SCORE = 2
"""Of zxcvbn, 0 to 4: 2 takes a million guesses or more, which the throttle turns into years."""
JUDGED = 64
"""Characters that are looked at: whoever types more has enough."""
AT_ONCE = 4
"""Hashes at a time: each takes a core for 30 ms and 19 MiB."""
WAITING = 12
"""How many more may wait for their turn; threads are left for everybody else."""
PATIENCE = 5.0

SHORT = Text(f"密码至少 {MIN_LENGTH} 位", f"must have at least {MIN_LENGTH} characters")
LONG = Text(f"密码最多 {MAX_LENGTH} 位", f"must have at most {MAX_LENGTH} characters")
WEAK = Text("密码太容易猜到，请换一个更长、更少见的", "is too easy to guess; take a longer, less common one")
CROWDED = Text("登录的人较多，请稍后再试", "Too many logins at a time; try again later")

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_hashing, _coming = BoundedSemaphore(AT_ONCE), BoundedSemaphore(AT_ONCE + WAITING)


def hashed(password: str, name: str, field: str = "password") -> str:
    """Return what is stored of a new password of `name`; Invalid where it is short or easy to guess."""
    from zxcvbn import zxcvbn  # noqa: PLC0415 (its lists of words take memory that only this needs)

    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise Invalid.one(field, SHORT if len(password) < MIN_LENGTH else LONG)
    with _turn():
        # Its time grows with the cube of the length.
        if zxcvbn(password[:JUDGED], user_inputs=[name[:JUDGED], "luopan", "罗盘"])["score"] < MIN_SCORE:
            raise Invalid.one(field, WEAK)
        return _HASHER.hash(password)


def is_set(stored: str) -> bool:
    """Say whether somebody has a password at all."""
    return stored != NO_PASSWORD


def fits(stored: str | None, password: str) -> bool:
    """Say whether a password fits what is stored; for nobody (None) it takes as long to say no."""
    with _turn():
        try:
            _HASHER.verify(_nobody() if stored in (None, NO_PASSWORD) else stored, password)
        except (VerificationError, InvalidHashError):
            return False
    return stored not in (None, NO_PASSWORD)


@lru_cache
def _nobody() -> str:
    return _HASHER.hash(secrets.token_urlsafe())


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for one of the few places for hashes; Busy when too many wait already, or for too long."""
    if not _coming.acquire(blocking=False):
        raise Busy(CROWDED)
    try:
        if not _hashing.acquire(timeout=PATIENCE):
            raise Busy(CROWDED)
        try:
            yield
        finally:
            _hashing.release()
    finally:
        _coming.release()
