"""The data version, which says whether anything has changed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Reader
from app.domain.errors import Busy
from app.domain.rollups import FORM
from app.domain.text import Text
from app.models import DataVersion

Stamp = tuple[str | int, ...]

# The table, not its class: this is asked with each request, and a class costs a third more.
_CURRENT = select(DataVersion.__table__.c.version)
_STAMP = select(*(DataVersion.__table__.c[name] for name in ("epoch", "version")))
_STRUCTURE = select(*(DataVersion.__table__.c[name] for name in ("epoch", "structure", "rollups")))
BUILDING = Text("正在整理数据，请稍后再试", "The sums that boards read are being built: luopan migrate")


def current(session: Session) -> int:
    """Return the version of what this session reads."""
    found: int = session.connection().execute(_CURRENT).scalar_one()
    return found


def stamp(session: Reader) -> Stamp:
    """Return what stands for all the data that this session reads: while it is the same, all answers are."""
    return tuple(session.execute(_STAMP).one())


def structure(session: Session) -> Stamp:
    """Return what stands for the organisation.

    Raises Busy where the rollups have another form: whoever reads or writes asks this first, and must not
    take sums that were not built for sums of nothing.
    """
    epoch, number, form = session.connection().execute(_STRUCTURE).one()
    if form != FORM:
        raise Busy(BUILDING)
    return epoch, number
