"""Tries at passwords, counted per account and per address: after a few, nobody is even asked.

The count stands in the database, so that several processes agree and a restart forgets nothing. A try
counts before the password is looked at, so that many at once are as many as one after the other.
"""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import case, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.errors import Throttled
from app.models import Throttle

WINDOW = timedelta(minutes=15)
MOST_OF_AN_ACCOUNT = 8
MOST_OF_AN_ADDRESS = 60
"""An office behind one address has many people."""


@dataclass(frozen=True, slots=True)
class Door:
    """What is counted: tries at one account, or from one address."""

    key: str
    most: int


def account(name: str) -> Door:
    """Return the door of an account, known or not: both are counted alike."""
    return Door(_key("account", name), MOST_OF_AN_ACCOUNT)


def peer(address: str | None) -> Door:
    """Return the door of an address."""
    return Door(_key("peer", address or ""), MOST_OF_AN_ADDRESS)


def take(session: Session, doors: Sequence[Door]) -> int:
    """Count a try at all doors, and return how many are left; Throttled, for all of them, when one is shut."""
    # In one order, or two logins could each hold what the other one waits for.
    return min(door.most - _counted(session, door) for door in sorted(doors, key=lambda door: door.key))


def forgive(session: Session, own: Door, shared: Door) -> None:
    """Forget all tries at the account's own door and the last one at the shared one: it was right."""
    left = {shared.key: Throttle.tries - 1, own.key: 0}
    for key in sorted(left):
        session.execute(update(Throttle).where(Throttle.key == key).values(tries=left[key]))


def clean(session: Session) -> None:
    """Remove what counts no more."""
    session.execute(delete(Throttle).where(Throttle.since <= datetime.now(UTC) - WINDOW))


def _counted(session: Session, door: Door) -> int:
    """Return how many tries there are with this one; its row stays locked, so the number is exact."""
    now = datetime.now(UTC)
    over = Throttle.since <= now - WINDOW
    more = (
        update(Throttle)
        .where(Throttle.key == door.key)
        .values(tries=case((over, 1), else_=Throttle.tries + 1), since=case((over, now), else_=Throttle.since))
    )
    while not session.connection().execute(more).rowcount:
        # Somebody else's first try may be quicker than this one: then its row is counted on.
        with suppress(IntegrityError), session.begin_nested():
            session.execute(insert(Throttle).values(key=door.key, tries=0, since=now))
    tries, since = session.execute(select(Throttle.tries, Throttle.since).where(Throttle.key == door.key)).one()
    if tries > door.most:
        raise Throttled((since + WINDOW - now).total_seconds())
    return int(tries)


def _key(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}\0{value}".encode()).hexdigest()
