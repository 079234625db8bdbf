"""The menu 导出 of a page: what of it can be downloaded, asked for as the page itself was."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from app.boards.view import Panel
from app.connectors.export import Format
from app.i18n import say, t
from app.web.told import Told

Links = dict[str, Any]


def board_exports(key: str, params: Mapping[str, str], panels: Sequence[Panel]) -> list[Links]:
    """Return the whole board as a workbook, then each of its tables."""
    whole = {"title": t("整个看板", "The whole board"), "links": _links(key, params, (Format.XLSX,))}
    tables = [panel for panel in panels if panel.table is not None and panel.table.rows]
    return [
        whole,
        *(item for panel in tables for item in _of_panel(key, {**params, "panel": panel.key}, panel)),
    ]


def _of_panel(key: str, params: Mapping[str, str], panel: Panel) -> Iterator[Links]:
    """Yield the table of a panel, or each of those that are chosen among."""
    if not panel.choices:
        yield {"title": say(panel.title), "links": _links(key, params, tuple(Format))}
    for choice in panel.choices:
        title = f"{say(panel.title)} {say(choice.name)}"
        yield {"title": title, "links": _links(key, {**params, "choice": choice.key}, tuple(Format))}


def target_exports(params: Mapping[str, str]) -> list[Links]:
    """Return the table of targets of a month or a year."""
    return [{"title": t("目标完成", "Targets"), "links": _links("targets", params, tuple(Format))}]


@dataclass(frozen=True, slots=True)
class TargetFiles:
    """Where the numbers and cards of a page of targets lead, as `tools.Links` of a board."""

    params: Mapping[str, str]
    told: Told

    def export(self, panel: str, format_: str) -> str:
        """Return the address of a panel's table as a file."""
        return _links("targets", {**self.params, "panel": panel}, (Format(format_),))[format_]


def _links(key: str, params: Mapping[str, str], formats: Sequence[Format]) -> dict[str, str]:
    kept = {name: value for name, value in params.items() if value}
    return {format_.value: f"/export/{key}?{urlencode({**kept, 'format': format_})}" for format_ in formats}
