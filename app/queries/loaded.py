"""What readers load once, as long as it stays: units, channels and settings."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.orm import Session

from app.db import LOADED, is_writing
from app.queries import version

T = TypeVar("T")

OWN = "luopan_loaded_here"
"""In the `info` of a session: what it loaded itself."""


def once(session: Session, name: str, load: Callable[[Session], T]) -> T:
    """Return what `load` gives, or gave another session of the same database before any of it changed.

    What a writer reads stays its own: units may have changed between its two statements, which only the
    lock that it takes rules out.
    """
    structure = version.structure(session)
    shared, own = session.info.get(LOADED, {}), session.info.setdefault(OWN, {})
    for held in (own, shared):
        if name in held and held[name][0] == structure:
            known: T = held[name][1]
            return known
    found = load(session)
    (own if is_writing(session) else shared)[name] = (structure, found)
    return found
