"""The data version, which says whether anything has changed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Reader, is_writing
from app.domain.errors import Busy
from app.domain.rollups import FORM
from app.domain.text import Text
from app.models import DataVersion

Stamp = tuple[str | int, ...]

# The table, not its class: this is asked with each request, and a class costs a third more.
_STAMP = select(*(DataVersion.__table__.c[name] for name in ("epoch", "version")))
_STATE = select(*(DataVersion.__table__.c[name] for name in ("epoch", "version", "structure", "rollups")))
STATE = "luopan_state"
"""In the `info` of a session: what a reader found at first, since it sees one state all the time."""
BUILDING = Text("正在整理数据，请稍后再试", "The sums that boards read are being built: luopan migrate")


def current(session: Session) -> int:
    """Return the version of what this session reads."""
    return _state(session)[1]


def stamp(session: Reader) -> Stamp:
    """Return what stands for all the data that this session reads: while it is the same, all answers are."""
    return tuple(session.execute(_STAMP).one())


def structure(session: Session) -> Stamp:
    """Return what stands for the organisation and the settings.

    Raises Busy where the rollups have another form: whoever reads or writes asks this first, and must not
    take sums that were not built for sums of nothing.
    """
    epoch, _, number, form = _state(session)
    if form != FORM:
        raise Busy(BUILDING)
    return epoch, number


def _state(session: Session) -> tuple[str, int, int, int]:
    known: tuple[str, int, int, int] | None = session.info.get(STATE)
    if known is None:
        epoch, version, structure_, form = session.connection().execute(_STATE).one()
        known = epoch, version, structure_, form
        if not is_writing(session):
            session.info[STATE] = known
    return known
