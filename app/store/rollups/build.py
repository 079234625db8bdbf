"""Building rollups from the facts: all of them for `luopan migrate`, the drifted ones for `luopan verify --repair`."""

from collections.abc import Callable
from functools import partial
from secrets import token_hex

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from app.domain.rollups import FORM
from app.models import DataVersion, OrgUnit, StockCount
from app.queries import drift, steps
from app.queries.contributions import names
from app.queries.drift import Place
from app.queries.units import load_tree
from app.store.lock import alone
from app.store.version import bump


def repair(session: Session, place: Place) -> int:
    """Mend what drifted at a place of the organisation, and return how many rows were wrong.

    Nobody else writes meanwhile; places must be mended in their order, from below.
    """
    alone(session)
    wrong = 0
    if place is not None and load_tree(session, fresh=True).is_leaf(place):
        return 0  # its last child was moved away since this was planned
    given = {} if place is None else {"unit": place}
    for compared in drift.tables(place):
        if rows := drift.differing(session, compared, place):
            table, connection = compared.table, session.connection()
            connection.execute(delete(table).where(compared.where(table.c.unit_id)), given)
            connection.execute(table.insert().from_select(names(compared.rollup), compared.expected), given)
            wrong += rows
    if wrong:
        bump(session)
    return wrong


def repair_derived(session: Session) -> int:
    """Mend what is derived beside the facts: steps of stock counts, and the days since which units report."""
    alone(session)
    counts, units = drift.wrong_steps(session), drift.wrong_starts(session)
    table, unit = StockCount.metadata.tables["stock_counts"], OrgUnit.metadata.tables["units"]
    if counts:
        rows = [{"row_id": id_, **dict(zip(steps.MEASURES, found, strict=True))} for id_, found in counts.items()]
        session.connection().execute(update(table).where(table.c.id == bindparam("row_id")), rows)
    if units:
        days = [{"unit": id_, "day": day} for id_, day in units.items()]
        session.connection().execute(
            update(unit).where(unit.c.id == bindparam("unit")).values(since=bindparam("day")), days
        )
    if counts or units:
        bump(session)
    return len(counts) + len(units)


def structure(session: Session) -> int:
    """Return what is raised when units change: what was planned before is planned again."""
    return session.execute(select(DataVersion.structure)).scalar_one()


def done(session: Session) -> None:
    """Note that the rollups have been built whole; a database that has no epoch yet begins its first."""
    session.execute(update(DataVersion).values(rollups=FORM))
    session.execute(update(DataVersion).where(DataVersion.epoch == "").values(epoch=token_hex(16)))


Step = Callable[[Session], int]


def steps_of(session: Session) -> list[Step]:
    """Return what mends everything, in order; each is to be done in a transaction of its own."""
    return [repair_derived, *(partial(repair, place=place) for place in drift.places(load_tree(session, fresh=True)))]
