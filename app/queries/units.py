"""Units: the tree, what a viewer may see of it, and subtrees in SQL."""

from sqlalchemy import CTE, BigInteger, BindParameter, case, cast, select
from sqlalchemy.orm import Session

from app.domain.errors import Invalid
from app.domain.roles import Action, Viewer
from app.domain.scope import UnitKind
from app.domain.text import Text
from app.domain.tree import Tree, UnitNode
from app.models import OrgUnit
from app.queries import loaded

UNKNOWN = Text("没有这个单元：{code}", "unknown unit: {code}")


def load_tree(session: Session, *, fresh: bool = False) -> Tree:
    """Return all units; what was loaded before stays good until units change.

    `fresh` for whoever has changed them in the session's own transaction.
    """
    return _load(session) if fresh else loaded.once(session, "tree", _load)


def _load(session: Session) -> Tree:
    columns = (OrgUnit.id, OrgUnit.code, OrgUnit.name, OrgUnit.kind, OrgUnit.parent_id, OrgUnit.active)
    rows = session.execute(select(*columns).order_by(OrgUnit.id))
    return Tree.of(
        UnitNode(id_, code, name, UnitKind(kind), parent, active) for id_, code, name, kind, parent, active in rows
    )


def readable(tree: Tree, viewer: Viewer, code: str, field: str = "unit") -> UnitNode:
    """Return the unit `code`; Invalid naming `field` when unknown, Forbidden when not for this viewer."""
    unit = tree.by_code.get(code)
    if unit is None:
        raise Invalid.one(field, UNKNOWN.fill(code=code))
    viewer.require(Action.READ, tree.lineage(unit.id))
    return unit


def visible(tree: Tree, viewer: Viewer, action: Action = Action.READ) -> list[UnitNode]:
    """Return the units on which the viewer may do `action`, parents before their children."""
    return [
        node
        for root in tree.children.get(None, ())
        for node in tree.subtree(root.id)
        if viewer.may(action, tree.lineage(node.id))
    ]


def tops(tree: Tree, viewer: Viewer) -> list[UnitNode]:
    """Return the highest units that the viewer may read."""
    seen = {node.id for node in visible(tree, viewer)}
    return [tree.nodes[id_] for id_ in seen if tree.nodes[id_].parent_id not in seen]


def subtree(unit_id: int | BindParameter[int]) -> CTE:
    """Return a CTE (id, branch) of a unit and all below it.

    `branch` is the direct child that a unit stands under, or the unit itself.
    """
    # Cast, so that the first row gives the columns their type on every database.
    top = select(cast(unit_id, BigInteger).label("id"), cast(unit_id, BigInteger).label("branch"))
    below = top.cte("subtree", recursive=True)
    branch = case((below.c.id == unit_id, OrgUnit.id), else_=below.c.branch)
    return below.union_all(select(OrgUnit.id, branch).join(below, OrgUnit.parent_id == below.c.id))
