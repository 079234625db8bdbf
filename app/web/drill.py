"""Going deeper: each row of a period, channel or unit leads to the same board about just that."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from app.boards.board import Board
from app.boards.read import Asked
from app.boards.view import BoardView, Column, Panel, Row, Table
from app.domain.period import Period
from app.domain.scope import GroupBy
from app.i18n import say
from app.web.filters import href, params_of

PARAMS = {GroupBy.UNIT: "unit", GroupBy.CHANNEL: "channel", GroupBy.CUSTOMER_KIND: "kind"}


class Drill:
    """The addresses that lead deeper from a board as it was asked for."""

    def __init__(self, board: Board, found: Asked) -> None:
        self._path, self._params = f"/{board.key}", params_of(found)
        self._splits = board.splits
        self._known: dict[object, str | None] = {}

    def view(self, view: BoardView) -> BoardView:
        """Return a view whose rows have their addresses."""
        return replace(view, panels=tuple(map(self._panel, view.panels)))

    def charts(self, view: BoardView) -> dict[str, Any]:
        """Return what a click on a chart leads to: by an end of a period, by figure and series, or its label."""
        days: dict[str, str] = {}
        lasts: dict[str, str] = {}
        series: dict[str, dict[str, str]] = {}
        for panel in view.panels:
            if panel.figure is None or panel.table is None:
                continue
            for row in panel.table.rows:
                if row.period is not None and row.href is not None:
                    days[row.period.first.isoformat()] = row.href
                    # A line of closes has its points there; a row of that very day comes first.
                    lasts.setdefault(row.period.last.isoformat(), row.href)
            if named := dict(self._series(panel.table)):
                series[f"fig-{panel.key}"] = named
        return {"days": lasts | days, "series": series}

    def _panel(self, panel: Panel) -> Panel:
        if panel.table is None:
            return panel
        rows = tuple(row._replace(href=link) if (link := self._of_row(row)) else row for row in panel.table.rows)
        return replace(panel, table=replace(panel.table, rows=rows))

    def _series(self, table: Table) -> Iterator[tuple[str, str]]:
        for row in table.rows:
            if row.group is not None and row.href is not None:
                yield say(row.label), row.href
        for column in table.columns:
            group = self._group_of(column)
            link = group and self._of_group(group)
            if link:
                yield say(column.name), link

    def _group_of(self, column: Column) -> tuple[GroupBy, str] | None:
        """Return what a column of a stack is about: its key is a code then."""
        is_open = column.group and column.group[0] in (GroupBy.CHANNEL, *self._splits)
        return column.group if is_open else None

    def _of_row(self, row: Row) -> str | None:
        if row.period is not None:
            return self._of_period(row.period)
        return None if row.group is None else self._of_group(row.group)

    def _of_period(self, period: Period) -> str | None:
        if period not in self._known:
            # What is shown of a period is finer than the period: the grain is left to the new range.
            params = {**self._params, "grain": "", "from": period.first.isoformat(), "to": period.last.isoformat()}
            self._known[period] = self._link(params)
        return self._known[period]

    def _of_group(self, group: tuple[GroupBy, str]) -> str | None:
        by, code = group
        return self._link({**self._params, PARAMS[by]: code})

    def _link(self, params: Mapping[str, str]) -> str | None:
        """Return an address; None for the one that is shown already."""
        found = href(self._path, params)
        return None if found == href(self._path, {**self._params, "grain": params["grain"]}) else found
