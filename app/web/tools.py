"""What every board offers beside its numbers: links from them, notes, saved views, and a head for paper."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from app.boards.view import BoardView
from app.domain.notes import LONGEST, NoteKind
from app.domain.roles import Action, Viewer
from app.domain.tree import Tree
from app.i18n import range_label, say, t
from app.queries import notes, views
from app.queries.views import ViewRow
from app.web.told import Told


@dataclass(frozen=True, slots=True)
class Links:
    """Where the numbers and cards of a board lead: to what stands behind them, and to their files."""

    board: str
    told: Told

    def export(self, panel: str, format_: str) -> str:
        """Return the address of a panel's table as a file."""
        days = f"&from={self.told.period.first}&to={self.told.period.last}"
        return f"/export/{self.board}?panel={panel}&format={format_}{days}{self.told.kept}"


def links_of(board: str, view: BoardView, params: dict[str, str]) -> Links:
    """Return the links of a board that was asked for with some parameters."""
    kept = {name: value for name, value in params.items() if name not in ("from", "to", "range")}
    return Links(board, Told.about(view.scope.period, kept))


def board_tools(
    session: Session, viewer: Viewer, tree: Tree, board: str, view: BoardView, params: dict[str, str]
) -> dict[str, Any]:
    """Return what the templates of a board need for all this."""
    unit, period = tree.by_code[view.scope.unit], view.scope.period
    query = urlencode({name: value for name, value in params.items() if value})
    other, may_enter = view.scope.compared, viewer.may(Action.WRITE_FACTS, tree.lineage(unit.id))
    return {
        "links": links_of(board, view, params),
        "tools": {
            "board": board,
            "query": query,
            "back": f"/{board}?{query}",
            "views": [view_line(row) for row in views.mine(session, viewer)] if viewer.user_id is not None else None,
            "unit": unit.code,
            "unit_name": unit.name,
            "day": min(period.last, view.scope.today).isoformat(),
            "can_note": notes.may_write(viewer, tree.lineage(unit.id)),
            "count": f"/entry/stock-counts?unit={unit.code}" if may_enter else None,
            "kinds": note_kinds(),
            "longest": LONGEST,
            "notes": f"/notes?{urlencode({'unit': unit.code, 'from': period.first, 'to': period.last})}",
            "title": say(view.title),
            "range": range_label(period),
            "compared": t(f"对比 {range_label(other)}", f"vs {range_label(other)}") if other else None,
        },
    }


def note_kinds() -> list[dict[str, str]]:
    """Return the kinds of note as a form offers them."""
    return [{"value": kind.value, "label": say(kind.text)} for kind in NoteKind]


def view_line(row: ViewRow) -> dict[str, Any]:
    """Return a saved view as lists show it."""
    return {"key": row.key, "name": row.name, "board": row.board, "href": row.address, "shared": row.shared}
