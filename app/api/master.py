"""Units and channels."""

from typing import Annotated, Any

from fastapi import Path, Response
from sqlalchemy.orm import Session

from app.api import examples
from app.api.guard import needs
from app.api.resource import resource
from app.api.respond import answer
from app.api.schemas import ChannelOut, ChannelsOut, UnitOut, UnitsOut
from app.domain.errors import Invalid
from app.domain.roles import Action
from app.domain.text import Text
from app.domain.tree import Tree, UnitNode
from app.inputs.master import ChannelInput, UnitInput
from app.inputs.types import CODE_PATTERN
from app.kept.given import Db, Who
from app.queries import channels, units
from app.queries.channels import ChannelRow
from app.store import channels as channel_store
from app.store import units as unit_store

router = resource("", "units and channels")

Code = Annotated[str, Path(pattern=CODE_PATTERN, description="Lower-case letters, digits, - and _.")]

_PUT = "Create or change by code: name and kind are required when new, fields left out keep their value."


@router.get("/units", summary="Read units", openapi_extra=needs(Action.READ), responses={200: {"model": UnitsOut}})
def get_units(database: Db, viewer: Who) -> Response:
    """Units that the token may read, parents before their children."""
    with database.read() as session:
        tree = units.load_tree(session)
    seen = units.visible(tree, viewer)
    return answer({"units": [_unit(tree, node, {n.id for n in seen}) for node in seen]})


@router.put(
    "/units/{code}",
    summary="Write a unit",
    description=_PUT,
    openapi_extra={**needs(Action.MANAGE), **examples.UNIT},
    responses={200: {"model": UnitOut}, 201: {"model": UnitOut}},
)
def put_unit(code: Code, body: UnitInput, database: Db, viewer: Who) -> Response:
    """Create or change a unit."""
    _require_same(code, body.code)

    def work(session: Session) -> tuple[UnitNode, bool, Tree]:
        return *unit_store.put(session, viewer, code, body), units.load_tree(session)

    node, is_new, tree = database.transact(work)
    return answer(_unit(tree, node, set(tree.nodes)), 201 if is_new else 200)


@router.get(
    "/channels", summary="Read channels", openapi_extra=needs(Action.READ), responses={200: {"model": ChannelsOut}}
)
def get_channels(database: Db, viewer: Who) -> Response:
    """All channels, in the order they are shown."""
    del viewer
    with database.read() as session:
        return answer({"channels": [_channel(row) for row in channels.load(session).values()]})


@router.put(
    "/channels/{code}",
    summary="Write a channel",
    description=_PUT,
    openapi_extra={**needs(Action.MANAGE), **examples.CHANNEL},
    responses={200: {"model": ChannelOut}, 201: {"model": ChannelOut}},
)
def put_channel(code: Code, body: ChannelInput, database: Db, viewer: Who) -> Response:
    """Create or change a channel."""
    _require_same(code, body.code)
    row, is_new = database.transact(lambda session: channel_store.put(session, viewer, code, body))
    return answer(_channel(row), 201 if is_new else 200)


def _require_same(code: str, given: str | None) -> None:
    if given not in (None, code):
        raise Invalid.one("code", Text("代码与地址不一致", "differs from the code of the address"))


def _unit(tree: Tree, node: UnitNode, seen: set[int]) -> dict[str, Any]:
    parent = tree.nodes[node.parent_id].code if node.parent_id in seen and node.parent_id is not None else None
    return {"code": node.code, "name": node.name, "kind": node.kind, "parent": parent, "active": node.active}


def _channel(row: ChannelRow) -> dict[str, Any]:
    keys = ("code", "name", "kind", "color_slot", "position", "active")
    return {key: getattr(row, key) for key in keys}
