"""Boards as JSON: the same view models that the pages render."""

from datetime import date
from typing import Annotated, Literal

from fastapi import Query, Request, Response

from app.api import params
from app.api.guard import KeptRoute, needs
from app.api.resource import resource
from app.api.respond import TAGGED, answer
from app.api.schemas import BoardOut
from app.boards import targets
from app.boards.board import Board
from app.boards.catalog import BOARDS
from app.boards.plain import as_plain
from app.boards.read import Asked, read
from app.boards.view import AIM
from app.domain.facts import CustomerKind
from app.domain.period import Compare, Grain
from app.domain.roles import Action
from app.domain.scope import GroupBy
from app.kept.given import given

router = resource("/boards", "boards", KeptRoute)

_GRAIN = (
    "How long the periods of rows and charts are; left out, the length of the range decides. Made coarser above 400."
)
_COMPARE = "What the range is compared with; `target` gives each card with a target its `aim`."
_BY = "Adds the panel `groups`: the numbers of the cards for each group, and their total."


def _register(board: Board) -> None:
    def get(
        request: Request,
        unit: params.Unit,
        from_: params.From,
        to: params.To,
        channel: params.Channel = None,
        compare: Annotated[Literal["previous", "last_year", "target"], Query(description=_COMPARE)] = "previous",
        as_of: params.AsOf = None,
        grain: Annotated[Literal["day", "week", "month"] | None, Query(description=_GRAIN)] = None,
        by: Annotated[GroupBy | None, Query(description=_BY)] = None,
        customer_kind: Annotated[CustomerKind | None, Query(description="Sales of this kind only.")] = None,
    ) -> Response:
        database, settings, viewer = given(request)
        past = params.close(as_of, settings)
        asked = Asked(
            *(unit, params.period(from_, to), channel),
            how=Compare.PREVIOUS if compare == AIM else Compare(compare),
            past=past,
            kind=customer_kind,
            grain=None if grain is None else Grain(grain),
            by=by,
            aim=compare == AIM,
            named=False,
        )
        with database.read() as session:
            view = read(session, viewer, board, asked, settings.today())
        return answer(as_plain(view))

    router.get(
        f"/{board.key}",
        operation_id=f"board_{board.key}",
        summary=f"Read the {board.title.en.lower()} board",
        description="Cards and panels (figures and tables) of the board, as on its page.",
        openapi_extra=needs(Action.READ),
        responses={200: {"model": BoardOut}, **TAGGED},
    )(get)


for _board in BOARDS.values():
    _register(_board)


@router.get(
    "/targets",
    operation_id="board_targets",
    summary="Read the target board",
    openapi_extra=needs(Action.READ),
    responses={200: {"model": BoardOut}, **TAGGED},
)
def get_targets(
    request: Request,
    unit: params.Unit,
    month: Annotated[str, Query(description="A month, YYYY-MM.", examples=["2023-09"])],
    as_of: params.AsOf = None,
) -> Response:
    """Targets of a month; rows at `panels[key="targets"].table.rows`."""
    database, settings, viewer = given(request)
    first: date = params.month("month", month)
    with database.read() as session:
        view = targets.read(session, viewer, unit, first, settings.today(), params.close(as_of, settings))
    return answer(as_plain(view))
