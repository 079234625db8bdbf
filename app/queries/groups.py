"""Which groups have anything at all in a period: those that the rows of an answer name."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.period import Period
from app.domain.roles import Action, Viewer
from app.domain.scope import GroupBy, Scope
from app.domain.terms import Source
from app.domain.tree import Tree
from app.queries import channels
from app.queries.readable import readings
from app.queries.sums import bounds, code_of, groupings, narrowed, within


def load(session: Session, viewer: Viewer, tree: Tree, scope: Scope, period: Period) -> frozenset[str]:
    """Return the codes of the groups that have a row of any table in `period`, recorded or not."""
    viewer.require(Action.READ, tree.lineage(scope.unit_id))
    names = {row.id: row.code for row in channels.load(session).values()} if scope.by is GroupBy.CHANNEL else {}
    found: set[str] = set()
    if scope.by is None:
        return frozenset()
    for reading in readings(session, tree, scope):
        for source in Source:
            readable = reading.readables[source]
            for group in groupings(reading, source, scope):
                query = select(group).select_from(readable.table).where(within(readable.day)).distinct()
                if readable.present is not None:
                    query = query.where(readable.present)
                rows = session.execute(narrowed(query, reading, readable, scope), bounds(scope, [period]))
                found |= {code_of(scope, tree, names, key) for (key,) in rows}
    return frozenset(found)
