"""What readers load once, as long as the organisation stays: units and channels."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.orm import Session

from app.db import LOADED, is_writing
from app.queries import version

T = TypeVar("T")


def once(session: Session, name: str, load: Callable[[Session], T]) -> T:
    """Return what `load` gives, or gave another session of the same database before units or channels changed."""
    held, structure = session.info.get(LOADED), version.structure(session)
    if held is not None and name in held and held[name][0] == structure:
        known: T = held[name][1]
        return known
    found = load(session)
    if held is not None and not is_writing(session):
        # Read in the same state of the data as the number it is held under.
        held[name] = (structure, found)
    return found
