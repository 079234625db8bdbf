"""当日无数据: a unit says that a day has no numbers, so that none are missed."""

from datetime import UTC, date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain.errors import Conflict, Invalid
from app.domain.facts import DAILY, RETENTION
from app.domain.roles import Action, Viewer
from app.domain.text import Text
from app.models import NoDataDay, OrgUnit
from app.queries import closings
from app.queries.facts import of_day
from app.queries.units import load_tree, readable
from app.store import history
from app.store.rollups import reporting
from app.store.rollups.deltas import Deltas
from app.store.version import bump

KIND = "no-data"


def mark(session: Session, viewer: Viewer, unit: str, day: date, today: date, *, on: bool) -> None:
    """Mark a unit's day as having no data, or take the mark back; the same again changes nothing.

    Raises Invalid for a day to come, Closed in a closed month, Conflict where the day has numbers.
    """
    tree = load_tree(session)
    node = readable(tree, viewer, unit)
    viewer.require(Action.WRITE_FACTS, tree.lineage(node.id))
    if day > today:
        raise Invalid.one("day", Text("不能是将来的日期", "must not be in the future"))
    session.execute(select(OrgUnit.id).where(OrgUnit.id == node.id).with_for_update()).all()
    tree = load_tree(session)  # which stays, from here on
    closed = closings.load(session).get(day.replace(day=1))
    if closed is not None:
        raise closed.refusal()
    place = (NoDataDay.unit_id == node.id, NoDataDay.day == day)
    marked = session.execute(select(NoDataDay.day).where(*place)).first() is not None
    if marked == on:
        return
    if on:
        if any(of_day(session, table, node.id, [day]) for table in DAILY if table is not RETENTION):
            raise Conflict(Text("这一天已有数据，不能标记当日无数据", "this day has numbers already"))
        session.add(NoDataDay(unit_id=node.id, day=day, at=datetime.now(UTC), actor=viewer.name))
        session.flush()
    else:
        session.execute(delete(NoDataDay).where(*place))
    key = {"day": day.isoformat(), "unit": node.code}
    history.record(session, viewer, KIND, [history.Changed(node.id, day, key, {"no_data": marked}, {"no_data": on})])
    deltas = Deltas()
    reporting.settle(session, deltas, tree, [(node.id, day)])
    deltas.apply(session, tree)
    bump(session)
