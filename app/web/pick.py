"""Choosing a unit: a list of those around the chosen one, and a tree with a search that asks for what it shows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Annotated, Any

from fastapi import Query, Response
from fastapi.responses import JSONResponse

from app.domain.errors import Invalid
from app.domain.roles import Action, Viewer
from app.domain.text import Text
from app.domain.tree import Tree, UnitNode
from app.i18n import say, t
from app.kept.given import Db, Who
from app.queries import units
from app.queries.units import visible
from app.web.guard import needs, pages

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
    tree: str
    """The address of the tree, which offers them all."""


def unit_options(tree: Tree, viewer: Viewer, selected: str, action: Action = Action.READ) -> Picker:
    """Return the units of a picker with their depth: all that the viewer may choose, or those around `selected`."""
    seen = visible(tree, viewer, action)
    near = seen if len(seen) <= MOST else _around(tree, seen, selected)
    search = f"{SEARCH}?for={action}"
    return Picker(lines(tree, seen, near, selected), None if len(near) == len(seen) else search, search)


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
    database: Db,
    viewer: Who,
    q: str = "",
    under: str = "",
    at: str | None = None,
    for_: Annotated[str, Query(alias="for")] = Action.READ,
) -> Response:
    """Find units that the viewer may choose, by a part of their name or code; or go through their tree.

    `under` lists what stands directly below a unit, `at` the tree opened down to one: both as rows with a level.
    """
    if for_ not in SEARCHED:
        raise Invalid.one("for", Text("不支持按这个用途查找单元", "units are not searched for this"))
    action = Action(for_)
    with database.read() as session:
        tree = units.load_tree(session)
    if under:
        parent = units.readable(tree, viewer, under, "under")
        return JSONResponse({"units": _level(tree, viewer, tree.children.get(parent.id, ()), action)})
    if at is not None:
        return JSONResponse({"units": list(_opened(tree, viewer, at, action))})
    return JSONResponse({"units": [_found(tree, viewer, node) for node in _matching(tree, viewer, q, action)]})


def _matching(tree: Tree, viewer: Viewer, text: str, action: Action) -> list[UnitNode]:
    """Return the units of a name or code; those that begin with it come first."""
    wanted = text.strip().casefold()
    if not wanted:
        return []
    found = [node for node in visible(tree, viewer, action) if wanted in f"{node.name}\n{node.code}".casefold()]
    found.sort(key=lambda node: _place(node, wanted))
    return found[:FOUND]


def _place(node: UnitNode, wanted: str) -> int:
    """Return 0 for a unit that is called just so, 1 for one whose name or code begins so, else 2."""
    names = (node.code.casefold(), node.name.casefold())
    return 0 if wanted in names else 1 if any(name.startswith(wanted) for name in names) else 2


def _found(tree: Tree, viewer: Viewer, node: UnitNode) -> dict[str, str]:
    """Return a unit with its code, and the name of what it stands under where the viewer may know that."""
    above = None if node.parent_id is None else tree.nodes[node.parent_id]
    known = above is not None and viewer.may(Action.READ, tree.lineage(above.id))
    label = t(f"{node.name}（{node.code}）", f"{node.name} ({node.code})")
    path = above.name if above is not None and known else ""
    return {"code": node.code, "name": node.name, "path": path, "label": f"{path} / {label}" if path else label}


def _level(
    tree: Tree, viewer: Viewer, nodes: Iterable[UnitNode], action: Action, needed: int | None = None
) -> list[dict[str, Any]]:
    """Return units of one level as rows, at most 200 of them; the one with the id `needed` is always there."""
    seen = [node for node in nodes if viewer.may(action, tree.lineage(node.id))]
    kept = [node for place, node in enumerate(seen) if place < MOST or node.id == needed]
    rows = [_row(tree, node) for node in kept]
    left = len(seen) - len(kept)
    return [*rows, _rest(left)] if left else rows


def _row(tree: Tree, node: UnitNode) -> dict[str, Any]:
    return {
        "code": node.code,
        "name": node.name,
        "kind": say(node.kind.text),
        "level": 1,
        "inner": not tree.is_leaf(node.id),
        "open": False,
    }


def _rest(left: int) -> dict[str, Any]:
    """Return the row that says how many more there are: they are found by the search."""
    name = t(f"另有 {left} 个，请搜索", f"{left} more: search for them")
    return {"code": "", "name": name, "kind": "", "level": 1, "inner": False, "open": False}


def _opened(tree: Tree, viewer: Viewer, code: str, action: Action) -> Iterator[dict[str, Any]]:
    """Yield the rows of the tree, opened from the highest units that the viewer may choose down to one."""
    chosen = tree.by_code.get(code)
    line = set(tree.lineage(chosen.id)) if chosen else set()
    tops = list(_tops(tree, viewer, tree.children.get(None, ()), action))
    if len(tops) == 1:
        line.add(tops[0].id)  # a tree of one row would be of no use
    yield from _walk(tree, viewer, tops, action, line, 1)


def _walk(
    tree: Tree, viewer: Viewer, nodes: Iterable[UnitNode], action: Action, line: set[int], level: int
) -> Iterator[dict[str, Any]]:
    nodes = list(nodes)
    needed = next((node.id for node in nodes if node.id in line), None)
    for row in _level(tree, viewer, nodes, action, needed):
        id_ = tree.by_code[row["code"]].id if row["code"] else None
        is_open = id_ in line and row["inner"]
        yield {**row, "level": level, "open": is_open}
        if is_open:
            yield from _walk(tree, viewer, tree.children.get(id_, ()), action, line, level + 1)


def _tops(tree: Tree, viewer: Viewer, nodes: Iterable[UnitNode], action: Action) -> Iterator[UnitNode]:
    """Yield the highest units that the viewer may choose: what lies below them may be chosen, too."""
    for node in nodes:
        if viewer.may(action, tree.lineage(node.id)):
            yield node
        else:
            yield from _tops(tree, viewer, tree.children.get(node.id, ()), action)
