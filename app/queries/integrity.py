"""What `luopan verify` looks for: facts that break a rule across fields, rows or the calendar."""

from datetime import date

from sqlalchemy import Select, and_, exists, func, or_, select, text
from sqlalchemy.orm import Session

from app.domain.facts import DAILY
from app.models import (
    ApiToken,
    Friends,
    LoginSession,
    OneTimeLink,
    OrgUnit,
    Retention,
    Sales,
    StockCount,
    UserGrant,
    UserIdentity,
)
from app.queries.facts import table_of
from app.queries.units import load_tree

ACCESS = (UserGrant, UserIdentity, LoginSession, OneTimeLink, ApiToken)
"""What lets somebody in, and says as whom."""


def check(session: Session, today: date) -> dict[str, int]:
    """Return for each rule how many rows break it."""
    found = {**_file(session), **{name: session.execute(query).scalar_one() for name, query in _rules().items()}}
    for facts in DAILY:
        table = table_of(facts)
        query = select(func.count()).select_from(table).where(table.c[facts.day_key] > today)
        found[f"{facts.kind}: no day in the future"] = session.execute(query).scalar_one()
    tree = load_tree(session)
    upward = [
        node
        for node in tree.nodes.values()
        if node.parent_id is not None and tree.nodes[node.parent_id].kind.level >= node.kind.level
    ]
    found["units: kinds only go downward"] = len(upward)
    return found | _of_nobody(session)


def _of_nobody(session: Session) -> dict[str, int]:
    """Count grants, tokens and logins of what is not there: a dump is loaded without such checks."""
    found = {}
    for table in (model.metadata.tables[model.__tablename__] for model in ACCESS):
        for column in table.columns:
            for key in column.foreign_keys:
                query = select(func.count()).select_from(table).where(column.is_not(None))
                name = f"{table.name}: {column.name.removesuffix('_id')} exists".replace("_", " ")
                found[name] = session.execute(query.where(~exists().where(key.column == column))).scalar_one()
    return found


def _file(session: Session) -> dict[str, int]:
    """Look at the file of an embedded database itself; a server looks after its own."""
    if session.get_bind().dialect.name != "sqlite":
        return {}
    pages = session.execute(text("PRAGMA integrity_check(100)")).scalars().all()
    references = session.execute(text("PRAGMA foreign_key_check")).all()
    return {
        "file: every page and index is whole": 0 if pages == ["ok"] else len(pages),
        "file: every reference leads to a row": len(references),
    }


def _rules() -> dict[str, Select[int]]:
    cohort = and_(
        Friends.unit_id == Retention.unit_id,
        Friends.day == Retention.cohort_day,
        Friends.channel_id == Retention.channel_id,
    )
    kept = select(func.count()).select_from(Retention).join(Friends, cohort).where(Retention.retained > Friends.adds)
    sold = (Sales.buyers > Sales.orders, Sales.member_gmv > Sales.gmv, Sales.member_orders > Sales.orders)
    counted = or_(
        StockCount.current > StockCount.cumulative, StockCount.current.is_(None), StockCount.cumulative.is_(None)
    )
    return {
        "retention: retained <= adds of its cohort": kept,
        "sales: buyers <= orders, member GMV <= GMV, member orders <= orders": select(func.count())
        .select_from(Sales)
        .where(or_(*sold)),
        "stock counts: both numbers, current <= cumulative": select(func.count())
        .select_from(StockCount)
        .where(counted),
        "units: no unit stands below itself": select(func.count())
        .select_from(OrgUnit)
        .where(OrgUnit.parent_id == OrgUnit.id),
    }
