"""Choosing a unit: a list of those around the chosen one, and a search where there are more than a list can hold."""

from dataclasses import dataclass
from itertools import chain, islice
from typing import Annotated, Any

from fastapi import Query, Response
from fastapi.responses import JSONResponse

from app.domain.errors import Invalid
from app.domain.roles import Action, Viewer
from app.domain.text import Text
from app.domain.tree import Tree, UnitNode
from app.queries import units
from app.queries.units import visible
from app.web.guard import Db, Who, needs, pages

router = pages()

MOST = 200
"""Units that a list offers: a page must not grow with the organisation."""
FOUND = 20
SEARCH = "/units.json"
SEARCHED = (Action.READ, Action.WRITE_FACTS)
"""What units are searched for."""


@dataclass(frozen=True, slots=True)
class Picker:
    """What a form offers to choose a unit from."""

    options: list[dict[str, Any]]
    search: str | None
    """The address that finds the others; None where all are offered."""


def unit_options(tree: Tree, viewer: Viewer, selected: str, action: Action = Action.READ) -> Picker:
    """Return the units of a picker with their depth: all that the viewer may choose, or those around `selected`."""
    seen = visible(tree, viewer, action)
    near = seen if len(seen) <= MOST else _around(tree, seen, selected)
    search = None if len(near) == len(seen) else f"{SEARCH}?for={action}"
    return Picker(lines(tree, seen, near, selected), search)


def lines(tree: Tree, seen: list[UnitNode], shown: list[UnitNode], selected: str = "") -> list[dict[str, Any]]:
    """Return units as a page shows them; how deep they stand counts from the highest of those `seen`."""
    ids = {node.id for node in seen}
    return [
        {
            "code": node.code,
            "name": node.name,
            "depth": sum(1 for id_ in tree.lineage(node.id)[1:] if id_ in ids),
            "selected": node.code == selected,
        }
        for node in shown
    ]


def _around(tree: Tree, seen: list[UnitNode], selected: str) -> list[UnitNode]:
    """Return what is one step from a unit: all above it, its children, then those beside it; the first without one."""
    allowed = {node.id for node in seen}
    chosen = tree.by_code.get(selected)
    if chosen is None or chosen.id not in allowed:
        chosen = seen[0]
    below, beside = (tree.children.get(id_, ()) for id_ in (chosen.id, chosen.parent_id))
    ids = chain(tree.lineage(chosen.id), (node.id for node in chain(below, beside)))
    near = set(islice((id_ for id_ in dict.fromkeys(ids) if id_ in allowed), MOST))
    return [node for node in seen if node.id in near]


@router.get(SEARCH, openapi_extra=needs(Action.READ))
def find_units(
    database: Db, viewer: Who, q: str = "", for_: Annotated[str, Query(alias="for")] = Action.READ
) -> Response:
    """Find units that the viewer may choose, by a part of their name or code; those that begin with it come first."""
    if for_ not in SEARCHED:
        raise Invalid.one("for", Text("不支持按这个用途查找单元", "units are not searched for this"))
    with database.read() as session:
        tree = units.load_tree(session)
    wanted = q.strip().casefold()
    found = [node for node in visible(tree, viewer, Action(for_)) if wanted in f"{node.name}\n{node.code}".casefold()]
    found.sort(key=lambda node: _place(node, wanted))
    return JSONResponse({"units": [_found(tree, viewer, node) for node in found[:FOUND]] if wanted else []})


def _place(node: UnitNode, wanted: str) -> int:
    """Return 0 for a unit that is called just so, 1 for one whose name or code begins so, else 2."""
    names = (node.code.casefold(), node.name.casefold())
    return 0 if wanted in names else 1 if any(name.startswith(wanted) for name in names) else 2


def _found(tree: Tree, viewer: Viewer, node: UnitNode) -> dict[str, str]:
    """Return a unit with its code, and the name of what it stands under where the viewer may know that."""
    above = None if node.parent_id is None else tree.nodes[node.parent_id]
    known = above is not None and viewer.may(Action.READ, tree.lineage(above.id))
    label = f"{node.name}（{node.code}）"
    return {"code": node.code, "label": f"{above.name} / {label}" if above is not None and known else label}
