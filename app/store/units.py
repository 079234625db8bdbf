"""Changing the organisation: units are made, renamed, moved and switched off, never deleted."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.domain.errors import Conflict, Invalid
from app.domain.roles import Action, Viewer
from app.domain.scope import UnitKind
from app.domain.text import Text
from app.domain.tree import Tree, UnitNode
from app.inputs.master import UnitInput
from app.models import FACT_MODELS, OrgUnit
from app.queries.units import UNKNOWN, load_tree
from app.store import history
from app.store.lock import alone
from app.store.rollups import structure
from app.store.version import bump

REQUIRED = Text("新建时必填", "is required when new")


def put(session: Session, viewer: Viewer, code: str, given: UnitInput) -> tuple[UnitNode, bool]:
    """Create or change a unit; return it, and whether it is new.

    Raises Invalid for a missing name or kind, an unknown parent, a cycle or an upward kind, and
    Conflict for a new kind where there are facts.
    """
    viewer.require_everywhere(Action.MANAGE)
    alone(session)
    tree = load_tree(session, fresh=True)
    unit = session.execute(select(OrgUnit).where(OrgUnit.code == code)).scalar_one_or_none()
    is_new = unit is None
    if unit is None:
        for field in ("name", "kind"):
            if getattr(given, field) is None:
                raise Invalid.one(field, REQUIRED)
        unit = OrgUnit(code=code, active=True)
    before = None if is_new else _values(unit, tree)
    _apply(session, unit, given, tree, is_new=is_new)
    session.add(unit)
    session.flush()
    old, tree = tree, load_tree(session, fresh=True)
    after = _values(unit, tree)
    if after != before:
        structure.moved(session, old, tree, unit.id)
        change = history.Changed(unit.id, None, {"code": code}, before, after)
        history.record(session, viewer, "units", [change])
        bump(session, structure=True)
    return tree.nodes[unit.id], is_new


def _apply(session: Session, unit: OrgUnit, given: UnitInput, tree: Tree, *, is_new: bool) -> None:
    if given.kind is not None and given.kind != unit.kind:
        if not is_new and has_facts(session, unit.id):
            raise Conflict(Text("已有数据的单元不能改类型", "the kind of a unit that has facts is fixed"))
        unit.kind = given.kind
    if "parent" in given.model_fields_set or is_new:
        unit.parent_id = _parent(tree, given.parent)
    _check_place(tree, unit)
    unit.name = given.name if given.name is not None else unit.name
    unit.active = given.active if given.active is not None else unit.active


def _parent(tree: Tree, code: str | None) -> int | None:
    if code is None:
        return None
    if code not in tree.by_code:
        raise Invalid.one("parent", UNKNOWN.fill(code=code))
    return tree.by_code[code].id


def _check_place(tree: Tree, unit: OrgUnit) -> None:
    kind = UnitKind(unit.kind)
    if unit.parent_id is not None:
        if unit.id is not None and unit.id in tree.lineage(unit.parent_id):
            raise Invalid.one("parent", Text("单元不能放到自己下面", "a unit cannot stand below itself"))
        if tree.nodes[unit.parent_id].kind.level >= kind.level:
            raise Invalid.one("parent", Text("下级单元的类型要低于上级", "the kind must be below its parent's"))
    below = () if unit.id is None else tree.children.get(unit.id, ())
    if any(child.kind.level <= kind.level for child in below):
        raise Invalid.one("kind", Text("类型要高于下级单元", "the kind must be above its children's"))


def has_facts(session: Session, unit_id: int) -> bool:
    """Say whether anything was ever entered on a unit itself."""
    return any(
        session.execute(select(exists().where(model.unit_id == unit_id))).scalar() for model in FACT_MODELS.values()
    )


def _values(unit: OrgUnit, tree: Tree) -> dict[str, object]:
    parent = None if unit.parent_id is None else tree.nodes[unit.parent_id].code
    return {"name": unit.name, "kind": str(unit.kind), "parent": parent, "active": unit.active}
