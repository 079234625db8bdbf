"""Where the figures of targets lead: from a part of a gap and a month of a year to what explains it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from app.boards.today.cards import board_of
from app.boards.view import BoardView, Panel, Row
from app.domain.scope import GroupBy
from app.web.drill import PARAMS
from app.web.filters import href

FIGURES = ("gap", "year_metric")


@dataclass(frozen=True, slots=True)
class Leads:
    """Makes the addresses; `page` makes one of the page of targets with some parameters changed."""

    page: Callable[..., str]
    as_of: str

    def view(self, view: BoardView) -> BoardView:
        """Return a view of which the rows behind the figures have their addresses."""
        panels = tuple(self._panel(panel, view) if panel.key in FIGURES else panel for panel in view.panels)
        return replace(view, panels=panels)

    def _panel(self, panel: Panel, view: BoardView) -> Panel:
        if panel.table is None:
            return panel
        metric = next(option.value for option in panel.options if option.param == "metric" and option.chosen)
        rows = tuple(row._replace(href=self._of(row, metric, view)) for row in panel.table.rows)
        return replace(panel, table=replace(panel.table, rows=rows))

    def _of(self, row: Row, metric: str, view: BoardView) -> str | None:
        """Return a month's targets, those of a unit, or the board of the metric for a channel or kind."""
        if row.period == view.scope.period:
            return None  # it is the page that is open
        if row.period is not None:
            return self.page(year="", month=f"{row.period.first:%Y-%m}")
        if row.group is None:
            return None
        by, code = row.group
        if by is GroupBy.UNIT:
            return self.page(unit=code, by="")
        period = view.scope.period
        days = {"from": f"{period.first}", "to": f"{period.last}", "compare": "target", "as_of": self.as_of}
        return href(board_of(metric), {"unit": view.scope.unit, PARAMS[by]: code, **days})


def clicks(view: BoardView) -> dict[str, list[str | None]]:
    """Return what a click on a figure leads to: by figure, and there by the place of its row."""
    return {
        f"fig-{panel.key}": [row.href for row in panel.table.rows]
        for panel in view.panels
        if panel.key in FIGURES and panel.table
    }
